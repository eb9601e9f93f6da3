"""Copy tables of a SQLite file into DuckDB.

The wheel of DuckDB holds no reader of SQLite and would have to download one, so Python's own reads the file, and DuckDB
runs the query on the copy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

MAGIC = b"SQLite format 3\0"


def table_names(path: Path) -> list[str]:
    """List the tables and views of a SQLite file. sqlite3.Error if it cannot be read."""
    with closing(_open(path)) as file:
        found = file.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        return [name for (name,) in found]


def copy_table(connection: Any, path: Path, table: str, target: str) -> None:
    """Copy one table or view.

    Parameters
    ----------
    connection
        Of DuckDB.
    path
        SQLite file, opened to read only.
    target
        Quoted name of the new table in DuckDB.

    Raises
    ------
    sqlite3.Error
        The file cannot be read, or has no such table.
    """
    with closing(_open(path)) as file:
        found = file.execute(f"SELECT * FROM {quoted(table)}")
        names = [column[0] for column in found.description]
        rows = found.fetchall()
        declared = [row[2] for row in file.execute(f"PRAGMA table_info({quoted(table)})")]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    kinds = [_kind(values, kind) for values, kind in zip(columns, declared, strict=True)]
    fields = ", ".join(f"{quoted(name)} {kind}" for name, kind in zip(names, kinds, strict=True))
    connection.execute(f"CREATE TABLE {target} ({fields})")
    if rows:
        connection.register("copied rows", _arrow(columns, kinds))
        connection.execute(f'INSERT INTO {target} SELECT * FROM "copied rows"')
        connection.unregister("copied rows")


def quoted(name: str) -> str:
    """Write a name as SQL does where it may hold anything.

    >>> print(quoted('a "b" c'))
    "a ""b"" c"
    """
    return '"' + name.replace('"', '""') + '"'


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _kind(values: Sequence[object], declared: str) -> str:
    """Choose the type of DuckDB that holds every value; SQLite lets any value stand in any column."""
    kinds = {type(value) for value in values} - {type(None)}
    declared = declared.upper()
    if kinds <= {str} and "DATE" in declared:
        return "DATE" if all(map(_is_date, values)) else "VARCHAR"
    if not kinds:
        return _affinity(declared)
    if kinds == {int}:
        return "BIGINT"
    if kinds <= {int, float}:
        return "DOUBLE"
    return "BLOB" if kinds == {bytes} else "VARCHAR"


def _affinity(declared: str) -> str:
    """Type of a column without values, by the declared type (sqlite.org/datatype3.html, section 3.1)."""
    if "INT" in declared:
        return "BIGINT"
    is_text = any(word in declared for word in ("CHAR", "CLOB", "TEXT")) or not declared
    return "VARCHAR" if is_text else "DOUBLE"


def _is_date(value: object) -> bool:
    from alm.case.cells import parse_date

    return value is None or (len(str(value)) == 10 and parse_date(str(value)) is not None)


def _arrow(columns: Sequence[Sequence[Any]], kinds: Sequence[str]) -> Any:
    import pyarrow

    read = {"BIGINT": pyarrow.int64(), "DOUBLE": pyarrow.float64(), "BLOB": pyarrow.binary()}
    arrays = [
        pyarrow.array(
            values if kind in read else [_as_text(value) for value in values],
            read.get(kind, pyarrow.string()),
        )
        for values, kind in zip(columns, kinds, strict=True)
    ]
    return pyarrow.Table.from_arrays(arrays, names=[str(i) for i in range(len(arrays))])


def _as_text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return None if value is None else str(value)
