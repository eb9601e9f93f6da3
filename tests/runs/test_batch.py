"""A batch: the plan file, the locks, and the real program killed in the middle and started again."""

import json
import os
import shutil
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from alm.case import CaseError
from alm.runs.batch import summary
from alm.runs.batch.batch import lines
from alm.runs.batch.locks import Holder, lock_of, locked
from alm.runs.batch.plan import read_plan
from alm.runs.batch.tasks import make, tasks_of
from reports.batch_workbook import write_batch_workbook
from tests.cli.cases import replace
from tests.cli.program import ALM, EXAMPLES, THREE_REGIONS, alm

TWO_WEATHERS = EXAMPLES / "two-weathers"
PLAN = f"""
name = "small"
out = "made"
[defaults]
baselines = false
workbook = false
[[run]]
case = "{TWO_WEATHERS}"
scenarios = ["sun"]
[[run]]
case = "{THREE_REGIONS}"
name = "too tight"
set = ["limits.liquidity.bound=1.1"]
[[run]]
case = "{TWO_WEATHERS}"
scenarios = ["rain"]
"""


def written(folder, text):
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path):
    with pytest.raises(CaseError) as caught:
        read_plan(path)
    return [(fault.row, fault.column, fault.found, fault.hint) for fault in caught.value.faults]


def test_every_fault_of_a_plan_is_said_at_once(tmp_path):
    text = f"""
    nam = "x"
    [defaults]
    case = "y"
    workbook = "yes"
    backend = "hihgs"
    reference = "no-run"
    [[run]]
    case = "nowhere"
    scenario = ["sun"]
    [[run]]
    case = "{THREE_REGIONS}"
    set = ["limits.liquidity.bound"]
    mode = "sweeep"
    reference = "nowhere"
    [[run]]
    case = "{THREE_REGIONS}"
    mode = "robust"
    baselines = true
    """
    beside_mode = "a run over all scenarios has no choice of it"
    assert faults_of(written(tmp_path, text)) == [
        (None, "nam", "x", "did you mean name?"),
        (None, "defaults.case", "y", ""),
        (None, "defaults.workbook", "yes", ""),
        (None, "defaults.backend", "hihgs", "did you mean highs?"),
        (None, "defaults.reference", "no-run", ""),
        (1, "scenario", "['sun']", "did you mean scenarios?"),
        (1, "case", "nowhere", ""),
        (2, "set", "['limits.liquidity.bound']", ""),
        (2, "mode", "sweeep", "did you mean sweep?"),
        (2, "reference", "nowhere", ""),
        (3, "baselines", True, beside_mode),
    ]


def test_a_mode_of_defaults_leaves_no_choice_of_scenarios_either(tmp_path):
    text = f"""
    [defaults]
    mode = "sweep"
    workbook = false
    [[run]]
    case = "{TWO_WEATHERS}"
    scenarios = ["sun"]
    """
    hint = "a run over all scenarios has no choice of it"
    assert faults_of(written(tmp_path, text)) == [
        (None, "defaults.workbook", False, hint),
        (1, "scenarios", "['sun']", hint),
    ]


@pytest.mark.parametrize("text", ["", "run = []", "run = 3", "[[run]]\nlang = 'en'", "x ="])
def test_a_plan_without_runs_is_refused(text, tmp_path):
    assert faults_of(written(tmp_path, text))


