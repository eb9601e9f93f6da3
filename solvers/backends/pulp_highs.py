"""Linear and integer linear problems through PuLP and HiGHS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from solvers.backends import highs_process, pulp_form
from solvers.problem import Problem
from solvers.solution import Options, Report, Solution, Status

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
        form.run(self.solver(options, problem.offset))
        native = form.model.solverModel
        status = self.statuses.get(native.getModelStatus().name, Status.FAILED)
        if status is Status.GAP and native.getInfo().primal_solution_status == 0:
            status = Status.FAILED  # stopped before the first point: the values are zeros
        known = self.known(problem, native.getInfo())
        return form.solution(status, **known, seconds=time.perf_counter() - start)

    def known(self, problem: Problem, info: Any) -> dict[str, Any]:
        """Read what HiGHS tells beside values: iterations and the bound of branch and bound."""
        known = {"backend": self.name, "iterations": int(max(info.simplex_iteration_count, 0))}
        return known | ({"bound": info.mip_dual_bound} if problem.is_integer else {})

    @staticmethod
    def solver(options: Options, offset: float = 0.0) -> pulp.LpSolver:
        """PuLP's HiGHS with our options; a retry switches presolve off.

        `offset` is the constant of the objective: gaps are relative to the whole of it.
        """
        told = {} if options.report is None else _callback(options.report)
        solver = _highs()(
            msg=False,
            gapRel=options.gap,
            timeLimit=options.time_limit,
            threads=options.threads,
            random_seed=options.seed,
            presolve="off" if options.retry else "choose",
            **told,
        )
        solver.offset, solver.start = offset, options.start
        return solver


@cache
def _highs() -> type[pulp.LpSolver]:
    """PuLP's HiGHS, told two things more that PuLP does not hand over: the constant of the objective, and a start."""
    import highspy
    import pulp

    class TellingHighs(pulp.HiGHS):  # type: ignore[misc]  # PuLP has no types
        """Columns of PuLP's model are in our order, see `pulp_form`."""

        def callSolver(self, lp: pulp.LpProblem) -> None:  # noqa: N802 - PuLP's name
            lp.solverModel.changeObjectiveOffset(self.offset)
            if self.start is not None:
                solution = highspy.HighsSolution()
                solution.col_value = self.start.tolist()
                lp.solverModel.setSolution(solution)
            super().callSolver(lp)

    return TellingHighs


def _callback(report: Report) -> dict[str, Any]:
    """Have branch and bound tell both bounds, whenever one of them has changed.

    HiGHS writes no line of its log when it is to be silent, but it always asks whether to go on.
    """
    import highspy

    last: list[tuple[float, float]] = []

    def hear(kind: Any, message: str, told: Any, answer: Any, data: Any) -> None:
        both = (told.mip_primal_bound, told.mip_dual_bound)
        if last != [both]:
            last[:] = [both]
            report(*both)

    asking = highspy.cb.HighsCallbackType.kCallbackMipInterrupt
    return {"callbackTuple": (hear, None), "callbacksToActivate": [asking]}
