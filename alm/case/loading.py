"""Load a case: read, change for this run, fill defaults, check; every fault at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alm.case.case import Case
from alm.case.changes import change_settings, change_tables, parse
from alm.case.checks import examine
from alm.case.draft import Draft, build, spec_of
from alm.case.faults import CaseError, Fault
from alm.case.places import is_file
from alm.case.settings import build_settings
from alm.case.sources import read_tables
from alm.case.spec.settings import KEYS
from alm.case.spec.tables import TABLES

MOST_ALIKE = 1_000
"""Faults of one kind in one column that are listed one by one."""


def load(folder: Path | str, changes: Sequence[str] = ()) -> Case:
    """Load and check a case.

    Parameters
    ----------
    folder
        Folder with case.toml and the tables.
    changes
        Cells to change for this run only, `table.key.column=value`; see `alm.case.changes`.

    Raises
    ------
    CaseError
        With every fault that could be found.
    """
    folder = Path(folder)
    parsed, faults = parse(changes, {table.name: table for table in TABLES})
    raw, of_changes = change_settings(_read_toml(folder), parsed)
    settings, of_settings = build_settings(raw)
    spec = spec_of(settings)
    reading = read_tables(folder, raw, spec)
    draft, of_cells = build(settings, spec, reading.given)
    if any(change.table for change in parsed):
        given, of_keys = change_tables(draft, parsed)
        draft, of_cells = build(settings, spec, given, draft)
        of_changes += of_keys
    draft = draft.with_wrong([*of_settings, *reading.faults])
    faults += [*of_changes, *of_settings, *reading.faults, *of_cells, *examine(draft)]
    return _settled(draft, raw, in_order(faults))


def _settled(draft: Draft, raw: dict[str, Any], ordered: list[Fault]) -> Case:
    if any(not fault.warning for fault in ordered):
        raise CaseError(fault for fault in ordered if not fault.warning)
    return Case(draft.settings, draft.tables, draft.spec, raw, draft.given, tuple(ordered))


def _read_toml(folder: Path) -> dict[str, Any]:
    path = folder / "case.toml"
    if not is_file(path):
        raise CaseError([Fault("case.toml", None, None, str(folder), "a folder with case.toml")])
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    # Text that is no TOML, numbers of thousands of digits, brackets nested without end.
    except (ValueError, RecursionError, OSError) as error:
        raise CaseError([Fault("case.toml", None, None, str(error), "TOML in UTF-8")]) from None


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Sort faults by table, row and column as the contract lists them; drop what is said twice."""
    tables = {
        name: i
        for i, name in enumerate(("changes", "case.toml", *(table.name for table in TABLES)))
    }
    columns = {(table.name, column): i for table in TABLES for i, column in enumerate(table.names)}
    columns |= {("case.toml", key.name): i for i, key in enumerate(KEYS)}

    def place(fault: Fault) -> tuple[int, int, int]:
        column = columns.get((fault.table, fault.column or ""), len(columns))
        return tables.get(fault.table, -1), fault.row or 0, column

    return _without_end(sorted(dict.fromkeys(faults), key=place))


def _without_end(faults: Sequence[Fault]) -> list[Fault]:
    """Say the same of a column only so many times, then how often more."""
    alike: dict[tuple[str, str | None, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault((fault.table, fault.column, fault.allowed), []).append(fault)
    last = {
        id(group[MOST_ALIKE - 1]): len(group) - MOST_ALIKE
        for group in alike.values()
        if len(group) > MOST_ALIKE
    }
    left_out = {id(fault) for group in alike.values() for fault in group[MOST_ALIKE:]}
    return [
        replace(fault, hint=f"and {last[id(fault)]:,} more of this kind")
        if id(fault) in last
        else fault
        for fault in faults
        if id(fault) not in left_out
    ]
