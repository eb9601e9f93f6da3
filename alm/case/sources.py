"""Find where each table of a case is, and read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from alm.case.faults import Fault, nearest
from alm.case.files import (
    Grid,
    UnreadableError,
    formulas_without_value,
    read_csv,
    read_parquet,
    read_sheets,
    sheet_names,
)
from alm.case.grid import to_rows
from alm.case.spec.column import Table
from alm.case.spec.tables import TABLES

BOOK = "case.xlsx"
_SQL = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
_FORMATS = ".csv, .parquet, or book.xlsx#sheet"


@dataclass(frozen=True)
class Source:
    """Where a table is: a file, and a sheet if the file is a workbook."""

    path: Path
    sheet: str = ""

    def __str__(self) -> str:
        return f"{self.path.name}#{self.sheet}" if self.sheet else self.path.name


@dataclass
class Reading:
    """What was read so far: the rows of each table that is given, and faults."""

    given: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_tables(folder: Path, named: object, tables: Mapping[str, Table]) -> Reading:
    """Read every table of a case as text.

    Parameters
    ----------
    folder
        The case.
    named
        `[sources]` of case.toml: table to place.
    tables
        The spec by name, with the custom measures of the case.
    """
    reading = Reading()
    places = _places(folder, named, reading.faults)
    for table, sources in places.items():
        if len(sources) > 1:
            found = ", ".join(map(str, sources))
            reading.faults.append(Fault(table, None, None, found, "one place for a table"))
    single = {table: sources[0] for table, sources in places.items() if sources}
    grids = _grids(single, reading.faults)
    for table, grid in grids.items():
        reading.given[table], faults = to_rows(tables[table], grid)
        reading.faults += faults
        reading.faults += _lost_formulas(table, single[table], grid)
    return reading


def _places(folder: Path, named: object, faults: list[Fault]) -> dict[str, list[Source]]:
    places: dict[str, list[Source]] = {table.name: [] for table in TABLES}
    for table, place in _named(named, faults):
        source = _source(folder, table, place, faults)
        if source:
            places[table].append(source)
    for table, found in places.items():
        files = (folder / f"{table}.csv", folder / f"{table}.parquet")
        found += [Source(path) for path in files if path.is_file() and Source(path) not in found]
    for sheet in _sheets_of(folder / BOOK, faults):
        source = Source(folder / BOOK, sheet)
        if sheet in places:
            places[sheet] += [source] if source not in places[sheet] else []
    faults += _misspelt(folder, list(places))
    return places


def _named(named: object, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    known = [table.name for table in TABLES]
    if not isinstance(named, Mapping):
        faults.append(Fault("case.toml", None, "sources", str(named), "a section: table = place"))
        return
    for table, place in named.items():
        if table not in known:
            faults.append(
                Fault(
                    "case.toml",
                    None,
                    f"sources.{table}",
                    place,
                    "a table of the contract",
                    nearest(table, known),
                )
            )
        elif not isinstance(place, str):
            faults.append(Fault("case.toml", None, f"sources.{table}", str(place), _FORMATS))
        else:
            yield table, place


def _source(folder: Path, table: str, place: str, faults: list[Fault]) -> Source | None:
    key = f"sources.{table}"
    if _SQL.match(place):
        faults.append(
            Fault("case.toml", None, key, place, _FORMATS, "an SQL query is not supported yet")
        )
        return None
    file, _, sheet = place.partition("#")
    path = folder / file
    if path.suffix.lower() not in (".csv", ".parquet", ".xlsx"):
        faults.append(Fault("case.toml", None, key, place, _FORMATS))
        return None
    if not path.is_file():
        faults.append(Fault("case.toml", None, key, place, "a file that exists"))
        return None
    if path.suffix.lower() != ".xlsx":
        return Source(path)
    sheet = sheet or table
    sheets = _sheets_of(path, faults)
    if sheet not in sheets:
        faults.append(
            Fault("case.toml", None, key, place, "a sheet of the workbook", nearest(sheet, sheets))
        )
        return None
    return Source(path, sheet)


def _sheets_of(path: Path, faults: list[Fault]) -> list[str]:
    if not path.is_file():
        return []
    try:
        return sheet_names(path)
    except UnreadableError as error:
        fault = Fault(path.name, None, None, str(error), "a workbook")
        if fault not in faults:
            faults.append(fault)
        return []


def _misspelt(folder: Path, known: list[str]) -> Iterator[Fault]:
    """Warn of files and sheets whose name is nearly that of a table: left out, nobody would notice."""
    files = [
        path for path in sorted(folder.iterdir()) if path.suffix.lower() in (".csv", ".parquet")
    ]
    names = [(path.name, path.stem) for path in files]
    names += [(f"{BOOK}#{sheet}", sheet) for sheet in _sheets_of(folder / BOOK, [])]
    for shown, name in names:
        hint = "" if name in known or name.casefold().startswith("note") else nearest(name, known)
        if hint:
            yield Fault(shown, None, None, name, "the name of a table", hint, warning=True)


def _grids(sources: Mapping[str, Source], faults: list[Fault]) -> dict[str, Grid]:
    grids: dict[str, Grid] = {}
    for table, source in sources.items():
        try:
            grids[table] = _read(source)
        except UnreadableError as error:
            faults.append(Fault(table, None, None, str(source), f"readable cells: {error}"))
    return grids


def _read(source: Source) -> Grid:
    readers: dict[str, Any] = {".csv": read_csv, ".parquet": read_parquet}
    reader = readers.get(source.path.suffix.lower())
    return reader(source.path) if reader else read_sheets(source.path, [source.sheet])[source.sheet]


def _lost_formulas(table: str, source: Source, grid: Grid) -> list[Fault]:
    if not source.sheet or not grid:
        return []
    header = next((row for row in grid if any(row)), [])
    return [
        Fault(
            table,
            row,
            header[column - 1] if column <= len(header) else None,
            "a formula without a saved result",
            "a value",
            "open and save the workbook in a spreadsheet program",
        )
        for row, column in formulas_without_value(source.path, source.sheet)
    ]
