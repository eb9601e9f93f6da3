"""Integers together with curves: outer approximation.

The master is linear with integers: squares and cones are half-spaces that touch them at points met so far, so its
bound is a bound of the whole. The same problem with the integers fixed is convex and gives a plan. Each round adds
the tangents at both points, until plan and bound are as close as was asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from solvers.check import relative_gap
from solvers.face import with_integers_fixed
from solvers.problem import Problem, Vector
from solvers.solution import Options, Solution, Status
from solvers.tangents import lifted

log = logging.getLogger(__name__)

SEEDS = 8  # tangents a square to begin with
ROUNDS = 60
MASTER_SHARE = 0.3  # of the gap that was asked, for the master: the rest is for the tangents
SolveWith = Callable[[Problem, Options], Solution]


def approximate(
    problem: Problem, options: Options, solve_master: SolveWith, solve_convex: SolveWith
) -> Solution:
    """Solve a convex problem with integers, scaled, by rounds of a linear master and a convex subproblem.

    Returns
    -------
    Solution
        The best point met; its bound is the best of the masters' bounds, by branch and bound.
    """
    started = time.perf_counter()
    best: Solution | None = None
    bound, points = -np.inf, _seeds(problem)
    for number in range(1, ROUNDS + 1):
        left = options.time_limit - (time.perf_counter() - started)
        if left <= 0:
            break
        asked = replace(options, time_limit=left, gap=MASTER_SHARE * options.gap)
        master = solve_master(lifted(problem, points), asked)
        if not master.has_point:
            return (
                _without_point(problem, master) if best is None else _closed(problem, best, bound)
            )
        bound = max(bound, master.bound)
        x = master.x[: problem.columns]
        inner = solve_convex(with_integers_fixed(problem, x), replace(options, time_limit=left))
        if inner.has_point and (best is None or inner.objective < best.objective):
            best = inner
        points += [x, inner.x] if inner.has_point else [x]
        gap = np.inf if best is None else relative_gap(problem, best.x, bound)
        log.info(
            "round %d: bound %.9g, best %s, gap %.1e", number, bound, best and best.objective, gap
        )
        if gap <= options.gap:
            break
    if best is None:
        return Solution.nothing(
            problem, Status.FAILED, note="no plan with whole numbers was met in time"
        )
    return _closed(problem, best, bound)


def _closed(problem: Problem, best: Solution, bound: float) -> Solution:
    """Give the best point with the bound of the masters; duals of fixed integers are none of the problem."""
    nothing = np.full(problem.rows, np.nan)
    return best.replace(bound=bound, dual=nothing, backend=f"outer approximation, {best.backend}")


def _without_point(problem: Problem, master: Solution) -> Solution:
    return Solution.nothing(problem, master.status, backend=master.backend, note=master.note)


def _seeds(problem: Problem) -> list[Vector]:
    """Spread points over the boxes of the quadratic columns; where there is none, at 0."""
    low = np.where(np.isfinite(problem.lower), problem.lower, 0.0)
    high = np.where(np.isfinite(problem.upper), problem.upper, low)
    return [low + share * (high - low) for share in np.linspace(0.0, 1.0, SEEDS)]
