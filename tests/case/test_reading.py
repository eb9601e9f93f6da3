"""Tables as people keep them: CSV, Parquet, workbooks, and where [sources] says."""

from datetime import datetime
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alm.case import load
from alm.case.cells import LARGEST, parse_number
from alm.case.files import cell_text
from alm.case.spec import find

from .conftest import TABLES, TOML, faults_of


def cells(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def write_book(path, sheets) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def as_numbers(rows: list[list[str]]) -> list[list[object]]:
    """Type numbers as a spreadsheet would."""
    return [
        [float(cell) if parse_number(cell) is not None else cell or None for cell in row]
        for row in rows
    ]


def test_a_workbook_reads_as_the_same_case_as_csv_files(write):
    folder = write(**dict.fromkeys(TABLES))
    write_book(
        folder / "case.xlsx", {name: as_numbers(cells(text)) for name, text in TABLES.items()}
    )
    assert load(folder) == load(write())


def test_parquet_files_read_as_the_same_case_as_csv_files(write):
    folder = write(**dict.fromkeys(TABLES))
    for name, text in TABLES.items():
        header, *rows = as_numbers(cells(text))
        pd.DataFrame(rows, columns=header).to_parquet(folder / f"{name}.parquet")
    assert load(folder) == load(write())


def test_a_workbook_as_people_write_it_reads_as_the_same_case(write):
    """Title and group headings above the header, numbers as text, thousands, trailing blanks, dates in cells, notes."""
    header, *rows = cells("limit,region,measure,sense,bound,waiver_until,note to self")
    rows = [
        ["Limits of the group"],
        [None, None, "What", None, "How much"],
        header,
        ["cap", "group", "rwa", "max", " 1,234,567.5 ", datetime(2026, 1, 31), "ask Li"],
        [None] * 7,
        ["floor", "west", "assets", "min", "２５", "2026/02/28", None, None, " "],
        ["", None],
    ]
    folder = write(limits=None)
    write_book(folder / "case.xlsx", {"limits": rows})
    limits = load(folder).table("limits")
    assert limits["bound"].tolist() == [1234567.5, 25.0]
    assert limits["waiver_until"].tolist() == [
        pd.Timestamp("2026-01-31"),
        pd.Timestamp("2026-02-28"),
    ]
    assert limits.index.tolist() == [4, 6]
    assert limits["note to self"].tolist() == ["ask Li", ""]


def test_rows_of_a_workbook_are_numbered_as_the_person_sees_them(write):
    folder = write(fx=None)
    write_book(
        folder / "case.xlsx",
        {"fx": [["currency", "rate"], ["EUR", 7.8], [None, None], ["USD", "seven"]]},
    )
    (fault,) = faults_of(folder)
    assert (fault.table, fault.row, fault.column, fault.found) == ("fx", 4, "rate", "seven")


def test_a_formula_whose_result_was_never_saved_is_a_fault_not_a_blank(write):
    folder = write(fx=None)
    write_book(folder / "case.xlsx", {"fx": [["currency", "rate"], ["EUR", "=39/5"]]})
    fault, _ = faults_of(folder)
    assert (fault.table, fault.row, fault.column, fault.found) == (
        "fx",
        2,
        "rate",
        "a formula without a saved result",
    )


def test_a_csv_file_may_have_a_byte_order_mark_or_be_in_gb18030(write):
    text = "limit,region,measure,sense,bound,name\ncap,group,rwa,max,1,总部\n"
    folder = write(limits=text)
    plain = load(folder)
    assert plain.table("limits")["name"].tolist() == ["总部"]
    for encoding in ("utf-8-sig", "gb18030", "utf-8"):
        (folder / "limits.csv").write_bytes(text.replace("\n", "\r\n").encode(encoding))
        assert load(folder) == plain, encoding


def test_western_text_in_a_code_page_is_never_read_as_chinese(write):
    """In windows-1252 the bytes of "Zürich" are also a rare Chinese sign between Z and i."""
    text = "limit,region,measure,sense,bound,name\ncap,group,rwa,max,1,Zürich Genève\n"
    folder = write(limits=text)
    (folder / "limits.csv").write_bytes(text.encode("windows-1252"))
    (fault,) = faults_of(folder)
    assert (fault.table, fault.found) == ("limits", "limits.csv")
    assert "save it as UTF-8" in fault.allowed


def test_blank_lines_of_a_csv_file_count_as_rows(write):
    (fault,) = faults_of(write(fx="currency,rate\n\n\nEUR,7.8\n,,\nUSD,x\n"))
    assert (fault.row, fault.column) == (6, "rate")


def test_a_file_with_semicolons_is_told_to_use_commas(write):
    hints = {fault.column: fault.hint for fault in faults_of(write(fx="currency;rate\nEUR;7,8\n"))}
    assert hints["currency;rate"] == "save the file with commas between the columns"


def test_a_file_that_cannot_be_read_is_a_fault(write):
    folder = write()
    (folder / "fx.csv").write_bytes(b"\xff\xff\xff")
    assert ("fx", None, None) in [
        (fault.table, fault.row, fault.column) for fault in faults_of(folder)
    ]
    folder = write()
    (folder / "case.xlsx").write_text("no workbook")
    assert [(fault.table, fault.row) for fault in faults_of(folder)] == [("case.xlsx", None)]


def test_a_table_in_two_places_is_a_fault(write):
    folder = write()
    write_book(folder / "case.xlsx", {"fx": cells(TABLES["fx"])})
    (fault,) = faults_of(folder)
    assert (fault.table, fault.found) == ("fx", "fx.csv, case.xlsx#fx")


def test_sources_name_a_path_or_a_sheet(write):
    toml = (
        TOML
        + '[sources]\nfx = "data/rates.csv"\nlimits = "book.xlsx#Our limits"\nlanes = "lanes.csv"\n'
    )
    folder = write(toml=toml, fx=None, limits=None)
    (folder / "data").mkdir()
    (folder / "data" / "rates.csv").write_text(TABLES["fx"])
    write_book(folder / "book.xlsx", {"Our limits": cells(TABLES["limits"])})
    assert load(folder) == load(write())


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ('fx = "nowhere.csv"', ""),
        ('fx = "rates.json"', ""),
        ('fxx = "rates.csv"', "did you mean fx?"),
        ("fx = 7", ""),
    ],
)
def test_a_source_that_cannot_be_read_is_refused_by_name(source, hint, write):
    without = {"fx": None} if source.startswith("fx ") else {}
    (fault,) = faults_of(write(toml=f"{TOML}[sources]\n{source}\n", **without))
    assert (fault.table, fault.column, fault.hint) == (
        "case.toml",
        f"sources.{source.split()[0]}",
        hint,
    )


