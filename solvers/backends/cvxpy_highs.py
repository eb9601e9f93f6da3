"""Linear problems through cvxpy and HiGHS."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from solvers.backends import cvxpy_form, highs_threads
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

    name: ClassVar = "cvxpy+highs"
    can: ClassVar = frozenset({"linear"})
    statuses: ClassVar = {
        "optimal": Status.OPTIMAL,
        "optimal_inaccurate": Status.GAP,
        "user_limit": Status.GAP,
        "infeasible": Status.INFEASIBLE,
        "unbounded": Status.UNBOUNDED,
    }

    def solve(self, problem: Problem, options: Options) -> Solution:
        """Solve; the answer is what the solver claims, to be checked by the caller."""
        start = time.perf_counter()
        highs_threads.prepare(options.threads)
        form = cvxpy_form.state(problem)
        claimed = form.run("HIGHS", {"highs_options": self.settings(problem, options)})
        status = self.statuses.get(claimed, Status.FAILED)
        return form.solution(status, self.name, time.perf_counter() - start)

    @staticmethod
    def settings(problem: Problem, options: Options) -> dict[str, Any]:
        """Options of HiGHS."""
        large = problem.rows + problem.columns >= INTERIOR_POINT_FROM
        return {
            "output_flag": False,  # else HiGHS greets on standard output
            "solver": "ipm" if large != options.retry else "simplex",
            "time_limit": float(options.time_limit),
            "random_seed": options.seed,
            "threads": options.threads,
        }
