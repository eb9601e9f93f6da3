import pandas as pd
import pytest

from . import cases
from .program import THREE_REGIONS, allocate, alm


def test_verify_confirms_a_run_and_names_its_checks(told):
    done = alm("verify", told[1])
    assert done.code == 0
    lines = done.out.splitlines()
    assert any(line.startswith("nodes are funded") for line in lines)
    assert lines[-2].startswith("Verified: ")
    assert lines[-1] == str(told[1])
    assert max(map(len, lines[:-1])) <= 80


def test_verify_confirms_in_json(told):
    answer = alm("verify", told[1], "--json").answer
    assert (answer["status"], answer["verified"]) == ("verified", True)
    assert answer["failures"] == []
    assert answer["objective"] == pytest.approx(35.3025)
    assert all(check["ok"] for check in answer["checks"])


@pytest.mark.parametrize(
    ("table", "column"), [("positions", "balance"), ("lanes", "outstanding"), ("regions", "income")]
)
def test_a_sign_that_is_flipped_in_a_saved_plan_is_exit_code_5(run_folder, table, column):
    path = run_folder / "plan" / f"{table}.parquet"
    rows = pd.read_parquet(path)
    place = rows.index[rows[column] != 0][0]
    rows.loc[place, column] *= -1
    rows.to_parquet(path, index=False)
    done = alm("verify", run_folder, "--json")
    assert done.code == 5
    assert done.answer["verified"] is False
    assert any(f"{table}.{column}" in each["where"] for each in done.answer["failures"])


def test_a_person_reads_which_figures_were_refused(run_folder):
    path = run_folder / "plan" / "lanes.parquet"
    pd.read_parquet(path).assign(outstanding=1.0).to_parquet(path, index=False)
    done = alm("verify", run_folder)
    assert done.code == 5
    assert "lanes.outstanding lane=centre-south period=1: 1.0, expected 250.0" in done.out
    assert "REFUSED: " in done.out
    assert max(map(len, done.out.splitlines()[:-1])) <= 80


@pytest.mark.parametrize("name", ["run.json", "plan/positions.parquet", "inputs/case.toml"])
def test_a_damaged_file_is_refused_with_exit_code_5(run_folder, name):
    (run_folder / name).write_text("{", encoding="utf-8")
    done = alm("verify", run_folder, "--json")
    assert done.code == 5, done.err
    assert (done.answer["status"], done.answer["verified"]) == ("refused", False)
    assert done.answer["reason"]


@pytest.mark.parametrize("command", ["verify", "report"])
def test_a_folder_that_is_no_run_is_bad_input(command, tmp_path):
    done = alm(command, tmp_path, "--json")
    assert done.code == 2
    assert done.answer["faults"][0]["column"] == "RUN"
    assert alm(command, tmp_path / "missing").code == 2


@pytest.mark.parametrize("command", ["verify", "report"])
def test_a_run_without_a_plan_is_bad_input(command, tmp_path):
    case = cases.write_case(tmp_path / "case")
    allocate(case, tmp_path / "run", "--set", "limits.loans.bound=-1")
    done = alm(command, tmp_path / "run")
    assert done.code == 2
    assert "a run with a plan" in done.err


def test_report_writes_the_same_workbook_again(run_folder):
    before = (run_folder / "report.xlsx").read_bytes()
    (run_folder / "report.xlsx").unlink()
    done = alm("report", run_folder)
    assert (done.code, done.out) == (0, f"{run_folder / 'report.xlsx'}\n")
    assert (run_folder / "report.xlsx").read_bytes() == before


def test_report_writes_chinese(run_folder):
    before = (run_folder / "report.xlsx").read_bytes()
    done = alm("report", run_folder, "--lang", "zh", "--json")
    assert done.answer["report"] == str(run_folder / "report.xlsx")
    assert (run_folder / "report.xlsx").read_bytes() != before


def test_report_refuses_a_language_it_does_not_know(run_folder):
    done = alm("report", run_folder, "--lang", "fr")
    assert done.code == 2
    assert "fr" in done.err


def test_runs_lists_each_run_once_and_no_baseline(tmp_path):
    alm("allocate", THREE_REGIONS, "--quiet", cwd=tmp_path)
    case = cases.write_case(tmp_path / "case")
    allocate(case, tmp_path / "runs" / "none", "--set", "limits.loans.bound=-1")
    answer = alm("runs", "--json", cwd=tmp_path).answer
    assert [each["case"] for each in answer["runs"]] == ["two-regions", "three-regions"]
    assert [each["status"] for each in answer["runs"]] == ["infeasible", "optimal"]
    people = alm("runs", cwd=tmp_path)
    assert people.code == 0
    assert len(people.out.splitlines()) == 4
    assert max(map(len, people.out.splitlines())) <= 80


def test_runs_shows_a_run_whose_manifest_is_damaged(run_folder):
    (run_folder / "run.json").write_text("{", encoding="utf-8")
    answer = alm("runs", run_folder.parent, "--json").answer
    assert [each["status"] for each in answer["runs"]] == ["unreadable"]
    assert alm("runs", run_folder.parent).code == 0


def test_runs_without_runs_says_so(tmp_path):
    assert alm("runs", cwd=tmp_path).out == "No runs in runs.\n"
    assert alm("runs", "--json", cwd=tmp_path).answer == {"status": "listed", "runs": []}


def test_runs_of_a_folder_that_does_not_exist_is_bad_input(tmp_path):
    assert alm("runs", tmp_path / "missing").code == 2