def test_the_order_of_rows_and_columns_never_shows(write):
    """Reverse every table, rows and columns, tables without a unique key included."""
    more = {
        "addons": "measure,region,amount,note\nrwa,west,2,b\nrwa,west,1,a\nasf,east,1,\n",
        "bounds": "region,product,max_new,min_new\nwest,loan,5,\nwest,loan,,2\n",
        "scenarios": "scenario\nb\na\n",
        "shocks": "scenario,shock,value\nb,runoff,0.2\na,rate,0.1\na,rate,0.05\n",
    }
    tables = {**TABLES, **more}
    turned = {}
    for name, text in tables.items():
        header, *rows = cells(text)
        turned[name] = "\n".join(",".join(row[::-1]) for row in [header, *rows[::-1]]) + "\n"
    case, other = load(write(**tables)), load(write(**turned))
    assert case == other
    assert other.table("shocks")["value"].tolist() == [0.05, 0.1, 0.2]
    assert other.table("addons")["amount"].tolist() == [1, 1, 2]


def test_cases_that_differ_are_not_equal(write):
    case = load(write())
    assert case != load(write(fx="currency,rate\nEUR,7.9\n"))
    assert case != load(write(toml=TOML.replace("sound", "other")))
    assert case != "case"


def test_note_columns_stay_at_the_end_as_text(write):
    case = load(write(fx="note b,currency,Note,rate\n01,EUR,x,7.8\n"))
    assert list(case.table("fx").columns) == ["currency", "rate", "note b", "Note"]
    assert case.table("fx")["note b"].tolist() == ["01"]


@given(st.floats(-LARGEST, LARGEST))
def test_a_number_reads_back_exactly(value):
    assert parse_number(repr(value)) == value
    assert parse_number(cell_text(value)) == value


@given(st.integers(-(10**12), 10**12))
def test_thousands_separators_change_nothing(value):
    assert parse_number(f"{value:,}") == value


@pytest.mark.parametrize(
    "text",
    ["nan", "inf", "1e999", "1_000", "1,00", "12,34,567", "3%", "0x10", "--1", "1.2.3", "e5", "."],
)
def test_what_is_no_number_is_refused(text):
    assert parse_number(text) is None


