"""Tables by SQL: DuckDB on SQLite and DuckDB files, and on files beside case.toml."""

import sqlite3
from contextlib import closing

import duckdb
import pandas as pd
import pytest

from alm.case import load, write_inputs
from alm.case.files import UnreadableError
from alm.case.query import run_query

from .conftest import TABLES, TOML, faults_of

POSITIONS = "SELECT region, currency, product, balance, rate, max_new, plug FROM {} ORDER BY ALL"


def rows_of(text):
    header, *rows = [line.split(",") for line in text.splitlines()]
    return header, rows


def sqlite_file(path, **tables):
    """Write tables as a bank's system would: numbers as REAL, blanks as NULL, under names of its own."""
    with closing(sqlite3.connect(path)) as file:
        for name, text in tables.items():
            header, rows = rows_of(text)
            kinds = ", ".join(
                f"{column} {'REAL' if column in ('balance', 'amount', 'rate', 'max_new') else 'TEXT'}"
                for column in header
            )
            file.execute(f"CREATE TABLE {name} ({kinds})")
            cells = [[cell or None for cell in row] for row in rows]
            file.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(header))})", cells)
        file.commit()


def duckdb_file(path, **tables):
    with closing(duckdb.connect(str(path))) as file:
        for name, text in tables.items():
            header, rows = rows_of(text)
            frame = pd.DataFrame(rows, columns=header).replace("", None)
            numbers = {"balance", "rate", "max_new"} & set(header)
            frame = frame.astype(dict.fromkeys(numbers, "float64"))
            file.register("frame", frame)
            file.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")


@pytest.mark.parametrize("make", [sqlite_file, duckdb_file])
@pytest.mark.parametrize(
    ("section", "table"),
    [
        ('[databases]\nbank = "data/bank.db"\n', "bank.book"),
        ('[databases]\nbank = "data/bank.db"\n', "book"),
        ('[databases]\nbank = "data/bank.db"\nother = "data/other.db"\n', "bank.book"),
    ],
)
def test_a_query_on_a_database_reads_as_the_same_case_as_csv_files(make, section, table, write):
    toml = f"{TOML}[sources]\npositions = '{POSITIONS.format(table)}'\n{section}"
    folder = write(toml=toml, positions=None)
    (folder / "data").mkdir()
    make(folder / "data" / "bank.db", book=TABLES["positions"])
    make(folder / "data" / "other.db", book="region\nnowhere\n")
    before = {path.name: path.read_bytes() for path in (folder / "data").iterdir()}
    assert load(folder) == load(write())
    assert {path.name: path.read_bytes() for path in (folder / "data").iterdir()} == before


@pytest.mark.parametrize(
    "query",
    [
        POSITIONS.format("'raw.csv'"),
        POSITIONS.format("'raw.parquet'"),
        POSITIONS.format("read_csv('raw.csv', all_varchar = true)"),
        POSITIONS.format("sqlite_scan('bank.db', 'book')"),
        "ATTACH 'bank.db' AS bank (TYPE sqlite); " + POSITIONS.format("bank.book"),
        "ATTACH 'w.duckdb' (READ_ONLY); -- the warehouse\n" + POSITIONS.format("w.book"),
        "-- as of year end\nFROM 'raw.csv'",
        "WITH book AS (FROM 'raw.csv') " + POSITIONS.format("book"),
    ],
)
def test_a_query_on_files_reads_as_the_same_case_as_csv_files(query, write):
    folder = write(toml=f"{TOML}[sources]\npositions = '''{query}'''\n", positions=None)
    (folder / "raw.csv").write_text(TABLES["positions"])
    header, rows = rows_of(TABLES["positions"])
    pd.DataFrame(rows, columns=header).to_parquet(folder / "raw.parquet")
    sqlite_file(folder / "bank.db", book=TABLES["positions"])
    duckdb_file(folder / "w.duckdb", book=TABLES["positions"])
    assert load(folder) == load(write())


def test_a_query_sees_the_bank_across_databases_and_files(write):
    """Balances of SQLite x a rate of a CSV file, summed: 60 + 20 = 80 of loans in yuan."""
    toml = TOML + (
        "[sources]\npositions = '''SELECT region, product, sum(amount * per_unit) AS balance, any_value(rate) AS rate, "
        "any_value(max_new) AS max_new, any_value(plug) AS plug FROM ledger.book JOIN 'units.csv' USING (product) "
        "GROUP BY region, product'''\n[databases]\nledger = \"ledger.db\"\n"
    )
    book = (
        "region,product,amount,rate,max_new,plug\nwest,cash,20,0.01,,true\nwest,loan,60,0.04,10,\n"
        "west,loan,20,0.04,10,\nwest,deposit,90,0.01,5,\nwest,shares,10,0,0,\neast,cash,12,0.02,,true\n"
        "east,deposit,12,0.01,3,\n"
    )
    folder = write(toml=toml, positions=None)
    sqlite_file(folder / "ledger.db", book=book)
    units = "".join(f"{name},1\n" for name in ("cash", "loan", "deposit", "shares"))
    (folder / "units.csv").write_text(f"product,per_unit\n{units}")
    assert load(folder) == load(write())


