"""`alm whatif`: a case that stays open, asked through a pipe."""

import io
import json

import pytest

from alm.cli.whatif import RANKS

from . import cases
from .program import alm

LINES = """
lanes.east-west.capacity=20   # a note
loans.x.y=1
undo
--set limits.loans.bound=1.7 lanes.east-west.capacity=60
keep {kept}
keep {taken}
positions.West/CNY/loan.min_balance=400
undo
'
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return cases.write_case(tmp_path_factory.mktemp("whatif") / "case")


def asked(lines, *words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(lines))
        return alm("whatif", *words)


@pytest.fixture(scope="module")
def piped(case):
    """What was answered, and the run that was kept in between, without its workbook."""
    kept, taken = case.parent / "kept", case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.write_report", lambda *_, **__: None)
        return asked(LINES.format(kept=kept, taken=taken), case, "--json"), kept


def test_each_line_is_answered_by_a_verified_plan_on_top_of_those_before(piped):
    """West lends 1.6 x its deposits of 50, of which 30 come over the lane; 70 with a lane of 20, 85 with 1.7 and a wide lane."""
    done, kept = piped
    answer = done.answer
    assert list(answer) == ["case", "status", "base", "answers"]
    first, faulty, back, both, whole, in_use, without, again, unread = answer["answers"]
    assert first["changes"] == ["lanes.east-west.capacity=20"]
    assert first["objective"] < answer["base"]["objective"] < both["objective"]
    assert first["backend"] == "simplex from the last plan"
    assert faulty["status"] == "invalid"
    assert faulty["faults"][0]["table"] == "changes"
    assert back["changes"] == []
    assert back["objective"] == answer["base"]["objective"]
    assert without["status"] == "infeasible"
    assert "reason" in without
    assert again["objective"] == both["objective"]
    assert all(each["verified"] for each in (first, back, both, again))
    assert (whole["kept"], whole["exit_code"], whole["verified"]) == (str(kept), 0, True)
    assert (in_use["status"], in_use["faults"][0]["column"]) == ("invalid", "keep")
    assert (unread["faults"][0]["found"], unread["status"]) == ("'", "invalid")
    whole = json.loads((kept / "run.json").read_text(encoding="utf-8"))
    assert whole["options"]["changes"] == both["changes"]
    assert {name: whole[name] for name in ("objective", "income", "status", "verified")} == {
        name: both[name] for name in ("objective", "income", "status", "verified")
    }
    assert both["binding"] == ["loans"]


def test_the_exit_code_is_that_of_the_worst_answer(piped):
    assert piped[0].code == 3
    assert "'" in piped[0].err


def test_people_see_the_difference_and_what_moves(case):
    done = asked("limits.loans.bound=1.7\nquit\nnever read\n", case, "--quiet")
    assert done.code == 0
    base, changed = done.out.split("limits.loans.bound=1.7\n")
    assert "binds: loans" in base
    assert "objective" in changed
    assert "(+0.0" in changed
    assert "West loan" in changed
    assert "never" not in done.err


def test_a_case_with_faults_is_refused_like_anywhere(tmp_path):
    done = asked("", tmp_path, "--json")
    assert done.code == 2
    assert done.answer["faults"][0]["allowed"] == "a folder with case.toml"


def test_a_gap_does_not_hide_that_there_is_no_plan():
    codes = sorted([4, 3, 0, 2, 5, 1], key=RANKS.index)
    assert codes == [0, 4, 2, 3, 1, 5]
