"""Lots that are too many to be searched: rounded from their relaxation, held against branch and bound."""

import numpy as np
import pytest

from solvers import Status, lots, solve

from .problems import problem


def knapsacks(seed, columns=40, rows=6):
    """Whole volumes with several ceilings and a rest that squares the first row: 30 lots, two tickets, one remainder."""
    rng = np.random.default_rng(seed)
    A = np.hstack([rng.uniform(0.2, 3.0, (rows, columns - 1)), np.zeros((rows, 1))])
    A[0, -1] = 1.0
    most = A[:, :-1].sum(axis=1) * 3.0
    upper = np.full(columns, 8.0)
    upper[-3:-1] = 1.0
    upper[-1] = np.inf
    whole = np.ones(columns, dtype=bool)
    whole[-1] = False
    cost = -np.append(rng.uniform(1.0, 4.0, columns - 1), 0.1)
    return problem(cost, A, rows=(-np.inf, most), box=(0.0, upper), integer=whole)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(lots, "MANY", 10)
    monkeypatch.setattr(lots, "LAST", 4)


@pytest.mark.parametrize("seed", range(6))
def test_rounded_lots_are_whole_allowed_and_within_a_lot_of_the_best(seed, monkeypatch):
    """The best of branch and bound lies between the bound and the rounded plan, which misses few lots' worth."""
    stated = knapsacks(seed)
    best = solve(stated, gap=1e-9)
    monkeypatch.setattr(lots, "MANY", 10)
    monkeypatch.setattr(lots, "LAST", 4)
    found = solve(stated, gap=1e-9)
    assert found.backend.startswith("rounded lots")
    assert found.status in (Status.OPTIMAL, Status.GAP)
    assert np.array_equal(found.x[stated.integer], np.round(found.x[stated.integer]))
    assert found.primal_residual <= 1e-7
    assert found.bound <= best.objective + 1e-7 <= found.objective + 2e-7
    assert found.objective - best.objective <= 4.0


def test_lots_with_curves_are_rounded_too(few):
    """30 volumes at x^2 / 2 - 2.3 x each: the best is 2 for each, 30 x (2 - 4.6)."""
    stated = problem(
        np.full(30, -2.3), np.ones((1, 30)), rows=(0, 100), box=(0, 8), q=1.0, integer=True
    )
    found = solve(stated, gap=1e-9)
    assert found.x == pytest.approx(np.full(30, 2.0))
    assert found.objective == pytest.approx(30 * (2 - 4.6))
    assert found.bound == pytest.approx(-30 * 2.3**2 / 2)
    assert found.status is Status.GAP


def test_where_rounding_meets_nothing_nothing_is_claimed(few):
    """Twelve lots of 2 each sum to 9: the relaxation does, no whole plan does."""
    stated = problem(np.ones(12), np.full((1, 12), 2.0), rows=(9, 9), box=(0, 8), integer=True)
    assert solve(stated).status in (Status.FAILED, Status.INFEASIBLE)