def test_scenarios_changes_and_runs_that_stand_twice_are_faults_of_the_plan(tmp_path):
    case = f'[[run]]\ncase = "{TWO_WEATHERS}"\n'
    text = (
        f'{case}scenarios = ["son"]\n{case}set = ["risk.cvar=1"]\n{case}{case}'
        f'[[run]]\ncase = "{THREE_REGIONS}"\nmode = "robust"\n'
    )
    done = alm("batch", written(tmp_path, text), "--json")
    assert done.code == 2
    found = [(fault["row"], fault["column"], fault["hint"]) for fault in done.answer["faults"]]
    assert found == [
        (1, "scenarios", "did you mean sun?"),
        (2, "set risk.cvar", "did you mean risk.cvar_level?"),
        (5, "scenarios", ""),
        (4, "run", ""),
    ]
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_says_what_there_is_to_do_and_does_nothing(tmp_path):
    case = Path(shutil.copytree(TWO_WEATHERS, tmp_path / "case"))
    text = f'[[run]]\ncase = "{TWO_WEATHERS}"\nscenarios = "all"\n[[run]]\ncase = "case"\n'
    (case / "products.csv").write_text("product,side\ncash,asset\n", encoding="utf-8")
    done = alm("batch", written(tmp_path, text), "--dry-run", "--json", "--jobs", 2)
    assert done.code == 0
    answer = done.answer
    assert (answer["count"], answer["to_do"], answer["jobs"]) == (4, 3, 2)
    assert [row["state"] for row in answer["runs"]] == ["to do", "to do", "to do", "invalid"]
    assert [row["columns"] for row in answer["runs"]] == [6, 6, 6, None]
    assert answer["seconds"] > 2 * answer["runs"][0]["seconds"] - 1
    assert not (tmp_path / "runs").exists()


def test_a_case_that_changed_since_the_batch_began_is_not_planned(tmp_path):
    case = Path(shutil.copytree(TWO_WEATHERS, tmp_path / "case"))
    text = '[[run]]\ncase = "case"\n[[run]]\ncase = "case"\nmode = "sweep"\n'
    plan = read_plan(written(tmp_path, text))
    tasks = tasks_of(plan)
    plan.out.mkdir(parents=True)
    replace(case / "case.toml", "cvar_level = 0.5", "cvar_level = 0.6")
    for task in tasks:
        with pytest.raises(RuntimeError, match="the case changed since the batch began"):
            make(task)
    assert not list(plan.out.rglob("run.json"))


def test_limits_that_any_scenario_misses_are_counted(tmp_path):
    rows = [{"objective": 1.0, "violations": [{}, {}]}, {"objective": 2.0, "violations": [{}]}]
    said = {"status": None, "verified": True, "scenarios": rows, "objective": None, "fault": "late"}
    (tmp_path / "run.json").write_text(json.dumps(said), encoding="utf-8")
    row = summary.of_run(tmp_path)
    assert (row["missed"], row["status"], row["exit_code"], row["reason"]) == (
        3,
        "failed",
        1,
        "late",
    )


