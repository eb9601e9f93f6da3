"""Few columns on or off over a large relaxation: the halves together never say more than the optimum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import solvers.dispatch
from solvers import Options, Problem, Solution, solve
from solvers.backends import backend_for
from solvers.check import lagrangian_bound, primal_residual
from solvers.split import OnlyIfOn, is_split, split
from solvers.steps import relaxed

INSIDE = backend_for(frozenset({"quadratic"}))
LINEAR = backend_for(frozenset({"linear"}))
WHOLE = backend_for(frozenset({"integer"}))


def hubs(seed: int, *, entities: int = 8, scenarios: int = 3, candidates: int = 5) -> Problem:
    """Hubs that serve entities if they are open, up to a purse: columns open (hub), short (cell), sent (hub, cell).

    Half of the rows "only if open" are written as at least 0, half as at most 0.
    """
    rng = np.random.default_rng(seed)
    cells = entities * scenarios
    need = rng.integers(1, 6, cells).astype(float)
    cost = rng.uniform(0.1, 1.0, (candidates, entities)).repeat(scenarios, axis=1)
    short, sent = candidates, candidates + cells
    columns = sent + candidates * cells
    A = sparse.lil_array((cells + candidates * cells + candidates, columns))
    row_lower, row_upper = np.full(A.shape[0], -np.inf), np.full(A.shape[0], np.inf)
    for cell in range(cells):
        A[cell, short + cell], row_lower[cell] = 1.0, need[cell]
        for hub in range(candidates):
            column, row = sent + hub * cells + cell, cells + hub * cells + cell
            A[cell, column] = 1.0
            sign = 1.0 if cell % 2 else -1.0
            A[row, column], A[row, hub] = sign, -sign * need[cell]
            (row_upper if cell % 2 else row_lower)[row] = 0.0
    for hub in range(candidates):
        row = cells + candidates * cells + hub
        A[row, sent + hub * cells : sent + (hub + 1) * cells] = 1.0
        A[row, hub], row_upper[row] = -rng.uniform(0.3, 0.6) * need.sum(), 0.0
    fixed = rng.uniform(4, 9, candidates) * scenarios
    c = np.concatenate([fixed, np.full(cells, 1.5), cost.ravel()])
    upper = np.concatenate([np.ones(candidates), need, np.tile(need, candidates)])
    return Problem(c=c, q=0 * c, A=A.tocsr(), row_lower=row_lower, row_upper=row_upper,
                   lower=0 * c, upper=upper, integer=np.arange(columns) < candidates)  # fmt: skip


def linear(problem: Problem, options: Options) -> Solution:
    return solvers.dispatch._attempt(problem, LINEAR, options)


# What is clear but one shut by its price, all but none, all; and one whose optimum needs something clear the other way.
@pytest.mark.parametrize(("seed", "halves_do"), [(1, True), (8, True), (12, True), (31, False)])
def test_the_halves_end_at_the_optimum(seed: int, halves_do: bool):
    problem = hubs(seed)
    assert is_split(problem)
    searched = []

    def whole(part: Problem, options: Options) -> Solution:
        searched.append(part.columns)
        return WHOLE.solve(part, options)

    found = split(problem, Options(time_limit=60, gap=1e-6), INSIDE.solve, linear, whole)
    best = solve(problem, "pulp+highs", gap=1e-9).objective
    assert primal_residual(problem, found.x) <= 1e-6
    assert problem.objective(found.x) == pytest.approx(best, rel=2e-6)
    assert found.bound <= best + 1e-6
    assert (max(searched) < problem.columns) == halves_do


@pytest.mark.parametrize("seed", range(3))
def test_spare_prices_are_taken_back_and_the_bound_stays_one(seed: int):
    """Any prices bound: those of the relaxation, and those of noise."""
    problem = hubs(seed)
    rows = OnlyIfOn.of(problem)
    assert rows.row.size == 5 * 8 * 3
    best = solve(problem, "pulp+highs", gap=1e-9).objective
    inside = INSIDE.solve(relaxed(problem), Options(accuracy=1e-6))
    noise = np.random.default_rng(seed).normal(size=problem.rows)
    for dual in (inside.dual, inside.dual + noise, noise):
        before = lagrangian_bound(problem, dual, inside.x)
        after = lagrangian_bound(problem, rows.prices(problem, dual), inside.x)
        assert before - 1e-9 <= after <= best + 1e-9


def test_a_price_beyond_what_is_needed_goes_to_the_hub():
    """A hub costs 5, sending 1, being short 3, 2 are needed: ``min 5 y + 3 s + x``, ``s + x >= 2``, ``x <= 2 y``.

    At a price of 3 for the need, "only if open" is worth 3 - 1 = 2; at 2.5 the hub costs 5 - 2 x 2.5 = 0 more than it
    is worth, at 2 it costs 1. Both prove that nothing is below 3 x 2 = 6.
    """
    problem = Problem(
        c=np.array([5.0, 3.0, 1.0]), q=np.zeros(3),
        A=sparse.csr_array([[0.0, 1.0, 1.0], [2.0, 0.0, -1.0]]),
        row_lower=np.array([2.0, 0.0]), row_upper=np.full(2, np.inf),
        lower=np.zeros(3), upper=np.array([1.0, 2.0, 2.0]), integer=np.array([True, False, False]),
    )  # fmt: skip
    wasteful = np.array([3.0, 2.5])
    lean = OnlyIfOn.of(problem).prices(problem, wasteful)
    assert lean.tolist() == [3.0, 2.0]
    assert [(problem.c - problem.A.T @ dual)[0] for dual in (wasteful, lean)] == [0.0, 1.0]
    assert [lagrangian_bound(problem, dual, np.zeros(3)) for dual in (wasteful, lean)] == [6, 6]


def test_of_two_rows_for_one_column_one_takes_its_price_back():
    """As before, with ``x <= 2 z`` for a second hub: 2.5 of both leave x 3 to spare; the first gives up 2.5 of it, the second nothing."""
    problem = Problem(
        c=np.array([5.0, 3.0, 1.0, 5.0]), q=np.zeros(4),
        A=sparse.csr_array([[0.0, 1.0, 1.0, 0.0], [2.0, 0.0, -1.0, 0.0], [0.0, 0.0, -1.0, 2.0]]),
        row_lower=np.array([2.0, 0.0, 0.0]), row_upper=np.full(3, np.inf), lower=np.zeros(4),
        upper=np.array([1.0, 2.0, 2.0, 1.0]), integer=np.array([True, False, False, True]),
    )  # fmt: skip
    assert OnlyIfOn.of(problem).row.tolist() == [1]
    wasteful = np.array([3.0, 2.5, 2.5])
    lean = OnlyIfOn.of(problem).prices(problem, wasteful)
    assert lean.tolist() == [3.0, 0.0, 2.5]
    assert [lagrangian_bound(problem, dual, np.zeros(4)) for dual in (wasteful, lean)] == [6, 6]


def test_a_problem_without_such_rows_is_left_to_others():
    problem = hubs(0)
    rows = OnlyIfOn.of(problem).row
    assert not is_split(problem.replace(upper=np.where(problem.integer, 2.0, problem.upper)))
    keep = np.setdiff1d(np.arange(problem.rows), rows)
    few = problem.replace(
        A=problem.A[keep], row_lower=problem.row_lower[keep], row_upper=problem.row_upper[keep]
    )
    assert not is_split(few)


def test_a_problem_of_that_kind_goes_that_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(solvers.dispatch, "SEARCHED_FROM", 0)
    taken = []
    monkeypatch.setattr(
        solvers.dispatch, "split", lambda *given: taken.append(given) or split(*given)
    )
    problem = hubs(1)
    found = solve(problem, gap=1e-4)
    assert taken
    assert found.objective == pytest.approx(
        solve(problem, "pulp+highs", gap=1e-9).objective, rel=1e-4
    )
