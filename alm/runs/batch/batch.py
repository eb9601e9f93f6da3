"""Make the runs of a batch: those that are not finished, each once, several at a time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alm.runs.batch import summary
from alm.runs.batch.plan import Plan
from alm.runs.batch.tasks import Task, make
from alm.runs.spread import Outcome, as_completed, in_processes

Told = Callable[[int, int, dict[str, Any]], None]


@dataclass(frozen=True)
class Batch:
    """What a batch answers.

    Attributes
    ----------
    plan : Plan
    rows : tuple of dict
        One a run, in the order of the plan; see `alm.runs.batch.summary.row_of`.
    seconds : float
        By the clock.
    """

    plan: Plan
    rows: tuple[dict[str, Any], ...]
    seconds: float

    @property
    def exit_code(self) -> int:
        """Exit code of the contract, section 9."""
        return summary.exit_code(self.rows)

    def answer(self) -> dict[str, Any]:
        """Give the object that `alm batch --json` prints, and that summary.json keeps."""
        failed = sum(row["exit_code"] not in (0, 4) for row in self.rows)
        return {
            "batch": self.plan.name,
            "status": "part_failed" if failed else "good",
            "out": str(self.plan.out),
            "count": len(self.rows),
            "failed": failed,
            "made": sum(row["how"] == "done" for row in self.rows),
            "finished_before": sum(row["how"] == "before" for row in self.rows),
            "seconds": round(self.seconds, 3),
            "runs": list(self.rows),
            "workbook": str(self.plan.out / "summary.xlsx"),
            "log": str(self.plan.out / "log.jsonl"),
        }


class Log:
    """The log of a batch: JSON lines, each written at once and whole, so that batches may share it.

    Parameters
    ----------
    path
        It grows from batch to batch.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: str, **facts: Any) -> None:
        """Write one line."""
        line = {"event": event, "at": round(time.time(), 3), "process": os.getpid(), **facts}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def run_batch(
    plan: Plan,
    tasks: Sequence[Task],
    jobs: int,
    cluster: str = "",
    told: Told | None = None,
) -> Batch:
    """Make every run that is not finished, and write the summary.

    Parameters
    ----------
    plan
    tasks
        Of `tasks_of`.
    jobs
        Processes at once; each run has a process of its own, also with 1.
    cluster
        Address of a Dask scheduler instead.
    told
        Told how many runs are done, how many there are, and the row of each as it is done.

    Raises
    ------
    ClusterError
        The cluster cannot be used.
    """
    start = time.monotonic()
    plan.out.mkdir(parents=True, exist_ok=True)
    log = Log(plan.out / "log.jsonl")
    log("batch begun", plan=str(plan.path), runs=len(tasks), jobs=jobs, cluster=cluster)
    rows: dict[int, dict[str, Any]] = {}

    def done(number: int, how: str, outcome: Outcome[str]) -> None:
        rows[number] = summary.row_of(tasks[number], how, outcome.error)
        _log_row(log, rows[number], outcome)
        if told:
            told(len(rows), len(tasks), rows[number])

    try:
        _make_open(log, tasks, jobs, cluster, done)
    except KeyboardInterrupt:
        log("batch interrupted", done=len(rows))
        raise
    ordered = tuple(rows[number] for number in range(len(tasks)))
    batch = Batch(plan, ordered, time.monotonic() - start)
    _write(batch)
    log("batch done", exit_code=batch.exit_code, seconds=round(batch.seconds, 3))
    return batch


def _make_open(
    log: Log,
    tasks: Sequence[Task],
    jobs: int,
    cluster: str,
    done: Callable[[int, str, Outcome[str]], None],
) -> None:
    """Make the runs that are neither invalid nor finished; tell of each as it is done."""
    waiting: list[int] = []
    for number, task in enumerate(tasks):
        if task.faults:
            done(number, "invalid", Outcome(error="; ".join(map(str, task.faults))))
        elif task.is_finished:
            done(number, "before", Outcome())
        else:
            waiting.append(number)
    begun = (_begun(log, tasks[number]) for number in waiting)
    outcomes = (
        as_completed(make, begun, cluster=cluster) if cluster else in_processes(make, begun, jobs)
    )
    for place, outcome in outcomes:
        done(waiting[place], outcome.value or "failed", outcome)


def _begun(log: Log, task: Task) -> Task:
    """Say that a run begins: a task is taken as soon as a process is free for it."""
    log("begun", **_named(task))
    return task


def _named(task: Task) -> dict[str, Any]:
    return {"run": task.id, "name": task.entry.label, "scenario": task.scenario}


def _log_row(log: Log, row: dict[str, Any], outcome: Outcome[str]) -> None:
    event = {"before": "finished before", "elsewhere": "finished elsewhere"}.get(
        row["how"], row["how"]
    )
    facts = {"run": row["id"], "name": row["name"], "scenario": row["scenario"]}
    facts |= {name: row[name] for name in ("status", "exit_code", "reason")}
    trace = {"trace": outcome.trace} if outcome.trace else {}
    log(event, **facts, seconds=round(outcome.seconds, 3), **trace)


def _write(batch: Batch) -> None:
    from reports.batch_workbook import write_batch_workbook

    out = batch.plan.out
    summary.write_json(out / "summary.json", batch.answer())
    plan = batch.plan
    write_batch_workbook(list(batch.rows), plan.name, out / "summary.xlsx", plan.lang)


def lines(log: Path) -> Iterator[dict[str, Any]]:
    """Read the log of a batch; a line that a power cut left half is passed over."""
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
