"""Small problems with known primal, dual and value, worked by hand; every backend is held against them.

One line of `KNOWN` per problem: adding a backend needs no new line, adding a problem tests all backends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from solvers import Problem, Status
from solvers.cones import Cones

inf = np.inf


def problem(
    c: npt.ArrayLike,
    A: npt.ArrayLike,
    *,
    rows: tuple[npt.ArrayLike, npt.ArrayLike],
    box: tuple[npt.ArrayLike, npt.ArrayLike] = (0.0, inf),
    q: npt.ArrayLike = 0.0,
    integer: npt.ArrayLike = False,
    offset: float = 0.0,
    cones: Cones | None = None,
) -> Problem:
    """A problem from dense lists; scalars are repeated."""
    cost = np.asarray(c, dtype=float)
    matrix: Any = np.asarray(A, dtype=float).reshape(-1, cost.size)

    def over(values: npt.ArrayLike, size: int) -> npt.NDArray[Any]:
        return np.broadcast_to(np.asarray(values), (size,)).copy()

    m, n = matrix.shape
    return Problem(
        c=cost,
        q=over(q, n),
        A=matrix,
        row_lower=over(rows[0], m),
        row_upper=over(rows[1], m),
        lower=over(box[0], n),
        upper=over(box[1], n),
        integer=over(integer, n),
        offset=offset,
        cones=cones or Cones(),
    )


def norm(*tail: int, head: int) -> Cones:
    """One cone: column `head` is at least the length of the columns `tail`."""
    return Cones.norms(np.array([head]), np.zeros(len(tail), dtype=int), np.array(tail))


@dataclass(frozen=True)
class Known:
    """A problem and its answer; x and dual are None where they are not unique."""

    name: str
    problem: Problem
    status: Status = Status.OPTIMAL
    value: float = np.nan
    x: tuple[float, ...] | None = None
    dual: tuple[float, ...] | None = None


KNOWN = (
    # 3 of x at 2 and 1 of y: the upper side of row 0 (x + y <= 4) earns 3, x <= 3 earns 2.
    Known(
        "two_products",
        problem([-5, -3], [[1, 1], [1, 0]], rows=(-inf, [4, 3])),
        value=-18,
        x=(3, 1),
        dual=(-3, -2),
    ),
    # The same with x <= 3 as a bound: its price moves into the reduced cost.
    Known(
        "a_bound_instead_of_a_row",
        problem([-5, -3], [[1, 1]], rows=(-inf, 4), box=(0, [3, inf]), offset=100),
        value=82,
        x=(3, 1),
        dual=(-3,),
    ),
    # Three rows through one vertex of a plane: x is unique, the duals are not.
    Known(
        "degenerate",
        problem([-1, -1], [[1, 0], [0, 1], [1, 1]], rows=(-inf, [1, 1, 2])),
        value=-2,
        x=(1, 1),
    ),
    # Free columns held by equations alone: x + y = 1, x - y = 5.
    Known(
        "free_columns_and_equations",
        problem([1, 2], [[1, 1], [1, -1]], rows=([1, 5], [1, 5]), box=(-inf, inf)),
        value=-1,
        x=(3, -2),
        dual=(1.5, -0.5),
    ),
    # A range is active at its lower side (dual >= 0) when cost is positive, ...
    Known(
        "range_at_its_lower_side",
        problem([2, 3], [[1, 1]], rows=(2, 5)),
        value=4,
        x=(2, 0),
        dual=(2,),
    ),
    # ... and at its upper one (dual <= 0) when it is negative.
    Known(
        "range_at_its_upper_side",
        problem([-2, -1], [[1, 1]], rows=(2, 5)),
        value=-10,
        x=(5, 0),
        dual=(-2,),
    ),
    # x is fixed at 2, y at -1; z must bring 3 x + z up to 10; row 1 is empty and allows 0.
    Known(
        "fixed_columns_and_an_empty_row",
        problem(
            [1, 1, 4],
            [[3, 0, 1], [0, 0, 0]],
            rows=([10, -1], [inf, 1]),
            box=([2, -1, 0], [2, -1, inf]),
        ),
        value=17,
        x=(2, -1, 4),
        dual=(4, 0),
    ),
    # A row without a side and a column in no row, at the bound that its cost asks for.
    Known(
        "a_row_without_a_side_and_a_column_in_no_row",
        problem([1, -1], [[1, 0], [1, 0]], rows=([1, -inf], [inf, inf]), box=(0, [9, 7])),
        value=-6,
        x=(1, 7),
        dual=(1, 0),
    ),
    # No rows at all.
    Known(
        "a_box",
        problem([1, -1], np.zeros((0, 2)), rows=([], []), box=(-3, 4)),
        value=-7,
        x=(-3, 4),
        dual=(),
    ),
    # Amounts of 1e9, a row in 1e-6 and one in 1e6, costs of 1e-7: 1e-7 x 1e9 x (1 + 2 x 0.5).
    Known(
        "badly_scaled",
        problem(
            [1e-7, 2e-7],
            [[1e-6, 1e-6], [1e6, -2e6]],
            rows=([1.5e3, 0], [inf, 0]),
            box=(0, 1e12),
        ),
        value=200,
        x=(1e9, 5e8),
        dual=(4 / 3 * 0.1, -1e-13 / 3),
    ),
    # x + y >= 3 within 0..1: missed by 1.
    Known(
        "infeasible",
        problem([1, 1], [[1, 1]], rows=(3, inf), box=(0, 1)),
        status=Status.INFEASIBLE,
    ),
    # Equations that contradict each other only together.
    Known(
        "infeasible_equations",
        problem([0, 0], [[1, 1], [2, 2]], rows=([1, 3], [1, 3]), box=(-inf, inf)),
        status=Status.INFEASIBLE,
    ),
    Known(
        "bounds_that_cross",
        problem([1], [[1]], rows=(0, 9), box=(5, 4)),
        status=Status.INFEASIBLE,
    ),
    Known(
        "an_empty_row_that_excludes_zero",
        problem([1], [[0]], rows=(1, 2)),
        status=Status.INFEASIBLE,
    ),
    # Along (1, 1) the row stays and the cost falls for ever.
    Known(
        "unbounded",
        problem([-1, 0.5], [[1, -1]], rows=(-inf, 1)),
        status=Status.UNBOUNDED,
    ),
    # Projection of (1, 2) on x + y = 1: both give way by 1; the multiplier is -1.
    Known(
        "quadratic_projection",
        problem([-1, -2], [[1, 1]], rows=(1, 1), box=(-inf, inf), q=1, offset=2.5),
        value=1,
        x=(0, 1),
        dual=(-1,),
    ),
    # Concave income 3x - x^2/2 up to a capacity of 2; the linear column takes the rest of row 0.
    Known(
        "quadratic_with_a_linear_column",
        problem([-3, -0.5], [[1, 1], [1, 0]], rows=(-inf, [5, 2]), q=[1, 0]),
        value=-5.5,
        x=(2, 3),
        dual=(-0.5, -0.5),
    ),
    Known(
        "quadratic_infeasible",
        problem([0, 0], [[1, 1]], rows=(3, inf), box=(0, 1), q=1),
        status=Status.INFEASIBLE,
    ),
    # The quadratic column cannot run away, the linear one does.
    Known(
        "quadratic_unbounded",
        problem([-1, -1], [[1, -1]], rows=(-inf, 1), q=[1, 0]),
        status=Status.UNBOUNDED,
    ),
    # The longest way along (1, 1) within a length of 5: 5 / sqrt(2) each; one more of length is worth sqrt(2).
    Known(
        "cone_of_a_norm",
        problem(
            [-1, -1, 0], [[0, 0, 1]], rows=(-inf, 5), box=(-inf, inf), cones=norm(0, 1, head=2)
        ),
        value=-5 * np.sqrt(2),
        x=(5 / np.sqrt(2), 5 / np.sqrt(2), 5),
        dual=(-np.sqrt(2),),
    ),
    # z >= 2 v^2 in a budget v + z <= 3 of which v earns 4: 2 v^2 + v = 3, so v = 1, z = 2, and not v = 2 at the bound.
    Known(
        "cone_of_a_square",
        problem(
            [-4, 0],
            [[1, 1]],
            rows=(-inf, 3),
            box=(0, [2, inf]),
            cones=Cones.squares(np.array([1]), np.array([0]), np.array([2.0]), np.array([1.0])),
        ),
        value=-4,
        x=(1, 2),
        dual=(-4 / 5,),
    ),
    # A norm and a quadratic cost: (x - 3)^2 / 2 with |x| <= t <= 1.
    Known(
        "cone_and_quadratic_cost",
        problem(
            [-3, 0],
            [[0, 1]],
            rows=(-inf, 1),
            box=(-inf, inf),
            q=[1, 0],
            offset=4.5,
            cones=norm(0, head=1),
        ),
        value=2,
        x=(1, 1),
        dual=(-2,),
    ),
    # x >= 2 and y >= 2, but their length is at most 2.5: each row alone can be met.
    Known(
        "cone_infeasible",
        problem(
            [0, 0, 0],
            [[0, 0, 1]],
            rows=(-inf, 2.5),
            box=([2, 2, -inf], inf),
            cones=norm(0, 1, head=2),
        ),
        status=Status.INFEASIBLE,
    ),
    # The length may grow for ever, so x may.
    Known(
        "cone_unbounded",
        problem(
            [-1, 0.5],
            np.zeros((0, 2)),
            rows=([], []),
            box=(-inf, inf),
            cones=norm(0, head=1),
        ),
        status=Status.UNBOUNDED,
    ),
    # Best two of weights 3, 4, 5 under 8.5: 3 and 5 (values 4 + 6); the relaxation reaches 10.7.
    Known(
        "knapsack",
        problem([-4, -5, -6], [[3, 4, 5]], rows=(-inf, 8.5), box=(0, 1), integer=True, offset=1),
        value=-9,
        x=(1, 0, 1),
    ),
    # A lot of 10 opened by a binary: 7 are needed, so the fixed cost of 5 is paid.
    Known(
        "fixed_cost",
        problem(
            [1, 5],
            [[1, 0], [1, -10]],
            rows=([7, -inf], [inf, 0]),
            box=(0, [inf, 1]),
            integer=[False, True],
        ),
        value=12,
        x=(7, 1),
    ),
    # 2 x = 3: the relaxation has a point, whole numbers do not.
    Known(
        "infeasible_in_whole_numbers",
        problem([1], [[2]], rows=(3, 3), box=(0, 9), integer=True),
        status=Status.INFEASIBLE,
    ),
)