def _told(log):
    return Counter(line["event"] for line in lines(log)) if log.exists() else Counter()


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A batch of three runs that was killed as its second began, and then gone on with."""
    folder = tmp_path_factory.mktemp("batch")
    path = written(folder, PLAN)
    log = folder / "made" / "log.jsonl"
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    program = subprocess.Popen([ALM, "batch", path, "--jobs", "1"], **silent)
    while not _told(log) >= Counter(begun=2, done=1):
        assert program.poll() is None
        time.sleep(0.02)
    program.kill()
    assert program.wait() == -9
    (finished,) = (folder / "made").glob("*/*/run.json")
    before = finished.stat().st_mtime_ns
    done = alm("batch", path, "--jobs", 1, "--json")
    assert finished.stat().st_mtime_ns == before
    return path, done, list(lines(log))


def test_a_batch_that_was_killed_goes_on_and_repeats_nothing_that_was_finished(killed):
    _, done, log = killed
    answer = done.answer
    assert [row["how"] for row in answer["runs"]] == ["before", "done", "done"]
    ended = Counter(line["run"] for line in log if line["event"] == "done")
    assert ended == Counter(row["id"] for row in answer["runs"])
    events = [line["event"] for line in log]
    assert events.count("batch begun") == 2
    assert events.count("begun") == 4
    assert events[-1] == "batch done"


def test_a_batch_of_which_a_part_failed_ends_with_6_and_keeps_the_rest(killed):
    """Sun: the loan of year 2 earns 7 %; rain: cash. The figures are those of examples/two-weathers."""
    path, done, _ = killed
    assert done.code == 6
    rows = done.answer["runs"]
    assert [row["status"] for row in rows] == ["optimal", "infeasible", "optimal"]
    assert [row["exit_code"] for row in rows] == [0, 3, 0]
    assert [row["objective"] for row in rows] == [8.0, None, 6.0]
    assert "limits.liquidity.bound=1.0625" in rows[1]["reason"]
    out = path.parent / "made"
    assert json.loads((out / "summary.json").read_text(encoding="utf-8")) == done.answer
    left = sorted(each.name for each in out.rglob(".*"))
    assert left == [], "locks and halves of runs are cleared up"


def test_the_summary_workbook_has_a_row_a_run(killed):
    sheet = openpyxl.load_workbook(killed[0].parent / "made" / "summary.xlsx").active
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert rows[0][:4] == ("Run", "Scenario", "Changes", "Status")
    assert [row[0] for row in rows[1:]] == ["two-weathers", "too tight", "two-weathers"]
    assert [row[3] for row in rows[1:]] == ["optimal", "infeasible", "optimal"]
    assert rows[2][2] == "limits.liquidity.bound=1.1"


def test_the_summary_speaks_the_language_of_the_plan(killed, tmp_path):
    spoken = read_plan(
        written(tmp_path, PLAN.replace("[defaults]", '[defaults]\nlang = "zh"'))
    ).lang
    rows = killed[1].answer["runs"]
    path = write_batch_workbook(rows, "月末", tmp_path / "summary.xlsx", spoken)
    shown = list(openpyxl.load_workbook(path).active.iter_rows(min_row=5, values_only=True))
    assert shown[0][:4] == ("运行", "情景", "改动", "状态")
    assert [row[3] for row in shown[1:]] == ["最优", "无可行解", "最优"]
    assert "基准" in {row[1] for row in shown[1:]}
    assert "百万CNY" in {row[7] for row in shown[1:]}


def test_a_finished_batch_does_nothing(killed):
    done = alm("batch", killed[0], "--quiet")
    assert done.code == 6
    assert not done.err
    assert list(lines(killed[0].parent / "made" / "log.jsonl"))[-4]["event"] == "finished before"


def test_a_lock_is_held_by_one_and_waited_for(tmp_path):
    place, order = tmp_path / "run", []
    holds = threading.Event()

    def hold():
        with locked(place, lambda: False) as held:
            order.append(("first", held))
            holds.set()
            time.sleep(0.3)
            order.append("first lets go")

    other = threading.Thread(target=hold)
    other.start()
    holds.wait()
    with locked(place, lambda: False) as held:
        order.append(("second", held))
    other.join()
    assert order == [("first", True), "first lets go", ("second", True)]
    assert not lock_of(place).exists()


def test_who_waits_for_a_lock_does_nothing_when_the_run_is_finished(tmp_path):
    place = tmp_path / "run"
    mine = Holder.me()
    lock_of(place).write_text(json.dumps(vars(mine)), encoding="utf-8")
    with locked(place, lambda: True) as held:
        assert not held
    assert lock_of(place).exists()


@pytest.mark.skipif(os.name != "posix", reason="asks for processes as POSIX does")
@pytest.mark.parametrize("reused", [False, True])
def test_the_lock_of_a_process_that_is_gone_is_broken_also_if_its_number_was_given_again(
    reused, tmp_path
):
    ended = subprocess.Popen(["true"])
    ended.wait()
    mine = Holder.me()
    gone = Holder(mine.machine, mine.process if reused else ended.pid, "1")
    place = tmp_path / "run"
    lock_of(place).write_text(json.dumps(vars(gone)), encoding="utf-8")
    with locked(place, lambda: False) as held:
        assert held
        assert json.loads(lock_of(place).read_text(encoding="utf-8")) == vars(mine)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_of_another_machine_holds_while_it_shows_signs_of_life(tmp_path):
    place = tmp_path / "run"
    lock_of(place).write_text(json.dumps(vars(Holder("elsewhere", 1, ""))), encoding="utf-8")
    looks = iter([False, False, True])
    with locked(place, lambda: next(looks)) as held:
        assert not held
    os.utime(lock_of(place), (0, 0))
    with locked(place, lambda: False) as held:
        assert held
