"""Squares as pieces from nothing: the optimum, its prices, and nothing where pieces cannot tell."""

import numpy as np
import pytest
from scipy import sparse

from solvers import Problem, Status, solve
from solvers.check import check
from solvers.pieces import by_pieces
from solvers.scaling import scale
from solvers.solution import Options
from tests.solvers.test_warm import funds, random_problem

MANY = 1_000


def test_two_uses_of_funds_are_weighed_to_the_last_digit():
    """Home pays 6 - 0.02 x, the lane 5: 50 at home. Of 100 a further one pays 5; the limit of 60 costs nothing."""
    found = by_pieces(funds(0.02, price=6.0), None, Options())
    assert found.x == pytest.approx([50.0, 50.0], abs=1e-4)
    assert found.dual == pytest.approx([-5.0, 0.0], abs=1e-5)


@pytest.mark.parametrize("upper", [30.0, np.inf])
def test_an_end_of_all_pieces_may_be_the_answer(upper):
    """At 9 - 0.02 x even 100 at home pays 7, more than 5: as much as may be, 30 or all 100."""
    problem = funds(0.02, price=9.0).replace(upper=np.array([upper, np.inf]))
    found = by_pieces(problem, None, Options())
    home = min(upper, 100.0)
    assert found.x == pytest.approx([home, min(100.0 - home, 60.0)])


def test_random_problems_are_proven_from_nothing():
    rng = np.random.default_rng(8)
    for _ in range(6):
        problem = Problem(**random_problem(rng, 1.0))
        scaled, _ = scale(problem)
        found = by_pieces(scaled, None, Options())
        proof = check(scaled, np.clip(found.x, scaled.lower, scaled.upper), found.dual)
        assert proof.is_optimal
        assert abs(proof.gap) <= 1e-9
        assert proof.objective == pytest.approx(check(scaled, *other(scaled)).objective, rel=1e-6)


def other(problem):
    """Solve by an interior point."""
    found = solve(problem, "cvxpy+clarabel")
    return found.x, found.dual


def test_a_large_problem_is_solved_in_pieces_and_a_named_backend_solves_it_whole():
    """A thousand times two uses of funds, side by side: a thousand times the answer of one."""
    one = funds(0.02, price=6.0)
    many = Problem(
        A=sparse.kron(sparse.eye_array(MANY), one.A, format="csr"),
        **{name: np.tile(getattr(one, name), MANY) for name in
           ("c", "q", "row_lower", "row_upper", "lower", "upper", "integer")},
    )  # fmt: skip
    found = solve(many)
    assert (found.status, found.backend) == (Status.OPTIMAL, "highs, squares in pieces")
    assert found.objective == pytest.approx(-MANY * (6 * 50 - 0.02 * 50**2 / 2 + 5 * 50), rel=1e-9)
    assert found.x == pytest.approx(np.full(2 * MANY, 50.0), abs=1e-3)
    assert solve(many, "cvxpy+clarabel").backend == "cvxpy+clarabel"
    # Without a lower bound there is nowhere to begin.
    below = many.replace(lower=np.tile([-np.inf, 0.0], MANY))
    assert by_pieces(below, None, Options()) is None
    assert solve(below).objective == pytest.approx(found.objective, rel=1e-6)


def test_what_has_no_plan_has_none_in_pieces():
    crossed = funds(0.02).replace(row_lower=np.array([200.0, -np.inf]))
    assert by_pieces(crossed, None, Options()) is None
    assert by_pieces(funds(0.02), None, Options(time_limit=0.0)) is None
