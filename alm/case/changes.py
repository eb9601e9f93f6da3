"""Change single cells of a case for one run only.

A change is `table.key.column=value`, such as `limits.lcr_group.bound=1.1`. A key of several columns joins them
with `/` (or with `:` or `.`, where no part holds one): `positions.west/CNY/loan.max_new=50`. `#7` names the row that the
person sees as row 7: `shocks.#7.value=0.2`. A key of case.toml is `capital.ratio=0.1` or `discount_rate=0.02`, with
`case.` or `settings.` in front if wished. An empty value blanks the cell.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from alm.case.case import row_keys
from alm.case.cells import parse_number
from alm.case.draft import Draft
from alm.case.faults import Fault, nearest
from alm.case.keys import parse_text
from alm.case.spec.column import Kind, Table
from alm.case.spec.settings import KEYS

_FORM = "table.key.column=value, or key=value of case.toml"


@dataclass(frozen=True)
class Change:
    """One change: of a cell of a table, or of a key of case.toml where `table` is empty."""

    table: str
    key: str
    column: str
    value: str

    @property
    def path(self) -> str:
        """The part before the equals sign."""
        return ".".join(part for part in (self.table, self.key, self.column) if part)


def parse(changes: Sequence[str], spec: Mapping[str, Table]) -> tuple[list[Change], list[Fault]]:
    """Take changes apart."""
    parsed: list[Change] = []
    faults: list[Fault] = []
    for change in changes:
        path, equals, value = _divided(change, spec)
        table, _, rest = path.partition(".")
        key, _, column = rest.rpartition(".")
        if not equals:
            faults.append(Fault("changes", None, path, change, _FORM))
        elif table not in spec:
            parsed.append(Change("", "", _bare(path), value.strip()))
        elif not key or not column:
            faults.append(Fault("changes", None, path, change, _FORM))
        else:
            parsed.append(Change(table, key, column, value.strip()))
    return parsed, faults


def _divided(change: str, spec: Mapping[str, Table]) -> tuple[str, str, str]:
    """Part a change at the first equals sign before which a column of a table, or a key of case.toml, ends.

    Names may hold equals signs: `limits.a=b.bound=1` changes the bound of the limit `a=b`.
    """
    words = change.split("=")
    for count in range(1, len(words)):
        path = "=".join(words[:count]).strip()
        table, _, rest = path.partition(".")
        if table not in spec:
            break
        if rest.rpartition(".")[2] in spec[table].names and "." in rest:
            return path, "=", "=".join(words[count:])
    path, equals, value = change.partition("=")
    return path.strip(), equals, value


def _bare(path: str) -> str:
    for front in ("case.", "settings."):
        path = path.removeprefix(front)
    return path


def change_settings(
    raw: Mapping[str, Any], changes: Sequence[Change]
) -> tuple[dict[str, Any], list[Fault]]:
    """Apply the changes of case.toml to a copy of what it says."""
    changed = copy.deepcopy(dict(raw))
    faults: list[Fault] = []
    known = {key.name: key for key in KEYS}
    for change in changes:
        if change.table:
            continue
        if change.column not in known:
            faults.append(_unknown_path(change, known))
            continue
        section, _, key = change.column.rpartition(".")
        place = changed.setdefault(section, {}) if section else changed
        if isinstance(place, dict):
            place[key] = parse_text(known[change.column], change.value)
    return changed, faults


def _unknown_path(change: Change, keys: Mapping[str, object]) -> Fault:
    tables = ("limits", "positions", "lanes", "products", "regions", "shocks")
    hint = nearest(change.column, keys) or nearest(change.column.split(".")[0], tables)
    return Fault(
        "changes", None, change.column, change.value, "a table, or a key of case.toml", hint
    )


def change_tables(
    draft: Draft, changes: Sequence[Change]
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Apply the changes of tables to the text that was given; a table that changes is copied.

    Parameters
    ----------
    draft
        The case without the changes: its typed keys say which row is meant.
    """
    given = dict(draft.given)
    faults: list[Fault] = []
    for change in changes:
        if not change.table:
            continue
        fault = next(_wrong_column(draft, change), None)
        rows = pd.Index([]) if fault else _rows_meant(draft, change)
        if fault or len(rows) != 1:
            faults.append(fault or _wrong_key(draft, change, rows))
            continue
        if given[change.table] is draft.given[change.table]:
            given[change.table] = draft.given[change.table].copy()
        table = given[change.table]
        if change.column not in table:
            table[change.column] = pd.Series("", index=table.index, dtype="str")
        table.loc[rows[0], change.column] = change.value
    return given, faults


def _wrong_column(draft: Draft, change: Change) -> Iterator[Fault]:
    names = draft.spec[change.table].names
    if change.column not in names:
        hint = nearest(change.column, names)
        yield Fault(
            "changes", None, change.path, change.column, f"a column of {change.table}", hint
        )


def _rows_meant(draft: Draft, change: Change) -> pd.Index:
    table, rows = draft.spec[change.table], draft.tables[change.table]
    if change.key.startswith("#"):
        return rows.index[rows.index.astype(str) == change.key[1:]]
    for separator in ("/", ":", "."):
        parts = change.key.split(separator) if len(table.key) > 1 else [change.key]
        if len(parts) == len(table.key):
            return rows.index[_matches(table, rows, parts)]
    return rows.index[:0]


def _matches(table: Table, rows: pd.DataFrame, parts: Sequence[str]) -> np.ndarray:
    match = np.full(len(rows), True)
    for name, part in zip(table.key, parts, strict=True):
        wanted = part if table.column(name).kind is Kind.TEXT else parse_number(part)
        match &= (rows[name] == wanted).to_numpy()
    return match


def _wrong_key(draft: Draft, change: Change, rows: pd.Index) -> Fault:
    table = draft.spec[change.table]
    allowed = f"the key of a row: {'/'.join(table.key)}, or #row"
    if len(rows) > 1:
        shown = ", ".join(f"#{row}" for row in rows)
        return Fault(
            "changes", None, change.path, change.key, allowed, f"several rows have it: {shown}"
        )
    known = row_keys(draft.tables[change.table], table)
    return Fault("changes", None, change.path, change.key, allowed, nearest(change.key, known))
