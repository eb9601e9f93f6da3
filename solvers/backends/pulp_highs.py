"""Linear and integer linear problems through PuLP and HiGHS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from solvers.backends import highs_process, pulp_form
from solvers.problem import Problem
from solvers.solution import Options, Solution, Status

if TYPE_CHECKING:
    import pulp


class PulpHighs:
    """HiGHS by its own interface, with PuLP as the layer between.

    PuLP calls a stop at the time limit optimal, so the status is read from HiGHS itself, and so is
    the bound of branch and bound.
    """

    name: ClassVar[str] = "pulp+highs"
    can: ClassVar[frozenset[str]] = frozenset({"linear", "integer"})
    statuses: ClassVar[Mapping[Any, Status]] = {
        "kOptimal": Status.OPTIMAL,
        "kTimeLimit": Status.GAP,
        "kIterationLimit": Status.GAP,
        "kSolutionLimit": Status.GAP,
        "kInterrupt": Status.GAP,
        "kInfeasible": Status.INFEASIBLE,
        "kUnbounded": Status.UNBOUNDED,
    }

    def solve(self, problem: Problem, options: Options) -> Solution:
        """Solve; the answer is what the solver claims, to be checked by the caller."""
        start = time.perf_counter()
        highs_process.prepare(options.threads)
        form = pulp_form.state(problem)
        form.run(self.solver(options))
        native = form.model.solverModel
        status = self.statuses.get(native.getModelStatus().name, Status.FAILED)
        if status is Status.GAP and native.getInfo().primal_solution_status == 0:
            status = Status.FAILED  # stopped before the first point: the values are zeros
        known = self.known(problem, native.getInfo())
        return form.solution(status, **known, seconds=time.perf_counter() - start)

    def known(self, problem: Problem, info: Any) -> dict[str, Any]:
        """Read what HiGHS tells beside values: iterations and the bound of branch and bound."""
        known = {"backend": self.name, "iterations": int(max(info.simplex_iteration_count, 0))}
        return known | (
            {"bound": problem.offset + info.mip_dual_bound} if problem.is_integer else {}
        )

    @staticmethod
    def solver(options: Options) -> pulp.LpSolver:
        """PuLP's HiGHS with our options; a retry switches presolve off."""
        import pulp

        return pulp.HiGHS(
            msg=False,
            gapRel=options.gap,
            timeLimit=options.time_limit,
            threads=options.threads,
            random_seed=options.seed,
            presolve="off" if options.retry else "choose",
        )
