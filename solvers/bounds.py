"""How small an expression can get: what a row that may be switched off has to be given, and no more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from solvers.problem import Problem, Vector
from solvers.solution import Solution, Status

ROUNDS = 8
CROSSED = 1e-6
"""Relative: bounds that pass each other by more are no rounding."""


def implied_bounds(problem: Problem) -> tuple[Vector, Vector]:
    """Bound columns by what the rows leave them, beyond their own bounds: (column), (column).

    Each round takes from every row what its other columns allow at most and at least.
    """
    lower, upper = problem.lower.copy(), problem.upper.copy()
    entries = problem.A.tocoo()
    for _ in range(ROUNDS):
        before = np.concatenate([lower, upper])
        for sign, side in ((1.0, problem.row_upper), (-1.0, -problem.row_lower)):
            _tighten(entries, sign, side, lower, upper)
        if np.array_equal(before, np.concatenate([lower, upper])):
            break
    return lower, upper


def _tighten(
    entries: sparse.coo_array, sign: float, side: Vector, lower: Vector, upper: Vector
) -> None:
    """Bound columns by the rows ``sign A x <= side``, in place."""
    row, column, value = entries.row, entries.col, sign * entries.data
    at = np.where(value > 0, lower[column], upper[column])
    open_ended = np.isinf(at)
    least = value * np.where(open_ended, 0.0, at)
    total = np.bincount(row, least, minlength=side.size)
    missing = np.bincount(row, open_ended, minlength=side.size)
    # What the others of the row take at least: unknown where one of them has no bound.
    others = total[row] - least
    known = (missing[row] - open_ended == 0) & np.isfinite(side[row])
    limit = np.full(row.size, np.inf)
    limit[known] = (side[row] - others)[known] / np.abs(value[known])
    slack = 1e-9 * (1.0 + np.abs(limit))
    up = known & (value > 0)
    np.minimum.at(upper, column[up], (limit + slack)[up])
    down = known & (value < 0)
    np.maximum.at(lower, column[down], -(limit + slack)[down])


def least_values(
    problem: Problem, expressions: sparse.csr_array, solve: Callable[[Problem], Solution]
) -> Vector:
    """Bound from below what each expression can be in the problem, integers and curves relaxed.

    Parameters
    ----------
    expressions : (expression, column)
    solve : function
        Asked only for expressions that the bounds of columns leave open.

    Returns
    -------
    (expression)
        -inf where there is no bound; all +inf where the relaxed problem is seen to allow nothing at all.
    """
    lower, upper = implied_bounds(problem)
    nothing = np.full(expressions.shape[0], np.inf)
    if (lower - upper > CROSSED * (1.0 + np.abs(upper))).any():
        return nothing
    taken = expressions.tocoo()
    at = np.where(taken.data > 0, lower[taken.col], upper[taken.col])
    least = np.bincount(taken.row, taken.data * at, minlength=expressions.shape[0])
    relaxed = problem.replace(
        q=np.zeros(problem.columns),
        integer=np.zeros(problem.columns, dtype=bool),
        offset=0.0,
    )
    for number in np.flatnonzero(~np.isfinite(least)):
        cost = expressions[[number]].toarray().ravel()
        solution = solve(relaxed.replace(c=cost))
        if solution.status is Status.INFEASIBLE:
            return nothing
        least[number] = solution.bound if np.isfinite(solution.bound) else -np.inf
    return np.asarray(least)
