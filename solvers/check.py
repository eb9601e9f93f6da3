"""Our own check of a solution, from the problem alone: the status of a solver is never trusted.

All tolerances are relative, and are meant for a problem scaled by `solvers.scaling`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.problem import Problem, Vector

PRIMAL_TOLERANCE = 1e-6  # of the magnitude of a row or bound; solvers are asked for 1e-7 or better
DUAL_TOLERANCE = 1e-6  # of the magnitude of the terms of a reduced cost
GAP_TOLERANCE = 1e-6  # of the objective: what the contract calls equally good
BOX_MULTIPLE = 1e3  # a missing bound counts as this many times the largest amount in sight
NEGLIGIBLE = 1e-9  # where the largest coefficient of a row is in (1/2, 1] else
ROUNDING = 64 * float(np.finfo(float).eps)  # of the terms of a reduced cost: no more is known of it
CANCELLATION = (
    1e-3  # an objective below this share of the sum of its terms is measured by that share
)


@dataclass(frozen=True)
class Check:
    """What we found out about a point and its duals.

    Parameters
    ----------
    objective, bound, gap : float
        As in `Solution`; the gap may be negative, which means that the point is not quite allowed.
    primal_residual, dual_residual, complementarity : float
        Relative, see the functions of these names.
    """

    objective: float
    bound: float
    gap: float
    primal_residual: float
    dual_residual: float
    complementarity: float

    @property
    def is_allowed(self) -> bool:
        """True if the point keeps rows, bounds and integers."""
        return self.primal_residual <= PRIMAL_TOLERANCE

    @property
    def is_optimal(self) -> bool:
        """True if the duals prove that no allowed point is better by more than the tolerance."""
        return (
            self.is_allowed
            and self.dual_residual <= DUAL_TOLERANCE
            and abs(self.gap) <= GAP_TOLERANCE
        )


def check(problem: Problem, x: Vector, dual: Vector) -> Check:
    """Check a point and its duals; x must be finite, duals may be NaN (then nothing is proven)."""
    objective = problem.objective(x)
    primal = primal_residual(problem, x)
    if not np.isfinite(dual).all():
        return Check(objective, -np.inf, np.inf, primal, np.inf, np.inf)
    dual = believable(problem, dual)
    bound = lagrangian_bound(problem, dual, x)
    return Check(
        objective,
        bound,
        relative_gap(problem, x, bound),
        primal,
        dual_residual(problem, x, dual),
        complementarity(problem, x, dual),
    )


def primal_residual(problem: Problem, x: Vector) -> float:
    """Largest violation of a row, a bound, a cone or an integer, relative to its magnitude.

    The magnitude of a row is the sum of ``|a_ij x_j|`` and its largest coefficient, that of a bound or
    an integer ``1 + |x_j|``: the 1 stands for one unit of a scaled problem.
    """
    magnitude = abs(problem.A) @ np.abs(x) + _largest_coefficient(problem)
    rows = violation(problem.A @ x, problem.row_lower, problem.row_upper) / magnitude
    whole = np.where(problem.integer, np.abs(x - np.round(x)), 0.0)
    columns = np.maximum(violation(x, problem.lower, problem.upper), whole) / (1 + np.abs(x))
    cones = problem.cones.missed(x) / problem.cones.magnitude(x)
    return float(max(rows.max(initial=0.0), columns.max(initial=0.0), cones.max(initial=0.0)))


def violation(values: Vector, lower: Vector, upper: Vector) -> Vector:
    """Return how far each value is outside its interval; 0 inside."""
    return np.maximum(np.maximum(lower - values, values - upper), 0.0)


def dual_residual(problem: Problem, x: Vector, dual: Vector) -> float:
    """Largest reduced cost that has no bound to lean on, relative to the terms it is made of.

    A positive reduced cost needs a lower bound, a negative one an upper bound. With both bounds any
    sign is allowed; whether x is at the right one is a matter of complementarity.
    """
    gradient, paid = problem.gradient(x), problem.A.T @ dual
    reduced_cost = gradient - paid
    loose = np.where(reduced_cost > 0, np.isinf(problem.lower), np.isinf(problem.upper))
    magnitude = np.abs(gradient) + abs(problem.A).T @ np.abs(dual) + 1
    return float((np.abs(reduced_cost) * loose / magnitude).max(initial=0.0))


def complementarity(problem: Problem, x: Vector, dual: Vector) -> float:
    """Largest product of a dual or reduced cost with the room to its side, relative to the objective."""
    reduced_cost = problem.gradient(x) - problem.A.T @ dual
    columns = np.abs(reduced_cost) * _room(reduced_cost, x, problem.lower, problem.upper)
    rows = np.abs(dual) * _room(dual, problem.A @ x, problem.row_lower, problem.row_upper)
    largest = max(rows.max(initial=0.0), columns.max(initial=0.0))
    return float(largest / objective_magnitude(problem, x))


def relative_gap(problem: Problem, x: Vector, bound: float) -> float:
    """Objective at x minus the bound, relative to the objective.

    An objective that is a small difference of large terms is known no better than they are: the
    divisor is at least 1e-3 of 1 + the sum of the magnitudes of the terms. The 1 stands for one unit of
    a scaled problem at a middling cost: an optimum of 0 has a gap too.
    """
    if not np.isfinite(bound):
        return np.inf
    return (problem.objective(x) - bound) / objective_magnitude(problem, x)


def objective_magnitude(problem: Problem, x: Vector) -> float:
    """Return what a difference of objectives is relative to: see `relative_gap`."""
    terms = abs(problem.offset) + np.abs(problem.c) @ np.abs(x) + 0.5 * (problem.q @ (x * x))
    return max(abs(problem.objective(x)), CANCELLATION * (1 + float(terms)))


def lagrangian_bound(problem: Problem, dual: Vector, x: Vector) -> float:
    """Lower bound on the objective over all allowed points, from any duals whatever.

    ``offset + sum_i (y_i > 0 ? y_i row_lower_i : y_i row_upper_i) + sum_j min over the box of
    ((c - A'y)_j x_j + q_j x_j^2 / 2)``, each minimum in closed form. Weak duality makes this a bound
    for every y; bad duals make it weak, never wrong. Duals of a missing side are set to 0 first.

    A column without a bound is boxed at `BOX_MULTIPLE` times the largest amount in sight (`box`):
    without that a reduced cost of 1e-12, mere rounding, would make the bound -inf. So the claim is
    "no plan with amounts of less than that is better", and only where such a column's reduced cost is
    not 0; `dual_residual` shows how far from 0 these are. A reduced cost that is no more than the
    rounding of its own terms counts as 0, or a bound of 1e12 that means "none" would amplify it.
    """
    dual = believable(problem, dual)
    limit = box(problem, x)
    lower = np.where(np.isneginf(problem.lower), -limit, problem.lower)
    upper = np.where(np.isposinf(problem.upper), limit, problem.upper)
    slope = problem.c - problem.A.T @ dual
    terms = np.abs(problem.c) + abs(problem.A).T @ np.abs(dual)
    slope[np.abs(slope) <= ROUNDING * terms] = 0.0
    best = np.where(slope > 0, lower, upper)
    curved = problem.q > 0
    best[curved] = np.clip(-slope[curved] / problem.q[curved], lower[curved], upper[curved])
    columns = slope * best + 0.5 * problem.q * best**2
    side = np.where(dual > 0, problem.row_lower, problem.row_upper)
    rows = dual * np.where(dual == 0, 0.0, side)  # 0 x inf would be NaN
    return float(problem.offset + rows.sum() + columns.sum())


def box(problem: Problem, x: Vector) -> float:
    """Amount at which a column without a bound is boxed.

    A row of negligible coefficients, such as a tangent at a point where a cone is flat, says nothing of amounts.
    """
    largest = _largest_coefficient(problem)
    says = largest >= NEGLIGIBLE
    amounts = (
        x,
        problem.lower,
        problem.upper,
        problem.row_lower[says] / largest[says],
        problem.row_upper[says] / largest[says],
    )
    return BOX_MULTIPLE * max(1.0, *(_largest_finite(each) for each in amounts))


def believable(problem: Problem, dual: Vector) -> Vector:
    """(row) The duals without those of a side that the row does not have."""
    missing = np.where(dual > 0, np.isinf(problem.row_lower), np.isinf(problem.row_upper))
    return np.where(missing, 0.0, dual)


def _room(price: Vector, value: Vector, lower: Vector, upper: Vector) -> Vector:
    """Distance of each value from the side that its price names; 0 where there is none."""
    side = np.where(price > 0, lower, upper)
    room = np.zeros(value.shape)
    np.subtract(value, side, out=room, where=np.isfinite(side) & (price != 0))
    return np.abs(room)


def _largest_coefficient(problem: Problem) -> Vector:
    """(row) Largest magnitude in the row; 1 for an empty one."""
    if not problem.A.nnz:
        return np.ones(problem.rows)
    largest = np.asarray(abs(problem.A).max(axis=1).toarray()).ravel()
    return np.where(largest > 0, largest, 1.0)


def _largest_finite(values: Vector) -> float:
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
