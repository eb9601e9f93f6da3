"""A table as data: what its columns are, and where it stands on a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl.utils import get_column_letter, quote_sheetname

from reports.style import Form

FIRST_TABLE_ROW = 5
# Of the reconciliation: how many checks fail. The Summary, written first, repeats it.
TOTAL_CELL = "B5"
WIDEST, WIDEST_NOTE = 48, 60


@dataclass(frozen=True)
class Column:
    """One column of a table on a sheet.

    Parameters
    ----------
    key
        Column of the frame.
    given
        The values are inputs (blue), not results.
    label
        Key of the heading; blank: `column.<key>`.
    text
        The heading itself, where it comes from the case.
    form_by, fill_by
        Columns of the frame that hold the `Form` and the `Fill` row by row.
    optional
        Left out where no row has a value.
    widest
        Largest width, in characters; 0: `WIDEST`, for notes `WIDEST_NOTE`.
    """

    key: str
    form: Form = Form.TEXT
    given: bool = False
    label: str = ""
    form_by: str = ""
    fill_by: str = ""
    optional: bool = False
    widest: int = 0
    text: str = ""

    @property
    def most(self) -> int:
        """Largest width, in characters."""
        return self.widest or (WIDEST_NOTE if self.form is Form.NOTE else WIDEST)

    @property
    def heading(self) -> str:
        """Key of the heading."""
        return self.label or f"column.{self.key}"


@dataclass(frozen=True)
class Block:
    """Where a table stands, so that formulas and charts can point at it."""

    sheet: str
    keys: tuple[str, ...]
    header_row: int
    rows: int
    first_column: int = 1

    @property
    def first_row(self) -> int:
        """First row of values."""
        return self.header_row + 1

    @property
    def last_row(self) -> int:
        """Last row of values; an empty table keeps one blank row, so that ranges stay valid."""
        return self.header_row + max(1, self.rows)

    @property
    def last_column(self) -> int:
        """Number of the last column."""
        return self.first_column + len(self.keys) - 1

    def column(self, key: str) -> int:
        """Give the number of a column on the sheet."""
        return self.first_column + self.keys.index(key)

    def letter(self, key: str) -> str:
        """Give the letter of a column on the sheet."""
        return str(get_column_letter(self.column(key)))

    def range(self, key: str) -> str:
        """Give the absolute reference of the values of a column, with the name of the sheet."""
        letter = self.letter(key)
        return f"{quote_sheetname(self.sheet)}!${letter}${self.first_row}:${letter}${self.last_row}"

    def cell(self, key: str, row: int) -> str:
        """Give the absolute reference of one cell of a column, with the name of the sheet."""
        return f"{quote_sheetname(self.sheet)}!${self.letter(key)}${row}"

    @property
    def area(self) -> str:
        """Reference of header and values on the sheet itself."""
        first, last = get_column_letter(self.first_column), get_column_letter(self.last_column)
        return f"{first}{self.header_row}:{last}{self.last_row}"


def kept(columns: Sequence[Column], frame: pd.DataFrame) -> tuple[Column, ...]:
    """Leave out optional columns in which no row has a value."""
    return tuple(c for c in columns if not (c.optional and _blank(frame[c.key]).all()))


def block(
    sheet: str, columns: Sequence[Column], rows: int, header_row: int = FIRST_TABLE_ROW
) -> Block:
    """Say where a table will stand before, or without, writing it."""
    return Block(sheet, tuple(c.key for c in columns), header_row, rows)


def _blank(values: pd.Series) -> pd.Series:
    return values.isna() | (values.astype(str) == "")
