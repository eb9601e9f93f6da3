"""Linear and integer linear problems through PuLP and CBC."""

from __future__ import annotations

import re
import tempfile
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from solvers.backends import pulp_form
from solvers.problem import Problem
from solvers.solution import Options, Solution, Status

if TYPE_CHECKING:
    import pulp


# CBC leaves a node that promises less than this better than the best point.
INCREMENT = 1e-9
# CBC prints the bound with six digits; half of the last is taken off, so that rounding never flatters.
PRINTED = 5e-6
# What the log says where preprocessing ends the solve.
UNRESOLVED = "Pre-processing says infeasible or unbounded"


class PulpCbc:
    """CBC as a program of its own, fed through files by PuLP.

    Values and duals come back with eight digits. The bound of branch and bound is no part of that; it
    is read from the log, and stays unknown where the log does not say.
    """

    name: ClassVar[str] = "pulp+cbc"
    can: ClassVar[frozenset[str]] = frozenset({"linear", "integer"})
    # PuLP's LpSolution... constants; its "no solution found" is every kind of failure.
    statuses: ClassVar[Mapping[Any, Status]] = {
        1: Status.OPTIMAL,
        2: Status.GAP,
        -1: Status.INFEASIBLE,
        -2: Status.UNBOUNDED,
    }

    def solve(self, problem: Problem, options: Options) -> Solution:
        """Solve; the answer is what the solver claims, to be checked by the caller."""
        start = time.perf_counter()
        form = pulp_form.state(problem)
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "cbc.log"
            claimed = form.run(self.solver(options, log))
            text = log.read_text() if log.exists() else ""
        status = self.statuses.get(claimed, Status.FAILED)
        if UNRESOLVED in text:
            status = Status.INFEASIBLE  # PuLP says "not solved"; the caller looks for a ray itself
        solution = form.solution(status, backend=self.name, iterations=_iterations(text))
        if problem.is_integer and solution.has_point:
            best = problem.objective(solution.x)
            solution = solution.replace(bound=proven(text, best, problem.offset))
        return solution.replace(seconds=time.perf_counter() - start)

    @staticmethod
    def solver(options: Options, log: Path) -> pulp.LpSolver:
        """PuLP's own CBC with our options; a retry switches presolve off."""
        import pulp

        threads = {"threads": options.threads} if options.threads else {}
        with warnings.catch_warnings():
            # PuLP 4 will take CBC from a package of its own; 3.3 brings it along and says so.
            warnings.simplefilter("ignore", DeprecationWarning)
            return pulp.PULP_CBC_CMD(
                msg=False,
                gapRel=options.gap,
                timeLimit=options.time_limit,
                presolve=False if options.retry else None,
                options=[
                    f"increment {INCREMENT}",
                    f"randomSeed {options.seed + 1}",  # 0 would be the time of day
                    f"randomCbcSeed {options.seed + 1}",
                ],
                logPath=str(log),
                **threads,
            )


def proven(log: str, best: float, offset: float) -> float:
    """Bound that the log of CBC states: none if it says nothing.

    A tree that was searched to the end proves the best point up to the increment; one that was not
    ends with a line "Lower bound", which leaves out the offset.
    """
    if re.search(r"^Result - Optimal solution found\s*$", log, re.MULTILINE):
        return best - INCREMENT
    stated = re.search(r"^Lower bound:\s+(\S+)", log, re.MULTILINE)
    if not stated:
        return -np.inf
    bound = float(stated.group(1))
    return offset + bound - PRINTED * abs(bound)


def _iterations(log: str) -> int:
    stated = re.search(r"^Total iterations:\s+(\d+)|- (\d+) iterations time", log, re.MULTILINE)
    return int(stated.group(1) or stated.group(2)) if stated else 0