def test_a_query_is_frozen_as_its_result(write, tmp_path):
    toml = f"{TOML}[sources]\nfx = 'SELECT * FROM rates'\n[databases]\nmarket = \"m.db\"\n"
    folder = write(toml=toml, fx=None)
    sqlite_file(folder / "m.db", rates=TABLES["fx"])
    case = load(folder)
    write_inputs(case, tmp_path / "frozen")
    said = (tmp_path / "frozen" / "case.toml").read_text()
    assert "SELECT" not in said
    assert "m.db" not in said
    assert (tmp_path / "frozen" / "fx.csv").read_text().splitlines() == TABLES["fx"].splitlines()
    (folder / "m.db").unlink()
    assert load(tmp_path / "frozen") == case


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT currency FROM nowhere", "nowhere does not exist"),
        ("SELECT FROM WHERE", "syntax error"),
        ("SELECT no_column FROM rates", "no_column"),
        ("SELECT * FROM sqlite_scan('m.db', 'nothing')", "no such table: nothing"),
        ("SELECT * FROM sqlite_scan('x.db', 'rates')", "x.db: no file of SQLite"),
        ("ATTACH 'new.db' AS new; SELECT 1", "new.db: no file of SQLite or DuckDB"),
        ("SELECT 1; DROP TABLE rates", "it must be one SELECT"),
        ("ATTACH 'm.db' AS n; COPY (SELECT 1) TO 'out.csv'", "it must be one SELECT"),
        ("WITH a AS (SELECT 1) INSERT INTO rates SELECT * FROM a", "it must be one SELECT"),
        ("SELECT * FROM 'https://example.com/fx.csv'", "httpfs"),
        ("SELECT * FROM range(10000000000000)", "more than 10,000,000 cells"),
    ],
)
def test_a_query_that_cannot_run_is_one_fault_and_writes_nothing(query, said, write, monkeypatch):
    monkeypatch.setattr("alm.case.query.MOST_CELLS", 10_000_000 if "httpfs" in said else 200_000)
    said = said.replace("10,000,000", "200,000")
    toml = f"{TOML}[sources]\nfx = '''{query}'''\n[databases]\nmarket = \"m.db\"\n"
    folder = write(toml=toml, fx=None)
    sqlite_file(folder / "m.db", rates=TABLES["fx"])
    before = sorted(path.name for path in folder.iterdir())
    (fault,) = faults_of(folder)
    assert (fault.table, fault.column, fault.found) == ("case.toml", "sources.fx", query)
    assert said in fault.hint
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ('bank = "none.db"', "a file that exists"),
        ('bank = "case.toml"', "a file of SQLite or DuckDB"),
        ("bank = 7", "a path"),
    ],
)
def test_a_database_that_is_none_is_named(line, allowed, write):
    (fault,) = faults_of(write(toml=f"{TOML}[databases]\n{line}\n"))
    assert (fault.table, fault.column, fault.allowed) == ("case.toml", "databases.bank", allowed)


@pytest.mark.parametrize("query", ["SELECT * FROM rates", "SELECT * FROM bank.rates"])
def test_a_missing_database_is_one_fault_and_not_one_a_query(query, write):
    toml = f'{TOML}[sources]\nfx = "{query}"\n[databases]\nbank = "none.db"\n'
    faults = faults_of(write(toml=toml, fx=None))
    assert ("case.toml", "databases.bank") in {(fault.table, fault.column) for fault in faults}
    assert not [fault for fault in faults if fault.column == "sources.fx"]


def test_a_faulty_cell_of_a_result_is_counted_as_in_a_sheet(write):
    """The names of the columns are row 1, so the second row of the result is row 3."""
    query = "SELECT * FROM (VALUES ('EUR', '7.8'), ('USD', 'seven')) t(currency, rate)"
    (fault,) = faults_of(write(toml=f'{TOML}[sources]\nfx = "{query}"\n', fx=None))
    assert (fault.table, fault.row, fault.column, fault.found) == ("fx", 3, "rate", "seven")


def test_sqlite_columns_keep_the_type_of_their_values(tmp_path):
    """Declared types only decide what is empty, and dates: SQLite lets any value stand anywhere."""
    with closing(sqlite3.connect(tmp_path / "t.db")) as file:
        file.execute("CREATE TABLE t (i INT, n NUMERIC, mixed REAL, d DATE, b BLOB, none INT)")
        file.execute("INSERT INTO t VALUES (9007199254740993, 1.5, 2, '2025-12-31', x'41', NULL)")
        file.execute("INSERT INTO t VALUES (2, 2, 'two', NULL, 'a', NULL)")
        file.commit()
    databases = {"bank": tmp_path / "t.db"}
    query = "SELECT *, typeof(none) AS kind FROM t WHERE d = DATE '2025-12-31'"
    assert run_query(query, tmp_path, databases) == [
        ["i", "n", "mixed", "d", "b", "none", "kind"],
        ["9007199254740993", "1.5", "2.0", "2025-12-31", "A", "", "BIGINT"],
    ]


def test_not_a_number_of_a_query_is_no_blank(tmp_path):
    assert run_query("SELECT 'nan'::DOUBLE AS x, NULL AS y", tmp_path, {})[1] == ["nan", ""]


def test_a_query_sees_no_variables_of_the_program(tmp_path):
    """DuckDB would read the dictionary `options` or a frame of that name in the code that calls it."""
    with pytest.raises(UnreadableError, match="options does not exist"):
        run_query("SELECT * FROM options", tmp_path, {})
