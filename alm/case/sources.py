"""Read the tables of a case as text, each from its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from alm.case.faults import Fault
from alm.case.files import (
    Grid,
    UnreadableError,
    formulas_without_value,
    read_csv,
    read_parquet,
    read_sheets,
)
from alm.case.grid import find_header, to_rows
from alm.case.places import Source, find_databases, find_places
from alm.case.query import run_query
from alm.case.spec.column import Table
from alm.case.warehouse import find_servers, run_on_server


@dataclass
class Reading:
    """What was read so far: the rows of each table that is given, and faults."""

    given: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_tables(folder: Path, raw: Mapping[str, Any], tables: Mapping[str, Table]) -> Reading:
    """Read every table of a case as text.

    Parameters
    ----------
    folder
        The case.
    raw
        case.toml: `[sources]` places tables, `[databases]` names the databases of their queries.
    tables
        The spec by name, with the custom measures of the case.
    """
    reading = Reading()
    databases, missing = find_databases(folder, raw.get("databases", {}), reading.faults)
    servers, away = find_servers(raw.get("databases", {}), reading.faults)
    named = _without(raw.get("sources", {}), away)
    places = find_places(folder, named, servers, reading.faults)
    for table, source in places.items():
        if _waits_for(source, databases, missing):
            continue
        try:
            grid = _read(source, databases)
        except UnreadableError as error:
            reading.faults.append(_unreadable(table, source, error))
            continue
        reading.given[table], faults = to_rows(tables[table], grid)
        reading.faults += faults
        reading.faults += _lost_formulas(tables[table], source, grid)
    return reading


def _without(sources: object, away: set[str]) -> object:
    """Leave out queries on a server that is missing: that is one fault, not two."""
    if not isinstance(sources, Mapping):
        return sources
    waits = {
        table
        for table, place in sources.items()
        if isinstance(place, Mapping) and place.get("database") in away
    }
    return {table: place for table, place in sources.items() if table not in waits}


def _waits_for(source: Source, databases: Mapping[str, Path], missing: set[str]) -> bool:
    """Tell whether a query would read a database whose file is missing: that is one fault, not two."""
    if source.server:
        return False
    query = source.query.casefold()
    named = any(name.casefold() in query for name in missing)
    return bool(source.query) and (named or (bool(missing) and not databases))


def _unreadable(table: str, source: Source, error: UnreadableError) -> Fault:
    if source.query:
        key = f"sources.{table}"
        able = "PostgreSQL" if source.server else "DuckDB"
        allowed = f"an SQL query that {able} can run"
        return Fault("case.toml", None, key, source.query, allowed, str(error))
    return Fault(table, None, None, str(source), f"readable cells: {error}")


def _read(source: Source, databases: Mapping[str, Path]) -> Grid:
    if source.server:
        return run_on_server(source.query, source.server)
    if source.query:
        return run_query(source.query, source.path, databases)
    if source.sheet:
        return read_sheets(source.path, [source.sheet])[source.sheet]
    is_parquet = source.path.suffix.lower() == ".parquet"
    return read_parquet(source.path) if is_parquet else read_csv(source.path)


def _lost_formulas(table: Table, source: Source, grid: Grid) -> list[Fault]:
    lost = formulas_without_value(source.path, source.sheet) if source.sheet else []
    header = find_header(table, grid)[1] if any(map(any, grid)) else []
    return [
        Fault(
            table.name,
            row,
            header[column - 1] if column <= len(header) else None,
            "a formula without a saved result",
            "a value",
            "open and save the workbook in a spreadsheet program",
        )
        for row, column in lost
    ]
