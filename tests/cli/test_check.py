import json

import pytest

from alm.cli.app import main

from . import cases
from .program import EXAMPLES, THREE_REGIONS, alm

TEN = {
    ("case.toml", None, "quantum"),
    ("regions", 3, "tax_rate"),
    ("products", 2, "side"),
    ("positions", 2, "product"),
    ("positions", 3, "balance"),
    ("positions", 8, "region"),
    ("lanes", 2, "borrower"),
    ("lanes", 3, "capacity"),
    ("limits", 2, "sense"),
    ("limits", 4, "measure"),
}


@pytest.fixture
def ten_faults(tmp_path):
    folder = cases.three_regions(tmp_path / "ten")
    spoilt = {
        "case.toml": [("quantum = 0.01", "quantum = 0")],
        "regions.csv": [("Group,branch,0.25,deposits", "Group,branch,1.5,deposits")],
        "products.csv": [("Cash,现金,asset", "Cash,现金,aset")],
        "positions.csv": [
            ("North,cash", "North,cahs"),
            ("North,loan_north,600", "North,loan_north,-600"),
            ("Centre,deposit", "Center,deposit"),
        ],
        "lanes.csv": [("North,Centre,150", "North,Center,150"), ("0.025,350", "0.025,lots")],
        "limits.csv": [("class:deposit,min", "class:deposit,minimum"), (",cet1,rwa", ",cet2,rwa")],
    }
    for name, changes in spoilt.items():
        for old, new in changes:
            cases.replace(folder / name, old, new)
    return folder


@pytest.mark.parametrize("columns", [80, 140])
def test_ten_faults_are_ten_lines_and_exit_code_2(ten_faults, columns):
    done = alm("check", ten_faults, columns=columns)
    lines = done.out.splitlines()
    assert done.code == 2
    assert lines[0].split() == ["table", "row", "column", "found", "allowed", "hint"]
    assert {tuple(line.split()[:3]) for line in lines[3:12]} == {
        (table, str(row), column) for table, row, column in TEN if row
    }
    assert lines[2].split()[:2] == ["case.toml", "quantum"]
    assert lines[-1] == "10 faults."
    assert max(map(len, lines)) <= columns
    assert "Traceback" not in done.err


def test_ten_faults_are_ten_objects_with_the_fields_of_the_contract(ten_faults):
    done = alm("check", ten_faults, "--json")
    assert done.code == 2
    assert done.answer["status"] == "invalid"
    faults = done.answer["faults"]
    assert {(fault["table"], fault["row"], fault["column"]) for fault in faults} == TEN
    assert len(faults) == 10
    assert all(set(f) == {"table", "row", "column", "found", "allowed", "hint"} for f in faults)


def test_a_pipe_cuts_nothing_off(ten_faults):
    done = alm("check", ten_faults, columns=None)
    assert "…" not in done.out
    assert "a measure of the contract, section 7, a custom one" in done.out


@pytest.mark.parametrize("name", ["three-regions", "icbc-2025"])
def test_the_examples_have_no_faults(name):
    done = alm("check", EXAMPLES / name)
    assert done.code == 0, done.out
    assert "No faults." in done.out


def test_a_good_case_says_its_sizes():
    done = alm("check", THREE_REGIONS)
    assert done.out == (
        "No faults. three-regions: 4 regions, 6 products, 10 positions, 3 lanes, 3 limits, 1 period.\n"
        "A plan is expected to take about 36 columns, 33 rows, 290 MB of memory.\n"
    )


def test_a_good_case_says_its_sizes_in_json():
    answer = alm("check", THREE_REGIONS, "--json").answer
    assert answer["status"] == "valid"
    assert answer["faults"] == []
    assert answer["sizes"]["positions"] == 10


def test_a_free_lunch_is_a_warning_that_names_the_loop_in_full(tmp_path):
    products, positions = cases.FREE_LOOP
    folder = cases.write_case(tmp_path / "case", products=products, positions=positions)
    done = alm("check", folder)
    assert done.code == 0
    said = " ".join(done.out.split())
    assert (
        "Free lunch: positions row 7: take up overnight in East CNY at 0.2 %, hold cash in East CNY at 1 %: "
        "earns 0.8 % a year; no capacity or max_balance bounds it"
    ) in said
    answer = alm("check", folder, "--json").answer
    (lunch,) = answer["free_lunches"]
    assert lunch["earned"] == pytest.approx(0.008)
    assert lunch["room"] is None
    (warning,) = answer["warnings"]
    assert (warning["table"], warning["row"], warning["column"]) == ("positions", 7, "rate")


def test_the_memory_expected_is_what_a_run_takes_within_a_factor_of_2(run_folder):
    expected = alm("check", THREE_REGIONS, "--json").answer["model"]["memory_mb"]
    taken = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))["peak_memory_mb"]
    assert taken / 2 <= expected <= taken * 2


def test_a_case_that_is_too_big_for_the_machine_is_told_so(monkeypatch, capsys):
    monkeypatch.setattr("alm.cli.machine.memory_mb", lambda: 200)
    assert main(["check", str(THREE_REGIONS)]) == 0
    assert "This machine has 200 MB." in capsys.readouterr().out


def test_a_warning_is_shown_and_does_not_fail(tmp_path):
    folder = cases.write_case(tmp_path / "case")
    (folder / "limitss.csv").write_text("limit\n", encoding="utf-8")
    done = alm("check", folder)
    assert done.code == 0
    assert "1 warning." in done.out
    assert "limits" in done.out


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda folder: folder / "missing", id="missing folder"),
        pytest.param(lambda folder: folder / "case.toml", id="no folder but a file"),
        pytest.param(lambda folder: _write(folder, "case.toml", b"name = \n["), id="broken TOML"),
        pytest.param(lambda folder: _write(folder, "case.toml", b"\xff\xfe\x00"), id="no text"),
        pytest.param(lambda folder: _write(folder, "limits.csv", b"\xff\xff\xff"), id="no CSV"),
        pytest.param(lambda folder: _write(folder, "limits.csv", b'a,"b\n'), id="open quotation"),
        pytest.param(lambda folder: _write(folder, "positions.csv", b""), id="empty CSV"),
        pytest.param(lambda folder: _write(folder, "case.xlsx", b"PK\x03\x04"), id="no workbook"),
        pytest.param(lambda folder: _write(folder, "fx.parquet", b"PAR1"), id="no Parquet"),
    ],
)
@pytest.mark.parametrize("command", ["check", "allocate"])
def test_files_that_cannot_be_read_are_faults_and_no_traceback(command, spoil, tmp_path):
    case = spoil(cases.write_case(tmp_path / "case"))
    done = alm(command, case, "--json", cwd=tmp_path)
    assert done.code == 2, done.err
    assert done.answer["faults"]
    assert "Traceback" not in done.err
    assert not (tmp_path / "runs").exists()


def _write(folder, name, content):
    (folder / name).write_bytes(content)
    return folder
