"""What `alm new` writes: read back by the program itself, and by openpyxl."""

import csv
import tomllib

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from alm.case.spec import KEYS, TABLES
from alm.case.template.workbook import LAST_ROW

from .program import allocate, alm

EMPTY = {
    ("case.toml", "as_of"),
    ("case.toml", "periods"),
    ("case.toml", "currency"),
    ("case.toml", "horizon_value"),
    ("regions", None),
    ("products", None),
    ("positions", None),
}
PLACES = [
    pytest.param("bank", id="folder"),
    pytest.param("bank/case.xlsx", id="workbook"),
    pytest.param("bank/book.xlsx", id="workbook of another name"),
]


@pytest.mark.parametrize("place", PLACES)
def test_of_an_empty_case_only_what_must_be_filled_in_is_a_fault(tmp_path, place):
    done = alm("new", place, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.answer["case"] == "bank"
    checked = alm("check", "bank", "--json", cwd=tmp_path)
    assert checked.code == 2
    assert {(fault["table"], fault["column"]) for fault in checked.answer["faults"]} == EMPTY


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """The example as it is written in each place, by the name of the place."""
    made = {}
    for place in PLACES:
        made[place.id] = tmp_path_factory.mktemp("example")
        assert alm("new", place.values[0], "--example", cwd=made[place.id]).code == 0
    return made


@pytest.mark.parametrize("place", [place.id for place in PLACES])
def test_the_example_has_no_fault_no_warning_and_no_free_lunch(examples, place):
    answer = alm("check", "bank", "--json", cwd=examples[place]).answer
    assert answer["status"] == "valid"
    assert answer["warnings"] == []
    assert answer["free_lunches"] == []
    assert answer["sizes"]["regions"] == 3
    assert answer["sizes"]["positions"] == 7


@pytest.mark.parametrize("place", PLACES[:2])
def test_a_template_in_chinese_holds_the_same_example(tmp_path, examples, place):
    from alm.case import load

    assert alm("new", place, "--example", "--lang", "zh", cwd=tmp_path).code == 0
    assert load(tmp_path / "bank") == load(examples["folder"] / "bank")


def test_a_workbook_in_chinese_names_its_sheets_and_lists_in_chinese(tmp_path):
    assert alm("new", "case.xlsx", "--lang", "zh", cwd=tmp_path).code == 0
    book = openpyxl.load_workbook(tmp_path / "case.xlsx")
    assert book.sheetnames == ["notes", *(table.name_zh for table in TABLES)]
    assert book["限额"]["B1"].value == "名称"
    lists = {rule.formula1 for rule in book["头寸"].data_validations.dataValidation}
    assert f"OFFSET(地区!$A$2,0,0,MAX(1,COUNTA(地区!$A$2:$A${LAST_ROW})),1)" in lists


def test_folder_and_workbook_hold_the_same_example(examples):
    from alm.case import load

    folder, book = (load(examples[place] / "bank") for place in ("folder", "workbook"))
    for table in TABLES:
        typed, saved = folder.table(table.name), book.table(table.name)
        assert typed.reset_index(drop=True).equals(saved.reset_index(drop=True)), table.name


def test_the_example_has_a_plan_that_moves_money(examples, tmp_path):
    done = allocate(examples["folder"] / "bank", tmp_path / "run")
    assert done.code == 0, done.err
    assert done.answer["status"] == "optimal"
    assert done.answer["verified"] is True


def test_every_table_is_a_file_with_every_column_of_the_contract(tmp_path):
    alm("new", "bank", cwd=tmp_path)
    for table in TABLES:
        with (tmp_path / "bank" / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            assert list(csv.reader(file)) == [list(table.names)]
    page = (tmp_path / "bank" / "columns.md").read_text(encoding="utf-8")
    assert all(f"## {table.name} " in page for table in TABLES)


def test_case_toml_holds_every_setting_with_its_default_and_a_comment(tmp_path):
    alm("new", "bank", cwd=tmp_path)
    text = (tmp_path / "bank" / "case.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    for key in KEYS:
        section, _, name = key.name.rpartition(".")
        value = (read[section] if section else read)[name]
        known = {"contract": 1, "name": "bank"}.get(key.name, key.default)
        assert value == ([] if known == () else "" if known is None else known)
        assert any(
            line.startswith(f"{name} = ") and key.description in line for line in text.splitlines()
        )


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new")
    assert alm("new", "case.xlsx", cwd=folder).code == 0
    return openpyxl.load_workbook(folder / "case.xlsx")


def test_every_column_of_the_workbook_has_a_comment_that_says_its_meaning_and_default(book):
    assert book.sheetnames == ["notes", *(table.name for table in TABLES)]
    for table in TABLES:
        heads = next(book[table.name].iter_rows(min_row=1, max_row=1))
        assert tuple(cell.value for cell in heads) == table.names
        for cell, column in zip(heads, table.columns, strict=True):
            assert cell.comment.text.startswith(column.description)
            assert ("Required." in cell.comment.text) == column.required
    head = book["positions"]["F1"]
    assert head.value == "new_rate"
    assert "Blank: = rate" in head.comment.text
    assert "Unit: per year" in head.comment.text
    assert "Contract, section 4." in head.comment.text


def test_required_columns_look_different_from_all_others(book):
    for table in TABLES:
        fills = {
            (column.required, book[table.name].cell(1, place).fill.fgColor.rgb)
            for place, column in enumerate(table.columns, start=1)
        }
        assert len(dict(fills)) == len(fills)
        assert dict(fills).get(True) != dict(fills).get(False)


def rule_of(book, table: str, column: str):
    """The data validation of a column, found by its cells."""
    names = next(each.names for each in TABLES if each.name == table)
    letter = get_column_letter(names.index(column) + 1)
    rules = book[table].data_validations.dataValidation
    (rule,) = (each for each in rules if str(each.sqref) == f"{letter}2:{letter}{LAST_ROW}")
    return rule


def test_words_regions_and_products_drop_down(book):
    side = rule_of(book, "products", "side")
    assert (side.type, side.formula1) == ("list", '"asset,liability,equity,off_balance"')
    assert rule_of(book, "positions", "plug").formula1 == '"true,false"'
    assert rule_of(book, "lanes", "lender").formula1 == (
        f"OFFSET(regions!$A$2,0,0,MAX(1,COUNTA(regions!$A$2:$A${LAST_ROW})),1)"
    )
    assert "products!$A$2" in rule_of(book, "positions", "product").formula1
    assert rule_of(book, "positions", "product").showErrorMessage


def test_lists_that_do_not_hold_every_legal_word_only_help(book):
    """The reporting currency needs no row in fx, and a limit can hold in `all` scenarios."""
    assert not rule_of(book, "positions", "currency").showErrorMessage
    assert not rule_of(book, "limits", "scenarios").showErrorMessage


def test_numbers_outside_their_range_are_refused_by_the_sheet(book):
    balance, tax = rule_of(book, "positions", "balance"), rule_of(book, "regions", "tax_rate")
    assert (balance.type, balance.operator, balance.formula1) == ("decimal", "between", "0")
    assert (tax.formula1, tax.formula2) == ("0", "1")
    months = rule_of(book, "products", "tenor_months")
    assert (months.operator, months.formula1) == ("greaterThan", "0")
    assert rule_of(book, "bounds", "start").type == "whole"


@pytest.mark.parametrize(
    ("made", "there"),
    [
        pytest.param("bank", "bank/case.toml", id="case.toml"),
        pytest.param("bank", "bank/anything.txt", id="folder that is not empty"),
        pytest.param("bank", "bank", id="file in place of the folder"),
        pytest.param("bank/case.xlsx", "bank/case.xlsx", id="workbook"),
        pytest.param("bank/case.xlsx", "bank/case.toml", id="settings beside the workbook"),
    ],
)
def test_what_exists_is_never_overwritten(tmp_path, made, there):
    path = tmp_path / there
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = alm("new", made, "--json", cwd=tmp_path)
    assert done.code == 2, done.err
    assert done.answer["status"] == "invalid"
    assert sorted(tmp_path.rglob("*")) == before
    assert path.read_text(encoding="utf-8") == "mine"
    said = alm("new", made, cwd=tmp_path)
    assert said.code == 2
    assert "nothing is ever overwritten" in " ".join(said.err.split())


def test_a_name_with_quotes_is_still_toml(tmp_path):
    assert alm("new", 'the "new" bank', cwd=tmp_path).code == 0
    read = tomllib.loads((tmp_path / 'the "new" bank' / "case.toml").read_text(encoding="utf-8"))
    assert read["name"] == 'the "new" bank'


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "bank").mkdir()
    assert alm("new", "bank", cwd=tmp_path).code == 0
