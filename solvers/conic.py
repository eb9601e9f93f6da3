"""Conic problems: an interior point for the plan, tangents at it for the proof."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from solvers.check import (
    DUAL_TOLERANCE,
    GAP_TOLERANCE,
    PRIMAL_TOLERANCE,
    primal_residual,
    relative_gap,
)
from solvers.problem import Problem, Vector
from solvers.solution import Solution, Status
from solvers.tangents import lifted

ROUNDS = 12  # of tangents; at an optimal point the first round proves it
SolveFlat = Callable[[Problem], Solution]


def prove(problem: Problem, claimed: Solution, solve_flat: SolveFlat) -> Solution:
    """Check a point of a conic problem, and prove how good it is.

    With its cones and squares replaced by half-spaces that touch them at x the problem is linear; it allows
    more, so its proven bound is a bound here too, and where x is optimal the two have the same optimum.
    Where they do not, tangents at the other point are added.

    Parameters
    ----------
    problem : Problem
        Continuous, scaled.
    claimed : Solution
        Of a conic solver.
    solve_flat : function
        Solves a linear problem, checked.

    Returns
    -------
    Solution
        The claimed point with duals of rows and cones, our bound, gap and residuals.
    """
    x = np.clip(claimed.x, problem.lower, problem.upper)
    points: list[Vector] = [x]
    best = claimed.replace(x=x, status=Status.FAILED)
    for _ in range(ROUNDS):
        flat = solve_flat(lifted(problem, points))
        if not (flat.has_point and flat.has_duals):
            break
        best = _judged(problem, best, flat, len(points))
        if best.status is Status.OPTIMAL:
            break
        points.append(flat.x[: problem.columns])
    return best


def _judged(problem: Problem, solution: Solution, flat: Solution, rounds: int) -> Solution:
    """Fill in what tangents prove of a point."""
    primal = primal_residual(problem, solution.x)
    gap = relative_gap(problem, solution.x, flat.bound)
    proven = flat.dual_residual <= DUAL_TOLERANCE and abs(gap) <= GAP_TOLERANCE
    allowed = primal <= PRIMAL_TOLERANCE
    tangents = flat.dual[problem.rows :][: rounds * len(problem.cones)]
    cone_dual = tangents.reshape(rounds, len(problem.cones)).sum(axis=0)
    return solution.replace(
        status=Status.OPTIMAL if allowed and proven else Status.GAP if allowed else Status.FAILED,
        dual=flat.dual[: problem.rows],
        cone_dual=cone_dual,
        reduced_cost=flat.reduced_cost[: problem.columns],
        objective=problem.objective(solution.x),
        bound=flat.bound,
        gap=gap,
        primal_residual=primal,
        dual_residual=flat.dual_residual,
    )
