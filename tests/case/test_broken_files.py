"""Files that nobody should send: every one a fault with a name, in bounded memory, never another error."""

import io
import struct
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alm.case import CaseError, load
from alm.case.faults import Fault

from .conftest import TABLES, TOML, faults_of, write_case

SHEET = "xl/worksheets/sheet1.xml"
quick = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "fx"
    for row in (["currency", "rate"], ["EUR", 7.8]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parquet() -> bytes:
    return pd.DataFrame({"currency": ["EUR"], "rate": [7.8]}).to_parquet()


BOOK, PARQUET = workbook(), parquet()
CSV = TABLES["fx"].encode()


def with_part(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Put other content into one part of the workbook."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(file, "w", method) as new:
        for each in dict.fromkeys([*old.namelist(), name]):
            new.writestr(each, content if each == name else old.read(each))
    return file.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    head = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{before}<worksheet xmlns="{head}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def understated() -> bytes:
    """Declare that a part of 20 MB holds 100 bytes."""
    content = with_part(SHEET, sheet("<row/>" * 100) + b" " * 20_000_000)
    size = struct.pack("<L", len(sheet("<row/>" * 100)) + 20_000_000)
    return content.replace(size, struct.pack("<L", 100))


LAUGHS = "<!DOCTYPE w [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {new} '{f'&{old};' * 20}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
BROKEN_BOOKS = {
    "no zip": b"currency,rate\nEUR,7.8\n",
    "empty": b"",
    "cut off": BOOK[: len(BOOK) // 2],
    "a zip of something else": with_part("[Content_Types].xml", b"<Types/>"),
    "no XML": with_part(SHEET, b"\x00\x01<"),
    "XML cut off": with_part(SHEET, b"<worksheet><sheetData><row>"),
    "a bomb that declares itself": with_part(SHEET, sheet("") + b" " * 40_000_000),
    "a bomb of one part": with_part(SHEET, sheet("") + b" " * 20_000_000),
    "a bomb of shared texts": with_part("xl/sharedStrings.xml", b"<sst>" + b" " * 20_000_000),
    "a bomb that lies about its size": understated(),
    "a packing that nobody reads": with_part(SHEET, sheet(""), zipfile.ZIP_LZMA).replace(
        struct.pack("<H", zipfile.ZIP_LZMA), struct.pack("<H", 97)
    ),
    "a billion laughs": with_part(SHEET, sheet("<row><c><v>&i;</v></c></row>", LAUGHS + "]>")),
    "a file of the system": with_part(
        SHEET,
        sheet(
            '<row><c t="str"><v>&x;</v></c></row>',
            '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        ),
    ),
    "a cell beyond the sheet": with_part(
        SHEET, sheet('<row r="1"><c r="ZZZZZ1"><v>1</v></c></row>')
    ),
    "far cells in every row": with_part(
        SHEET, sheet("".join(f'<row r="{i}"><c r="XFD{i}"/></row>' for i in range(1, 700)))
    ),
    "no index of a shared text": with_part(
        SHEET, sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')
    ),
}


@pytest.mark.parametrize("content", BROKEN_BOOKS.values(), ids=BROKEN_BOOKS)
def test_a_broken_workbook_is_a_fault_that_names_it(content, write, monkeypatch):
    # Real bombs unpack to gigabytes, which takes its time to pack.
    monkeypatch.setattr("alm.case.files.MOST_BYTES", 30_000_000)
    monkeypatch.setattr("alm.case.files.MOST_PLACES", 10_000_000)
    folder = write(fx=None)
    (folder / "case.xlsx").write_bytes(content)
    faults = faults_of(folder)
    assert faults
    assert faults[0].table in ("case.xlsx", "fx"), faults
    assert len(faults) <= 3
    assert "passwd" not in str(faults)
    assert "root:" not in str(faults)


def endless_columns(count: int) -> bytes:
    return (",".join(f"c{i}" for i in range(count)) + "\n" + "1," * count + "\n").encode()


BROKEN_TEXTS = {
    "bytes": (b"\xff\xff\xff", None),
    "NUL bytes": (b"currency,rate\nEUR,7\x00.8\n", None),
    "NUL bytes in front": (b"\x00" * 1000, None),
    "UTF-16 cut off": (b"\xff\xfec", None),
    "an open quotation": (b'currency,rate\nEUR,"7.8\n', None),
    "an endless cell": (b"currency,rate\nEUR," + b"7" * 1_000_000, None),
    "a hundred thousand columns": (endless_columns(100_000), None),
    "a hundred thousand columns behind good ones": (
        CSV.replace(b"rate\n", b"rate" + b"," * 100_000 + b"more\n"),
        None,
    ),
    "a surprise far to the right": (CSV + b"USD,7" + b"," * 10_000 + b"x\n", (3, None)),
    "a number of digits without end": (b"currency,rate\nEUR," + b"7" * 5000, (2, "rate")),
    "a number that is too large": (b"currency,rate\nEUR,1e999", (2, "rate")),
    "a formula": (b"currency,rate\nEUR,=7.8", (2, "rate")),
    "a command": (b"currency,rate\nEUR,=cmd|' /C calc'!A0", (2, "rate")),
    "text that is no number": (b"currency,rate\nEUR,NaN", (2, "rate")),
    "infinity": (b"currency,rate\nEUR,-inf", (2, "rate")),
    "an error of a spreadsheet": (b"currency,rate\nEUR,#DIV/0!", (2, "rate")),
}


@pytest.mark.parametrize(("content", "place"), BROKEN_TEXTS.values(), ids=BROKEN_TEXTS)
def test_broken_text_is_a_fault_that_names_the_table(content, place, write):
    folder = write()
    (folder / "fx.csv").write_bytes(content)
    faults = faults_of(folder)
    expected = ("fx", *place) if place else ("fx", None, None)
    assert [(fault.table, fault.row, fault.column) for fault in faults] == [expected], faults


@pytest.mark.parametrize("name", ["case.toml", "fx.csv", "fx.parquet", "case.xlsx"])
def test_a_folder_where_a_file_should_be_is_a_fault(name, write):
    folder = write(fx=None, lanes=None, regions=TABLES["regions"].replace("EUR", ""))
    (folder / "case.toml").unlink() if name == "case.toml" else None
    (folder / name).mkdir()
    assert faults_of(folder)[0].table in (name, "fx")


def test_few_bytes_of_parquet_that_stand_for_endless_rows_are_refused(write, monkeypatch):
    monkeypatch.setattr("alm.case.files.MOST_CELLS", 100_000)
    folder = write(fx=None)
    pd.DataFrame({"currency": ["EUR"] * 60_000, "rate": 7.8}).to_parquet(folder / "fx.parquet")
    (fault,) = faults_of(folder)
    assert (fault.table, fault.allowed) == ("fx", "readable cells: more than 100,000 cells")


def test_the_same_fault_endless_times_is_listed_a_thousand_times(write):
    rows = "".join(f"X{i},seven\n" for i in range(5_000))
    faults = faults_of(write(fx="currency,rate\nEUR,7.8\n" + rows))
    assert len(faults) == 1000
    assert faults[-1].hint == "and 4,000 more of this kind"


TOMLS = {
    "brackets without end": "x = " + "[" * 100_000,
    "a number of thousands of digits": TOML.replace("periods = 3", "periods = 1" + "0" * 5000),
    "a number of hundreds of digits": TOML.replace("periods = 3", "periods = 1" + "0" * 400),
    "more periods than anybody plans": TOML.replace("periods = 3", "periods = 1_000_000_000"),
    "an end after the last year": TOML.replace("as_of = 2025-12-31", "as_of = 9999-12-31"),
    "not a number": TOML + "quantum = nan\n",
    "infinity": TOML + "unit = inf\n",
    "a section that is a number": TOML + "capital = 3\n",
    "a key that is a section": TOML + "[name]\nx = 1\n",
    "sections in sections": TOML + "[solve.gap.gap]\nx = 1\n",
    "sources that are a list": TOML + "sources = [1]\n",
    "a source with a NUL byte": TOML + '[sources]\nfx = "\\u0000.csv"\n',
    "a source that is too long": TOML + f'[sources]\nfx = "{"x" * 5000}.csv"\n',
    "a database with a NUL byte": TOML + '[databases]\nx = "\\u0000"\n',
    "a name of another kind": TOML.replace('"sound"', "2025-01-01"),
}


@pytest.mark.parametrize("toml", TOMLS.values(), ids=TOMLS)
def test_a_broken_case_toml_is_a_fault_of_case_toml(toml, write):
    faults = faults_of(write(toml=toml))
    assert faults
    assert {fault.table for fault in faults} == {"case.toml"}


def is_said_well(folder) -> bool:
    """Load a case, which must succeed or end in faults that each name a table and what is allowed."""
    try:
        load(folder)
    except CaseError as error:
        faults = error.faults
        return bool(faults) and all(
            isinstance(fault, Fault) and fault.table and fault.allowed and len(str(fault)) < 20_000
            for fault in faults
        )
    return True


@quick
@given(data=st.data())
def test_bytes_changed_anywhere_end_in_a_case_or_in_faults(data, tmp_path_factory):
    """Overwrite or cut a piece of a file of each format."""
    name, content = data.draw(
        st.sampled_from([("case.xlsx", BOOK), ("fx.parquet", PARQUET), ("fx.csv", CSV)])
    )
    start = data.draw(st.integers(0, len(content) - 1))
    piece = data.draw(st.binary(max_size=8))
    end = data.draw(st.sampled_from([start, start + len(piece), len(content)]))
    folder = write_case(tmp_path_factory.mktemp("case"), {"fx": None}, TOML)
    (folder / name).write_bytes(content[:start] + piece + content[end:])
    assert is_said_well(folder)


odd_cells = st.one_of(
    st.sampled_from(
        [
            "nan",
            "inf",
            "-1",
            "0",
            "1e300",
            "-1e300",
            "1e-320",
            "0x1F",
            "1e999",
            "9e15",
            "99999999999999999999",
            "2.5",
            "=1+1",
            "@x",
            "true",
            "west",
            "loan",
            "CNY",
            "2025-13-45",
            "31/12/2025",
            "45000",
            "１２",
            "1,2,3",
            "\u202e",
            "\ufeff",
            "\x1b[31m",
            "是",
            "[…]",
            "%s",
            "{x}",
            "''",
            "../../x",
            "base",
            "all",
            "rwa",
        ]
    ),
    st.text(max_size=6),
    st.floats().map(repr),
    st.integers().map(str),
)


@quick
@given(data=st.data())
def test_any_cell_anywhere_ends_in_a_case_or_in_faults(data, tmp_path_factory):
    """Change a few cells of the sound case, headers included, and add odd rows to a table that it lacks."""
    changed = {}
    for name in data.draw(
        st.lists(st.sampled_from(sorted(TABLES)), min_size=1, max_size=3, unique=True)
    ):
        rows = [line.split(",") for line in TABLES[name].splitlines()]
        for _ in range(data.draw(st.integers(1, 3))):
            row = data.draw(st.sampled_from(rows))
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(odd_cells)
        changed[name] = rows
    folder = write_case(tmp_path_factory.mktemp("case"), {}, TOML)
    for name, rows in changed.items():
        pd.DataFrame(rows).to_csv(
            folder / f"{name}.csv", header=False, index=False, errors="surrogatepass"
        )
    assert is_said_well(folder)
