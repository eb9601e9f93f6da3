"""Names: keys are unique, and what is named exists."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from alm.case.case import row_keys
from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault, nearest
from alm.case.rows import by_row
from alm.case.spec.column import Column


def required_tables_have_rows(draft: Draft) -> Iterator[Fault]:
    """Require regions, products and positions."""
    for table in draft.spec.values():
        if table.required and draft.tables[table.name].empty:
            yield Fault(table.name, None, None, "no rows", "at least one row")


def keys_are_unique(draft: Draft) -> Iterator[Fault]:
    """Refuse a second row with the same key."""
    for table in draft.spec.values():
        if not table.unique or table.name == "rules" or draft.tables[table.name].empty:
            continue
        rows = draft.tables[table.name].sort_index()
        rows = rows[draft.sound(table.name, *table.key).loc[rows.index]]
        again = rows.duplicated(list(table.key))
        if not again.any():
            continue
        keys = row_keys(rows, table)
        first = dict(zip(keys[::-1], rows.index[::-1], strict=True))
        for row, key in by_row(keys[again]):
            yield Fault(
                table.name,
                row,
                table.key[-1],
                key,
                f"each {'/'.join(table.key)} once",
                f"as in row {first[key]}",
            )


def names_are_known(draft: Draft) -> Iterator[Fault]:
    """Require that a cell which names a row of another table names one that exists."""
    for table in draft.spec.values():
        for column in table.columns:
            if column.refers:
                yield from _unknown(draft, table.name, column)


def _unknown(draft: Draft, table: str, column: Column) -> Iterator[Fault]:
    names = draft.tables[table][column.name]
    if names.empty or not draft.is_whole(column.refers):
        return
    known = {*known_names(draft, column.refers), *column.also}
    # A default repeats a cell that is checked where it stands.
    wrong = draft.is_given(table, column.name) & ~names.isin(known) & (names != "")
    if column.refers == "fx" and "currency" in draft.wrong_keys:
        return
    allowed = (
        "a currency with a row in fx" if column.refers == "fx" else f"a name in {column.refers}"
    )
    yield from faults_at(draft, table, column.name, wrong, allowed, partial(nearest, known=known))


def known_names(draft: Draft, table: str) -> pd.Index:
    """List the names that a table defines; for fx with the reporting currency."""
    names = pd.Index(draft.tables[table][draft.spec[table].key[0]])
    return names.union([draft.settings.currency]) if table == "fx" else names
