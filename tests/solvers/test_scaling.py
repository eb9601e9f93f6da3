"""Scaling changes no digit."""

from __future__ import annotations

import numpy as np
import pytest

from solvers import Solution, Status, ranges
from solvers.scaling import scale, unscale

from .problems import KNOWN, Known, problem

inf = np.inf


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_every_factor_is_a_power_of_two(known: Known):
    _, scaling = scale(known.problem)
    factors = np.concatenate([scaling.column, scaling.row, [scaling.cost]])
    assert (np.frexp(factors)[0] == 0.5).all()


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_a_solution_comes_back_exactly(known: Known):
    """x, duals, reduced costs and objective of the scaled problem are those of the original one."""
    stated = known.problem
    scaled, scaling = scale(stated)
    random = np.random.default_rng(0)
    x, dual = random.normal(size=stated.columns), random.normal(size=stated.rows)
    inner = Solution(
        Status.OPTIMAL,
        x,
        dual,
        scaled.gradient(x) - scaled.A.T @ dual,
        objective=scaled.objective(x),
        bound=-1.0,
    )
    outer = unscale(inner, scaling)
    expected = stated.gradient(outer.x) - stated.A.T @ outer.dual
    assert outer.reduced_cost == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert outer.objective == pytest.approx(stated.objective(outer.x), rel=1e-12)
    assert outer.bound * scaling.cost == -1.0
    assert (outer.x / scaling.column == x).all()
    assert stated.A @ outer.x * scaling.row == pytest.approx(scaled.A @ x, rel=1e-12)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_whole_columns_keep_their_unit(known: Known):
    _, scaling = scale(known.problem)
    assert (scaling.column[known.problem.integer] == 1).all()


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1.0, 1e3, 1e9])
def test_amounts_rows_and_costs_come_to_sensible_magnitudes(unit: float):
    sides = np.array([3.0, 5.0, 40.0]) * unit
    stated = problem(
        [0.01 / unit, 0.03 / unit],
        [[1e5, 0], [0, 1e-5], [1, 2]],
        rows=(sides * [1e5, 1e-5, 2], inf),
    )
    scaled, _ = scale(stated)
    largest = abs(scaled.A).max(axis=1).toarray()
    assert ((largest > 0.5) & (largest <= 1)).all()
    assert 1 <= np.median(scaled.row_lower / largest) <= 100
    assert np.abs(scaled.c).max() <= 4


def test_an_unlimited_bound_does_not_decide_the_unit():
    stated = problem([1, 1], [[1, 1]], rows=(30, inf), box=(0, 1e12))
    _, scaling = scale(stated)
    assert (scaling.column == 1).all()


def test_what_subtraction_leaves_behind_does_not_decide_the_unit():
    """Zeros that were computed, 1e-15 and the like, may be most of the sides and costs."""
    noise = [2e-15, -4e-16, 1e-14]
    stated = problem(
        [1e-17, 2e-17, 0.04],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]],
        rows=([*noise, 30.0], inf),
    )
    _, scaling = scale(stated)
    assert (scaling.column == 1).all()
    assert 1 <= scaling.cost * 0.04 * 64 <= 64


def test_ranges_leave_out_zeros_and_infinities():
    found = ranges(problem([0, -5], [[1e-3, 7], [0, 2]], rows=(-inf, [0, 8]), box=(0, inf)))
    assert found.matrix == (1e-3, 7)
    assert found.cost == (5, 5)
    assert found.quadratic == (0, 0)
    assert found.sides == (8, 8)
    assert str(found) == "matrix 1e-03..7e+00, cost 5e+00..5e+00, sides 8e+00..8e+00"
