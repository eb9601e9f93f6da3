"""Integers together with curves, held against every whole point."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from solvers import Problem, Status, solve, with_integers_fixed
from solvers.outer import SEEDS, _seeds
from solvers.tangents import lifted


def small(seed: int) -> Problem:
    """Four amounts with falling yields, each opened by a binary at a fixed cost, one purse, one count of lots."""
    rng = np.random.default_rng(seed)
    amounts = 4
    A = np.zeros((amounts + 1, 2 * amounts + 1))
    A[:amounts, :amounts], A[:amounts, amounts : 2 * amounts] = (
        np.eye(amounts),
        -3 * np.eye(amounts),
    )
    A[amounts, :amounts], A[amounts, -1] = 1.0, -0.7
    return Problem(
        c=np.concatenate([-rng.uniform(1, 3, amounts), rng.uniform(0.2, 2, amounts), [0.8]]),
        q=np.concatenate([rng.uniform(0.2, 1.5, amounts), np.zeros(amounts + 1)]),
        A=A,
        row_lower=np.full(amounts + 1, -np.inf),
        row_upper=np.concatenate([np.zeros(amounts), [1.0]]),
        lower=np.zeros(2 * amounts + 1),
        upper=np.concatenate([np.full(amounts, 3.0), np.ones(amounts), [4.0]]),
        integer=np.arange(2 * amounts + 1) >= amounts,
        offset=rng.normal(),
    )


def enumerated(problem: Problem) -> float:
    """Solve the convex rest of every whole point: 2^4 x 5 of them."""
    whole = np.flatnonzero(problem.integer)
    ranges = [range(int(problem.lower[j]), int(problem.upper[j]) + 1) for j in whole]
    best, x = np.inf, np.zeros(problem.columns)
    for values in itertools.product(*ranges):
        x[whole] = values
        found = solve(with_integers_fixed(problem, x))
        if found.status is Status.OPTIMAL:
            best = min(best, found.objective)
    return best


@pytest.mark.parametrize("seed", range(5))
def test_outer_approximation_finds_the_best_of_all_whole_points(seed: int):
    problem = small(seed)
    best = enumerated(problem)
    told: list[tuple[float, float]] = []
    found = solve(problem, gap=1e-6, report=lambda *both: told.append(both))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert found.bound <= best + 1e-6
    objectives, bounds = np.array(told).T
    assert (bounds <= best + 1e-6).all()
    assert (objectives >= best - 1e-6).all()


def test_tangents_never_cut_off_a_point():
    """Every point, with its squares, keeps the rows of the master, and costs there what it costs here."""
    problem = small(0)
    master = lifted(problem, _seeds(problem))
    assert master.rows == problem.rows + 4 * SEEDS
    rng = np.random.default_rng(1)
    for _ in range(20):
        x = rng.uniform(problem.lower, problem.upper)
        full = np.concatenate([x, (0.5 * problem.q * x**2)[problem.q > 0]])
        assert (master.A @ full >= master.row_lower - 1e-9)[problem.rows :].all()
        assert master.objective(full) == pytest.approx(problem.objective(x))
