"""Frontiers: their ends by hand, every point a verified run, the knee, and what is refused."""

import json
import shutil

import pandas as pd
import pytest
from openpyxl import load_workbook

from alm.case import CaseError, load
from alm.runs import frontier, frontier_ends
from alm.runs.frontier import _plan as plan_point
from alm.runs.frontier import _reported, _status
from alm.runs.frontier_axis import axis_of
from alm.runs.frontier_ends import Ends, NoEndError, find_ends
from alm.runs.frontier_run import Frontier
from alm.runs.run import OutOfTimeError
from alm.runs.stages import Stages
from alm.runs.together import How
from solvers import Solution, Status, solve
from tests.cli.cases import three_regions
from tests.cli.program import THREE_REGIONS, alm


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """The liquidity floor of the three regions, at three bounds."""
    folder = tmp_path_factory.mktemp("frontier") / "run"
    words = ("--x", "liquidity", "--points", 3, "--jobs", 1, "--out", folder, "--json")
    return alm("frontier", THREE_REGIONS, *words), folder


def test_the_ends_of_a_limit_are_those_found_by_pencil(traced):
    """Cash to deposits: all 1,700 of funds can be cash, 1,700 / 1,600 = 1.0625. Without the floor the capital ratio stops lending

    at 100 / 6 % = 1,666.67, which leaves 33.33 of cash, 1 / 48 of the deposits: 0.0208333. With all in cash at 0.5 % and deposits
    at 1 % the bank loses (8.5 - 16) x 0.75 = -5.625.
    """
    done, _ = traced
    assert done.code == 0, done.out
    answer = done.answer
    assert answer["tightest"] == 1.0625
    assert answer["loosest"] == 0.0208333
    assert answer["current"] == 0.1
    assert answer["points"][0]["objective"] == pytest.approx(-5.625)
    assert [point["verified"] for point in answer["points"]] == [True] * 3
    assert answer["verified"]


def test_a_looser_bound_earns_no_less_and_the_knee_is_above_the_chord(traced):
    """The middle bound: cash 0.5416665 x 1,600 = 866.67, so 833.33 are lent: South its 800 and Centre 33.33.

    Three points have one candidate: the middle, above the chord as less and less is given up.
    """
    points = traced[0].answer["points"]
    earned = [point["objective"] for point in points]
    assert earned == sorted(earned)
    assert [point["knee"] for point in points] == [False, True, False]
    assert points[1]["cost"] == pytest.approx(earned[2] - earned[1])
    assert points[1]["value"] == pytest.approx(points[1]["bound"], abs=1e-4)


def test_a_frontier_is_verified_from_its_folder_and_a_changed_point_is_refused(traced, tmp_path):
    """All but the one figure is confirmed: the table says something else than the run of the point, and than its cost."""
    folder = shutil.copytree(traced[1], tmp_path / "run")
    path = folder / "plan" / "frontier.parquet"
    table = pd.read_parquet(path)
    table.loc[1, "objective"] += 0.01
    table.to_parquet(path, index=False)
    done = alm("verify", folder, "--json")
    assert done.code == 5
    assert {failure["where"] for failure in done.answer["failures"]} == {
        "frontier.objective point=2",
        "frontier.cost point=2",
    }


def test_the_workbook_has_a_sheet_with_the_points_and_a_chart(traced, tmp_path):
    folder = shutil.copytree(traced[1], tmp_path / "run")
    (folder / "report.xlsx").unlink()
    assert alm("report", folder, "--lang", "zh").code == 0
    english, chinese = (load_workbook(each / "report.xlsx") for each in (traced[1], folder))
    (sheet,) = english.worksheets
    assert sheet.title == "Frontier"
    (chart,) = sheet._charts
    assert len(chart.series) == 2
    shown = [row[1].value for row in sheet.iter_rows(min_row=30, max_row=32)]
    assert shown == pytest.approx([point["bound"] for point in traced[0].answer["points"]])
    assert chinese.worksheets[0].title == "有效前沿"
    assert "情景 基准" in chinese.worksheets[0]["A2"].value
    assert chinese.worksheets[0]["A2"].value.endswith("金额单位：百万CNY")


def test_a_point_whose_process_dies_costs_itself_only(traced, tmp_path, monkeypatch):
    """The first of two points: what it had half written goes, too, and the other is that of before."""

    def plan(task):
        if task.folder.name == "01":
            (task.folder.parent / ".01.elsewhere-1.partial" / "plan").mkdir(parents=True)
            raise RuntimeError("the process died")
        return plan_point(task)

    monkeypatch.setattr(frontier, "_plan", plan)
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    monkeypatch.setattr(frontier, "find_ends", lambda *_: Ends(1.0625, 0.0208333, None))
    words = ("--x", "liquidity", "--points", 2, "--jobs", 1, "--out", tmp_path, "--json")
    done = alm("frontier", THREE_REGIONS, *words)
    assert done.code == 1
    assert done.answer["fault"] == "point 1: RuntimeError: the process died"
    assert sorted(each.name for each in (tmp_path / "points").iterdir()) == ["02"]
    lost, kept = done.answer["points"]
    assert (lost["run"], lost["status"], lost["objective"]) == (None, None, None)
    assert kept["objective"] == traced[0].answer["points"][-1]["objective"]


