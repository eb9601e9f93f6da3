"""Our check believes nobody: worked figures, bad duals, points that are not allowed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solvers import Status, solve
from solvers.check import (
    BOX_MULTIPLE,
    believable,
    box,
    check,
    complementarity,
    dual_residual,
    lagrangian_bound,
    primal_residual,
    relative_gap,
)

from .problems import KNOWN, Known, problem

inf = np.inf
CONTINUOUS = [
    known
    for known in KNOWN
    if known.status is Status.OPTIMAL
    and known.dual is not None
    # A cone is proven by its tangents, see `solvers.conic`; duals of rows alone prove nothing of it.
    and not (known.problem.is_integer or known.problem.is_conic)
]
TWO_PRODUCTS = next(known.problem for known in KNOWN if known.name == "two_products")


@pytest.mark.parametrize("known", CONTINUOUS, ids=lambda known: known.name)
def test_the_known_answer_proves_itself(known: Known):
    found = check(known.problem, np.array(known.x), np.array(known.dual))
    assert found.is_optimal
    assert found.objective == pytest.approx(known.value)
    assert found.bound == pytest.approx(known.value)
    assert found.complementarity == pytest.approx(0, abs=1e-9)


@given(dual=arrays(float, 2, elements=st.floats(-20, 20)))
def test_no_duals_whatever_give_a_bound_above_the_optimum(dual: np.ndarray):
    assert lagrangian_bound(TWO_PRODUCTS, dual, np.array([3.0, 1.0])) <= -18 + 1e-9


@given(dual=arrays(float, 2, elements=st.floats(-5, 5)))
def test_the_bound_of_a_quadratic_is_the_minimum_over_the_box(dual: np.ndarray):
    """Against a grid of both columns, at duals of any sign."""
    stated = problem(
        [-3, 1], [[1, 1], [1, -1]], rows=([-1, -2], [5, 2]), q=[1, 0], box=(-1, 4), offset=7
    )
    grid = np.linspace(-1, 4, 2001)
    slope = stated.c - stated.A.T @ dual
    sides = np.where(dual > 0, stated.row_lower, stated.row_upper) @ dual
    least = 7 + sides + (slope[0] * grid + grid**2 / 2).min() + (slope[1] * grid).min()
    assert lagrangian_bound(stated, dual, np.zeros(2)) == pytest.approx(least, abs=1e-5)


def test_the_bound_of_the_zero_dual_is_the_box_alone():
    stated = problem([1, -1], [[1, 1]], rows=(0, 1), box=([2, 3], [5, 7]), offset=100)
    assert lagrangian_bound(stated, np.zeros(1), np.zeros(2)) == 100 + 2 - 7


def test_a_missing_bound_is_boxed_at_a_multiple_of_the_largest_amount():
    """Cost -1 without an upper bound: the largest amount in sight is the side 50 of 2 x >= 100."""
    stated = problem([-1], [[2]], rows=(100, inf))
    assert lagrangian_bound(stated, np.zeros(1), np.array([40.0])) == -BOX_MULTIPLE * 50


def test_rounding_of_a_reduced_cost_does_not_meet_a_bound_of_a_million_million():
    stated = problem([0.3], [[0.1]], rows=(30, inf), box=(0, 1e12))
    dual = np.array([3.0])
    assert stated.c[0] - 0.1 * 3.0 != 0
    assert lagrangian_bound(stated, dual, np.array([300.0])) == 90


def test_duals_of_a_side_that_is_not_there_are_dropped():
    stated = problem([1], [[1], [1], [1]], rows=([-inf, 0, -inf], [5, inf, inf]))
    assert believable(stated, np.array([2.0, -3.0, 4.0])).tolist() == [0, 0, 0]
    assert believable(stated, np.array([-2.0, 3.0, -4.0])).tolist() == [-2, 3, 0]


def test_a_missed_row_is_measured_by_its_magnitude():
    """Row 1e6 x + 1e6 y <= 2e6, missed by 2e3 at (1, 1.002): 2e3 / (2.002e6 + 1e6)."""
    stated = problem([1, 1], [[1e6, 1e6]], rows=(-inf, 2e6))
    missed = primal_residual(stated, np.array([1.0, 1.002]))
    assert missed == pytest.approx(2e3 / 3.002e6)


@pytest.mark.parametrize(("x", "missed"), [(-0.5, 0.5 / 1.5), (4.0, 1 / 5), (2.0, 0.0)])
def test_a_missed_bound_is_measured_by_its_amount(x: float, missed: float):
    stated = problem([1], np.zeros((0, 1)), rows=([], []), box=(0, 3))
    assert primal_residual(stated, np.array([x])) == pytest.approx(missed)


def test_a_half_is_no_whole_number():
    stated = problem([1], [[1]], rows=(0, 9), integer=True)
    assert primal_residual(stated, np.array([2.5])) == pytest.approx(0.5 / 3.5)
    assert primal_residual(stated, np.array([2.0])) == 0


def test_a_reduced_cost_without_a_bound_is_a_dual_residual():
    """Free column, cost 3, paid 1: 2 is left over, of terms 3 + 1 + 1."""
    stated = problem([3], [[1]], rows=(0, inf), box=(-inf, inf))
    assert dual_residual(stated, np.zeros(1), np.array([1.0])) == pytest.approx(2 / 5)
    assert dual_residual(stated, np.zeros(1), np.array([3.0])) == 0


def test_a_price_away_from_its_side_breaks_complementarity():
    """Row at 1 of 0..4 with a dual of 2 for its lower side: product 2, objective 10."""
    stated = problem([10], [[1]], rows=(0, 4), box=(-inf, inf))
    assert complementarity(stated, np.array([1.0]), np.array([2.0])) == pytest.approx(0.2)


def test_the_gap_of_an_objective_that_cancels_is_measured_by_its_terms():
    stated = problem([1, -1], [[1, 1]], rows=(0, 9), box=(0, 1e6))
    x = np.array([1e6, 1e6])
    assert stated.objective(x) == 0
    assert relative_gap(stated, x, -1.0) == pytest.approx(1 / 2e3, rel=1e-6)
    assert relative_gap(stated, np.zeros(2), 0.0) == 0
    assert relative_gap(stated, x, -inf) == inf


def test_a_point_without_duals_proves_nothing():
    found = check(TWO_PRODUCTS, np.array([3.0, 1.0]), np.full(2, np.nan))
    assert found.is_allowed
    assert not found.is_optimal
    assert (found.bound, found.gap) == (-inf, inf)


def test_a_point_beyond_a_row_is_not_optimal_however_good():
    found = check(TWO_PRODUCTS, np.array([3.0, 1.1]), np.array([-3.0, -2.0]))
    assert not found.is_allowed
    assert not found.is_optimal
    assert found.gap < 0


@pytest.mark.parametrize("known", CONTINUOUS, ids=lambda known: known.name)
def test_a_dual_is_what_one_more_unit_of_its_side_is_worth(known: Known):
    """Finite differences of the optimum, row by row, at sides that are active and unique."""
    assert known.dual is not None
    for row, price in enumerate(known.dual):
        step = 1e-3 * max(abs(known.problem.row_lower[row]), 1) if price else 0
        if not step or not np.isfinite(step) or known.name == "badly_scaled":
            continue
        name = "row_lower" if price > 0 else "row_upper"
        names = ["row_lower", "row_upper"] if known.problem.equal[row] else [name]
        moved = {each: getattr(known.problem, each).copy() for each in names}
        for side in moved.values():
            side[row] += step
        worth = (solve(known.problem.replace(**moved)).objective - known.value) / step
        assert worth == pytest.approx(price, rel=1e-2)


def test_a_row_of_negligible_coefficients_says_nothing_of_amounts():
    """``x = 2`` and ``1e-15 x >= 1e-3``, as a tangent where a cone is flat: amounts are boxed at a thousand times 2, not 1e12."""
    flat = problem([1], [[1], [1e-15]], rows=([2, 1e-3], [2, inf]), box=(0, inf))
    assert box(flat, np.array([2.0])) == 2e3
    # A price that is but rounding then costs no more than rounding: 2 x 1 - 1e-9 x 2,000.
    assert lagrangian_bound(flat, np.array([1 + 1e-9, 0.0]), np.array([2.0])) == pytest.approx(
        2.0, abs=3e-6
    )
