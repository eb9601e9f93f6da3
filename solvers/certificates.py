"""Why there is no plan, or no end: certificates that we find and check ourselves.

What a modelling layer hands over after "infeasible" or "unbounded" differs by solver and by presolve,
so nothing of it is used: two linear problems that always have a solution give the certificates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from solvers.check import PRIMAL_TOLERANCE, lagrangian_bound
from solvers.problem import Problem, Vector
from solvers.solution import Solution

TANGENT_ROUNDS = 30
SolveLinear = Callable[[Problem], Solution]


@dataclass(frozen=True, eq=False)
class Farkas:
    """Multipliers of rows whose combination no point of the box can meet.

    Parameters
    ----------
    dual : (row)
        Farkas multipliers; those that are not 0 name rows in conflict.
    shortfall : float
        Every point of the box misses the rows by at least this much: a proven bound on the sum of
        violations (rows divided by their largest coefficient).
    """

    dual: Vector
    shortfall: float


def contradiction(problem: Problem) -> str:
    """Name the first bound or row that no number can meet; "" if there is none.

    Backends would raise, or call a model invalid, where the answer is that it is infeasible.
    """
    crossed = problem.lower > problem.upper
    if crossed.any():
        return f"the bounds of column {int(np.argmax(crossed))} cross"
    crossed = problem.row_lower > problem.row_upper
    if crossed.any():
        return f"the sides of row {int(np.argmax(crossed))} cross"
    empty = np.diff(problem.A.indptr) == 0
    missed = empty & ((problem.row_lower > 0) | (problem.row_upper < 0))
    if missed.any():
        return f"row {int(np.argmax(missed))} is empty and excludes 0"
    return ""


def elastic(problem: Problem) -> Problem:
    """Phase one: the linear problem of the smallest sum of violations, integers relaxed.

    Columns: those of the problem, then what each row lacks, then what it has too much.
    """
    identity = sparse.eye_array(problem.rows, format="csr")
    slack = 2 * problem.rows
    return Problem(
        c=np.concatenate([np.zeros(problem.columns), np.ones(slack)]),
        q=np.zeros(problem.columns + slack),
        A=sparse.hstack([problem.A, identity, -identity], format="csr"),
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        lower=np.concatenate([problem.lower, np.zeros(slack)]),
        upper=np.concatenate([problem.upper, np.full(slack, np.inf)]),
        integer=np.zeros(problem.columns + slack, dtype=bool),
    )


def infeasibility(problem: Problem, solve_linear: SolveLinear) -> Farkas | None:
    """Return a checked proof that rows, cones and box (integers relaxed) have no common point, or None.

    Cones are tangents at the points that miss them least, added until one proof or one point is found.
    """
    points: list[Vector] = []
    for _ in range(TANGENT_ROUNDS):
        farkas, x = _row_infeasibility(problem.with_tangents(*points), solve_linear)
        if farkas is not None:
            return replace(farkas, dual=farkas.dual[: problem.rows])
        if x is None or (problem.cones.missed(x) <= PRIMAL_TOLERANCE).all():
            return None
        points.append(x)
    return None


def _row_infeasibility(
    problem: Problem, solve_linear: SolveLinear
) -> tuple[Farkas | None, Vector | None]:
    """Return a proof for rows and box alone, or the point that misses them least."""
    if not problem.rows:
        return None, None
    phase_one = elastic(problem)
    solution = solve_linear(phase_one)
    if not (solution.has_point and solution.has_duals):
        return None, None
    shortfall = lagrangian_bound(phase_one, solution.dual, solution.x)
    magnitude = 1 + float(np.abs(solution.x[: problem.columns]).max(initial=0.0))
    if shortfall <= PRIMAL_TOLERANCE * magnitude:
        return None, solution.x[: problem.columns]
    return Farkas(solution.dual, shortfall), None


def ray(problem: Problem, solve_linear: SolveLinear) -> Vector | None:
    """(column) A checked direction that stays allowed for ever and lowers the objective, or None.

    Every side that exists is a 0 for the direction, columns with a quadratic cost stay; entries are
    between -1 and 1. Integers are relaxed: a rational ray has a whole multiple.
    """
    recession = _recession(problem)
    points: list[Vector] = []
    for _ in range(TANGENT_ROUNDS):
        flat = recession.with_tangents(*points)
        direction = _row_ray(problem, flat, solve_linear)
        if direction is None or (recession.cones.missed(direction) <= PRIMAL_TOLERANCE).all():
            return direction
        points.append(direction)
    return None


def _row_ray(problem: Problem, recession: Problem, solve_linear: SolveLinear) -> Vector | None:
    """(column) A checked direction for rows and box alone, or None."""
    solution = solve_linear(recession)
    if not solution.has_point:
        return None
    direction = np.clip(solution.x, recession.lower, recession.upper)
    moved = recession.A @ direction
    drift = np.maximum(recession.row_lower - moved, moved - recession.row_upper).max(initial=0.0)
    slope = float(problem.c @ direction)
    size = float(np.abs(problem.c) @ np.abs(direction))
    believed = drift <= PRIMAL_TOLERANCE and slope < -PRIMAL_TOLERANCE * max(size, 1e-12)
    return direction if believed else None


def _recession(problem: Problem) -> Problem:
    still, cones = problem.q > 0, problem.cones
    return problem.replace(
        q=np.zeros(problem.columns),
        row_lower=np.where(np.isfinite(problem.row_lower), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(problem.row_upper), 0.0, np.inf),
        lower=np.where(still | np.isfinite(problem.lower), 0.0, -1.0),
        upper=np.where(still | np.isfinite(problem.upper), 0.0, 1.0),
        integer=np.zeros(problem.columns, dtype=bool),
        offset=0.0,
        cones=cones.replace(head_offset=0 * cones.head_offset, offset=0 * cones.offset),
    )
