"""Linear problems through cvxpy and HiGHS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from solvers.backends import cvxpy_form, highs_process
from solvers.problem import Problem
from solvers.solution import Options, Solution, Status

# Columns plus rows from which the interior point method with crossover beats the simplex method.
INTERIOR_POINT_FROM = 20_000


class CvxpyHighs:
    """HiGHS for linear problems; the duals belong to a basis.

    Both methods end in a basis: simplex by nature, interior point by its crossover. A retry takes the
    other method. Integer problems are left to PuLP: cvxpy does not hand over the bound of branch and
    bound in a documented way.
    """

    name: ClassVar[str] = "cvxpy+highs"
    can: ClassVar[frozenset[str]] = frozenset({"linear"})
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
        highs_process.prepare(options.threads)
        form = cvxpy_form.state(problem)
        claimed = form.run("HIGHS", {"highs_options": self.settings(problem, options)})
        status = self.statuses.get(claimed, Status.FAILED)
        return form.solution(status, self.name, time.perf_counter() - start)

    @staticmethod
    def settings(problem: Problem, options: Options) -> dict[str, Any]:
        """Options of HiGHS."""
        large = problem.rows + problem.columns >= INTERIOR_POINT_FROM
        return {
            "solver": "ipm" if large != options.retry else "simplex",
            "time_limit": float(options.time_limit),
            "random_seed": options.seed,
            "threads": options.threads,
        }
