"""Solving from the solution of a similar problem: the same optimum as solving whole, or no answer."""

import highspy
import numpy as np
import pytest

from solvers import Problem, Solution, Status, solve
from solvers.backends.highs_direct import held_basis, sides, stated
from solvers.solution import AT_SOME, AT_UPPER, BASIC
from solvers.warm import LINEAR, QUADRATIC, resolve

INF = np.inf


def funds(q=0.0, price=3.0, limit=60.0):
    """Lend at home for `price` less q x, or over a lane of `limit` for 5: 100 to place, minimised with the sign turned."""
    return Problem(
        c=[-price, -5.0],
        q=[q, 0.0],
        A=[[1.0, 1.0], [0.0, 1.0]],
        row_lower=[-INF, -INF],
        row_upper=[100.0, limit],
        lower=[0.0, 0.0],
        upper=[INF, INF],
        integer=[False, False],
    )


@pytest.mark.parametrize(("q", "way"), [(0.0, LINEAR), (0.01, QUADRATIC)])
def test_a_limit_that_moves_moves_the_plan_as_if_solved_whole(q, way):
    """The lane is filled: 60 and 40 at first; 70 and 30 then. With q the 30 at home earn 3 - 0.3 at the margin, more than 0."""
    found = resolve(funds(q, limit=70.0), solve(funds(q)))
    assert found.status is Status.OPTIMAL
    assert found.backend == way
    assert found.x == pytest.approx([30.0, 70.0])
    assert found.objective == pytest.approx(-(3 * 30 - q * 30**2 / 2) - 350)
    assert found.dual == pytest.approx([-(3 - q * 30), -(2 + q * 30)])


def test_a_price_that_moves_opens_a_column_that_was_at_its_bound():
    """At 6 home is better than the lane until 6 - 0.02 x = 5: 50 at home, 50 over the lane."""
    found = resolve(funds(0.02, price=6.0), solve(funds(0.02, price=-1.0)))
    assert found.x == pytest.approx([50.0, 50.0], abs=1e-3)
    assert abs(found.gap) <= 1e-11


def random_problem(rng, q):
    """20 positions with bounds, 8 rows that a point inside keeps."""
    A = rng.normal(size=(8, 20)).round(2)
    inside = rng.uniform(1, 9, 20)
    return {
        "c": rng.normal(size=20),
        "q": q * rng.uniform(0.1, 1, 20) * (rng.random(20) < 0.5),
        "A": A,
        "row_lower": A @ inside - rng.uniform(0, 3, 8),
        "row_upper": A @ inside + rng.uniform(0, 3, 8),
        "lower": np.zeros(20),
        "upper": np.full(20, 10.0),
        "integer": np.zeros(20, dtype=bool),
    }


@pytest.mark.parametrize("q", [0.0, 1.0])
def test_random_problems_end_where_they_end_when_solved_whole(q):
    rng, found = np.random.default_rng(5), 0
    for _ in range(12):
        parts = random_problem(rng, q)
        start = solve(Problem(**parts))
        parts["c"] = parts["c"] + rng.normal(scale=0.1, size=20)
        parts["row_upper"] = parts["row_upper"] + rng.uniform(0, 0.5, 8)
        other = Problem(**parts)
        warm = resolve(other, start)
        if warm is not None:
            found += 1
            assert warm.objective == pytest.approx(solve(other).objective, rel=1e-6, abs=1e-6)
            assert warm.basis.fits(other)
            third = other.replace(upper=np.full(20, 8.0))
            warmer = resolve(third, warm)
            assert warmer.objective == pytest.approx(solve(third).objective, rel=1e-6, abs=1e-6)
    assert found >= 10


def test_a_basis_that_is_known_is_where_pieces_begin():
    """Row 1 is full, the lane's is not: one column is in the basis, the lane; home stands at the end of a piece."""
    problem = funds(0.02, price=6.0)
    first = resolve(problem, solve(funds(0.02, price=-1.0)))
    assert first.basis.columns.tolist() == [AT_SOME, BASIC]
    assert first.basis.rows.tolist() == [AT_UPPER, BASIC]
    # A point that is not where the basis stands: pieces around it, but the lane is in the basis and makes it up.
    again = resolve(problem, first.replace(x=np.array([40.0, 0.0])))
    assert again.x == pytest.approx([50.0, 50.0], abs=1e-3)
    assert abs(again.gap) <= 1e-11


def test_a_basis_read_off_values_is_the_one_in_which_highs_stands():
    """Column 0 is free, column 1 fixed, row 0 an equality: of what is fixed only whether it is in the basis matters."""
    parts = random_problem(np.random.default_rng(2), 0.0)
    parts["lower"][:2], parts["upper"][:2] = [-INF, 4.0], [INF, 4.0]
    parts["row_lower"][0] = parts["row_upper"][0]
    problem = Problem(**parts)
    model = highspy.Highs()
    model.silent()
    model.passModel(stated(problem))
    model.run()
    found, told = held_basis(model, *sides(problem)), model.getBasis()
    for ours, theirs, (lower, upper) in zip(
        (found.columns, found.rows), (told.col_status, told.row_status), sides(problem), strict=True
    ):
        theirs = np.array([int(each) for each in theirs])
        assert set(theirs) >= {AT_UPPER, BASIC}
        assert np.array_equal(ours == BASIC, theirs == BASIC)
        assert np.array_equal(ours[lower < upper], theirs[lower < upper])


def test_what_cannot_be_proven_from_a_start_has_no_answer():
    plain, start = funds(), solve(funds())
    crossed = plain.replace(row_lower=np.array([200.0, -INF]), row_upper=np.array([INF, 60.0]))
    assert resolve(crossed.replace(upper=np.array([50.0, 50.0])), start) is None
    assert resolve(plain.replace(integer=np.array([True, False])), start) is None
    wide = Problem(
        c=[1.0], q=[0.0], A=[[1.0]], row_lower=[0.0], row_upper=[1.0],
        lower=[0.0], upper=[1.0], integer=[False],
    )  # fmt: skip
    assert resolve(wide, start) is None
    assert resolve(plain, Solution.nothing(plain, Status.FAILED)) is None
