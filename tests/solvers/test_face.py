"""Ties are broken by the target, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import solvers.face
from solvers import BACKENDS, Problem, Status, solve
from solvers.face import project_on_optimal_face, with_integers_fixed

from .problems import KNOWN, problem
from .test_solve import random_problem

inf = np.inf


def test_a_tie_is_split_evenly():
    """Three equal columns share a demand of 3; a vertex gives it all to one."""
    stated = problem([1, 1, 1], [[1, 1, 1]], rows=(3, inf))
    solution = solve(stated)
    assert sorted(solution.x) == pytest.approx([0, 0, 3])
    found = project_on_optimal_face(stated, solution, np.zeros(3), np.ones(3))
    assert found.moved
    assert found.x == pytest.approx([1, 1, 1], abs=1e-12)
    assert found.loss == pytest.approx(0, abs=1e-12)


def test_weights_and_targets_decide_the_split():
    """min (x-1)^2 + 3 (y-2)^2 on x + y = 5: both give way, 3 : 1, so x = 1 + 1.5, y = 2 + 0.5."""
    stated = problem([1, 1], [[1, 1]], rows=(5, inf))
    found = project_on_optimal_face(
        stated, solve(stated), np.array([1.0, 2.0]), np.array([1.0, 3.0])
    )
    assert found.x == pytest.approx([2.5, 2.5], abs=1e-10)


def test_a_bound_of_the_face_is_kept():
    """As above to 0 and equal weights, but x may be 1 at most."""
    stated = problem([1, 1], [[1, 1]], rows=(5, inf), box=(0, [1, inf]))
    found = project_on_optimal_face(stated, solve(stated), np.zeros(2), np.ones(2))
    assert found.x.tolist() == pytest.approx([1, 4], abs=1e-12)


def test_what_the_objective_decides_does_not_move():
    stated = problem([-5, -3], [[1, 1], [1, 0]], rows=(-inf, [4, 3]))
    found = project_on_optimal_face(stated, solve(stated), np.array([0.0, 9.0]), np.ones(2))
    assert found.x.tolist() == pytest.approx([3, 1], abs=1e-12)
    assert found.free == 0


def test_quadratic_columns_stay_and_linear_ones_split():
    """Column 0 is held at 2 by its square; 1 and 2 share the rest of 6."""
    stated = problem([-2, 0, 0], [[1, 1, 1]], rows=(6, 6), q=[1, 0, 0])
    solution = solve(stated)
    found = project_on_optimal_face(stated, solution, np.array([9.0, 0, 0]), np.ones(3))
    assert found.x == pytest.approx([2, 2, 2], abs=1e-9)


def test_a_column_of_weight_zero_follows():
    """z = x + y is no decision: weight 0, and exactly the sum."""
    stated = problem([1, 1, 0], [[1, 1, 0], [1, 1, -1]], rows=([4, 0], [inf, 0]))
    found = project_on_optimal_face(
        stated, solve(stated), np.array([0.0, 0, 100]), np.array([1.0, 1, 0])
    )
    assert found.x == pytest.approx([2, 2, 4], abs=1e-10)


def rolls(seed: int) -> Problem:
    """Balances over 4 periods in 6 positions with rates that tie, and a funding row per period."""
    random = np.random.default_rng(seed)
    positions, periods = 6, 4
    new = np.arange(positions * periods).reshape(positions, periods)
    balance = new + new.size
    A = np.zeros((new.size + periods, 2 * new.size))
    A[new, balance], A[new, new] = 1, -1
    A[new[:, 1:], balance[:, :-1]] = -0.9
    A[new.size + np.arange(periods)[None, :], balance] = 1
    opening = random.integers(10, 50, positions)
    side = np.zeros(new.size + periods)
    side[new[:, 0]] = 0.9 * opening
    side[new.size :] = opening.sum()
    rate = random.choice([0.02, 0.03], positions)
    cost = np.concatenate([np.zeros(new.size), -np.repeat(rate, periods)])
    upper = np.concatenate([np.repeat(opening.astype(float), periods), np.full(new.size, inf)])
    return problem(cost, A, rows=(side, side), box=(0, upper))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_columns_and_rows_changes_nothing(seed: int):
    stated = rolls(seed)
    random = np.random.default_rng(seed)
    columns, rows = random.permutation(stated.columns), random.permutation(stated.rows)
    shuffled = Problem(
        **{
            name: getattr(stated, name)[columns] for name in ("c", "q", "lower", "upper", "integer")
        },
        **{name: getattr(stated, name)[rows] for name in ("row_lower", "row_upper")},
        A=stated.A[rows][:, columns],
    )
    weight = np.where(np.arange(stated.columns) < stated.columns // 2, 1.0, 0.0)
    nothing = np.zeros(stated.columns)
    one = project_on_optimal_face(stated, solve(stated), nothing, weight)
    other = project_on_optimal_face(shuffled, solve(shuffled), nothing, weight[columns])
    assert one.moved
    assert other.moved
    assert other.x == pytest.approx(one.x[columns], abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_backend_ends_in_the_same_point_and_the_objective_is_unharmed(seed: int):
    stated = random_problem(np.random.default_rng(seed))
    target = np.random.default_rng(seed).normal(size=stated.columns)
    backends = [
        each.name for each in BACKENDS if stated.needs <= each.can and each.name != "pulp+cbc"
    ]
    points = []
    for name in backends:
        solution = solve(stated, name)
        found = project_on_optimal_face(stated, solution, target, np.ones(stated.columns))
        assert found.moved, found.note
        assert found.loss <= 1e-6
        assert stated.objective(found.x) == pytest.approx(solution.objective, rel=1e-6, abs=1e-6)
        assert (found.x >= stated.lower).all()
        assert (found.x <= stated.upper).all()
        value = stated.A @ found.x
        assert (value >= stated.row_lower - 1e-7).all()
        assert (value <= stated.row_upper + 1e-7).all()
        points.append(found.x)
    if not stated.is_quadratic:
        for point in points[1:]:
            assert point == pytest.approx(points[0], abs=1e-6)


def test_a_projection_that_fails_its_check_gives_the_point_back(monkeypatch: pytest.MonkeyPatch):
    stated = problem([1, 1], [[1, 1]], rows=(5, inf))
    solution = solve(stated)
    monkeypatch.setattr(
        solvers.face, "_shortest", lambda steps, options: np.full(steps.columns, 0.1)
    )
    found = project_on_optimal_face(stated, solution, np.zeros(2), np.ones(2))
    assert not found.moved
    assert (found.x == solution.x).all()
    assert "loses" in found.note


def test_a_projection_that_breaks_a_row_gives_the_point_back(monkeypatch: pytest.MonkeyPatch):
    stated = problem([0, 0], [[1, 1]], rows=(5, 5))
    solution = solve(stated)
    monkeypatch.setattr(
        solvers.face, "_shortest", lambda steps, options: np.full(steps.columns, 0.1)
    )
    found = project_on_optimal_face(stated, solution, np.zeros(2), np.ones(2))
    assert (found.x == solution.x).all()
    assert "misses a row" in found.note


def test_integers_must_be_fixed_first():
    """Lots of 5 in column 0 (one of them), columns 1 and 2 tie for the rest of 7."""
    stated = problem([4, 1, 1], [[5, 1, 1]], rows=(7, inf), integer=[True, False, False])
    solution = solve(stated, gap=0)
    with pytest.raises(ValueError, match="integers must be fixed"):
        project_on_optimal_face(stated, solution, np.zeros(3), np.ones(3))
    fixed = with_integers_fixed(stated, solution.x)
    assert not fixed.is_integer
    found = project_on_optimal_face(fixed, solve(fixed), np.zeros(3), np.ones(3))
    assert found.x == pytest.approx([1, 1, 1], abs=1e-10)


def test_a_solution_without_a_point_is_refused():
    known = next(known for known in KNOWN if known.status is Status.INFEASIBLE)
    with pytest.raises(ValueError, match="the status is infeasible"):
        project_on_optimal_face(known.problem, solve(known.problem), np.zeros(2), np.ones(2))
