"""Large problems with integers are taken apart: the bound is never on the wrong side, the point is allowed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import solvers.dispatch
from solvers import Options, Problem, Solution, Status, solve
from solvers.agreement import agreed, with_fixed
from solvers.backends import backend_for
from solvers.blocks import find_blocks
from solvers.check import primal_residual
from solvers.presolve import presolve
from solvers.pricing import price
from solvers.search import search

LINEAR = backend_for(frozenset({"linear"}))
WHOLE = backend_for(frozenset({"integer"}))


def star(regions: int, periods: int, seed: int) -> tuple[Problem, np.ndarray]:
    """Regions around a hub that lends to them over lanes with a fixed cost; groups name each region's own columns.

    A region's period has three uses of money with falling yields, and the flow of its lane, opened by a binary; the
    hub has a purse in each period, and pays for what it lends.
    """
    rng = np.random.default_rng(seed)
    uses, cells = 3, regions * periods
    use = np.arange(cells * uses).reshape(cells, uses)
    flow, used = cells * uses + np.arange(cells), cells * uses + cells + np.arange(cells)
    purse = cells * uses + 2 * cells + np.arange(periods)
    columns = int(purse[-1]) + 1
    c, upper = np.zeros(columns), np.full(columns, np.inf)
    c[use] = -np.sort(rng.uniform(0.5, 2.0, (cells, uses)), axis=1)[:, ::-1]
    upper[use] = rng.uniform(1, 4, (cells, uses))
    c[used], upper[used] = rng.uniform(0.5, 3.0, cells), 1.0
    c[purse], upper[purse] = 0.6, 2.5 * regions
    A = sparse.lil_array((2 * cells + periods, columns))
    for cell in range(cells):
        A[cell, use[cell]] = 1.0
        A[cell, flow[cell]] = -1.0
        A[cells + cell, flow[cell]], A[cells + cell, used[cell]] = 1.0, -15.0
        A[2 * cells + cell % periods, flow[cell]] = 1.0
    for period in range(periods):
        A[2 * cells + period, purse[period]] = -1.0
    own = rng.uniform(0, 1, cells)
    row_upper = np.concatenate([own, np.zeros(cells + periods)])
    row_lower = np.concatenate([own, np.full(cells, -np.inf), np.zeros(periods)])
    integer = np.zeros(columns, dtype=bool)
    integer[used] = True
    groups = np.full(columns, -1)
    groups[use] = (1 + np.arange(cells) // periods)[:, None]
    groups[purse] = 0
    problem = Problem(c=c, q=0 * c, A=A.tocsr(), row_lower=row_lower, row_upper=row_upper,
                      lower=0 * c, upper=upper, integer=integer, offset=7.0)  # fmt: skip
    return problem, groups


def linear(problem: Problem, options: Options) -> Solution:
    return solvers.dispatch._attempt(problem, LINEAR, options)


def whole(problem: Problem, options: Options) -> Solution:
    return WHOLE.solve(problem, options)


def best(problem: Problem) -> float:
    return solve(problem, "pulp+highs", gap=1e-9).objective


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("hint", [True, False])
def test_the_search_ends_between_its_bound_and_the_optimum(seed: int, hint: bool):
    problem, groups = star(5, 4, seed)
    options = Options(time_limit=60, gap=1e-3, groups=groups if hint else None)
    found = search(problem, options, linear, whole)
    optimum = best(problem)
    assert found is not None
    assert primal_residual(problem, found.x) <= 1e-6
    assert found.bound - 1e-6 <= optimum <= problem.objective(found.x) + 1e-6
    assert problem.objective(found.x) - found.bound <= 1e-3 * abs(optimum)


def test_a_relaxation_that_takes_all_the_time_leaves_the_plan_with_all_shut():
    """What no point can cost less than is then every column at its cheaper bound."""
    problem, groups = star(5, 4, 0)
    options = Options(time_limit=60, gap=1e-3, groups=groups)
    shut = problem.replace(upper=np.where(problem.integer, 0.0, problem.upper))

    def patient(part: Problem, asked: Options) -> Solution:
        if (part.upper[problem.integer] > 0).all():
            return Solution.nothing(part, Status.FAILED)
        return linear(part, asked)

    found = search(problem, options, patient, whole)
    assert found is not None
    assert problem.objective(found.x) == pytest.approx(best(shut))
    assert not found.x[problem.integer].any()
    least = problem.offset + problem.c[problem.c < 0] @ problem.upper[problem.c < 0]
    assert found.bound == pytest.approx(least)  # lower bounds are 0
    assert found.bound <= best(problem)


def test_blocks_of_a_star_are_its_regions():
    problem, groups = star(5, 4, 0)
    blocks = find_blocks(problem, groups)
    assert blocks is not None
    assert blocks.count == 5
    # Uses, flow and switch of each region's periods; the purse joins.
    assert [blocks.columns_of(n).size for n in range(-1, 5)] == [4, 20, 20, 20, 20, 20]
    # A balance and a capacity for each region's period; the hub's rows join.
    assert [blocks.rows_of(n).size for n in range(-1, 5)] == [4, 8, 8, 8, 8, 8]


def test_what_does_not_fall_apart_has_no_blocks():
    problem, groups = star(2, 4, 0)
    assert find_blocks(problem, groups) is None
    assert find_blocks(problem, np.full(problem.columns, -1)) is None


@pytest.mark.parametrize("seed", range(4))
def test_any_prices_bound_the_optimum_from_below(seed: int):
    problem, groups = star(4, 3, seed)
    blocks = find_blocks(problem, groups)
    assert blocks is not None
    optimum = best(problem)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        dual = rng.normal(0, 1, problem.rows)
        answer = price(
            problem, blocks, dual, np.zeros(problem.columns), lambda p: whole(p, Options())
        )
        assert answer.complete
        assert answer.bound <= optimum + 1e-6


def test_prices_of_the_relaxation_prove_more_than_the_relaxation():
    problem, groups = star(5, 4, 1)
    blocks = find_blocks(problem, groups)
    relaxed = problem.replace(integer=np.zeros(problem.columns, dtype=bool))
    relaxation = linear(relaxed, Options())
    assert blocks is not None
    answer = price(problem, blocks, relaxation.dual, relaxation.x, lambda p: whole(p, Options()))
    assert answer.bound > relaxation.objective + 0.1


def test_presolve_gives_back_point_and_duals():
    """x = 3 is alone in row 0; then y = 5 - x = 2 in row 1; z is left: z >= 1 + y = 3 at a cost of 2.

    Cost 1 x + 1 y + 2 z = 3 + 2 + 6 = 11. Row 2 is worth 2; row 1 as much as y costs: 1 + 2 = 3; row 0: 1 - 3 = -2.
    """
    problem = Problem(
        c=[1, 1, 2], q=[0, 0, 0], A=[[1, 0, 0], [1, 1, 0], [0, -1, 1]], row_lower=[3, 5, 1],
        row_upper=[3, 5, np.inf], lower=[0, 0, 0], upper=[9, 9, 9], integer=[False] * 3,
    )  # fmt: skip
    small, back = presolve(problem)
    assert (small.rows, small.columns) == (1, 1)
    solution = back.restore(linear(small, Options()))
    assert solution.x.tolist() == [3, 2, 3]
    assert solution.dual.tolist() == [-2, 3, 2]
    assert np.abs(solution.reduced_cost).max() < 1e-12


def test_only_what_all_optima_agree_on_is_fixed():
    problem, _ = star(5, 4, 2)
    relaxed = problem.replace(integer=np.zeros(problem.columns, dtype=bool))
    first = linear(relaxed, Options())
    shut = linear(with_fixed(relaxed, problem.integer, np.zeros(problem.columns)), Options())
    both = agreed(problem, [first, shut])
    assert both.any()
    assert not both[problem.integer].any()
    assert (both <= agreed(problem, [first])).all()
    assert np.abs(first.x - shut.x)[both].max() < 1e-6


def test_a_large_problem_is_searched_and_its_progress_told(monkeypatch: pytest.MonkeyPatch):
    """Large is from 100 rows and columns here. Bounds only rise, objectives only fall, neither passes the other."""
    monkeypatch.setattr(solvers.dispatch, "SEARCHED_FROM", 100)
    monkeypatch.setattr(solvers.dispatch, "SEARCHED_WHOLE", 1)
    monkeypatch.setattr(solvers.dispatch, "CLOSED", 1.0)
    problem, groups = star(6, 4, 3)
    told: list[tuple[float, float]] = []
    solution = solve(problem, gap=1e-3, groups=groups, report=lambda *both: told.append(both))
    assert solution.status is Status.OPTIMAL
    objectives, bounds = np.array(told).T
    assert (np.diff(objectives[np.isfinite(objectives)]) <= 1e-9).all()
    assert (np.diff(bounds) >= -1e-9).all()
    assert bounds[-1] <= best(problem) + 1e-6 <= objectives[-1] + 2e-6
    assert (objectives[-1], bounds[-1]) == pytest.approx((solution.objective, solution.bound))


def test_a_backend_that_is_asked_for_gets_the_problem_whole(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(solvers.dispatch, "SEARCHED_FROM", 1)
    monkeypatch.setattr(solvers.dispatch, "SEARCHED_WHOLE", 1)
    monkeypatch.setattr(solvers.dispatch, "search", None)
    problem, _ = star(3, 2, 0)
    assert solve(problem, "pulp+highs").status is Status.OPTIMAL


def test_a_start_is_never_made_worse():
    """With no time but for the start, branch and bound gives it back."""
    problem, _ = star(5, 4, 0)
    start = solve(problem, "pulp+highs", gap=1e-3).x
    found = WHOLE.solve(problem, replace(Options(), time_limit=1e-3, start=start))
    assert problem.objective(found.x) <= problem.objective(start) + 1e-9


def test_the_gap_asked_is_of_the_whole_objective():
    """The constant cancels most of the objective: 1e-2 of what is left is less than 1e-2 of the terms alone."""
    problem, _ = star(6, 4, 0)
    problem = problem.replace(offset=0.9 * -problem.c @ solve(problem, "pulp+highs").x)
    found = WHOLE.solve(problem, Options(gap=1e-2))
    assert problem.objective(found.x) - found.bound <= 1e-2 * abs(problem.objective(found.x))


def test_a_hint_may_be_shorter_than_the_problem():
    """Columns that a master of outer approximation adds are behind those that the hint knows."""
    problem, groups = star(5, 4, 0)
    wider = problem.replace(
        c=np.append(problem.c, 0.0), q=np.append(problem.q, 0.0),
        A=sparse.hstack([problem.A, sparse.csr_array((problem.rows, 1))]),
        lower=np.append(problem.lower, 0.0), upper=np.append(problem.upper, 1.0),
        integer=np.append(problem.integer, False),
    )  # fmt: skip
    blocks = find_blocks(wider, groups)
    assert blocks is not None
    assert blocks.count == 5
