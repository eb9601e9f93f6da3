"""Thousands of lots: controlled rounding instead of thousands of general integers.

The relaxation proves a bound. Lots are then fixed at the nearest whole number, the nearest first, most of them at a time; the
rest of the problem is solved again each time and makes up for it. The few that are left go to branch and bound.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np

from solvers.problem import Flags, Problem, Vector
from solvers.solution import Solution

log = logging.getLogger(__name__)

MANY = 2_000
"""Lots from which a problem is rounded: below, branch and bound may as well have them."""
LAST = 200
"""Lots that are left to branch and bound."""
WHOLE = 1e-6
"""What is this close to a whole number is one."""
SHARE = 0.8
"""Of the lots that are left, fixed at a time."""
TRIES = 4
"""Of fixing ever fewer lots, where the rest cannot make up for it."""


def lots(problem: Problem) -> Flags:
    """(column) True where a whole column has more than two values."""
    return problem.integer & (problem.upper - problem.lower > 1.5)


def has_many(problem: Problem) -> bool:
    """Tell whether a problem has so many lots that they are rounded."""
    return int(lots(problem).sum()) > MANY


def without_lots(problem: Problem) -> Problem:
    """Let lots be any number; columns of two values stay whole."""
    return problem.replace(integer=problem.integer & ~lots(problem))


def round_lots(
    problem: Problem, relaxed: Solution, solve: Callable[[Problem], Solution]
) -> Solution | None:
    """Round the lots of a relaxation, whose other whole columns are whole, and solve the rest again.

    Returns
    -------
    Solution or None
        A point with every whole column whole, as the last solve left it; None where rounding met none.
    """
    whole = lots(problem)
    at = np.where(problem.integer & ~whole, np.round(relaxed.x), np.nan)
    x = relaxed.x
    while whole.sum() > LAST:
        step = _settle(problem, x, at, whole, solve)
        if step is None:
            break
        x, at = step
        whole = whole & np.isnan(at)
        log.info("lots: %d left to round", int(whole.sum()))
    found = solve(_fixed(problem, at, whole))
    return found if found.has_point else None


def _settle(
    problem: Problem, x: Vector, at: Vector, whole: Flags, solve: Callable[[Problem], Solution]
) -> tuple[Vector, Vector] | None:
    """Fix the share of the lots that is nearest to whole; fewer, where the rest cannot make up for it."""
    left = np.flatnonzero(whole)
    miss = np.abs(x[left] - np.round(x[left]))
    order = left[np.argsort(miss, kind="stable")]
    count = max(int((miss <= WHOLE).sum()), int(np.ceil(SHARE * len(left))))
    for _ in range(TRIES):
        chosen = order[:count]
        now = at.copy()
        now[chosen] = np.clip(np.round(x[chosen]), problem.lower[chosen], problem.upper[chosen])
        found = solve(_fixed(problem, now, np.zeros_like(whole)))
        if found.has_point:
            return found.x, now
        count = count // 4
        if not count:
            break
    return None


def _fixed(problem: Problem, at: Vector, whole: Flags) -> Problem:
    """Fix what is decided; `whole` says what is still to be whole."""
    known = ~np.isnan(at)
    return problem.replace(
        lower=np.where(known, at, problem.lower),
        upper=np.where(known, at, problem.upper),
        integer=whole,
    )
