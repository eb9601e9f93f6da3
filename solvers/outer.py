"""Integers together with curves: outer approximation.

The master is linear with integers: squares and cones are half-spaces that touch them at points met so far, so its
bound is a bound of the whole. The same problem with the integers fixed is convex and gives a plan. Each round adds
the tangents at both points, until plan and bound are as close as was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np

from solvers.face import with_integers_fixed
from solvers.problem import Problem, Vector
from solvers.solution import Options, Solution, Status
from solvers.standing import Standing
from solvers.tangents import lifted

log = logging.getLogger(__name__)

WHOLE = 1e-7  # closer to a whole number than this is whole
SEEDS = 4  # tangents a square to begin with
ROUNDS = 60
MASTER_SHARE = 0.3  # of the gap that was asked, for the master: the rest is for the tangents
SolveWith = Callable[[Problem, Options], Solution]


def approximate(
    problem: Problem, options: Options, solve_master: SolveWith, solve_convex: SolveWith
) -> Solution:
    """Solve a convex problem with integers, scaled, by rounds of a linear master and a convex subproblem.

    The relaxation comes first: its optimum, and that with what it uses open, are where tangents matter.

    Returns
    -------
    Solution
        The best point met; its bound is the best of the masters' bounds, by branch and bound.
    """
    standing = Standing(problem, options)
    points = _seeds(problem) + _begin(standing, solve_convex)
    for number in range(1, ROUNDS + 1):
        if standing.is_over:
            break
        asked = standing.within(gap=MASTER_SHARE * options.gap, start=_lifted_start(standing))
        master = solve_master(lifted(problem, points), asked)
        if not master.has_point:
            if standing.x is None:
                return _without_point(problem, master)
            break
        standing.prove(master.bound)
        x = master.x[: problem.columns]
        inner = _with_whole(standing, x, solve_convex)
        points += [x, *inner]
        log.info("round %d: gap %.1e", number, standing.gap())
    if standing.x is None:
        return Solution.nothing(
            problem, Status.FAILED, note="no plan with whole numbers was met in time"
        )
    return _closed(standing)


def _begin(standing: Standing, solve_convex: SolveWith) -> list[Vector]:
    """Solve the relaxation, open what it uses, shut what it does not use whole; returns the optima met."""
    problem = standing.problem
    relaxed = problem.replace(integer=np.zeros(problem.columns, dtype=bool))
    relaxation = solve_convex(relaxed, standing.within())
    if not relaxation.has_point:
        return []
    if relaxation.has_duals:
        standing.prove(relaxation.bound)
    points = [relaxation.x]
    for whole in (np.ceil(relaxation.x - WHOLE), np.floor(relaxation.x + WHOLE)):
        x = np.where(problem.integer, whole, relaxation.x)
        points += _with_whole(standing, x, solve_convex)
    return points


def _with_whole(standing: Standing, x: Vector, solve_convex: SolveWith) -> list[Vector]:
    """Fix what is whole, solve the convex rest and offer that; none where there is no such point."""
    inner = solve_convex(with_integers_fixed(standing.problem, x), standing.within())
    if not inner.has_point or inner.status is Status.FAILED:
        return []
    standing.offer(inner.x)
    return [inner.x]


def _lifted_start(standing: Standing) -> Vector | None:
    """(column of the master) The best point, with its squares."""
    if standing.x is None:
        return None
    curved = standing.problem.q > 0
    squares = 0.5 * standing.problem.q[curved] * standing.x[curved] ** 2
    return np.concatenate([standing.x, squares])


def _closed(standing: Standing) -> Solution:
    """Give the best point with the best bound; duals of fixed integers are none of the problem."""
    problem = standing.problem
    nothing = np.full(problem.rows, np.nan)
    return Solution(
        Status.GAP,
        standing.x if standing.x is not None else nothing,
        nothing,
        np.full(problem.columns, np.nan),
        bound=standing.bound,
        backend="outer approximation",
    )


def _without_point(problem: Problem, master: Solution) -> Solution:
    return Solution.nothing(problem, master.status, backend=master.backend, note=master.note)


def _seeds(problem: Problem) -> list[Vector]:
    """Spread points over the boxes of the quadratic columns; where there is none, at 0."""
    low = np.where(np.isfinite(problem.lower), problem.lower, 0.0)
    high = np.where(np.isfinite(problem.upper), problem.upper, low)
    return [low + share * (high - low) for share in np.linspace(0.0, 1.0, SEEDS)]