def test_a_formula_whose_result_is_an_empty_text_is_a_blank(write, tmp_path):
    """As LibreOffice saves =IF(A2="","",B2): a result that is there, and empty."""
    folder = write(limits=None)
    header, row = cells(TABLES["limits"])
    write_book(folder / "draft.xlsx", {"limits": [[*header, "owner"], [*row, '=IF(A9="","",1)']]})
    with ZipFile(folder / "draft.xlsx") as draft, ZipFile(folder / "case.xlsx", "w") as book:
        for name in draft.namelist():
            saved = draft.read(name).replace(b'<c r="G2">', b'<c r="G2" t="str">')
            assert name != "xl/worksheets/sheet1.xml" or b't="str"><f>' in saved
            book.writestr(name, saved)
    assert load(folder).table("limits")["owner"].tolist() == [""]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_of_a_spreadsheet_reads_as_the_same_case(encoding, write):
    """Excel's "Unicode text": UTF-16 with a byte order mark, tabs between the cells."""
    mark = "" if encoding == "utf-16" else "\ufeff"
    folder = write(limits=None)
    text = mark + TABLES["limits"].replace(",", "\t").replace("\n", "\r\n")
    (folder / "limits.csv").write_bytes(text.encode(encoding))
    assert load(folder) == load(write())


def test_chinese_labels_of_sheets_files_and_columns_read_as_the_same_case(write):
    """The whole sound case in Chinese: two tables as files, the others as sheets, brackets in half width."""
    folder = write(**dict.fromkeys(TABLES))
    sheets = {}
    for name, text in TABLES.items():
        header, *rows = cells(text)
        spec = find(name)
        chinese = [spec.column(column).name_zh.replace("（", "(") for column in header]
        assert all(chinese), name
        sheets[spec.name_zh] = [chinese, *as_numbers(rows)]
    for name in ("汇率", "限额"):
        rows = sheets.pop(name)
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
        (folder / f"{name}.csv").write_bytes("\n".join(lines).encode("gb18030"))
    write_book(folder / "case.xlsx", sheets)
    assert load(folder) == load(write())


def test_a_fault_under_a_chinese_label_names_the_column_of_the_contract(write):
    (fault,) = faults_of(write(fx="币种,汇率,利率\nEUR,,7.8\n".replace(",汇率", ",备注")))
    assert (fault.table, fault.column) == ("fx", "备注")
    (fault,) = faults_of(write(fx="币种,利率,rate\nEUR,7.8,7.8\n"))
    assert (fault.column, fault.found) == ("rate", "2 times")
    (fault,) = faults_of(write(fx="币种,利率\nEUR,seven\n"))
    assert (fault.row, fault.column) == (2, "rate")


MERGED = {
    "below": [
        ["limit", "region", "Ratio", None, "Bound", None],
        [None, None, "measure", "denominator", "sense", "bound"],
    ],
    "above": [
        ["limit", "region", None, None, None, None],
        ["Limit", None, "measure", "denominator", "sense", "bound"],
    ],
}


@pytest.mark.parametrize("header", MERGED.values(), ids=MERGED)
def test_a_header_of_merged_cells_over_two_rows_reads_as_one(header, write):
    folder = write(limits=None)
    write_book(
        folder / "case.xlsx",
        {"limits": [["Limits"], *header, ["lcr", "group", "hqla", "net_outflow", "min", 1]]},
    )
    book = openpyxl.load_workbook(folder / "case.xlsx")
    for cells_merged in ("A2:A3", "B2:B3") if header is MERGED["below"] else ("C1:F1",):
        book["limits"].merge_cells(cells_merged)
    book.save(folder / "case.xlsx")
    case = load(folder)
    assert case == load(write())
    assert case.table("limits").index.tolist() == [4]


def test_parquet_files_keep_columns_that_pandas_made_an_index(write):
    folder = write(**dict.fromkeys(TABLES))
    for name, text in TABLES.items():
        header, *rows = as_numbers(cells(text))
        frame = pd.DataFrame(rows, columns=header)[::-1]
        frame = frame.set_index(header[0]) if name in ("fx", "regions") else frame
        frame.to_parquet(folder / f"{name}.parquet")
    assert load(folder) == load(write())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234.5", 1234.5),
        ("1 234 567", 1234567.0),
        ("１，２３４．５", 1234.5),
        ("－３", -3.0),
        ("1e3", 1000.0),
        ("2.0", 2.0),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1 2", None),
        ("1 23", None),
        ("- 3", None),
        ("1,234 567", None),
    ],
)
def test_spaces_and_full_width_signs_count_only_where_they_group_thousands(text, value):
    assert parse_number(text) == value
