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


class UnfinishedError(Exception):
    """What gives way least is not known: there may be a point that misses some rows, or none.

    Attributes
    ----------
    late : bool
        Time was up; else the solver gave no answer.
    """

    def __init__(self, why: str, *, late: bool) -> None:
        super().__init__(why)
        self.late = late


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
            raise UnfinishedError(why, late=True)
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
    dual : (row)
        Of the last stage, all rows of the problem: those that are not 0 take part in the conflict.
    """

    x: np.ndarray
    short: np.ndarray
    excess: np.ndarray
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
    return Misses(
        x=solution.x[: problem.columns],
        short=slack[: len(rows)],
        excess=slack[len(rows) :],
        dual=solution.dual[: problem.rows],
    )


def _require_answer(solution: Solution, allowance: Allowance) -> None:
    """Refuse a solution that time cut short, or without a point: after the first stage there is one, whatever is claimed."""
    if solution.status is not Status.OPTIMAL:
        allowance.require()
    if not solution.has_point:
        why = f"{solution.backend} found no point of least misses ({solution.note or solution.status})"
        raise UnfinishedError(why, late=False)


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
