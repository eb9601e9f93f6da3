"""Lagrangian relaxation: rows that join blocks are priced, and each block is solved by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solvers.blocks import NONE, Blocks, Labels
from solvers.check import ROUNDING, believable, lagrangian_bound
from solvers.presolve import presolve
from solvers.problem import Problem, Vector
from solvers.solution import Solution


@dataclass(frozen=True, eq=False)
class Priced:
    """What the blocks do at some prices, and what that proves.

    Parameters
    ----------
    bound : float
        No allowed point is better; -inf where a block has no bound.
    x : (column)
        The blocks' best points; what joins them is as it was given.
    complete : bool
        Every block has a point.
    """

    bound: float
    x: Vector
    complete: bool


def centre_of(problem: Problem, blocks: Blocks) -> Problem:
    """State what joins the blocks, with its rows as if the blocks were empty."""
    rows, columns = blocks.rows_of(NONE), blocks.columns_of(NONE)
    return Problem(
        c=problem.c[columns],
        q=problem.q[columns],
        A=problem.A[rows][:, columns],
        row_lower=problem.row_lower[rows],
        row_upper=problem.row_upper[rows],
        lower=problem.lower[columns],
        upper=problem.upper[columns],
        integer=np.zeros(columns.size, dtype=bool),
        offset=problem.offset,
    )


def price(
    problem: Problem,
    blocks: Blocks,
    dual: Vector,
    x: Vector,
    solve: Callable[[Problem], Solution],
) -> Priced:
    """Bound a linear problem with integers by the sum of its blocks' optima at given prices.

    ``offset + y b + least of (c - A'y) x`` over what joins the blocks, in closed form, plus the least of
    ``(c - A'y) x`` over each block, with its rows and integers. By weak duality a bound for any y.

    Parameters
    ----------
    dual : (row)
        Read at the rows that join blocks.
    x : (column)
        Any point, for what joins the blocks.
    solve : function
        Asked for each block; its bound is believed.
    """
    rows = blocks.rows_of(NONE)
    centre = centre_of(problem, blocks)
    dual = believable(centre, dual[rows])
    paid = problem.A[rows]
    cost = problem.c - paid.T @ dual
    cost[np.abs(cost) <= ROUNDING * (np.abs(problem.c) + abs(paid).T @ np.abs(dual))] = 0.0
    bound = lagrangian_bound(centre, dual, x[blocks.columns_of(NONE)])
    found, complete = x.copy(), True
    for number in range(blocks.count):
        solution, columns = _block(problem, blocks, number, cost, solve)
        bound += solution.bound
        if solution.has_point:
            found[columns] = solution.x
        complete = complete and solution.has_point
    whole = np.where(problem.integer, np.round(found), found)
    return Priced(bound, np.clip(whole, problem.lower, problem.upper), complete)


def _block(
    problem: Problem,
    blocks: Blocks,
    number: int,
    cost: Vector,
    solve: Callable[[Problem], Solution],
) -> tuple[Solution, Labels]:
    """Solve one block at the costs given; numbers of its columns come along."""
    rows, columns = blocks.rows_of(number), blocks.columns_of(number)
    part = Problem(
        c=cost[columns],
        q=np.zeros(columns.size),
        A=problem.A[rows][:, columns],
        row_lower=problem.row_lower[rows],
        row_upper=problem.row_upper[rows],
        lower=problem.lower[columns],
        upper=problem.upper[columns],
        integer=problem.integer[columns],
    )
    small, back = presolve(part)
    solution = solve(small)
    if solution.has_point:
        solution = solution.replace(x=back.point(solution.x))
    return solution, columns
