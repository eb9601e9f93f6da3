"""Add rows to tables of a case: checked as a whole before anything is written, and what is there stays as it is."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from alm.case.case import Case
from alm.case.checks import examine
from alm.case.draft import build
from alm.case.faults import CaseError, Fault
from alm.case.files import read_csv
from alm.case.grid import find_header
from alm.case.loading import in_order
from alm.case.places import Source, find_places
from alm.case.warehouse import Server


def with_rows(case: Case, added: Mapping[str, pd.DataFrame]) -> Case:
    """Give a case with further rows in some tables, checked like any other.

    Parameters
    ----------
    added
        Text by name of the table, columns of the contract or notes.

    Raises
    ------
    CaseError
        What is wrong with the case as it would be; a row that is added counts on from the last one.
    """
    given = dict(case.given_tables)
    for name, rows in added.items():
        if rows.empty:
            continue
        before = given.get(name, pd.DataFrame(dtype="str"))
        first = int(before.index.max()) + 1 if len(before) else 2
        after = rows.set_axis(range(first, first + len(rows)), axis=0)
        given[name] = pd.concat([before, after]).fillna("").astype("str")
    draft, faults = build(case.settings, case.spec, given)
    every = in_order([*faults, *examine(draft)])
    if any(not fault.warning for fault in every):
        raise CaseError(fault for fault in every if not fault.warning)
    return Case(
        draft.settings, draft.tables, draft.spec, case.given_settings, draft.given, tuple(every)
    )


def append_rows(folder: Path, case: Case, added: Mapping[str, pd.DataFrame]) -> list[Path]:
    """Write further rows into CSV files of a case folder; rows and columns that are there stay as they are.

    Each file is written aside and renamed; of several, the order is that of `added`.

    Raises
    ------
    CaseError
        A table stands where rows cannot be added: a workbook, a Parquet file, a query, a file elsewhere.
    """
    wanted = {name: rows for name, rows in added.items() if len(rows)}
    places = _places(folder)
    faults = [fault for name in wanted for fault in _not_writable(folder, name, places.get(name))]
    if faults:
        raise CaseError(faults)
    contents = {}
    for name, rows in wanted.items():
        place = places.get(name)
        path = (place.path if place else folder / f"{name}.csv").resolve()
        contents[path] = _content(path if place else None, case, name, rows)
    for path, content in contents.items():
        _replace(path, content)
    return list(contents)


def _places(folder: Path) -> dict[str, Source]:
    raw = tomllib.loads((folder / "case.toml").read_bytes().decode("utf-8-sig"))
    servers = dict.fromkeys(raw.get("databases", {}), Server(""))  # only that there is one counts
    return find_places(folder, raw.get("sources", {}), servers, [])


def _not_writable(folder: Path, name: str, place: Source | None) -> list[Fault]:
    if place is None:
        return []
    beside = place.path.suffix == ".csv" and place.path.parent.resolve() == folder.resolve()
    if beside and not place.query:
        return []
    hint = f"keep table {name} as {name}.csv beside case.toml, or add the rows yourself"
    return [Fault(name, None, None, str(place), "a CSV file in the case folder", hint)]


def _content(path: Path | None, case: Case, name: str, rows: pd.DataFrame) -> bytes:
    """Give a file with rows added: its cells as they are, further columns at the end."""
    grid = read_csv(path) if path else []
    mark = b"\xef\xbb\xbf" if path and path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    header: list[str] = []
    if any(map(any, grid)):
        bottom, header = find_header(case.spec[name], grid)
        while header and not header[-1]:
            header.pop()
    new = [column for column in rows.columns if column not in header]
    names = [*header, *new]
    if header:
        top = grid[bottom - 1]
        grid[bottom - 1] = [*top[: len(header)], *[""] * (len(header) - len(top)), *new]
    else:
        grid = [names]
    while len(grid) > 1 and not any(grid[-1]):
        grid.pop()
    grid += rows.reindex(columns=names, fill_value="").to_numpy().tolist()
    width = len(names)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n" if _has_returns(path) else "\n").writerows(
        [*row, *[""] * (width - len(row))] for row in grid
    )
    return mark + text.getvalue().encode()


def _has_returns(path: Path | None) -> bool:
    return bool(path) and b"\r\n" in path.read_bytes()  # type: ignore[union-attr]  # None is false before


def _replace(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        aside.write_bytes(content)
        if path.exists():
            shutil.copymode(path, aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