def test_a_measure_gets_a_limit_and_a_ratio_of_two_as_well():
    """The group borrows nothing from outside: no trade-off. Loans to deposits end at 0 and at 1,540 / 1,600 = 0.9625."""
    case = load(THREE_REGIONS)
    ends = find_ends(axis_of(case, "borrowed", "base"), "base", How())
    assert (ends.tightest, ends.loosest) == (0.0, 0.0)
    ends = find_ends(axis_of(case, "class:loan/class:deposit", "base"), "base", How())
    assert (ends.tightest, ends.loosest) == (0.0, 0.9625)
    assert axis_of(case, "cet1/rwa", "base").sense == "min"


def test_a_name_that_is_neither_limit_nor_measure_is_refused_with_the_nearest():
    done = alm("frontier", THREE_REGIONS, "--x", "liqidity", "--json")
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert (fault["column"], fault["hint"]) == ("--x", "did you mean liquidity?")


def test_a_case_without_a_plan_says_why_and_leaves_a_run(tmp_path):
    """No region can lend what its bound on loans asks for: not even without the limit."""
    case = three_regions(tmp_path / "case")
    words = (
        "--set",
        "limits.cet1_ratio.bound=9",
        "--set",
        "positions.North/CNY/loan_north.min_new=700",
    )
    folder = tmp_path / "run"
    done = alm("frontier", case, "--x", "liquidity", *words, "--out", folder, "--json", "--jobs", 1)
    assert (done.code, done.answer["status"]) == (3, "infeasible")
    assert "even without this limit" in done.answer["reason"]
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["kind"] == "frontier"
    assert alm("report", folder).code == 2


def test_a_workbook_that_fails_costs_a_frontier_only_itself(tmp_path, monkeypatch):
    def fail(folder, **_):
        (folder / "report.xlsx").write_bytes(b"half")
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr("reports.write_report", fail)
    said = {"case": "", "x": "", "limit": "", "region": "", "sense": "max", "seconds": {}}
    made = Frontier(**said, status="optimal", verified=True, points=({},))
    told = _reported(tmp_path, made, "en", Stages())
    assert "no room on the disk" in told.fault
    assert told.exit_code == 1
    assert not (tmp_path / "report.xlsx").exists()


@pytest.mark.parametrize(
    ("found", "proven", "status"),
    [
        (["optimal", "infeasible"], True, "optimal"),
        (["optimal", None], True, "optimal"),
        (["optimal"], False, "gap"),
        (["gap", "optimal"], True, "gap"),
        (["infeasible", "infeasible"], True, "infeasible"),
        (["infeasible", None], True, None),
        ([None], True, None),
    ],
)
def test_points_that_could_not_be_made_are_not_taken_for_infeasible(found, proven, status):
    assert _status([{"status": each} for each in found], proven=proven) == status


def test_a_ratio_whose_denominator_can_be_0_is_no_axis():
    """No loans at all keep equity to loans above any bound."""
    axis = axis_of(load(THREE_REGIONS), "equity/class:loan", "base")
    with pytest.raises(CaseError) as caught:
        find_ends(axis, "base", How())
    (fault,) = caught.value.faults
    assert (fault.column, fault.found) == ("--x", "equity/class:loan")


@pytest.mark.parametrize(
    ("status", "raised", "why"),
    [
        (Status.UNBOUNDED, NoEndError, "has no end"),
        (Status.FAILED, OutOfTimeError, "Not the tightest bound that any plan keeps within 600 s"),
        (Status.GAP, None, "there may be a tighter one"),
    ],
)
def test_what_ends_the_search_is_not_taken_for_an_end(monkeypatch, status, raised, why):
    """A solver whose time is up, or that finds no end; at the gap of the third the bound is what its plan keeps."""

    def stopped(problem, **_):
        if status is Status.GAP:
            return solve(problem).replace(status=status)
        return Solution.nothing(problem, status, seconds=601.0)

    monkeypatch.setattr(frontier_ends, "solve", stopped)
    axis = axis_of(load(THREE_REGIONS), "liquidity", "base")
    if raised is None:
        bound, note = frontier_ends._reach(axis, 0.1, "base", None)
        assert (bound, why in note) == (pytest.approx(1.0625), True)
        return
    with pytest.raises(raised, match=why):
        frontier_ends._reach(axis, 0.1, "base", None)
