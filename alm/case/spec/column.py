"""What a table and a column of the contract are, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any
from unicodedata import normalize

from alm.case.spec.chinese import TABLES_ZH, column_zh

Constant = str | float | int | bool | tuple[str, ...]


class Kind(StrEnum):
    """How the text of a cell is read."""

    TEXT = "text"
    NUMBER = "number"
    PERIOD = "period"
    FLAG = "flag"
    DATE = "date"
    INTEGER = "integer"
    NAMES = "names"


@dataclass(frozen=True)
class Derived:
    """A default that depends on other cells.

    Parameters
    ----------
    rule
        Name of the function in `alm.case.defaults.RULES` that computes it.
    text
        What it is, in the words of the contract.
    column
        Column of the same row that the rule reads, where it needs one.
    """

    rule: str
    text: str
    column: str = ""


def same(column: str) -> Derived:
    """Take the default from another column of the same row."""
    return Derived("same_row", column, column)


@dataclass(frozen=True)
class Column:
    """One column of a table, or one key of case.toml.

    Parameters
    ----------
    default
        A constant or a `Derived` one. None: a blank stays blank, or is a fault if `required`.
    allowed
        The only texts that may stand here; empty: any.
    low, high, above
        Inclusive range of a number; `above` excludes its own value.
    refers
        Table whose key must know what stands here ("fx": currencies).
    also
        Texts that are legal although the table referred to does not hold them.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    default: Constant | Derived | None = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    above: float | None = None
    refers: str = ""
    also: tuple[str, ...] = ()

    @property
    def name_zh(self) -> str:
        """Chinese label, accepted as heading; empty where there is none."""
        return column_zh(self.name)


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    Parameters
    ----------
    key
        Columns that name a row; rows are sorted by them.
    unique
        Whether two rows with the same key are a fault.
    required
        Whether a case without any row of it is a fault.
    """

    name: str
    section: int
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    description: str
    unique: bool = True
    required: bool = False

    @property
    def name_zh(self) -> str:
        """Chinese label, accepted as name of a sheet or file."""
        return TABLES_ZH[self.name]

    @cached_property
    def labels(self) -> dict[str, str]:
        """Headings that are accepted beside the names: Chinese labels, in half-width signs too."""
        chinese = {column.name_zh: column.name for column in self.columns if column.name_zh}
        return chinese | {normalize("NFKC", label): name for label, name in chinese.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the contract."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Find a column by its name; a KeyError if there is none."""
        return {column.name: column for column in self.columns}[name]


def text(name: str, description: str, **more: Any) -> Column:
    """Declare a column of text."""
    return Column(name, Kind.TEXT, description, **more)


def number(name: str, description: str, **more: Any) -> Column:
    """Declare a column of finite numbers."""
    return Column(name, Kind.NUMBER, description, **more)


def per_year(name: str, description: str, **more: Any) -> Column:
    """Declare a rate: a decimal per year, 0.03 for 3 %."""
    return number(name, description, unit="per year", **more)


def weight(name: str, description: str, default: float = 0.0) -> Column:
    """Declare a regulatory weight: a decimal that may exceed 1."""
    return number(name, description, unit="weight", default=default)


def share(name: str, description: str, **more: Any) -> Column:
    """Declare a share of a whole: a decimal from 0 to 1."""
    return number(name, description, unit="share", low=0.0, high=1.0, **more)


def amount(name: str, description: str, **more: Any) -> Column:
    """Declare an amount of money that cannot be negative."""
    return number(name, description, unit="amount", low=0.0, **more)


def months(name: str, description: str, **more: Any) -> Column:
    """Declare a length of time in months, above zero."""
    return number(name, description, unit="months", above=0.0, **more)


def name_of(key: str) -> tuple[Column, Column]:
    """Declare the names that people read, in English and in Chinese."""
    return (
        text("name", "Name that reports show.", default=same(key)),
        text("name_zh", "Name that Chinese reports show."),
    )


def region(description: str = "Region.", **more: Any) -> Column:
    """Declare a column that names a region."""
    return text("region", description, refers="regions", **more)


def product(description: str = "Product.", **more: Any) -> Column:
    """Declare a column that names a product."""
    return text("product", description, refers="products", **more)


def position_key() -> tuple[Column, Column, Column]:
    """Declare the three columns that name a position."""
    of_region = Derived("region_currency", "the region's")
    return (
        region(required=True),
        text("currency", "Currency of the position.", default=of_region, refers="fx"),
        product(required=True),
    )


def span() -> tuple[Column, Column]:
    """Declare the first and the last period in which a row applies."""
    last = Derived("last_period", "periods")
    return (
        Column("start", Kind.PERIOD, "First period in which the row applies.", "period", 1, low=1),
        Column("end", Kind.PERIOD, "Last period in which the row applies.", "period", last, low=1),
    )


def period() -> Column:
    """Declare the one period to which a row belongs."""
    return Column("period", Kind.PERIOD, "Period.", "period", required=True, low=1)


def source() -> Column:
    """Declare the column that says where a number comes from."""
    return text("source", "Where the number comes from.")
