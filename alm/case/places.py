"""Find where each table of a case is: beside case.toml, in its workbook, or where [sources] says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from alm.case.faults import Fault, nearest
from alm.case.files import UnreadableError, sheet_names
from alm.case.query import IS_QUERY, is_database
from alm.case.spec.tables import TABLES
from alm.case.warehouse import Server, is_server

BOOK = "case.xlsx"
SUFFIXES = (".csv", ".parquet", ".xlsx")
SECTIONS = ("sources", "databases")
"""Sections of case.toml that say where the tables are; a frozen case has none."""

_FORMATS = ".csv, .parquet, book.xlsx#sheet, or an SQL query"
_ON_SERVER = '{ database = "a server of [databases]", query = "SELECT ..." }'


@dataclass(frozen=True)
class Source:
    """Where a table is: a file, and a sheet if the file is a workbook; or a query, on a server perhaps."""

    path: Path
    sheet: str = ""
    query: str = ""
    server: Server | None = None

    def __str__(self) -> str:
        if self.query:
            return "an SQL query"
        return f"{self.path.name}#{self.sheet}" if self.sheet else self.path.name


def find_databases(
    folder: Path, named: object, faults: list[Fault]
) -> tuple[dict[str, Path], set[str]]:
    """Read `[databases]` of case.toml: names under which queries know files of SQLite or DuckDB.

    Returns
    -------
    found : dict of str to path
    missing : set of str
        Names whose file is none; a fault says so.
    """
    found: dict[str, Path] = {}
    if not isinstance(named, Mapping):
        faults.append(_key_fault("databases", named, "a section: name = path"))
        return found, set()
    files = {name: place for name, place in named.items() if not is_server(place)}
    for name, place in files.items():
        key = f"databases.{name}"
        if not isinstance(place, str):
            faults.append(_key_fault(key, place, "a path"))
        elif not is_file(folder / place):
            faults.append(_key_fault(key, place, "a file that exists"))
        elif not is_database(folder / place):
            faults.append(_key_fault(key, place, "a file of SQLite or DuckDB"))
        else:
            found[name] = folder / place
    return found, set(files) - set(found)


def find_places(
    folder: Path, named: object, servers: Mapping[str, Server], faults: list[Fault]
) -> dict[str, Source]:
    """Find the one place of each table that is given; two places are a fault.

    Parameters
    ----------
    folder
        The case.
    named
        `[sources]` of case.toml.
    servers
        Servers of `[databases]` by name; a query on one that is missing is left out.
    faults
        Takes what is wrong.
    """
    places: dict[str, list[Source]] = {table.name: [] for table in TABLES}
    for table, place in _named(named, faults):
        if isinstance(place, str):
            source = _source(folder, table, place, faults)
        else:
            source = _on_server(folder, table, place, servers, faults)
        if source:
            places[table].append(source)
    for source, name in _beside(folder, faults):
        table = table_named(name)
        if table and source not in places[table]:
            places[table].append(source)
    faults += _misspelt(folder, list(places))
    for table, sources in places.items():
        if len(sources) > 1:
            found = ", ".join(map(str, sources))
            faults.append(Fault(table, None, None, found, "one place for a table"))
    return {table: sources[0] for table, sources in places.items() if sources}


def table_named(name: str) -> str:
    """Find the table that a file or a sheet is named after, in English or Chinese; empty if none.

    >>> table_named("limits"), table_named(" Limits"), table_named("限额"), table_named("sheet 1")
    ('limits', 'limits', 'limits', '')
    """
    wanted = name.strip().casefold()
    return next((table.name for table in TABLES if wanted in (table.name, table.name_zh)), "")


def is_file(path: Path) -> bool:
    """Tell whether a path is a file; a path that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _key_fault(key: str, found: object, allowed: str, hint: str = "") -> Fault:
    shown = found if isinstance(found, str | int | float) else str(found)
    return Fault("case.toml", None, key, shown, allowed, hint)


def _named(named: object, faults: list[Fault]) -> Iterator[tuple[str, str | Mapping[str, object]]]:
    known = [table.name for table in TABLES]
    if not isinstance(named, Mapping):
        faults.append(_key_fault("sources", named, "a section: table = place"))
        return
    for table, place in named.items():
        key = f"sources.{table}"
        if table_named(table) == "":
            hint = nearest(table, known)
            faults.append(_key_fault(key, place, "a table of the contract", hint))
        elif not isinstance(place, str | Mapping):
            faults.append(_key_fault(key, place, _FORMATS))
        else:
            yield table_named(table), place


def _on_server(
    folder: Path,
    table: str,
    place: Mapping[str, object],
    servers: Mapping[str, Server],
    faults: list[Fault],
) -> Source | None:
    """Read `{ database = ..., query = ... }`; a server that is missing is a fault of `[databases]` alone."""
    key = f"sources.{table}"
    query, database = place.get("query"), place.get("database")
    is_query = isinstance(query, str) and bool(IS_QUERY.match(query))
    if set(place) != {"database", "query"} or not isinstance(database, str):
        faults.append(_key_fault(key, f"a section of {', '.join(place)}", _ON_SERVER))
    elif not is_query:
        faults.append(_key_fault(f"{key}.query", query, "one SELECT"))
    elif database not in servers:
        hint = nearest(database, servers)
        allowed = "a server of [databases], { postgresql = ... }"
        faults.append(_key_fault(f"{key}.database", database, allowed, hint))
    else:
        return Source(folder, query=str(query), server=servers[database])
    return None


def _source(folder: Path, table: str, place: str, faults: list[Fault]) -> Source | None:
    key = f"sources.{table}"
    if IS_QUERY.match(place) and not is_file(folder / place):
        return Source(folder, query=place)
    file, _, sheet = place.partition("#")
    path = folder / file
    if path.suffix.lower() not in SUFFIXES:
        faults.append(_key_fault(key, place, _FORMATS))
        return None
    if not is_file(path):
        faults.append(_key_fault(key, place, "a file that exists"))
        return None
    return Source(path) if path.suffix.lower() != ".xlsx" else _of_sheet(path, table, sheet, faults)


def _of_sheet(path: Path, table: str, sheet: str, faults: list[Fault]) -> Source | None:
    sheets = _sheets_of(path, faults)
    found = [name for name in sheets if name == sheet or (not sheet and table_named(name) == table)]
    if found:
        return Source(path, found[0])
    if sheets:
        place, hint = f"{path.name}#{sheet or table}", nearest(sheet or table, sheets)
        faults.append(_key_fault(f"sources.{table}", place, "a sheet of the workbook", hint))
    return None


def _beside(folder: Path, faults: list[Fault]) -> Iterator[tuple[Source, str]]:
    """List the files and sheets beside case.toml that are named after something."""
    for path in _files(folder, faults):
        yield Source(path), path.stem
    for sheet in _sheets_of(folder / BOOK, faults):
        yield Source(folder / BOOK, sheet), sheet


def _files(folder: Path, faults: list[Fault]) -> list[Path]:
    found = [path for path in sorted(folder.iterdir()) if path.suffix in (".csv", ".parquet")]
    files = [path for path in found if is_file(path)]
    others = [path for path in found if path not in files and table_named(path.stem)]
    faults += [Fault(table_named(path.stem), None, None, path.name, "a file") for path in others]
    return files


def _sheets_of(path: Path, faults: list[Fault]) -> list[str]:
    if not path.exists():
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
    for source, name in _beside(folder, []):
        if table_named(name) or name.casefold().startswith("note"):
            continue
        hint = nearest(name, known)
        if hint:
            yield Fault(str(source), None, None, name, "the name of a table", hint, warning=True)
