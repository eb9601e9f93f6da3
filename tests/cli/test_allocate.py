import json

import pandas as pd
import pytest

from . import cases
from .program import THREE_REGIONS, allocate, alm, alm_process

ANSWER = {
    "run",
    "case",
    "status",
    "objective",
    "bound",
    "gap",
    "verified",
    "income",
    "violations",
    "seconds",
    "backend",
    "report",
}


def plan(folder, name):
    return pd.read_parquet(folder / "plan" / f"{name}.parquet")


def test_a_person_reads_what_a_committee_asks(told):
    done, folder = told
    assert done.code == 0
    for line in (
        "1. What does it earn?",
        "   hold every balance            24.75           +10.55  keeps all limits",
        "   CNY 6.86 million more than the best plan with lanes as they stand.",
        "   North   South       100.00      350.00  +250.00",
        "   Cash to deposits of the group    1 of 1  2026-12-31      172.5      17,250",
        "   Verified: every figure was computed again from the saved files.",
    ):
        assert line in [each.rstrip() for each in done.out.splitlines()]
    assert done.out.splitlines()[-2:] == [f"Workbook: {folder / 'report.xlsx'}", str(folder)]


def test_no_line_for_people_is_wider_than_the_terminal(told):
    done, _ = told
    assert max(len(line) for line in done.out.splitlines()[:-2]) <= 80


def test_progress_names_the_stages_on_standard_error_only(told):
    done, _ = told
    stages = [line.split()[0] for line in done.err.splitlines()]
    assert stages[:3] == ["load", "formulate", "solve"]
    assert stages[-1] == "report"
    assert "formulate" not in done.out


def test_json_is_one_complete_object(tmp_path):
    done = alm("allocate", THREE_REGIONS, "--out", tmp_path / "run", "--json")
    assert done.code == 0
    answer = done.answer
    assert set(answer) == ANSWER
    assert answer["run"] == str(tmp_path / "run")
    assert answer["status"] == "optimal"
    assert answer["verified"] is True
    assert answer["objective"] == pytest.approx(35.3025, abs=1e-9)
    assert answer["bound"] >= answer["objective"] - 1e-9
    assert answer["violations"] == []
    assert {"load", "formulate", "solve", "verify", "report"} <= set(answer["seconds"])
    assert (tmp_path / "run" / "report.xlsx").is_file()
    assert answer["report"] == str(tmp_path / "run" / "report.xlsx")


@pytest.mark.parametrize("backend", ["cvxpy+highs", "cvxpy+clarabel", "pulp+highs", "pulp+cbc"])
def test_no_solver_talks_into_the_answer(backend, tmp_path):
    words = ("--json", "--no-baselines", "--quiet", "--backend", backend)
    done = alm_process("allocate", THREE_REGIONS, "--out", tmp_path / "run", *words)
    assert done.code == 0, done.err
    assert done.answer["backend"] == backend
    assert done.answer["objective"] == pytest.approx(35.3025, abs=1e-9)
    assert not done.err


def test_quiet_prints_the_folder_and_nothing_else(tmp_path):
    folder = tmp_path / "run"
    done = alm("allocate", THREE_REGIONS, "--out", folder, "--no-baselines", "--quiet")
    assert (done.code, done.out, done.err) == (0, f"{folder}\n", "")


def test_without_out_the_run_stands_below_runs(tmp_path):
    done = alm("allocate", THREE_REGIONS, "--no-baselines", "--json", cwd=tmp_path)
    (folder,) = (tmp_path / "runs" / "three-regions").iterdir()
    assert done.answer["run"] == str(folder.relative_to(tmp_path))
    assert folder.name.startswith("2025-12-31-")


