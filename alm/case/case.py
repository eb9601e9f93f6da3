"""The case: settings and tables, typed, every default filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from alm.case.faults import Fault
from alm.case.settings import Settings, flatten
from alm.case.spec.column import Kind, Table
from alm.case.spec.settings import KEYS


@dataclass(frozen=True, eq=False)
class Case:
    """A group, its limits and its scenarios, as a run needs them.

    Parameters
    ----------
    settings
        Keys of case.toml.
    tables
        Every table of the contract by name: typed, defaults filled, sorted by key; the index is the row as
        the person sees it.
    spec
        Spec of each table, with the custom measures of the case.
    given_settings, given_tables
        What the person wrote, after changes for this run.
    warnings
        Faults with which the case can be run all the same.
    """

    settings: Settings
    tables: Mapping[str, pd.DataFrame]
    spec: Mapping[str, Table]
    given_settings: Mapping[str, Any]
    given_tables: Mapping[str, pd.DataFrame]
    warnings: tuple[Fault, ...] = field(default=())

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table; empty, with every column, where it is not given. KeyError if unknown."""
        # pandas copies on write: what a caller changes never reaches the case.
        return self.tables[name].copy(deep=False)

    def given(self, name: str) -> pd.DataFrame:
        """Return the rows of a table as the person wrote them, text, after changes for this run."""
        if name not in self.spec:
            raise KeyError(name)
        return self.given_tables.get(name, pd.DataFrame(dtype="str")).copy()

    @property
    def defaults(self) -> pd.DataFrame:
        """Every cell that took a default.

        Returns
        -------
        DataFrame
            table, row (as the person sees it; missing for case.toml), key (of the row, joined by "/"), column, value.
        """
        parts = [_defaults_of_settings(self)]
        parts += [_defaults_of_table(self, table) for table in self.spec.values()]
        return pd.concat([part for part in parts if len(part)], ignore_index=True)

    def __eq__(self, other: object) -> bool:
        """Compare settings and tables; row numbers and the order of note columns do not count."""
        if not isinstance(other, Case):
            return NotImplemented
        return self.settings == other.settings and all(
            _comparable(rows).equals(_comparable(other.tables[name]))
            for name, rows in self.tables.items()
        )

    __hash__ = None  # type: ignore[assignment]  # tables are mutable, so a case is no key


def _comparable(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[sorted(rows.columns)].reset_index(drop=True)


def row_keys(rows: pd.DataFrame, table: Table) -> pd.Series:
    """Name each row by its key, joined by "/": positions west/CNY/loan."""
    parts = [_key_text(rows[name]) for name in table.key]
    keys = ["/".join(key) for key in zip(*parts, strict=True)]
    return pd.Series(keys, index=rows.index, dtype="str")


def _key_text(values: pd.Series) -> list[str]:
    return [f"{value:g}" if isinstance(value, float) else str(value) for value in values.tolist()]


def _defaults_of_settings(case: Case) -> pd.DataFrame:
    given = flatten(case.given_settings)
    taken = [key for key in KEYS if given.get(key.name) in (None, "")]
    values = pd.Series([_value_of(case.settings, key.name) for key in taken], dtype=object)
    return pd.DataFrame(
        {
            "table": "case.toml",
            "row": pd.array([pd.NA] * len(taken), dtype="Int64"),
            "key": "",
            "column": pd.Series([key.name for key in taken], dtype="str"),
            "value": values,
        }
    )


def _value_of(settings: Settings, name: str) -> object:
    section, _, key = name.rpartition(".")
    return getattr(getattr(settings, section) if section else settings, key)


def _defaults_of_table(case: Case, table: Table) -> pd.DataFrame:
    rows = case.tables[table.name]
    given = case.given_tables.get(table.name)
    if given is None or rows.empty:
        return pd.DataFrame()
    keys = row_keys(rows, table)
    parts = []
    for column in table.columns:
        if column.default is None:
            continue
        values = rows[column.name]
        if column.name in given:
            values = values[(given[column.name].loc[values.index] == "").to_numpy()]
        if column.kind is Kind.NUMBER:
            values = values.dropna()
        parts.append(
            pd.DataFrame(
                {
                    "table": table.name,
                    "row": pd.array(values.index.tolist(), dtype="Int64"),
                    "key": keys.loc[values.index].to_numpy(),
                    "column": column.name,
                    "value": values.astype(object).to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
