"""The last digits of an interior point solution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers import Problem, Solution, Status
from solvers.check import check, primal_residual
from solvers.polish import active_set, polish

from .problems import problem
from .test_solve import random_problem

inf = np.inf
# min (x-3)^2/2 + (y-2)^2/2 on x + y <= 4, x <= 2.5: x = 2.5 at its bound, y = 1.5 by the row.
STATED = problem([-3, -2], [[1, 1]], rows=(-inf, 4), box=(0, [2.5, inf]), q=1)


def near(x: list[float], dual: list[float]) -> Solution:
    return Solution(Status.GAP, np.array(x), np.array(dual), np.zeros(len(x)))


def test_a_point_that_is_nearly_right_becomes_exact():
    rough = near([2.5 - 1e-6, 1.5 + 2e-6], [-0.5 + 1e-6])
    sharp = polish(STATED, rough)
    assert sharp.x.tolist() == pytest.approx([2.5, 1.5], abs=1e-14)
    assert sharp.dual.tolist() == pytest.approx([-0.5], abs=1e-13)
    assert sharp.reduced_cost.tolist() == pytest.approx([0, 0], abs=1e-13)


def test_the_active_set_is_read_from_prices_and_room():
    """At the multiplier 0.5 of the row and 0 of the bound, the set is the row alone."""
    stated = STATED.replace(upper=np.array([9.0, inf]))
    found = active_set(stated, np.array([2.5 - 1e-7, 1.5]), np.array([-0.5]))
    assert found.free.tolist() == [True, True]
    assert found.rows.tolist() == [True]
    assert found.side.tolist() == [4]


def test_a_wrong_active_set_is_corrected():
    """Started without prices at a point inside, where nothing looks active."""
    sharp = polish(STATED, near([2.0, 1.0], [0.0]))
    assert sharp.x.tolist() == pytest.approx([2.5, 1.5], abs=1e-12)


def test_a_vertex_has_nothing_to_polish():
    stated = problem([1], [[1]], rows=(0, 9), box=(2, 5), q=1)
    rough = near([2.0], [0.0])
    assert polish(stated, rough) is rough


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), noise=st.floats(1e-10, 1e-2))
def test_polishing_never_makes_a_point_worse(seed: int, noise: float):
    random = np.random.default_rng(seed)
    stated: Problem = random_problem(random)
    x = np.clip(random.normal(size=stated.columns), stated.lower, stated.upper)
    rough = near((x + noise).tolist(), random.normal(size=stated.rows).tolist())
    start = np.clip(rough.x, stated.lower, stated.upper)
    sharp = polish(stated, rough)
    if sharp is not rough:
        before = check(stated, start, rough.dual)
        assert primal_residual(stated, sharp.x) <= max(before.primal_residual, 1e-12)
        if before.primal_residual == 0:
            assert stated.objective(sharp.x) <= before.objective + 1e-8
