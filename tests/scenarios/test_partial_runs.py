"""Runs over scenarios of which a part has no answer: what is finished is kept, verified and reported, and the rest is named.

Two weathers as in examples/two-weathers: alone, sun waits for 8 and rain lends at once for 6.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook

from alm.runs import crew, scenarios
from alm.runs.run import OutOfTimeError
from alm.runs.scenario_run import exit_code_of
from alm.runs.together import How, alone, holding
from tests.cli.program import EXAMPLES, Done, alm

WEATHERS = EXAMPLES / "two-weathers"


def too_slow(whose, look):
    """Look for a plan, but find the time up in one scenario."""

    def slow(scene, *more):
        if scene.name == whose:
            raise OutOfTimeError(2, f"No plan for scenario {whose}")
        return look(scene, *more)

    return slow


@pytest.fixture(scope="module")
def in_part(tmp_path_factory):
    """In rain at least 150 are to be lent, of 100 that there are; time is up in hail; elsewhere at most 95 are lent."""
    root = tmp_path_factory.mktemp("rain")
    case = Path(shutil.copytree(WEATHERS, root / "case"))
    (case / "limits.csv").write_text(
        "limit,region,measure,sense,bound,scenarios\n"
        "loans,Bank,class:loan,min,150,rain\nfew,Bank,class:loan,max,95,all\n"
    )
    (case / "scenarios.csv").write_text("scenario,probability\nsun,0.5\nrain,0.25\nhail,0.25\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "alone", too_slow("hail", alone))
        return alm("scenarios", case, "--out", root / "run", "--json"), root / "run"


def of(done: Done, name: str) -> dict[str, object]:
    (row,) = (row for row in done.answer["scenarios"] if row["scenario"] == name)
    return row


def test_a_sweep_keeps_and_verifies_the_scenarios_that_have_a_plan(in_part):
    """Sun: cash of 100 at 1 % in year 1, then 95 at 7 % and 5 at 1 %: 1 + 6.65 + 0.05 = 7.7. Nothing is weighed over all."""
    done, folder = in_part
    assert (done.code, done.answer["status"]) == (3, "infeasible")
    assert of(done, "sun")["objective"] == pytest.approx(7.7)
    assert [row["verified"] for row in done.answer["scenarios"]] == [False, False, True]
    assert [row["status"] for row in done.answer["scenarios"]] == [None, "infeasible", "optimal"]
    assert done.answer["verified"]
    assert {done.answer[name] for name in ("objective", "expected", "cvar", "bound")} == {None}
    assert done.answer["infeasible"] == ["rain"]
    assert "by CNY 55 million" in of(done, "rain")["reason"]
    why = of(done, "rain")["why"]
    assert why["kind"] == "limits"
    assert why["missed"][0].keys() == {"limit", "tier", "region", "period", "missed"}
    assert why["advice"]
    assert of(done, "hail")["why"] == {"kind": "unanswered", "missed": [], "advice": []}
    assert done.answer["unanswered"] == ["scenarios/hail"]
    assert "No plan for scenario hail within 2 s" in done.answer["fault"]
    assert alm("verify", folder).code == 0


@pytest.mark.parametrize(
    ("objective", "status", "verified", "fault", "code"),
    [
        (7.7, None, True, "hail", 1),
        (None, None, False, "hail", 1),
        (7.7, "infeasible", True, "", 3),
        (7.7, "infeasible", False, "", 5),
        (None, "infeasible", False, "", 3),
        (7.7, "gap", True, "", 4),
    ],
)
def test_the_exit_code_of_a_sweep_in_part(objective, status, verified, fault, code):
    rows = [{"objective": objective}, {"objective": None}]
    said = {"objective": None, "status": status, "verified": verified, "fault": fault}
    assert exit_code_of({**said, "scenarios": rows}) == code


def test_the_workbook_of_a_sweep_in_part_names_who_has_no_plan(in_part):
    book = load_workbook(in_part[1] / "report.xlsx")
    rows = {row[0]: row[1:] for row in book["Scenarios"].iter_rows(values_only=True)}
    assert rows["rain"][:4] == (0.25, None, None, "infeasible")
    assert rows["hail"][3] == "no answer"
    assert rows["sun"][1] == pytest.approx(7.7)


def test_why_a_scenario_has_no_plan_is_said_in_the_language_of_the_workbook(in_part, tmp_path):
    """What gives way as a whole; of the rest its kind, and what the run says beside it."""
    folder = Path(shutil.copytree(in_part[1], tmp_path / "run"))
    assert alm("report", folder, "--lang", "zh").code == 0
    told = {
        row[0] for row in load_workbook(folder / "report.xlsx")["情景"].iter_rows(values_only=True)
    }
    why = of(in_part[0], "rain")["why"]
    missed = "；".join(
        f"{each['limit']}（监管，两季银行）第{each['period']}期差{each['missed']:g}（百万CNY）"
        for each in why["missed"]
    )
    changes = " ".join(f"--set {each}" for each in why["advice"])
    assert (
        f"rain：无可行计划，以下限额无法同时满足。至少须让步：{missed}。作如下更改即有可行计划：{changes}。"
        in told
    )
    (hail,) = (each for each in told if str(each).startswith("hail：无结论"))
    assert hail.partition("运行原文：")[2].startswith("No plan for scenario hail within 2 s")


def test_a_scenario_whose_plan_was_lost_is_not_taken_for_one_without(in_part, tmp_path):
    folder = Path(shutil.copytree(in_part[1], tmp_path / "run"))
    shutil.rmtree(folder / "scenarios" / "sun")
    done = alm("verify", folder, "--json")
    assert done.code == 5
    assert "scenarios/sun" in {failure["where"] for failure in done.answer["failures"]}


@pytest.mark.usefixtures("no_workbook")
def test_what_a_shared_plan_is_compared_with_costs_only_the_comparison(tmp_path, monkeypatch):
    """Time is up for rain's own plan, and for it with the decisions of the base plan: no EVPI, no VSS, and the plan stands.

    It is not said that rain cannot bear these decisions: nothing is known of it. Rain has no probability here, so that one waits
    for the 8 of sun, and it is told that rain counts nothing.
    """
    monkeypatch.setattr(crew, "alone", too_slow("rain", alone))
    monkeypatch.setattr(crew, "holding", too_slow("rain", holding))
    change = ("--set", "scenarios.rain.probability=0", "--set", "scenarios.sun.probability=1")
    words = ("--mode", "stochastic", *change, "--out", tmp_path / "run", "--json")
    done = alm("scenarios", WEATHERS, *words)
    assert done.code == 1
    assert done.answer["objective"] == pytest.approx(8.0)
    assert done.answer["weightless"] == ["rain"]
    assert done.answer["verified"]
    assert done.answer["unanswered"] == ["alone/rain", "held/rain"]
    assert of(done, "sun")["of_base_plan"] == pytest.approx(6.0)
    assert (done.answer["evpi"], done.answer["vss"], done.answer["infeasible_in"]) == (
        None,
        None,
        [],
    )
    assert done.answer["fault"].count("No plan for scenario rain within 2 s") == 2


def test_nobody_needs_the_plan_for_no_shock(monkeypatch):
    monkeypatch.setattr(scenarios, "alone", too_slow("base", alone))
    scene = SimpleNamespace(name="base")
    found = scenarios._base_plan(SimpleNamespace(how=How()), scene)
    assert not found.is_plan
    assert found.silence.startswith("No plan for scenario base within 2 s")
