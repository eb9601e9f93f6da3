"""Tasks on processes and on a real Dask cluster: the same outcomes in the same order, and a dead process costs its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from alm.runs.cluster import ClusterError, require_cluster
from alm.runs.frontier_ends import Ends
from alm.runs.spread import DIED, as_completed, in_processes, processors, spread
from tests.cli.program import EXAMPLES, THREE_REGIONS, alm

TASKS = [3, 0, 2, -1, 1]


def halved(number):
    """Half of a number, the later the smaller it is; -1 is refused."""
    if number < 0:
        raise ValueError(f"{number} is negative")
    time.sleep(0.02 * (3 - number))
    return number / 2


def deadly(task):
    """A task that kills its process once, or each time, or not at all."""
    number, mark = task
    if number == 2 or (number == 1 and not mark.exists()):
        mark.write_text("was here")
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def values(outcomes):
    return [(each.value, each.error) for each in outcomes]


EXPECTED = [(1.5, ""), (0.0, ""), (1.0, ""), (None, "ValueError: -1 is negative"), (0.5, "")]


@pytest.mark.parametrize("jobs", [1, 2])
def test_outcomes_come_in_the_order_of_the_tasks_on_any_number_of_processes(jobs):
    told = []
    outcomes = spread(halved, TASKS, jobs, told=lambda number, outcome: told.append(number))
    assert values(outcomes) == EXPECTED
    assert sorted(told) == [0, 1, 2, 3, 4]
    assert "halved" in outcomes[3].trace


def test_a_task_whose_process_dies_is_tried_once_more_and_costs_no_other(tmp_path):
    tasks = [(number, tmp_path / str(number)) for number in (0, 1, 2, 3)]
    assert values(spread(deadly, tasks, 2)) == [(0, ""), (1, ""), (None, DIED), (3, "")]


def test_no_more_tasks_are_taken_than_are_at_work():
    taken = []

    def tasks():
        for number in range(6):
            taken.append(number)
            yield 0

    for done, _ in enumerate(as_completed(halved, tasks(), 2), start=1):
        assert len(taken) <= done + 2
    assert len(taken) == 6


def threads(_):
    """The threads that libraries may use here."""
    return os.environ["OMP_NUM_THREADS"]


def test_processes_share_the_processors_among_their_threads(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    (outcome,) = (each for _, each in in_processes(threads, [0], 1))
    assert outcome.value == str(processors())
    (outcome,) = spread(threads, [0], 4 * processors())
    assert outcome.value == "1"


def test_what_cannot_be_sent_back_is_the_fault_of_its_task_only():
    def locked(name):
        return threading.Lock() if name else "nothing"

    first, second = spread(locked, ["lock", ""], 2)
    assert "pickle" in first.error
    assert second.value == "nothing"


PARENT = """
import os, sys, time
from alm.runs.spread import in_processes

def linger(path):
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    time.sleep(60)

list(in_processes(linger, [sys.argv[1]], 1))
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
def test_processes_end_when_their_parent_was_killed(tmp_path):
    mark = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(mark)])
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    worker = int(mark.read_text())
    for _ in range(200):
        if not _is_running(worker):
            return
        time.sleep(0.05)
    pytest.fail("the worker lives on")


def _is_running(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{process}/stat") as file:  # noqa: PTH123
        return file.read().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler and two workers in processes of their own; its address."""
    folder = tmp_path_factory.mktemp("cluster")
    told = folder / "scheduler.json"
    environment = {
        **os.environ,
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }
    dask = [sys.executable, "-m", "dask"]
    quiet = {
        "cwd": folder,
        "env": environment,
        "stderr": subprocess.DEVNULL,
        "start_new_session": True,
    }
    common = ["--no-dashboard", "--scheduler-file", str(told)]
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", *common]
    workers = ["worker", "--nworkers", "2", "--nthreads", "1", *common]
    started = [subprocess.Popen([*dask, *words], **quiet) for words in (scheduler, workers)]
    try:
        while not (told.exists() and told.read_text()):
            assert started[0].poll() is None
            time.sleep(0.05)
        yield json.loads(told.read_text())["address"]
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_cluster_gives_the_same_outcomes_and_a_dead_worker_costs_its_task_only(cluster, tmp_path):
    assert values(spread(halved, TASKS, cluster=cluster)) == EXPECTED
    tasks = [(number, tmp_path / str(number)) for number in (0, 1, 2, 3)]
    assert values(spread(deadly, tasks, cluster=cluster)) == [
        (0, ""),
        (1, ""),
        (None, DIED),
        (3, ""),
    ]


def written_in(run):
    """Every file of a run but the manifests, with their times, and the logs."""
    return {
        path.relative_to(run): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.name not in ("run.json", "log.jsonl")
    }


def test_scenarios_planned_on_a_cluster_are_those_of_one_process_to_the_byte(
    cluster, tmp_path, monkeypatch
):
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    words = ("scenarios", EXAMPLES / "two-weathers", "--mode", "stochastic", "--quiet")
    written = []
    for name, how in (("one", ("--jobs", 1)), ("two", ("--cluster", cluster))):
        assert alm(*words, *how, "--out", tmp_path / name).code == 0
        written.append(written_in(tmp_path / name))
    assert written[0] == written[1]
    assert len([path for path in written[0] if path.name == "limits.parquet"]) > 1
    tried = [
        alm("stress", tmp_path / "one", *how, "--quiet", "--json").answer
        for how in (("--jobs", 1), ("--cluster", cluster))
    ]
    assert tried[0] == tried[1]


def test_a_frontier_planned_on_a_cluster_is_that_of_one_process_to_the_byte(
    cluster, tmp_path, monkeypatch
):
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    monkeypatch.setattr("alm.runs.frontier.find_ends", lambda *_: Ends(1.0625, 0.0208333, None))
    words = ("frontier", THREE_REGIONS, "--x", "liquidity", "--points", 2, "--quiet")
    for name, how in (("one", ("--jobs", 1)), ("two", ("--cluster", cluster))):
        assert alm(*words, *how, "--out", tmp_path / name).code == 0
    whole = written_in(tmp_path / "one")
    assert written_in(tmp_path / "two") == whole
    assert {path.parts[:2] for path in whole} > {("points", "01"), ("points", "02")}


@pytest.mark.parametrize("address", ["127.0.0.1:1", "no address"])
def test_a_cluster_that_is_not_there_is_named(address, monkeypatch):
    monkeypatch.setattr("alm.runs.cluster.CONNECT", 0.3)
    with pytest.raises(ClusterError, match="no scheduler answers there") as caught:
        spread(halved, TASKS, cluster=address)
    assert caught.value.address == address


def test_workers_that_do_not_see_a_folder_are_refused_before_anything_is_solved(cluster, tmp_path):
    require_cluster(cluster, tmp_path)
    with pytest.raises(
        ClusterError, match=r"cannot write in .*nowhere; workers need the same folders"
    ):
        require_cluster(cluster, tmp_path / "nowhere")


def test_a_cluster_of_other_versions_is_refused(cluster, monkeypatch):
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0.0")
    with pytest.raises(ClusterError, match=r"other versions than this machine: fundweir"):
        spread(halved, TASKS, cluster=cluster)
