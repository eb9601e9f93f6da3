"""Tables by SQL on a real PostgreSQL server, started here on loopback; without it these tests are skipped by name."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from alm.case import load, write_inputs
from alm.case.warehouse import run_on_server

from .conftest import TABLES, TOML, faults_of
from .test_query import rows_of

VARIABLE = "ALM_TEST_WAREHOUSE"
SECRET = "open sesame"
QUERY = (
    "SELECT region, currency, product, balance, rate, max_new, plug FROM book ORDER BY region DESC"
)
SOURCES = f'[databases]\nwarehouse = {{ postgresql = "{VARIABLE}" }}\n[sources]\n'
FROM_SERVER = SOURCES + f'positions = {{ database = "warehouse", query = "{QUERY}" }}\n'


def program(name):
    """Find a program of PostgreSQL: Debian keeps those of the server off the path."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(beside[-1]) if beside else None)


needs_server = pytest.mark.skipif(
    not (program("initdb") and program("pg_ctl")), reason="needs the server of PostgreSQL"
)


@pytest.fixture(scope="module")
def address():
    """A server of PostgreSQL on loopback, run by somebody who is not root, with a password; its address."""
    folder = Path(tempfile.mkdtemp(prefix="alm-postgresql-"))
    somebody = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
    if somebody:
        shutil.chown(folder, **somebody)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "password").write_text(SECRET, encoding="utf-8")

    def run(name, *words):
        done = subprocess.run(
            [program(name), *words], cwd=folder, capture_output=True, check=False, **somebody
        )
        assert done.returncode == 0, done.stderr

    run("initdb", "-D", folder / "data", "-U", "alm", "-A", "scram-sha-256",
        "--pwfile", folder / "password", "--no-sync", "--locale=C", "-E", "UTF8")  # fmt: skip
    serve = f"-p {port} -h 127.0.0.1 -k {folder} -F"
    run("pg_ctl", "-D", folder / "data", "-o", serve, "-l", folder / "log", "-w", "start")
    try:
        address = f"postgresql://alm:{SECRET.replace(' ', '%20')}@127.0.0.1:{port}/postgres"
        _fill(address)
        yield address
    finally:
        run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _fill(address):
    header, rows = rows_of(TABLES["positions"])
    kinds = {"balance": "numeric(12,2)", "rate": "float8", "max_new": "numeric", "plug": "boolean"}
    columns = ", ".join(f"{name} {kinds.get(name, 'text')}" for name in header)
    with psycopg.connect(address) as connection:
        connection.execute(f"CREATE TABLE book ({columns})")
        blanks = ",".join(["%s"] * len(header))
        for row in rows:
            connection.execute(
                f"INSERT INTO book VALUES ({blanks})", [cell or None for cell in row]
            )


@pytest.fixture
def at(monkeypatch):
    """Put an address into the environment."""
    return lambda address: monkeypatch.setenv(VARIABLE, address)


@needs_server
def test_a_query_on_a_server_reads_as_the_same_case_as_csv_files(address, at, write, tmp_path):
    at(address)
    case = load(write(toml=TOML + FROM_SERVER, positions=None))
    assert case == load(write())
    write_inputs(case, tmp_path / "frozen")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "frozen").iterdir())
    assert not any(
        word.encode() in kept for word in (VARIABLE, "warehouse", "127.0.0.1", "sesame", "SELECT")
    )
    at("")
    assert load(tmp_path / "frozen") == case


@needs_server
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM bok", 'relation "bok" does not exist'),
        ("SELECT region FROM book; DELETE FROM book", "cannot insert multiple commands"),
        ("WITH gone AS (DELETE FROM book RETURNING *) SELECT * FROM gone", "data-modifying"),
        ("SELECT 1 / 0 AS region", "division by zero"),
        ("SELECT setval('counted', 1) AS region", 'relation "counted" does not exist'),
    ],
)
def test_a_query_that_cannot_run_is_one_fault_with_the_words_of_the_server(
    query, said, address, at, write
):
    at(address)
    toml = TOML + SOURCES + f'positions = {{ database = "warehouse", query = "{query}" }}\n'
    (fault,) = [each for each in faults_of(write(toml=toml, positions=None)) if each.hint]
    assert (fault.table, fault.column, fault.found) == ("case.toml", "sources.positions", query)
    assert said in fault.hint


