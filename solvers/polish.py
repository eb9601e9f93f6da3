"""Sharpen the answer of an interior point method from about 1e-8 to the last digits.

The active set is read off the answer; with it the optimality conditions are linear equations, solved
directly with iterative refinement, and the set is corrected by their solution until it stands. What comes out is kept only where it is no worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from solvers.check import primal_residual, violation
from solvers.problem import Flags, Problem, Vector
from solvers.solution import Solution

REGULARISATION = 1e-8  # makes the equations solvable when rows depend on each other; refined away
REFINEMENTS = 12
ROUNDS = 8  # of the active set; where it has not settled by then it seldom does
CONVERGED = 1e-13
WORSE = 1e-10  # relative: what rounding may do to the objective of a polished point


@dataclass(frozen=True, eq=False)
class ActiveSet:
    """Which columns are between their bounds, which rows are at a side, and the values there.

    Parameters
    ----------
    free : (column)
    x : (column)
        The point, with every other column exactly on its bound.
    rows : (row)
    side : (row)
        The side at which an active row is; NaN elsewhere.
    """

    free: Flags
    x: Vector
    rows: Flags
    side: Vector

    def same(self, other: ActiveSet) -> bool:
        """Whether the other set has the same columns and rows at the same sides."""
        return (
            np.array_equal(self.free, other.free)
            and np.array_equal(self.rows, other.rows)
            and np.array_equal(self.side, other.side, equal_nan=True)
            and np.array_equal(self.x[~self.free], other.x[~other.free])
        )


def polish(problem: Problem, solution: Solution) -> Solution:
    """Return the solution with a sharper point and duals, or as it is.

    Parameters
    ----------
    problem : Problem
        Convex, continuous, scaled.
    solution : Solution
        Of an interior point method: point and duals in the interior of what is optimal.
    """
    x, dual = solution.x, solution.dual
    active = active_set(problem, x, dual)
    for _ in range(ROUNDS):
        if not active.free.any():
            return solution
        x, dual = _solve_equations(problem, active, dual)
        if not (np.isfinite(x).all() and np.isfinite(dual).all()):
            return solution
        last, active = active, active_set(problem, x, dual)
        if last.same(active):
            break
    x = np.clip(x, problem.lower, problem.upper)
    start = np.clip(solution.x, problem.lower, problem.upper)
    if not _no_worse(problem, x, start, dual):
        return solution
    reduced_cost = problem.gradient(x) - problem.A.T @ dual
    return solution.replace(x=x, dual=dual, reduced_cost=reduced_cost)


def active_set(problem: Problem, x: Vector, dual: Vector) -> ActiveSet:
    """Read the active set off a point and its duals: active is where the price exceeds the room.

    Along the central path price x room is the same small number everywhere, so that the larger of the
    two tells on which side of complementarity a bound lies. Read off the solution of the equations of
    a wrong set, what breaks a bound becomes active and what has the wrong sign free: repeated, that
    is the primal-dual active set method.
    """
    price = problem.gradient(x) - problem.A.T @ dual
    at_lower = problem.fixed | (price > x - problem.lower)
    at_upper = ~at_lower & (-price > problem.upper - x)
    value = problem.A @ x
    row_at_lower = problem.equal | (dual > value - problem.row_lower)
    row_at_upper = ~row_at_lower & (-dual > problem.row_upper - value)
    return ActiveSet(
        free=~(at_lower | at_upper),
        x=np.where(at_lower, problem.lower, np.where(at_upper, problem.upper, x)),
        rows=row_at_lower | row_at_upper,
        side=np.where(
            row_at_lower, problem.row_lower, np.where(row_at_upper, problem.row_upper, np.nan)
        ),
    )


def _solve_equations(problem: Problem, active: ActiveSet, dual: Vector) -> tuple[Vector, Vector]:
    """Solve ``q x + c = A'y`` on free columns and ``A x = side`` on active rows, from the given start."""
    x, y = active.x.copy(), np.where(active.rows, dual, 0.0)
    free, rows = np.flatnonzero(active.free), np.flatnonzero(active.rows)
    A = problem.A[rows]
    solve = _factorise(problem.q[free], A[:, free])
    if solve is None:
        return x * np.nan, y
    least, best = np.inf, (x, y)
    for _ in range(REFINEMENTS):
        slope = (problem.gradient(x) - problem.A.T @ y)[free]
        missing = active.side[rows] - A @ x
        error = max(np.abs(slope).max(initial=0.0), np.abs(missing).max(initial=0.0))
        if not error < least / 2:
            break  # rounding is reached, or it diverges
        least, best = error, (x.copy(), y.copy())
        if error <= CONVERGED:
            break
        step = solve.solve(np.concatenate([-slope, missing]))
        x[free] += step[: free.size]
        y[rows] -= step[free.size :]
    return best


def _factorise(q: Vector, A: sparse.csr_array) -> linalg.SuperLU | None:
    """Factor ``[[diag(q) + r, A'], [A, -r]]``; None if it is singular all the same."""
    rows = A.shape[0]
    matrix = sparse.block_array(
        [
            [sparse.diags_array(q + REGULARISATION), A.T],
            [A, sparse.diags_array(np.full(rows, -REGULARISATION)) if rows else None],
        ]
        if rows
        else [[sparse.diags_array(q + REGULARISATION)]],
        format="csc",
    )
    try:
        # Symmetric and quasi-definite: the diagonal will do as pivots, in an order for symmetric fill.
        return linalg.splu(
            matrix,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
    except RuntimeError:
        return None


def _no_worse(problem: Problem, x: Vector, start: Vector, dual: Vector) -> bool:
    """Whether x keeps rows and bounds as well as the start, and costs no more beyond rounding.

    What the start saved by missing rows, at their duals, is no merit.
    """
    missed = violation(problem.A @ start, problem.row_lower, problem.row_upper)
    terms = np.abs(problem.c) @ np.abs(start) + 0.5 * (problem.q @ (start * start)) + 1e-12
    dearer = problem.objective(x) - problem.objective(start)
    kept = primal_residual(problem, x) <= max(primal_residual(problem, start), 1e-12)
    return bool(kept and dearer <= WORSE * terms + np.abs(dual) @ missed)
