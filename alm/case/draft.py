"""A case that is being read: typed tables with what is blank and what is already known to be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pandas as pd

from alm.case.cells import read_column
from alm.case.defaults import fill, final
from alm.case.faults import Fault
from alm.case.settings import Settings
from alm.case.spec.column import Column, Kind, Table
from alm.case.spec.products import custom_measure
from alm.case.spec.tables import TABLES

HEADER = 1
"""The row of the header: a fault there is one of the whole column."""

_DTYPES = {Kind.TEXT: "str", Kind.DATE: "datetime64[us]"}


@dataclass(frozen=True)
class Draft:
    """What the checks look at.

    Parameters
    ----------
    tables
        Typed, defaults filled, sorted. A faulty cell holds its default, or is blank.
    given
        Text as typed; only tables that are given.
    wrong
        Cells that are already faulty: (table, row, column), None for a whole table. A check must not fault
        what follows from them.
    wrong_keys
        Keys of case.toml that are faulty.
    typed
        What the cells of each given table say, and their faults, before any default.
    """

    settings: Settings
    spec: Mapping[str, Table]
    tables: Mapping[str, pd.DataFrame]
    given: Mapping[str, pd.DataFrame]
    wrong: frozenset[tuple[str, int | None, str | None]] = frozenset()
    wrong_keys: frozenset[str] = field(default=frozenset())
    typed: Mapping[str, tuple[pd.DataFrame, list[Fault]]] = field(default_factory=dict)

    def found(self, table: str, row: int, column: str) -> Any:
        """Return what the person typed in a cell, or the value that was filled in (blank: "")."""
        given = self.given[table]
        typed = given.at[row, column] if column in given else ""
        filled: Any = self.tables[table].loc[[row], column].tolist()[0]
        return typed or ("" if pd.isna(filled) else filled)

    def is_given(self, table: str, column: str) -> pd.Series:
        """Tell which rows have something typed in the column; index of the table."""
        index = self.tables[table].index
        given = self.given.get(table)
        if given is None or column not in given:
            return pd.Series(False, index=index)
        return (given[column] != "").loc[index]

    def sound(self, table: str, *columns: str) -> pd.Series:
        """Tell which rows have no fault yet in any of the columns; index of the table."""
        index = self.tables[table].index
        wrong = {row for name, row, column in self.wrong if name == table and column in columns}
        if not wrong or HEADER in wrong:
            return pd.Series(not wrong, index=index)
        return pd.Series(~index.isin(list(wrong)), index=index)

    def is_whole(self, table: str) -> bool:
        """Tell whether the names that a table defines could be read."""
        whole = (table, None, None), (table, HEADER, self.spec[table].key[0])
        return self.wrong.isdisjoint(whole)

    def is_wrong(self, fault: Fault) -> bool:
        """Tell whether the place of a fault is known to be faulty already."""
        if fault.table == "case.toml":
            return fault.column in self.wrong_keys
        return any((fault.table, row, fault.column) in self.wrong for row in (fault.row, HEADER))

    def with_wrong(self, faults: Iterable[Fault]) -> Draft:
        """Mark the cells of faults as wrong."""
        cells = {(fault.table, fault.row, fault.column) for fault in faults if not fault.warning}
        keys = {fault.column for fault in faults if fault.table == "case.toml" and fault.column}
        # What cannot be read from where [sources] places it is missing as a whole.
        places = {key.partition(".")[2] for key in keys if key.startswith("sources.")}
        cells |= {(table, None, None) for table in places}
        return replace(self, wrong=self.wrong | cells, wrong_keys=self.wrong_keys | keys)


def spec_of(settings: Settings) -> dict[str, Table]:
    """List the tables by name; products gets a column for each custom measure of the case."""
    tables = {table.name: table for table in TABLES}
    products = tables["products"]
    custom = tuple(
        custom_measure(name)
        for name in dict.fromkeys(settings.custom_measures)
        if name not in products.names
    )
    tables["products"] = replace(products, columns=products.columns + custom)
    return tables


def build(
    settings: Settings,
    spec: Mapping[str, Table],
    given: Mapping[str, pd.DataFrame],
    before: Draft | None = None,
) -> tuple[Draft, list[Fault]]:
    """Read the text of every table, and fill the defaults.

    Parameters
    ----------
    before
        Built of the same settings and spec: a table that it was given as well is not read again.

    Returns
    -------
    Draft and faults
        Faults of cells: wrong type, outside the allowed values or range, blank where required.
    """
    typed: dict[str, tuple[pd.DataFrame, list[Fault]]] = {}
    for name in (name for name in spec if name in given):
        same = before is not None and before.given.get(name) is given[name]
        typed[name] = before.typed[name] if before and same else _typed(spec[name], given[name])
    filled: dict[str, pd.DataFrame] = {}
    # Lanes read the curves, positions the regions and products: the order of the spec is the order of filling.
    for table in spec.values():
        filled[table.name] = (
            _filled(table, typed[table.name][0], filled, settings)
            if table.name in typed
            else _nothing(table)
        )
    ordered = {table.name: _sorted(table, filled[table.name]) for table in spec.values()}
    faults = [fault for _, found in typed.values() for fault in found]
    return Draft(settings, spec, ordered, given, typed=typed).with_wrong(faults), faults


def _nothing(table: Table) -> pd.DataFrame:
    """Return a table that is not given: every column, no row."""
    return _columns(table).copy(deep=False)


@cache
def _columns(table: Table) -> pd.DataFrame:
    index = pd.RangeIndex(0)
    return pd.DataFrame({c.name: final(_blank(c, index), c) for c in table.columns}, index=index)


def _typed(table: Table, given: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    values: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for column in table.columns:
        if column.name in given:
            read = read_column(table.name, column, given[column.name])
            values[column.name] = read.values
            faults += read.faults
        else:
            values[column.name] = _blank(column, given.index)
        faults += _required(table, column, given)
    notes = {name: given[name] for name in given.columns if name not in values}
    return pd.DataFrame(values | notes, index=given.index), faults


def _required(table: Table, column: Column, given: pd.DataFrame) -> list[Fault]:
    if not column.required or given.empty:
        return []
    if column.name not in given:
        return [Fault(table.name, HEADER, column.name, "", "a column that is required")]
    blank = given.index[(given[column.name] == "").to_numpy()]
    return [Fault(table.name, row, column.name, "", "a value; it has no default") for row in blank]


def _blank(column: Column, index: pd.Index) -> pd.Series:
    dtype = _DTYPES.get(column.kind, "float64")
    return pd.Series("" if column.kind is Kind.TEXT else None, index=index, dtype=dtype)


def _filled(
    table: Table, rows: pd.DataFrame, before: Mapping[str, pd.DataFrame], settings: Settings
) -> pd.DataFrame:
    columns = {name: rows[name] for name in rows.columns}
    for column in table.columns:
        columns[column.name] = fill(columns, column, before, settings)
    return pd.DataFrame(columns, index=rows.index)


def _sorted(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return rows
    # Where keys may repeat, every column takes part, so that the order of the rows given never shows.
    by = list(table.key)
    if not table.unique or rows.duplicated(by).any():
        by += [name for name in sorted(rows.columns) if name not in by]
    return rows.sort_values(by, kind="stable")