@needs_server
def test_a_server_that_refuses_is_one_fault_that_tells_nothing_of_its_address(address, at, write):
    folder = write(toml=TOML + FROM_SERVER, positions=None)
    for wrong in (
        address.replace("sesame", "barley"),
        address.replace("/postgres", "/nowhere"),
        "postgresql://alm:sesame@127.0.0.1:1/secret",
        "host=127.0.0.1 port=1 user=alm password=sesame dbname=secret",
    ):
        at(wrong)
        (fault,) = [each for each in faults_of(folder) if each.hint]
        assert fault.column == "sources.positions"
        assert f"{VARIABLE} names gives no connection" in fault.hint
        told = ("127.0.0.1", "barley", "sesame", "nowhere", "secret", '"alm"')
        assert not any(word in str(fault) for word in told)


@needs_server
def test_values_are_written_as_a_case_reads_them(address, at):
    at(address)
    query = "SELECT NULL::text AS a, 2.50::numeric AS b, 'nan'::float8 AS c, true AS d, date '2025-12-31' AS e, ' x ' AS f"
    from alm.case.warehouse import Server

    assert run_on_server(query, Server(VARIABLE)) == [
        ["a", "b", "c", "d", "e", "f"],
        ["", "2.50", "nan", "true", "2025-12-31", "x"],
    ]


def test_an_address_that_is_none_is_refused_without_repeating_it(at, write):
    at("password='open sesame")
    (fault,) = [
        each for each in faults_of(write(toml=TOML + FROM_SERVER, positions=None)) if each.hint
    ]
    assert f"{VARIABLE} does not hold an address of PostgreSQL" in fault.hint
    assert "sesame" not in str(fault)


@pytest.mark.parametrize(
    ("databases", "column", "found"),
    [
        (f'{{ postgresql = "{VARIABLE}" }}', "databases.warehouse", VARIABLE),
        ('"postgresql://alm:sesame@host/db"', "databases.warehouse", "an address (not shown)"),
        (
            '{ postgresql = "host=h password=sesame" }',
            "databases.warehouse",
            "an address (not shown)",
        ),
        ('{ postgres = "X" }', "databases.warehouse", "a section of postgres"),
        ("{ postgresql = 3 }", "databases.warehouse", "a section of postgresql"),
    ],
)
def test_a_server_that_is_not_named_by_a_variable_is_one_fault(databases, column, found, write):
    toml = TOML + FROM_SERVER.replace(f'{{ postgresql = "{VARIABLE}" }}', databases)
    (fault,) = faults_of(write(toml=toml))
    assert (fault.column, fault.found) == (column, found)
    assert "sesame" not in str(fault)


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ('{ database = "warehose", query = "SELECT 1" }', "sources.positions.database"),
        ('{ database = "warehouse", query = "DELETE FROM book" }', "sources.positions.query"),
        ('{ database = "warehouse" }', "sources.positions"),
        ("3", "sources.positions"),
    ],
)
def test_a_query_on_a_server_names_it_and_selects(source, column, at, write):
    at("postgresql://127.0.0.1:1/x")
    (fault,) = [
        each
        for each in faults_of(write(toml=TOML + SOURCES + f"positions = {source}\n"))
        if each.table == "case.toml"
    ]
    assert fault.column == column


def test_a_missing_driver_is_named(at, write, monkeypatch):
    at("postgresql://127.0.0.1:1/x")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (fault,) = [
        each for each in faults_of(write(toml=TOML + FROM_SERVER, positions=None)) if each.hint
    ]
    assert fault.hint == 'the package psycopg is missing; install "fundweir[postgresql]"'
