"""What a batch will take: time and memory, from runs of the same case or from the size of its model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alm.runs import store
from alm.runs.batch.tasks import Task

START = 5.0
"""Seconds that a run takes however small it is."""
SECONDS_A_NONZERO = {"linear": 9e-5, "quadratic": 2e-4, "whole": 1e-3}
"""With baselines; measured on 36 x 60 x 12, ICBC, and 17 optional lanes on ICBC: docs/benchmarks.md."""
WITHOUT_BASELINES = 0.5
SHARED = 0.5
"""What each further scenario of one run takes of the memory of the first."""
SHARE_OF_MEMORY = 0.8


@dataclass(frozen=True)
class Estimate:
    """What one run is expected to take.

    Attributes
    ----------
    seconds : float
    memory_mb : int
        Its peak.
    measured : bool
        The seconds are those of an earlier run of the same case.
    """

    seconds: float
    memory_mb: int
    measured: bool


def estimate(task: Task) -> Estimate:
    """Estimate a run: seconds within a factor of 3, of whole decisions only their order of magnitude."""
    assert task.size is not None
    memory = round(task.size.memory_mb + SHARED * (task.problems - 1) * task.size.memory_mb)
    earlier = _earlier_seconds(task)
    if earlier is not None:
        return Estimate(earlier, memory, measured=True)
    share = 1.0 if getattr(task.options, "baselines", True) else WITHOUT_BASELINES
    seconds = START + share * task.problems * SECONDS_A_NONZERO[task.kind] * task.size.nonzeros
    return Estimate(round(seconds, 1), memory, measured=False)


def _earlier_seconds(task: Task) -> float | None:
    """Give what the newest run of the case took that was made in the same way, up to its changes and its scenario."""
    kinds = {"mode", "baselines", "workbook", "any_optimum", "backend"}
    wanted = {name: value for name, value in vars(task.options).items() if name in kinds}
    for run in store.find_runs(task.place.parent):
        manifest = store.read_manifest(run)
        options = manifest.get("options", {})
        if all(options.get(name) == value for name, value in wanted.items()):
            return round(sum(manifest["seconds"].values()), 1)
    return None


def most_jobs(tasks: Sequence[Task], cores: int, memory_mb: int | None) -> int:
    """Give how many runs may be made at once: one a processor, and no more than memory has room for."""
    needs = [estimate(task).memory_mb for task in tasks]
    if not needs or memory_mb is None:
        return max(1, min(cores, len(tasks)))
    room = int(SHARE_OF_MEMORY * memory_mb / max(needs))
    return max(1, min(cores, room, len(tasks)))


def clock_seconds(seconds: Sequence[float], jobs: int) -> float:
    """Give the time by the clock of runs that are begun in this order, each as soon as a process is free."""
    free = [0.0] * jobs
    for each in seconds:
        free.sort()
        free[0] += each
    return max(free, default=0.0)
