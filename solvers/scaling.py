"""Bring a problem to magnitudes at which the tolerances of solvers mean something.

Every factor is a power of two, so scaling and unscaling are exact: no digit of x, of a dual or of a
coefficient is lost. Whole columns keep their unit.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from solvers.problem import Problem, Vector
from solvers.solution import Solution

log = logging.getLogger(__name__)

NOISE = 1e-12  # of the largest magnitude: less is a zero that was computed
MIDDLE_AMOUNT = 10.0  # the median amount is brought near this when it lies outside 1..100


@dataclass(frozen=True)
class Ranges:
    """Smallest and largest magnitude (zeros and infinities aside) of each part of a problem."""

    matrix: tuple[float, float]
    cost: tuple[float, float]
    quadratic: tuple[float, float]
    bounds: tuple[float, float]
    sides: tuple[float, float]

    def __str__(self) -> str:
        parts = (
            f"{name} {low:.0e}..{high:.0e}" for name, (low, high) in vars(self).items() if high > 0
        )
        return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class Scaling:
    """Factors between a problem and its scaled form.

    Parameters
    ----------
    column : (column)
        ``x = column * x_scaled``.
    row : (row)
        Each row of A and its sides were multiplied by it (and A by `column`).
    cost : float
        The objective was multiplied by it.
    cone : (cone)
        Each cone was divided by it: the factor of its head.
    """

    column: Vector
    row: Vector
    cost: float
    cone: Vector


def ranges(problem: Problem) -> Ranges:
    """Magnitudes of the coefficients, for the log and for `alm check`."""
    return Ranges(
        matrix=_range(problem.A.data),
        cost=_range(problem.c),
        quadratic=_range(problem.q),
        bounds=_range(np.concatenate([problem.lower, problem.upper])),
        sides=_range(np.concatenate([problem.row_lower, problem.row_upper])),
    )


def scale(problem: Problem) -> tuple[Problem, Scaling]:
    """Scale amounts by one power of two, rows by their largest coefficient, the objective by its median.

    Returns
    -------
    Problem
        Median amount (of row sides over the row's largest coefficient) in 1..100, largest coefficient of each row in (1/2, 1], median cost per unit in (1/2, 1].
    Scaling
        The way back.
    """
    column = np.where(problem.integer, 1.0, _amount_factor(problem))
    A = problem.A @ sparse.diags_array(column)
    row = 1 / _power_of_two(_row_maxima(A))
    cost = 1 / _power_of_two(
        _median(np.concatenate([problem.c, problem.q * column]) * _twice(column))
    )
    scaled = problem.replace(
        c=problem.c * column * cost,
        q=problem.q * column**2 * cost,
        A=sparse.diags_array(row) @ A,
        row_lower=problem.row_lower * row,
        row_upper=problem.row_upper * row,
        lower=problem.lower / column,
        upper=problem.upper / column,
        offset=problem.offset * cost,
        cones=problem.cones.scaled(column),
    )
    log.debug("coefficients %s; scaled %s", ranges(problem), ranges(scaled))
    return scaled, Scaling(column, row, float(cost), column[problem.cones.head])


def unscale(solution: Solution, scaling: Scaling) -> Solution:
    """Bring a solution of the scaled problem back into the units of the original one.

    Relative figures (gap and residuals) stay as they are: they were measured where the tolerances hold.
    """
    return solution.replace(
        x=solution.x * scaling.column,
        dual=solution.dual * scaling.row / scaling.cost,
        reduced_cost=solution.reduced_cost / (scaling.column * scaling.cost),
        cone_dual=solution.cone_dual / (scaling.cone * scaling.cost)
        if solution.cone_dual.size
        else solution.cone_dual,
        objective=solution.objective / scaling.cost,
        bound=solution.bound / scaling.cost,
    )


def _amount_factor(problem: Problem) -> float:
    """One factor for all amounts: from the sides of the rows, and only without any from the bounds.

    Sides are amounts that somebody has (opening balances); a bound may be a 1e12 that means "none".
    """
    largest = _row_maxima(problem.A)
    sides = np.concatenate([problem.row_lower / largest, problem.row_upper / largest])
    bounds = np.concatenate([problem.lower, problem.upper])[_twice(~problem.integer)]
    median = _median(sides) if _magnitudes(sides).size else _median(bounds)
    if 1 <= median <= 100:
        return 1.0
    return float(_power_of_two(median / MIDDLE_AMOUNT))


def _row_maxima(A: sparse.csr_array) -> Vector:
    """(row) Largest magnitude of each row; 1 for an empty one."""
    maxima = np.asarray(abs(A).max(axis=1).toarray()).ravel() if A.nnz else np.zeros(A.shape[0])
    return np.where(maxima > 0, maxima, 1.0)


def _power_of_two(values: Vector | float) -> Vector:
    """Smallest power of two that is no less than each (positive) value."""
    return np.asarray(np.exp2(np.ceil(np.log2(values))))


def _twice(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([values, values])


def _median(values: Vector) -> float:
    """Median magnitude of the entries that are neither 0 nor infinite; 1 if there are none.

    What differences of floating point leave behind is none: many of them would move the median to 1e-15.
    """
    magnitudes = _magnitudes(values)
    magnitudes = magnitudes[magnitudes > NOISE * magnitudes.max(initial=0.0)]
    return float(np.median(magnitudes)) if magnitudes.size else 1.0


def _range(values: Vector) -> tuple[float, float]:
    magnitudes = _magnitudes(values)
    return (float(magnitudes.min()), float(magnitudes.max())) if magnitudes.size else (0.0, 0.0)


def _magnitudes(values: Vector) -> Vector:
    magnitudes = np.abs(values[np.isfinite(values)])
    return magnitudes[magnitudes > 0]
