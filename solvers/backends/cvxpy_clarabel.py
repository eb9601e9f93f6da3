"""Convex quadratic and conic problems through cvxpy and Clarabel."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from solvers.backends import cvxpy_form
from solvers.problem import Problem
from solvers.reduction import without_fixed
from solvers.solution import Options, Solution, Status


class CvxpyClarabel:
    """Clarabel, an interior point method, for linear, convex quadratic and conic problems.

    Fixed columns are put into the sides of the rows first: an interval without an interior has no
    place in an interior point method, and costs digits.
    """

    name: ClassVar[str] = "cvxpy+clarabel"
    can: ClassVar[frozenset[str]] = frozenset({"linear", "quadratic", "cone"})
    statuses: ClassVar[Mapping[Any, Status]] = {
        "optimal": Status.OPTIMAL,
        "optimal_inaccurate": Status.GAP,
        "user_limit": Status.GAP,
        "infeasible": Status.INFEASIBLE,
        "unbounded": Status.UNBOUNDED,
    }

    def solve(self, problem: Problem, options: Options) -> Solution:
        """Solve; the answer is what the solver claims, to be checked by the caller."""
        start = time.perf_counter()
        reduced, reduction = without_fixed(problem)
        form = cvxpy_form.state(reduced)
        claimed = form.run("CLARABEL", self.settings(options))
        status = self.statuses.get(claimed, Status.FAILED)
        inner = form.solution(status, self.name, time.perf_counter() - start)
        return reduction.restore(problem, inner)

    @staticmethod
    def settings(options: Options) -> dict[str, Any]:
        """Options of Clarabel: as tight as doubles allow, or as was asked; what stops short of that is judged by our check."""
        tolerance = options.accuracy or (1e-12 if options.retry else 1e-10)
        return {
            "tol_gap_abs": tolerance,
            "tol_gap_rel": tolerance,
            "tol_feas": tolerance,
            "max_iter": 400 if options.retry else 200,
            "time_limit": float(options.time_limit),
            "max_threads": options.threads,
            "accept_unknown": True,
        }
