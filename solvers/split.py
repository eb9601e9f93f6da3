"""Few columns on or off over a large and tight relaxation: what it leaves clear, and what all else would cost.

Rows ``x <= u y`` by the ten thousand make a relaxation tight and simplex slow: branch and bound spends its time at the root. An
interior point solves it in a fifth of that, leaves most of the columns that are on or off at one of the two, and its prices
shut some of the others for good. Two problems are left, side by side: what is clear held, by branch and bound; and the
relaxation with at least one clear column the other way, whose bound is as a rule above the best point by far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import sparse

from solvers.agreement import with_fixed
from solvers.check import believable, lagrangian_bound
from solvers.meanwhile import meanwhile
from solvers.reduction import without_fixed
from solvers.standing import Standing
from solvers.steps import (
    SolveWith,
    answer,
    at_whole,
    finish,
    least_cost,
    nothing_used,
    relaxed,
    with_whole,
)

if TYPE_CHECKING:
    from solvers.problem import Flags, Problem, Vector
    from solvers.solution import Options, Solution

CLEAR = 0.05  # closer than this to on or off is clear
ACCURACY = 0.01  # of the gap that was asked: of relaxations, since their prices prove the bound
ROUGH = 0.1  # where the bound is as a rule far beyond what is needed
TIGHT = 0.4  # of the rows: so many that say "only if on" make a relaxation tight


@dataclass(frozen=True, eq=False)
class OnlyIfOn:
    """Rows ``x <= u y`` of a column x from 0 on and a whole column y, one a column x.

    Parameters
    ----------
    row, x, y : (row of the kind) of int
        Their numbers, and those of their two columns.
    most : (row of the kind)
        u, above 0.
    weight : (row of the kind)
        Magnitude of the coefficient of x.
    """

    row: npt.NDArray[np.intp]
    x: npt.NDArray[np.intp]
    y: npt.NDArray[np.intp]
    most: Vector
    weight: Vector

    @classmethod
    def of(cls, problem: Problem) -> OnlyIfOn:
        """Find them, whichever side they are written on."""
        A, whole = problem.A, problem.integer
        row = np.flatnonzero(np.diff(A.indptr) == 2)
        entry = A.indptr[row][:, None] + np.arange(2)
        column, value = A.indices[entry], A.data[entry]
        first = whole[column[:, 0]].astype(np.intp)
        each = np.arange(row.size)
        x, y = column[each, first], column[each, 1 - first]
        a, b = value[each, first], value[each, 1 - first]
        above = (problem.row_lower[row] == 0) & np.isposinf(problem.row_upper[row]) & (a < 0)
        below = (problem.row_upper[row] == 0) & np.isneginf(problem.row_lower[row]) & (a > 0)
        kind = (above | below) & (a * b < 0) & whole[y] & ~whole[x] & (problem.lower[x] == 0)
        # One a column: what its reduced cost has to spare can be taken back once.
        kind[kind] = np.isin(each[kind], each[kind][np.unique(x[kind], return_index=True)[1]])
        return cls(row[kind], x[kind], y[kind], -(b / a)[kind], np.abs(a)[kind])

    def bounded(self, problem: Problem) -> Problem:
        """Return the problem with each x bounded by what the largest y allows, without the rows of a y that is held."""
        upper = problem.upper.copy()
        np.minimum.at(upper, self.x, self.most * upper[self.y])
        kept = np.ones(problem.rows, dtype=bool)
        kept[self.row[problem.fixed[self.y]]] = False
        return problem.replace(
            A=problem.A[np.flatnonzero(kept)],
            row_lower=problem.row_lower[kept],
            row_upper=problem.row_upper[kept],
            upper=upper,
        )

    def relaxed(self, problem: Problem) -> Problem:
        """Return the problem with no column whole, and no bound that one of these rows says as well: they cost an interior point."""
        upper = problem.upper.copy()
        upper[self.x[self.most * upper[self.y] <= upper[self.x]]] = np.inf
        return relaxed(problem.replace(upper=upper))

    def prices(self, problem: Problem, dual: Vector) -> Vector:
        """(row) Duals that leave these rows no higher price than their x needs: y then costs what it is not worth.

        The bound of the duals gets no worse: what is taken from a price was paid for an x that stays at 0 anyway.
        """
        dual = believable(problem, dual)
        spare = np.maximum(problem.c - problem.A.T @ dual, 0.0)[self.x] / self.weight
        price = dual[self.row]
        dual[self.row] = np.sign(price) * np.maximum(np.abs(price) - spare, 0.0)
        return dual


@dataclass(frozen=True, eq=False)
class Known:
    """What the relaxation says.

    Attributes
    ----------
    x : (column)
    dual : (row)
    bound : float
        Of the whole, by these duals.
    rounded : float
        Of the problem with what is whole held where it is nearest to x.
    """

    x: Vector
    dual: Vector
    bound: float
    rounded: float


def is_split(problem: Problem) -> bool:
    """Tell whether many rows say "only if on", and all whole columns are on or off."""
    whole = problem.integer
    on_or_off = (problem.lower[whole] >= 0) & (problem.upper[whole] <= 1)
    return bool(on_or_off.all()) and OnlyIfOn.of(problem).row.size >= TIGHT * problem.rows


def split(
    problem: Problem,
    options: Options,
    solve_inside: SolveWith,
    solve_linear: SolveWith,
    solve_whole: SolveWith,
) -> Solution | None:
    """Solve a linear problem with few columns on or off, scaled; None where its relaxation gives no point.

    Parameters
    ----------
    solve_inside : function
        An interior point method for continuous problems, to `Options.accuracy`; nothing of it is believed but its prices, by
        the bound that we compute from them.
    solve_linear : function
        Gives a checked solution of a continuous problem.
    solve_whole : function
        Branch and bound; its bound is believed.

    Returns
    -------
    Solution
        The best point met and the best bound, of the two halves and of what prices alone exclude.
    """
    standing = Standing(problem, options)
    rows = OnlyIfOn.of(problem)
    accuracy = ACCURACY * options.gap
    # Where the relaxation takes all the time there is, this is the plan.
    (closing,) = meanwhile(lambda: at_whole(standing, problem, nothing_used(problem), solve_linear))
    relaxation = solve_inside(rows.relaxed(problem), standing.within(accuracy=accuracy))
    closed = closing.result()
    if closed is not None:
        standing.offer(closed.x)
    standing.prove(least_cost(problem))
    if not (relaxation.has_point and relaxation.has_duals):
        return answer(standing) if standing.left <= 0 else None
    dual = rows.prices(problem, relaxation.dual)
    bound = lagrangian_bound(problem, dual, relaxation.x)
    standing.prove(bound)
    held = rows.bounded(with_fixed(problem, problem.integer, relaxation.x))
    rounded = with_whole(standing, held, relaxation.x, solve_linear)
    if rounded is not None and not standing.is_over:
        known = Known(relaxation.x, dual, bound, rounded.bound)
        _halves(standing, rows, known, solve_inside, solve_whole)
    if not standing.is_over:
        finish(standing, solve_whole)
    return answer(standing)


def _halves(
    standing: Standing,
    rows: OnlyIfOn,
    known: Known,
    solve_inside: SolveWith,
    solve_whole: SolveWith,
) -> None:
    """Solve what is clear held, and beside it the relaxation with something clear the other way."""
    problem, x = standing.problem, known.x
    clear = problem.integer & (np.abs(x - np.round(x)) <= CLEAR)
    near = rows.bounded(with_fixed(problem, clear, x))
    (searched,) = meanwhile(lambda: _searched(standing, near, known.rounded, solve_whole))
    excluded, beyond = _excluded(standing, clear, known)
    other = _other(rows, problem, clear, excluded, x)
    if other is not None:
        beyond = min(beyond, max(known.bound, _relaxed_bound(standing, other, solve_inside)))
    point, proven = searched.result()
    if point is not None:
        standing.offer(point)
    standing.prove(min(proven, beyond))


def _relaxed_bound(standing: Standing, problem: Problem, solve_inside: SolveWith) -> float:
    """Bound a problem by its relaxation, no more exactly than is enough."""
    rows, bound = OnlyIfOn.of(problem), -np.inf
    for accuracy in (ROUGH, ACCURACY):
        asked = standing.within(accuracy=accuracy * standing.options.gap)
        found = solve_inside(rows.relaxed(problem), asked)
        if found.has_point and found.has_duals:
            prices = rows.prices(problem, found.dual)
            bound = max(bound, lagrangian_bound(problem, prices, found.x))
        if bound >= standing.enough:
            break
    return bound


def _searched(
    standing: Standing, near: Problem, rounded: float, solve_whole: SolveWith
) -> tuple[Vector | None, float]:
    """Branch and bound on what is left of a problem once its fixed columns are taken out: a point of it, and the bound.

    Where all is clear nothing is left to search, and the bound is that of all that is whole rounded.
    """
    small, reduction = without_fixed(near)
    if not small.is_integer:
        return None, rounded
    found = solve_whole(small, standing.within(gap=standing.options.gap / 2))
    return (reduction.expand(found.x) if found.has_point else None), found.bound


def _excluded(standing: Standing, clear: Flags, known: Known) -> tuple[Flags, float]:
    """(column) Clear columns whose price alone puts the other way past the gap asked; and the least of these bounds."""
    problem = standing.problem
    reduced_cost = problem.c - problem.A.T @ known.dual
    cheaper = np.where(reduced_cost > 0, problem.lower, problem.upper)
    other_way = known.bound + np.abs(reduced_cost)
    excluded = clear & (other_way >= standing.enough) & (cheaper == np.round(known.x))
    return excluded, float(other_way[excluded].min(initial=np.inf))


def _other(
    rows: OnlyIfOn, problem: Problem, clear: Flags, excluded: Flags, x: Vector
) -> Problem | None:
    """Return the problem with at least one clear column the other way, those excluded held; None if none is left."""
    turned = np.flatnonzero(clear & ~excluded & ~problem.fixed)
    if not turned.size:
        return None
    on = np.round(x[turned])
    way = sparse.csr_array(
        (1 - 2 * on, (np.zeros(turned.size, dtype=np.intp), turned)), shape=(1, problem.columns)
    )
    held = rows.bounded(with_fixed(problem, excluded, x))
    return held.replace(
        A=sparse.vstack([held.A, way], format="csr"),
        row_lower=np.append(held.row_lower, 1 - on.sum()),
        row_upper=np.append(held.row_upper, np.inf),
    )
