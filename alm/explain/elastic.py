"""Elastic problems: some rows may be missed, the least important ones first and as little as possible."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from solvers import Problem, Solution, Status, solve

# Of the sum of misses, at least of one unit: what a later stage may add to the misses of an earlier one.
ROOM, CONIC_ROOM = 1e-9, 1e-6
# Of the largest miss, at least of one unit: smaller ones are the solver's rounding.
NOISE = 1e-6
# Of a row's own amounts: by no more is it missed.
OWN_NOISE = 1e-5
# Relative gap up to which misses count as the least: whole decisions and cones leave some.
LEAST = 1e-3


class UnfinishedError(Exception):
    """What gives way least is not known, and why: there may be a point that misses some rows, or none."""


@dataclass(frozen=True)
class Allowance:
    """The time that an explanation may take, however many problems it solves.

    Attributes
    ----------
    seconds : float
        In all: `solve.time_limit` of a case.
    begun : float
        When it began, by the clock of `time.perf_counter`.
    """

    seconds: float
    begun: float = field(default_factory=time.perf_counter)

    @property
    def left(self) -> float:
        """Seconds that are left; not above 0 once they are used up."""
        return self.begun + self.seconds - time.perf_counter()

    def require(self) -> float:
        """Give the seconds that are left.

        Raises
        ------
        UnfinishedError
            None are.
        """
        left = self.left
        if left <= 0:
            why = f"to find the least that must give way takes more than {self.seconds:g} s (solve.time_limit)"
            raise UnfinishedError(why)
        return left


@dataclass(frozen=True, eq=False)
class Misses:
    """By how much each row is missed when as little as possible gives way.

    Attributes
    ----------
    x : (column)
        A point that keeps everything else.
    short, excess : (elastic row)
        What is missing to the lower side, what is too much for the upper one; 0 where it is noise.
    are_enough : bool
        With these misses granted there is a point, as far as can be told.
    dual : (row)
        Of the last stage, all rows of the problem: those that are not 0 take part in the conflict.
    """

    x: np.ndarray
    short: np.ndarray
    excess: np.ndarray
    are_enough: bool
    dual: np.ndarray

    @property
    def missed(self) -> np.ndarray:
        """(elastic row) The one or the other."""
        return self.short + self.excess


def least_misses(
    problem: Problem,
    rows: np.ndarray,
    weight: np.ndarray,
    rank: np.ndarray,
    allowance: Allowance,
) -> Misses | None:
    """Find the point that misses some rows least, in the order of their rank; nothing else costs anything.

    Parameters
    ----------
    rows : array of int (elastic row)
        Rows that may be missed.
    weight : (elastic row)
        Cost of missing one by one unit.
    rank : array of int (elastic row)
        The sum over rank 0 is made as small as it can be, then that over rank 1 without giving up anything of it, and
        so on: what has the highest rank gives way first.
    allowance : Allowance
        For all ranks together.

    Returns
    -------
    Misses, or None where there is no such point either.

    Raises
    ------
    UnfinishedError
        Time was up, or the solver found neither such a point nor that there is none.
    """
    stage = _with_slack(problem, rows)
    costs = np.tile(weight, 2), np.tile(rank, 2)
    solution: Solution | None = None
    for each in np.unique(rank):
        cost = np.concatenate([np.zeros(problem.columns), np.where(costs[1] == each, costs[0], 0)])
        first = solution is None
        solution = solve(stage.replace(c=cost), time_limit=allowance.require())
        if first and solution.status is Status.INFEASIBLE:
            return None
        _require_answer(solution, allowance)
        stage = _capped(stage, cost, float(cost @ solution.x))
    if solution is None:
        return None
    slack = np.maximum(solution.x[problem.columns :], 0.0)
    slack[slack <= NOISE * max(1.0, float(slack.max(initial=0.0)))] = 0.0
    x, short, excess = solution.x[: problem.columns], slack[: len(rows)], slack[len(rows) :]
    return Misses(
        x=x,
        short=short,
        excess=excess,
        are_enough=_are_enough(problem, rows, x, short, excess),
        dual=solution.dual[: problem.rows],
    )


def _are_enough(
    problem: Problem, rows: np.ndarray, x: np.ndarray, short: np.ndarray, excess: np.ndarray
) -> bool:
    """Tell whether all rows are kept at x with what they are granted, each to the precision of its own amounts.

    A row in a small unit beside large amounts of money can be missed by what passes for noise.
    """
    A = problem.A[rows]
    own = abs(A) @ np.abs(x)
    over = A @ x - problem.row_upper[rows] - excess
    under = problem.row_lower[rows] - short - A @ x
    rounding = ROOM * max(1.0, float(np.abs(x).max(initial=0.0)))
    return bool((np.maximum(over, under) <= OWN_NOISE * own + rounding).all())


def _require_answer(solution: Solution, allowance: Allowance) -> None:
    """Refuse a solution that time cut short, or that nothing can be made of: after the first stage there is one, whatever is claimed."""
    if solution.status is not Status.OPTIMAL:
        allowance.require()
    close = solution.status is Status.GAP and solution.gap <= LEAST
    if solution.status is not Status.OPTIMAL and not close:
        why = f"{solution.backend} found no point of least misses ({solution.note or solution.status})"
        raise UnfinishedError(why)


def _with_slack(problem: Problem, rows: np.ndarray) -> Problem:
    """Add two columns a row, for what it lacks and for what it has too much; a side that is not there needs none."""
    count = len(rows)
    unit = sparse.csr_array((np.ones(count), (rows, np.arange(count))), shape=(problem.rows, count))
    sides = problem.row_lower[rows], problem.row_upper[rows]
    upper = np.where(np.isfinite(np.concatenate(sides)), np.inf, 0.0)
    return Problem(
        c=np.zeros(problem.columns + 2 * count),
        q=np.zeros(problem.columns + 2 * count),
        A=sparse.hstack([problem.A, unit, -unit], format="csr"),
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        lower=np.concatenate([problem.lower, np.zeros(2 * count)]),
        upper=np.concatenate([problem.upper, upper]),
        integer=np.concatenate([problem.integer, np.zeros(2 * count, dtype=bool)]),
        cones=problem.cones,
    )


def _capped(problem: Problem, cost: np.ndarray, least: float) -> Problem:
    """Give up nothing of what a stage has reached; a cone's interior point needs some room."""
    room = CONIC_ROOM if problem.is_conic else ROOM
    return problem.replace(
        A=sparse.vstack([problem.A, sparse.csr_array(cost[None, :])], format="csr"),
        row_lower=np.append(problem.row_lower, -np.inf),
        row_upper=np.append(problem.row_upper, least + room * max(1.0, least)),
    )
