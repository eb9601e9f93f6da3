"""What `solve` believes, and what it does when it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import solvers.dispatch
from solvers import Options, Problem, Solution, Status, solve, vertex_duals
from solvers.backends.cvxpy_highs import CvxpyHighs
from solvers.certificates import contradiction, elastic, infeasibility, ray
from solvers.check import lagrangian_bound

from .problems import KNOWN, problem

inf = np.inf
BY_NAME = {known.name: known.problem for known in KNOWN}


class Scripted:
    """A backend that says what it is told, and remembers how it was asked."""

    name = "scripted"

    def __init__(self, *answers: Solution) -> None:
        self.answers = list(answers)
        self.asked: list[Options] = []

    def solve(self, problem: Problem, options: Options) -> Solution:
        self.asked.append(options)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


def claim(x: Any, dual: Any, status: Status = Status.OPTIMAL) -> Solution:
    x, dual = np.array(x, dtype=float), np.array(dual, dtype=float)
    return Solution(status, x, dual, np.zeros_like(x), backend="scripted")


def solve_with(
    monkeypatch: pytest.MonkeyPatch, stated: Problem, *answers: Solution
) -> tuple[Solution, Scripted]:
    """`solve` with a scripted backend and no scaling, so that the answers mean what they say."""
    backend = Scripted(*answers)
    identity = solvers.dispatch.scale(BY_NAME["a_box"])[1]
    monkeypatch.setattr(solvers.dispatch, "backend_named", lambda name, problem: backend)
    monkeypatch.setattr(solvers.dispatch, "scale", lambda problem: (problem, identity))
    monkeypatch.setattr(solvers.dispatch, "unscale", lambda solution, scaling: solution)
    return solve(stated, "scripted"), backend


def test_a_point_that_is_called_optimal_and_breaks_a_row_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
):
    wrong, right = claim([3, 1.2], [-3, -2]), claim([3, 1], [-3, -2])
    solution, backend = solve_with(monkeypatch, BY_NAME["two_products"], wrong, right)
    assert solution.status is Status.OPTIMAL
    assert [options.retry for options in backend.asked] == [False, True]


def test_a_point_that_stays_wrong_is_a_failure(monkeypatch: pytest.MonkeyPatch):
    wrong = claim([3, 1.0001], [-3, -2])
    solution, _ = solve_with(monkeypatch, BY_NAME["two_products"], wrong)
    assert solution.status is Status.FAILED
    assert solution.primal_residual > 1e-6


def test_an_allowed_point_without_a_proof_has_a_gap(monkeypatch: pytest.MonkeyPatch):
    """(3, 0) earns 15 of 18; the right duals bound it: a gap of 3 in 15."""
    solution, _ = solve_with(monkeypatch, BY_NAME["two_products"], claim([3, 0], [-3, -2]))
    assert solution.status is Status.GAP
    assert (solution.objective, solution.bound) == (-15, -18)
    assert solution.gap == pytest.approx(3 / 15)


def test_wrong_duals_of_the_optimal_point_are_no_proof(monkeypatch: pytest.MonkeyPatch):
    solution, _ = solve_with(monkeypatch, BY_NAME["two_products"], claim([3, 1], [-1, -4]))
    assert solution.status is Status.GAP


def test_infeasible_is_not_believed_without_a_certificate(monkeypatch: pytest.MonkeyPatch):
    stated = BY_NAME["two_products"]
    liar = Solution.nothing(stated, Status.INFEASIBLE, backend="scripted")
    solution, backend = solve_with(monkeypatch, stated, liar)
    assert solution.status is Status.FAILED
    assert len(backend.asked) == 2


def test_unbounded_is_not_believed_without_a_ray(monkeypatch: pytest.MonkeyPatch):
    stated = BY_NAME["two_products"]
    liar = Solution.nothing(stated, Status.UNBOUNDED, backend="scripted")
    assert solve_with(monkeypatch, stated, liar)[0].status is Status.FAILED


def test_a_failure_of_the_solver_on_an_infeasible_problem_is_explained(
    monkeypatch: pytest.MonkeyPatch,
):
    stated = BY_NAME["infeasible"]
    lost = Solution.nothing(stated, Status.FAILED, backend="scripted")
    solution, _ = solve_with(monkeypatch, stated, lost)
    assert solution.status is Status.INFEASIBLE
    assert "Farkas" in solution.note


def linear(stated: Problem) -> Solution:
    return CvxpyHighs().solve(stated, Options())


@pytest.mark.parametrize("name", ["infeasible", "infeasible_equations", "quadratic_infeasible"])
def test_farkas_multipliers_leave_no_point_of_the_box(name: str):
    """Without a cost, the Lagrangian bound of the multipliers is above 0: any point would make it <= 0."""
    stated = BY_NAME[name]
    farkas = infeasibility(stated, linear)
    assert farkas is not None
    nothing = stated.replace(c=np.zeros(2), q=np.zeros(2))
    assert lagrangian_bound(nothing, farkas.dual, np.zeros(2)) == pytest.approx(farkas.shortfall)
    assert farkas.shortfall > 0


def test_the_shortfall_is_the_smallest_sum_of_violations():
    assert infeasibility(BY_NAME["infeasible"], linear).shortfall == pytest.approx(1)


@pytest.mark.parametrize("name", ["two_products", "unbounded", "degenerate", "a_box"])
def test_a_feasible_problem_has_no_farkas_multipliers(name: str):
    assert infeasibility(BY_NAME[name], linear) is None


def test_a_ray_goes_down_for_ever():
    stated = BY_NAME["unbounded"]
    direction = ray(stated, linear)
    assert direction is not None
    assert stated.c @ direction < 0
    assert (direction >= 0).all()
    assert stated.A @ direction <= 1e-12
    assert ray(BY_NAME["two_products"], linear) is None


def test_a_quadratic_column_takes_no_part_in_a_ray():
    direction = ray(BY_NAME["quadratic_unbounded"], linear)
    assert direction.tolist() == pytest.approx([0, 1])


def test_phase_one_keeps_the_rows_and_adds_two_slacks_each():
    stated = BY_NAME["two_products"]
    assert elastic(stated).A.toarray().tolist() == [[1, 1, 1, 0, -1, 0], [1, 0, 0, 1, 0, -1]]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bounds_that_cross", "the bounds of column 0 cross"),
        ("an_empty_row_that_excludes_zero", "row 0 is empty and excludes 0"),
        ("two_products", ""),
    ],
)
def test_a_contradiction_is_named(name: str, why: str):
    assert contradiction(BY_NAME[name]) == why


def test_rows_whose_sides_cross_are_named():
    assert contradiction(problem([1], [[1]], rows=(2, 1))) == "the sides of row 0 cross"


def test_the_bound_of_an_integer_problem_is_said_to_be_the_solvers():
    assert "solver's own" in solve(BY_NAME["knapsack"]).note


def hard_knapsack() -> Problem:
    """Forty rows over 300 choices of nearly equal worth: far from closed in half a second."""
    random = np.random.default_rng(1)
    weights = random.uniform(40, 60, (40, 300))
    worth = random.uniform(45, 55, 300)
    capacity = weights.sum(1) * 0.37
    return problem(-worth, weights, rows=(-inf, capacity), box=(0, 1), integer=True)


@pytest.mark.parametrize("backend", ["pulp+highs", "pulp+cbc"])
def test_a_time_limit_leaves_an_incumbent_and_an_honest_gap(backend: str):
    stated = hard_knapsack()
    solution = solve(stated, backend, time_limit=0.5, gap=0.0)
    assert solution.status is Status.GAP
    assert 0 < solution.gap < np.inf
    assert solution.bound <= solution.objective
    assert (stated.A @ solution.x <= stated.row_upper + 1e-9).all()
    assert set(solution.x) <= {0.0, 1.0}


@pytest.mark.parametrize("backend", ["pulp+highs", "pulp+cbc"])
def test_branch_and_bound_stops_at_the_gap_and_says_which(backend: str):
    solution = solve(hard_knapsack(), backend, time_limit=2, gap=0.05)
    assert solution.status is Status.OPTIMAL
    assert 1e-6 < solution.gap <= 0.05


def test_vertex_duals_of_a_quadratic_are_those_of_a_basis():
    """Interior point duals of the two redundant copies share the price of 1; a basis gives it to one."""
    stated = problem([-2, -2], [[1, 1], [1, 1], [1, 1]], rows=(-inf, 2), q=1)
    dual = vertex_duals(stated, np.array([1.0, 1.0]))
    assert sorted(dual.tolist()) == pytest.approx([-1, 0, 0])
    assert sorted(solve(stated).dual.tolist()) == pytest.approx([-1, 0, 0])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_random_problems_are_proven_optimal(seed: int):
    """Linear and quadratic, with ranges, equations and fixed columns, around a known allowed point."""
    stated = random_problem(np.random.default_rng(seed))
    solution = solve(stated)
    assert solution.status is Status.OPTIMAL
    assert solution.gap <= 1e-6
    again = solve(stated, "cvxpy+clarabel")
    assert again.objective == pytest.approx(solution.objective, rel=1e-6, abs=1e-6)


def random_problem(random: np.random.Generator) -> Problem:
    m, n = int(random.integers(1, 8)), int(random.integers(1, 10))
    A = random.integers(-3, 4, (m, n)).astype(float)
    inside = random.integers(0, 6, n).astype(float)
    value, width = A @ inside, random.integers(0, 3, (2, m))
    return problem(
        random.normal(size=n),
        A,
        rows=(value - width[0], value + width[1]),
        box=(inside - random.integers(0, 3, n), inside + random.integers(0, 4, n)),
        q=random.choice([0.0, 1.0]) * random.integers(0, 2, n),
    )