@pytest.mark.usefixtures("no_workbook")
def test_set_changes_the_result_and_leaves_the_case(tmp_path):
    case = cases.write_case(tmp_path / "case")
    before = allocate(case, tmp_path / "a").answer["objective"]
    wider = allocate(case, tmp_path / "b", "--set", "limits.loans.bound=1.7").answer["objective"]
    # 5 more of loans at 6 % instead of cash at 1 %, for two months.
    assert wider - before == pytest.approx(5 * 0.05 * 2 / 12, abs=1e-9)
    assert (case / "limits.csv").read_text(encoding="utf-8") == cases.TABLES["limits"]
    assert "1.7" in (tmp_path / "b" / "inputs" / "limits.csv").read_text(encoding="utf-8")


def test_set_of_a_row_that_does_not_exist_is_a_fault(tmp_path):
    done = allocate(THREE_REGIONS, tmp_path / "run", "--set", "limits.liqidity.bound=0.2")
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert fault["found"] == "liqidity"
    assert fault["hint"] == "did you mean liquidity?"
    assert not (tmp_path / "run").exists()


def test_a_case_with_faults_is_answered_completely_and_nothing_is_written(tmp_path):
    case = cases.write_case(tmp_path / "case", lanes="lane,lender\nx,Nowhere\n")
    done = allocate(case, tmp_path / "run")
    assert done.code == 2
    assert set(done.answer) == {*ANSWER, "faults"}
    assert done.answer["status"] == "invalid"
    assert done.answer["run"] is None
    assert not (tmp_path / "run").exists()


def test_limits_that_cannot_be_kept_are_exit_code_3_with_the_reason(tmp_path):
    case = cases.write_case(tmp_path / "case")
    done = allocate(case, tmp_path / "run", "--set", "limits.loans.bound=-1")
    assert done.code == 3
    assert done.answer["status"] == "infeasible"
    assert done.answer["objective"] is None
    assert done.answer["reason"]
    assert (tmp_path / "run" / "run.json").is_file()


@pytest.mark.usefixtures("no_workbook")
def test_the_advice_of_a_case_without_a_plan_leaves_room_for_one(tmp_path):
    """West may hold no loans but is to hold 30: the target gives way, and with it loosened there is a plan."""
    limits = (
        "limit,region,measure,sense,bound,tier\nno-loans,West,class:loan,max,0,statutory\n"
        "wish,West,class:loan,min,30,target\n"
    )
    case = cases.write_case(tmp_path / "case", limits=limits)
    done = allocate(case, tmp_path / "run")
    assert done.code == 3
    assert done.answer["advice"] == ["limits.wish.bound=0"]
    mended = allocate(case, tmp_path / "run", "--set", *done.answer["advice"])
    assert (mended.code, mended.answer["verified"]) == (0, True)


def test_money_out_of_nothing_is_exit_code_3(tmp_path):
    products, positions = cases.FREE_LOOP
    case = cases.write_case(tmp_path / "case", products=products, positions=positions)
    done = allocate(case, tmp_path / "run")
    assert done.code == 3
    assert done.answer["status"] == "unbounded"
    assert "take up overnight in East CNY at 0.2 % (row 7 of positions)" in done.answer["reason"]


def test_a_person_is_told_why_there_is_no_plan(tmp_path):
    words = ("--out", tmp_path / "run", "--set", "limits.liquidity.bound=2")
    done = alm("allocate", THREE_REGIONS, *words)
    assert done.code == 3
    assert done.out.startswith(
        "three-regions: infeasible\nNo plan keeps every limit and bound of this case.\n"
    )
    assert done.out.splitlines()[-1] == str(tmp_path / "run")


@pytest.mark.usefixtures("no_workbook")
def test_the_order_of_rows_and_columns_changes_no_plan_table(tmp_path):
    case = cases.write_case(tmp_path / "case")
    allocate(case, tmp_path / "a")
    allocate(cases.shuffle(case), tmp_path / "b")
    assert (case / "positions.csv").read_text(encoding="utf-8") != cases.TABLES["positions"]
    for name in ("positions", "lanes", "limits", "measures", "regions", "objective", "prices"):
        pd.testing.assert_frame_equal(
            plan(tmp_path / "a", name), plan(tmp_path / "b", name), check_exact=True
        )


