"""Run a case through the real pipeline and time its phases against the bare solver."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path

from alm.case import load
from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from alm.runs.allocate import allocate
from alm.runs.run import Run
from benchmarks.bank import Size, write_bank
from benchmarks.bare import solve_bare
from benchmarks.command import stages_of
from benchmarks.rivals import processor_seconds
from solvers import Problem


@dataclass(frozen=True)
class Timing:
    """One benchmark: processor seconds by phase, in the order in which they run, and what they are compared with.

    `bare_objective` and `optimum` are of the same problem: if they differ, the comparison is worth nothing.
    """

    size: Size
    problem: Problem
    run: Run
    seconds: dict[str, float]
    bare_seconds: float
    bare_objective: float
    peak_memory_mb: int

    @property
    def difference(self) -> float:
        """Relative difference of the two optima."""
        ours = -(self.run.optimum or 0.0)
        return abs(self.bare_objective - ours) / max(1.0, abs(ours))


def time_phases(folder: Path, size: Size, *, baselines: bool = False) -> Timing:
    """Write a bank, allocate, and solve the same matrices bare.

    Parameters
    ----------
    folder : Path
        For the case and its run; both are left there.
    baselines : bool
        Compare with simpler plans too: three more plans, verified each.
    """
    case = write_bank(folder / f"bank-{size}", size)
    start = processor_seconds()
    run = allocate(case, folder / f"run-{size}", baselines=baselines)
    total = processor_seconds() - start
    stages = stages_of(folder / f"run-{size}")
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    problem = formulate(open_book(load(case))).problem
    bare_seconds, bare_objective = solve_bare(problem)
    rest = total - sum(stages.values())
    seconds = stages | {"rest": rest, "total": total}
    return Timing(size, problem, run, seconds, bare_seconds, bare_objective, peak)
