"""The same small case in every format, rows and columns in any order, loads to the same case."""

import random
import sqlite3
from contextlib import closing

import duckdb
import openpyxl
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from alm.case import load
from alm.case.cells import parse_number
from alm.case.spec import find

from .conftest import TABLES, TOML

FORMATS = ("csv", "csv zh", "parquet", "excel", "excel zh", "sqlite", "duckdb")
MORE = {
    "addons": "measure,region,amount,note\nrwa,west,2,b\nrwa,west,1,a\nasf,east,-1.5,\n",
    "bounds": "region,product,start,end,max_new,min_new\nwest,loan,1,2,5,\nwest,loan,3,,,2\n",
    "curves": "curve,currency,tenor_months,rate\nftp,CNY,1,0.02\nftp,CNY,12,0.025\n",
    "scenarios": "scenario,probability,start\nbad,0.25,\ngood,0.75,3\n",
    "shocks": "scenario,shock,product,value\nbad,runoff,deposit,0.2\nbad,fx,,1.1\ngood,rate,,-0.01\n",
}
Rows = list[list[str]]


def typed(cell: str) -> object:
    """Type a cell as programs do: numbers, blanks, text."""
    return parse_number(cell) if parse_number(cell) is not None else cell or None


def frame(rows: Rows) -> pd.DataFrame:
    """Type each column as a whole, as files with types must."""
    header, *body = rows
    cells = pd.DataFrame(body, columns=header, dtype=object)
    for name in header:
        values = [typed(cell) for cell in cells[name]]
        numbers = all(value is None or isinstance(value, float) for value in values)
        cells[name] = pd.Series(values, dtype="float64" if numbers else object)
    return cells


def write_csv(folder, name, rows, chinese=False):
    encoding = "gb18030" if chinese else "utf-8"
    text = "\r\n".join(",".join(row) for row in rows) + "\r\n"
    (folder / f"{name}.csv").write_bytes(text.encode(encoding))


def write_database(path, kind, tables):
    if kind == "sqlite":
        with closing(sqlite3.connect(path)) as file:
            for name, rows in tables.items():
                frame(rows).to_sql(name, file, index=False)
        return
    with closing(duckdb.connect(str(path))) as file:
        for name, rows in tables.items():
            file.register("rows", frame(rows))
            file.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")


def write_as(form: str, folder, tables: dict[str, Rows]):
    """Write a case in one format."""
    folder.mkdir()
    kind, _, language = form.partition(" ")
    if language:
        tables = {find(name).name_zh: in_chinese(name, rows) for name, rows in tables.items()}
    toml = TOML
    if kind in ("sqlite", "duckdb"):
        toml += "[sources]\n" + "".join(f'{name} = "FROM {name}"\n' for name in tables)
        toml += '[databases]\nbank = "bank.db"\n'
        write_database(folder / "bank.db", kind, tables)
    elif kind == "excel":
        book = openpyxl.Workbook()
        for name, rows in tables.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append([typed(cell) for cell in row])
        book.save(folder / "case.xlsx")
    else:
        for name, rows in tables.items():
            if kind == "parquet":
                frame(rows).to_parquet(folder / f"{name}.parquet")
            else:
                write_csv(folder, name, rows, bool(language))
    (folder / "case.toml").write_text(toml, encoding="utf-8")
    return folder


def in_chinese(name: str, rows: Rows) -> Rows:
    labels = {column.name: column.name_zh for column in find(name).columns}
    return [[labels.get(cell, cell) for cell in rows[0]], *rows[1:]]


def shuffled(rows: Rows, order: random.Random) -> Rows:
    header, *body = rows
    order.shuffle(body)
    columns = order.sample(range(len(header)), len(header))
    return [[row[i] for i in columns] for row in [header, *body]]


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw numbers of 12 digits; a spreadsheet keeps 15."""
    return st.floats(low, high).map(lambda value: float(f"{value:.12g}"))


@st.composite
def cases(draw) -> dict[str, Rows]:
    """Draw a case: the sound one, some more tables, other numbers where they are free, an unknown order."""
    names = draw(st.lists(st.sampled_from(sorted(MORE)), unique=True))
    if "shocks" in names and "scenarios" not in names:
        names.append("scenarios")
    tables = {**TABLES, **{name: MORE[name] for name in names}}
    rate, most, fx = (draw(numbers(*ends)) for ends in ((-0.1, 0.5), (2, 1e9), (1e-3, 1e3)))
    tables["positions"] = tables["positions"].replace("80,0.04,10,", f"80,{rate!r},{most!r},")
    tables["fx"] = f"currency,rate\nEUR,{fx!r}\n"
    order = draw(st.randoms(use_true_random=False))
    rows = {name: [line.split(",") for line in text.splitlines()] for name, text in tables.items()}
    return {name: shuffled(rows[name], order) for name in rows}


# No shrinking: each example is eight loads of a case.
@settings(
    max_examples=2,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(tables=cases(), order=st.randoms(use_true_random=False))
def test_every_format_and_order_reads_as_the_same_case(tables, order, tmp_path_factory):
    folder = tmp_path_factory.mktemp("formats")
    plain = load(write_as("csv", folder / "plain", tables))
    for form in FORMATS:
        again = {name: shuffled(rows, order) for name, rows in tables.items()}
        case = load(write_as(form, folder / form, again))
        assert case == plain, form