@pytest.mark.usefixtures("no_workbook")
def test_an_older_run_gives_way(tmp_path):
    case = cases.write_case(tmp_path / "case")
    allocate(case, tmp_path / "run")
    (tmp_path / "run" / "mine.txt").write_text("", encoding="utf-8")
    done = allocate(case, tmp_path / "run", "--set", "lanes.east-west.capacity=0")
    assert done.code == 0
    assert plan(tmp_path / "run", "lanes")["outstanding"].eq(0).all()
    assert not (tmp_path / "run" / "mine.txt").exists()


def test_a_folder_that_is_no_run_is_refused_and_left_alone(tmp_path):
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear", encoding="utf-8")
    done = allocate(THREE_REGIONS, folder)
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert (fault["column"], fault["found"]) == ("--out", str(folder))
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]
    assert (folder / "letter.txt").read_text(encoding="utf-8") == "dear"
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_place_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = allocate(THREE_REGIONS, tmp_path / "file" / "run")
    assert done.code == 2
    assert "file" in done.answer["faults"][0]["found"]


@pytest.mark.usefixtures("no_workbook")
def test_the_base_scenario_may_be_named(tmp_path):
    case = cases.write_case(tmp_path / "case")
    assert allocate(case, tmp_path / "run", "--scenario", "base").code == 0


@pytest.mark.usefixtures("no_workbook")
def test_a_scenario_of_the_case_is_planned_for(tmp_path):
    """The lane of 40 is shut: of the 100 that West lends at most it lends its own 50, and no more than 1.6 x 50."""
    shocks = "scenario,shock,lane,value\ncrisis,lane_capacity,east-west,0\n"
    case = cases.write_case(tmp_path / "case", scenarios="scenario\ncrisis\n", shocks=shocks)
    done = allocate(case, tmp_path / "run", "--scenario", "crisis")
    base = allocate(case, tmp_path / "base")
    assert done.answer["status"] == "optimal"
    assert done.answer["objective"] < base.answer["objective"]
    manifest = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert manifest["options"]["scenario"] == "crisis"
    limits = pd.read_parquet(tmp_path / "run" / "plan" / "limits.parquet")
    assert set(limits["scenario"]) == {"crisis"}
    lanes = pd.read_parquet(tmp_path / "run" / "plan" / "lanes.parquet")
    assert not lanes["outstanding"].any()
    frozen = (tmp_path / "run" / "inputs" / "lanes.csv").read_text(encoding="utf-8")
    assert frozen == (tmp_path / "base" / "inputs" / "lanes.csv").read_text(encoding="utf-8")


def test_a_scenario_that_does_not_exist_is_refused_with_the_nearest(tmp_path):
    case = cases.write_case(tmp_path / "case", scenarios="scenario\ncrisis\n")
    done = allocate(case, tmp_path / "run", "--scenario", "crises")
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert fault["hint"] == "did you mean crisis?"


def test_a_backend_that_does_not_exist_is_refused_with_the_known_ones(tmp_path):
    done = allocate(THREE_REGIONS, tmp_path / "run", "--backend", "pulp+hihgs")
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert "cvxpy+clarabel" in fault["allowed"]
    assert fault["hint"] == "did you mean pulp+highs?"


def test_a_backend_that_cannot_solve_the_case_is_refused(tmp_path):
    targets = "region,product,period,balance,weight\nWest,loan,1,60,0.001\n"
    case = cases.write_case(tmp_path / "case", targets=targets)
    done = allocate(case, tmp_path / "run", "--backend", "pulp+cbc")
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert fault["column"] == "--backend"
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_no_plan_within_the_time_limit_is_exit_code_1_in_one_sentence(tmp_path):
    done = allocate(THREE_REGIONS, tmp_path / "run", "--quiet", "--set", "solve.time_limit=1e-9")
    assert done.code == 1
    assert set(done.answer) == {*ANSWER, "reason"}
    assert done.answer["status"] is None
    assert done.err == f"{done.answer['reason']}.\n"
    assert done.err.startswith("No plan within 1e-09 s: ")
    assert not list(tmp_path.iterdir())
