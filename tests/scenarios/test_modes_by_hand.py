"""Two weathers, worked by hand in examples/two-weathers/README.md; per unit of the 100 that can be lent.

Lend in year 1: 3 % twice = 6. Wait in cash: 1 %, then 7 % in sun (8 in all), cash at 1 % in rain (2).
"""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest
from openpyxl import load_workbook

from alm.case import load
from alm.formulation.stacked import Risk
from scenarios import Mode
from tests.cli.cases import shuffle
from tests.cli.program import EXAMPLES, alm
from tests.scenarios.test_stacked import planned

WEATHERS = EXAMPLES / "two-weathers"


def scenarios(out, *words, case=WEATHERS, code=0):
    with pytest.MonkeyPatch.context() as patch:  # one test looks at the workbook
        patch.setattr("reports.write_report", lambda *_, **__: None)
        done = alm("scenarios", case, "--out", out, "--json", *words)
    assert done.code == code, done.out + done.err
    return done.answer


def of(answer, name):
    (row,) = (row for row in answer["scenarios"] if row["scenario"] == name)
    return row


@pytest.fixture(scope="module")
def stochastic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("modes") / "run"
    return scenarios(folder, "--mode", "stochastic"), folder


def test_each_weather_by_itself(stochastic, tmp_path):
    """Sun waits for 8, rain lends for 6 at once: 0.75 x 8 + 0.25 x 6 = 7.5; the order of rows does not matter."""
    case = shuffle(shutil.copytree(WEATHERS, tmp_path / "case"))
    answer = scenarios(tmp_path / "run", "--mode", "sweep", case=case)
    assert of(answer, "sun")["objective"] == pytest.approx(8.0, abs=1e-9)
    assert of(answer, "rain")["objective"] == pytest.approx(6.0, abs=1e-9)
    assert answer["expected"] == answer["wait_and_see"] == pytest.approx(7.5, abs=1e-9)
    assert answer["evpi"] is None
    assert answer["verified"]
    for name in ("sun", "rain"):
        one, other = (
            pd.read_parquet(folder / name / "plan" / "positions.parquet")
            for folder in (stochastic[1] / "alone", tmp_path / "run" / "scenarios")
        )
        pd.testing.assert_frame_equal(one, other)


def test_who_must_decide_before_the_weather_is_known_waits(stochastic):
    """Waiting earns 0.75 x 8 + 0.25 x 2 = 6.5; the base plan lends (6 against 1 + 3) and stays with 6 in both.

    EVPI 7.5 - 6.5 = 1, VSS 6.5 - 6 = 0.5; the worst half is rain and a third of sun: (0.25 x 2 + 0.25 x 8) / 0.5 = 5.
    """
    answer, _ = stochastic
    assert of(answer, "sun")["objective"] == pytest.approx(8.0, abs=1e-9)
    assert of(answer, "rain")["objective"] == pytest.approx(2.0, abs=1e-9)
    assert of(answer, "rain")["regret"] == pytest.approx(4.0, abs=1e-9)
    assert answer["expected"] == answer["objective"] == pytest.approx(6.5, abs=1e-9)
    assert answer["cvar"] == pytest.approx(5.0, abs=1e-9)
    assert answer["wait_and_see"] == pytest.approx(7.5, abs=1e-9)
    assert answer["expected_of_base_plan"] == pytest.approx(6.0, abs=1e-9)
    assert answer["evpi"] == pytest.approx(1.0, abs=1e-9)
    assert answer["vss"] == pytest.approx(0.5, abs=1e-9)
    assert answer["infeasible_in"] == []


def test_one_plan_for_both_weathers():
    """All is shared: waiting and lending in year 2 earns 1 + 0.75 x 7 + 0.25 x 0.5 = 6.375, more than 6."""
    rain, sun = planned(load(WEATHERS), Mode.ROBUST).objectives
    assert (rain, sun) == pytest.approx((1.5, 8.0), abs=1e-9)


def test_who_fears_the_worst_lends_at_once():
    """Waiting is worth 6.5 - 1.5 w, lending 6: up to a weight of a third one waits."""
    found = planned(load(WEATHERS), Mode.STOCHASTIC, Risk(0.5, 0.5))
    assert found.objectives == pytest.approx([6.0, 6.0], abs=1e-9)
    assert found.bound == pytest.approx(6.0, abs=1e-9)


def test_figures_that_are_not_those_of_the_plans_are_refused(stochastic, tmp_path):
    folder = shutil.copytree(stochastic[1], tmp_path / "run")
    manifest = json.loads((folder / "run.json").read_text("utf-8"))
    names = ("objective", "expected", "cvar", "expected_of_base_plan", "vss", "evpi")
    spoilt = {**manifest, **{name: manifest[name] + 0.001 for name in names}}
    (folder / "run.json").write_text(json.dumps(spoilt), "utf-8")
    refused = alm("verify", folder, "--json")
    assert refused.code == 5
    said = {failure["where"] for failure in refused.answer["failures"]}
    assert {f"run.json {name}" for name in names} <= said


def test_a_scenario_that_knew_beforehand_is_refused(stochastic, tmp_path):
    """Rain lends at once, as if it were known in year 1: a good plan by itself, but not one of year 1 for both."""
    folder = shutil.copytree(stochastic[1], tmp_path / "run")
    shutil.rmtree(folder / "scenarios" / "rain")
    shutil.copytree(folder / "alone" / "rain", folder / "scenarios" / "rain")
    refused = alm("verify", folder, "--json")
    assert refused.code == 5
    checks = {row["check"]: row["ok"] for row in refused.answer["checks"]}
    assert not checks["what_is_shared_is_decided_once"]
    assert checks["objective_is_right"]


def test_the_workbook_says_what_to_do_and_what_it_is_worth_to_know_more(stochastic):
    """EVPI 1, VSS 0.5; in year 1 nothing is done; in rain nothing is written in year 2 either."""
    folder = stochastic[1]
    assert alm("report", folder, "--json").answer["status"] == "written"
    book = load_workbook(folder / "report.xlsx")
    assert book.sheetnames == ["Scenarios", "First decisions", "Limits by scenario"]
    cells = [[cell.value for cell in row] for row in book["Scenarios"].iter_rows()]
    told = {row[0]: row[4] for row in cells if row[4] is not None}
    assert told["Worth of foresight (EVPI)"] == pytest.approx(1.0)
    assert told["Worth of planning for scenarios (VSS)"] == pytest.approx(0.5)
    (rain,) = (row for row in cells if row[0] == "Rates fall")
    assert rain[1:7] == pytest.approx([0.25, 2.0, 2.0, 6.0, 4.0, 6.0])
    words = [row[0].value for row in book["First decisions"].iter_rows()]
    assert any("Nothing is written" in str(text) for text in words)


def test_the_run_is_listed_once(stochastic):
    answer = alm("runs", stochastic[1].parent, "--json").answer
    assert [run["run"] for run in answer["runs"]] == [str(stochastic[1])]
