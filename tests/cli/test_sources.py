"""A case whose balances lie in a database, from the shell to the run folder."""

import csv
import sqlite3
from contextlib import closing

import pytest

from . import cases
from .program import allocate, alm

QUERY = "SELECT * FROM ledger.book"


@pytest.fixture
def in_a_database(tmp_path):
    """Move the positions of the case of two regions into a SQLite file."""
    folder = cases.write_case(tmp_path / "case")
    with (folder / "positions.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with closing(sqlite3.connect(folder / "ledger.db")) as file:
        file.execute(f"CREATE TABLE book ({', '.join(header)})")
        blanks = ",".join("?" * len(header))
        file.executemany(
            f"INSERT INTO book VALUES ({blanks})", [[cell or None for cell in row] for row in rows]
        )
        file.commit()
    (folder / "positions.csv").unlink()
    settings = f'[sources]\npositions = "{QUERY}"\n[databases]\nledger = "ledger.db"\n'
    with (folder / "case.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return folder


def test_a_run_freezes_what_a_query_gave_and_not_the_query(in_a_database, tmp_path):
    run = tmp_path / "run"
    done = allocate(in_a_database, run)
    assert done.code == 0, done.err
    plain = allocate(cases.write_case(tmp_path / "plain"), tmp_path / "other")
    assert done.answer["objective"] == plain.answer["objective"]
    assert (run / "inputs" / "positions.csv").is_file()
    said = [path.read_bytes() for path in run.rglob("*") if path.is_file()]
    assert not any(b"ledger" in content for content in said)
    (in_a_database / "ledger.db").unlink()
    assert alm("verify", run).code == 0
    assert alm("check", run / "inputs").code == 0


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (QUERY, "SELECT * FROM ledger.books", "sources.positions"),
        (QUERY, "COPY ledger.book TO 'book.csv'", "sources.positions"),
        ('"ledger.db"', '"leger.db"', "databases.ledger"),
    ],
)
def test_a_query_that_cannot_run_is_exit_code_2(old, new, column, in_a_database):
    cases.replace(in_a_database / "case.toml", old, new)
    done = alm("check", in_a_database, "--json")
    assert done.code == 2
    assert (done.answer["faults"][0]["table"], done.answer["faults"][0]["column"]) == (
        "case.toml",
        column,
    )
    assert "Traceback" not in done.err
    assert not (in_a_database / "book.csv").exists()
