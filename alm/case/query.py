"""Run a query of `[sources]` with DuckDB, on databases and on files beside case.toml, and read its result as text.

A query only reads: databases are opened so, statements other than one SELECT after any ATTACH are refused, and
no extension is fetched or loaded.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from alm.case import sqlite
from alm.case.files import MOST_CELLS, Grid, UnreadableError, cell_text
from alm.case.sqlite import quoted

IS_QUERY = re.compile(
    r"(\s|--[^\n]*\n|/\*.*?\*/|\()*(select|with|from|attach|values|table)\b", re.I | re.S
)
_ATTACH = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*attach\s+(?:database\s+)?(?:if\s+not\s+exists\s+)?'(?P<path>(?:[^']|'')+)'"
    r'(?:\s+as\s+(?P<name>"(?:[^"]|"")+"|\w+))?\s*(?:\([^)]*\))?\s*;?\s*',
    re.I | re.S,
)
_SQLITE_SCAN = re.compile(r"\bsqlite_scan\s*\(\s*'([^']+)'\s*,\s*'([^']+)'\s*\)", re.I)
_ONE_SELECT = "one SELECT, after ATTACH of the files that it reads if need be"
_BATCH = 50_000
_DUCKDB_MAGIC = b"DUCK"


def is_database(path: Path) -> bool:
    """Tell whether a file is a database of SQLite or DuckDB, by its first bytes."""
    return _is_sqlite(path) or _start(path)[8:12] == _DUCKDB_MAGIC


def run_query(query: str, folder: Path, databases: Mapping[str, Path]) -> Grid:
    """Run a query.

    Parameters
    ----------
    query
        SQL of DuckDB.
    folder
        Files in it are named from here.
    databases
        Files of SQLite or DuckDB by the name under which the query knows them.

    Returns
    -------
    list of list of str
        Names of the columns, then the rows.

    Raises
    ------
    UnreadableError
        With the message of the database.
    """
    import duckdb

    options: dict[str, Any] = {
        # A case means the same on any machine, and nothing is fetched from anywhere.
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "threads": 1,
        "memory_limit": "2GB",
        "file_search_path": str(folder.resolve()),
        "temp_directory": "",
    }
    with closing(duckdb.connect(":memory:", config=options)) as connection:
        try:
            return _result(connection, query, folder, databases)
        except (duckdb.Error, sqlite3.Error, UnicodeError) as error:
            raise UnreadableError(_first_line(error)) from None


def _result(connection: Any, query: str, folder: Path, databases: Mapping[str, Path]) -> Grid:
    *before, last = _statements(connection, _with_scans(connection, query, folder))
    names = [name for name in databases if name.casefold() in query.casefold()]
    for name in names or (list(databases) if len(databases) == 1 else []):
        _attach(connection, databases[name], name, query)
    for name, path in before:
        _attach(connection, folder / path, name, query)
    if len(databases) == 1 and not before:
        connection.execute(f"USE {quoted(next(iter(databases)))}")
    connection.execute("SET lock_configuration = true")
    return list(_rows(connection.execute(last)))


def _statements(connection: Any, query: str) -> list[Any]:
    """Take a query apart: (name, path) of each ATTACH, and the SELECT last."""
    *before, last = connection.extract_statements(query) or [None]
    attached = [_ATTACH.fullmatch(statement.query) for statement in before]
    if last is None or last.type.name != "SELECT" or not all(attached):
        raise UnreadableError(f"it must be {_ONE_SELECT}")
    return [*(_name_and_path(match) for match in attached if match), last]


def _name_and_path(match: re.Match[str]) -> tuple[str, str]:
    path = match["path"].replace("''", "'").removeprefix("sqlite:").removeprefix("duckdb:")
    name = match["name"] or Path(path).stem
    return name[1:-1].replace('""', '"') if name.startswith('"') else name, path


def _attach(connection: Any, path: Path, name: str, query: str) -> None:
    if not path.is_file() or not is_database(path):
        raise UnreadableError(f"{path.name}: no file of SQLite or DuckDB")
    if not _is_sqlite(path):
        place = str(path.resolve()).replace("'", "''")
        connection.execute(f"ATTACH '{place}' AS {quoted(name)} (READ_ONLY)")
        return
    connection.execute(f"ATTACH ':memory:' AS {quoted(name)}")
    for table in sqlite.table_names(path):
        # Only what the query may mean is copied.
        if table.casefold() in query.casefold():
            sqlite.copy_table(connection, path, table, f"{quoted(name)}.{quoted(table)}")


def _with_scans(connection: Any, query: str, folder: Path) -> str:
    """Put a copy of the table in the place of each `sqlite_scan('file', 'table')`."""
    copies: dict[tuple[str, str], str] = {}
    for file, table in _SQLITE_SCAN.findall(query):
        if (file, table) in copies:
            continue
        path = folder / file
        if not path.is_file() or not _is_sqlite(path):
            raise UnreadableError(f"{file}: no file of SQLite")
        copies[file, table] = f"memory.main.{quoted(f'{file} {table}')}"
        sqlite.copy_table(connection, path, table, copies[file, table])
    return _SQLITE_SCAN.sub(lambda match: copies[match[1], match[2]], query)


def _rows(result: Any) -> Iterator[list[str]]:
    names = [column[0].strip() for column in result.description]
    yield names
    read = 0
    while rows := result.fetchmany(_BATCH):
        read += len(rows) * len(names)
        if read > MOST_CELLS:
            raise UnreadableError(f"more than {MOST_CELLS:,} cells")
        yield from ([_text(value) for value in row] for row in rows)


def _text(value: object) -> str:
    """Write a value as text; not a number is no blank here, as NULL is there to say that."""
    return "nan" if isinstance(value, float) and math.isnan(value) else cell_text(value)


def _is_sqlite(path: Path) -> bool:
    return _start(path) == sqlite.MAGIC


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _first_line(error: Exception) -> str:
    """Shorten a message of DuckDB, which goes on to show the query and what could be installed."""
    return str(error).split("\n")[0].strip() or type(error).__name__
