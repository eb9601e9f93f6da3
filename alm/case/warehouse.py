"""Queries of `[sources]` on a PostgreSQL server, whose address only the environment knows.

case.toml names the variable, never the address; no message, log or run says more of a server than that name.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alm.case.faults import Fault
from alm.case.files import MOST_CELLS, Grid, UnreadableError, cell_text

KIND = "postgresql"
CONNECT = 10  # seconds to reach a server, unless the address says
BATCH = 10_000  # rows fetched at once
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_IS_ADDRESS = re.compile(r"\w+://|\b(host|password|user|dbname)\s*=", re.I)
_NAMED = '{ postgresql = "VARIABLE" }, the environment variable that holds the address'
_HIDDEN = "an address (not shown)"
_FORM = "an address of PostgreSQL, as postgresql://user:password@host/database"
_MISSING = 'the package psycopg is missing; install "fundweir[postgresql]"'


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server.

    Attributes
    ----------
    variable : str
        Environment variable that holds its address.
    """

    variable: str

    @property
    def address(self) -> str:
        """What the environment says."""
        return os.environ.get(self.variable, "")


def is_server(place: object) -> bool:
    """Tell whether an entry of `[databases]` means a server: a section, or its address, which must not stand there."""
    return isinstance(place, Mapping) or (
        isinstance(place, str) and bool(_IS_ADDRESS.search(place))
    )


def find_servers(named: object, faults: list[Fault]) -> tuple[dict[str, Server], set[str]]:
    """Read the servers of `[databases]`.

    Returns
    -------
    found : dict of str to Server
    missing : set of str
        Names of those that cannot be reached, as a fault says.
    """
    found: dict[str, Server] = {}
    given = named if isinstance(named, Mapping) else {}
    meant = {name: place for name, place in given.items() if is_server(place)}
    for name, place in meant.items():
        fault = next(_wrong(f"databases.{name}", place), None)
        if fault:
            faults.append(fault)
        else:
            found[name] = Server(place[KIND])
    return found, set(meant) - set(found)


def _wrong(key: str, section: Mapping[str, Any] | str) -> Iterator[Fault]:
    if isinstance(section, str):
        yield _of_address(key)
        return
    variable = section.get(KIND)
    if set(section) != {KIND} or not isinstance(variable, str):
        yield Fault("case.toml", None, key, f"a section of {', '.join(section)}", _NAMED)
    elif not _VARIABLE.fullmatch(variable):
        yield _of_address(key)
    elif not Server(variable).address:
        yield Fault("case.toml", None, key, variable, "an environment variable that is set")


def _of_address(key: str) -> Fault:
    """Refuse an address in case.toml, without repeating it."""
    hint = "an address may hold a password, which does not belong into a file"
    return Fault("case.toml", None, key, _HIDDEN, _NAMED, hint)


def run_on_server(query: str, server: Server) -> Grid:
    """Run a query on a server, to read only.

    Returns
    -------
    list of list of str
        Names of the columns, then the rows.

    Raises
    ------
    UnreadableError
        With the message of the server, but for all that tells where it is.
    """
    try:
        import psycopg
    except ImportError:
        raise UnreadableError(_MISSING) from None
    try:
        with closing(_connected(server)) as connection:
            return list(_rows(connection, query))
    except psycopg.Error as error:
        said = getattr(error.diag, "message_primary", None) or str(error)
        raise UnreadableError(_without(server, said)) from None


def _connected(server: Server) -> Any:
    """Connect; what libpq says of a connection that failed begins with the address and ends with the reason."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(server.address)
    except psycopg.Error:
        raise UnreadableError(f"{server.variable} does not hold {_FORM}") from None
    known: dict[str, Any] = {"connect_timeout": CONNECT, "application_name": "alm", **given}
    try:
        connection = psycopg.connect(**known)
    except (psycopg.Error, UnicodeError) as error:
        reason = _without(server, str(error).rpartition("failed: ")[2])
        why = f"the server that {server.variable} names gives no connection: {reason}"
        raise UnreadableError(why) from None
    connection.read_only = True
    return connection


def _rows(connection: Any, query: str) -> Iterator[list[str]]:
    _refuse_several(connection, query)
    with connection.cursor(name="alm") as cursor:
        cursor.execute(query)
        names = [column.name.strip() for column in cursor.description]
        yield names
        read = 0
        while rows := cursor.fetchmany(BATCH):
            read += len(rows) * len(names)
            if read > MOST_CELLS:
                raise UnreadableError(f"more than {MOST_CELLS:,} cells")
            yield from ([_text(value) for value in row] for row in rows)


def _refuse_several(connection: Any, query: str) -> None:
    """Let the server read the query before it runs: it prepares one statement only."""
    from psycopg.pq import ExecStatus

    prepared = connection.pgconn.prepare(b"", query.encode())
    if prepared.status != ExecStatus.COMMAND_OK:
        raise UnreadableError(prepared.get_error_message().split("\n")[0])


def _text(value: object) -> str:
    """Write a value as text; not a number is no blank here, as NULL is there to say that."""
    if isinstance(value, float | Decimal) and math.isnan(value):
        return "nan"
    return cell_text(value)


def _without(server: Server, said: str) -> str:
    """Take out of a message what the address holds: host, user, database, password."""
    from psycopg.conninfo import conninfo_to_dict

    said = " ".join(said.split())
    parts = [server.address, *map(str, conninfo_to_dict(server.address).values())]
    for part in sorted(set(parts), key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "***", said) if part else said
    return said
