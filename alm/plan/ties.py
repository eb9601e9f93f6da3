"""Ties among whole decisions: of plans that earn the same, the one that changes fewest of them against the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import sparse

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.formulation.stacked import Stacked
from alm.plan.decisions import Decisions, outstanding_amount
from solvers import Problem, Solution, Status

MOST = 200
"""Whole columns of a problem whose ties are settled: a second branch and bound must stay cheap."""
SAME = 1e-9
"""Relative difference of objectives that count as equal."""


def with_fewest_changes(
    book: Book,
    formulation: Formulation,
    solution: Solution,
    solve: Callable[[Problem], Solution],
    reference: Decisions | None = None,
) -> Solution:
    """Among whole decisions that earn the same, take those that change least against the reference.

    Counted are lots more or less, and what is written, placed or carried on one side only; without a reference against
    nothing at all. Only for linear problems with few whole columns whose optimum is proven.

    Returns
    -------
    Solution
        The one given, where there is nothing better.
    """
    return _settled(
        formulation.problem, solution, solve, lambda: _usual_counts(book, formulation, reference)
    )


def with_fewest_changes_together(
    books: Sequence[Book],
    stacked: Stacked,
    solution: Solution,
    solve: Callable[[Problem], Solution],
    references: Sequence[Decisions | None],
) -> Solution:
    """Settle ties among the whole decisions of several scenarios; one that is shared counts once."""

    def usual() -> np.ndarray:
        every = np.full(stacked.problem.columns, np.nan)
        for book, part, number, reference in zip(
            books, stacked.parts, stacked.column, references, strict=True
        ):
            own = _usual_counts(book, part, reference)
            every[number] = np.where(np.isnan(own), every[number], own)
        return every

    return _settled(stacked.problem, solution, solve, usual)


def _settled(
    problem: Problem,
    solution: Solution,
    solve: Callable[[Problem], Solution],
    usual_counts: Callable[[], np.ndarray],
) -> Solution:
    proven = solution.status is Status.OPTIMAL and solution.gap <= SAME
    few = 0 < problem.integer.sum() <= MOST
    if not (proven and few) or problem.is_quadratic or problem.is_conic:
        return solution
    usual = usual_counts()
    counted = np.flatnonzero(np.isfinite(usual))
    if not len(counted):
        return solution
    most = solution.objective + SAME * (1.0 + abs(solution.objective))
    found = solve(_fewest(problem, counted, usual[counted], most))
    if found.status is not Status.OPTIMAL:
        return solution
    x = found.x[: problem.columns]
    if _changes(x, counted, usual) > _changes(solution.x, counted, usual) - 0.5:
        return solution
    return solution.replace(x=x, objective=problem.objective(x))


def _changes(x: np.ndarray, counted: np.ndarray, usual: np.ndarray) -> float:
    return float(np.abs(np.round(x[counted]) - usual[counted]).sum())


def _usual_counts(book: Book, formulation: Formulation, reference: Decisions | None) -> np.ndarray:
    """Give what whole columns are in the reference: (column); NaN for those that decide nothing themselves."""
    usual = np.full(formulation.problem.columns, np.nan)
    new = np.zeros((len(book.positions), book.periods)) if reference is None else reference.new
    lanes = (len(book.lanes), book.periods)
    transfer = np.zeros(lanes) if reference is None else reference.transfer
    lots = book.positions["lot"].to_numpy(float)[:, None]
    lane_lots = book.lanes.table["lot"].to_numpy(float)[:, None]
    whole = {
        "lots": np.round(new / np.where(lots > 0, lots, 1.0)),
        "written": new > 0,
        "transfer_lots": np.round(transfer / np.where(lane_lots > 0, lane_lots, 1.0)),
        "placed": transfer > 0,
        "carries": outstanding_amount(book, transfer) > 0,
    }
    for name, values in whole.items():
        block = formulation.columns.get(name)
        if block is not None:
            usual[block.numbers] = values[block.coords[0]]
    return usual


def _fewest(problem: Problem, counted: np.ndarray, usual: np.ndarray, most: float) -> Problem:
    """State the same problem with another aim: d >= |x - usual| is smallest, the objective no worse than it was."""
    size, extra = problem.columns, len(counted)
    every = np.arange(extra)
    own = sparse.csr_array((np.ones(extra), (every, counted)), shape=(extra, size))
    away = sparse.eye_array(extra)
    none = sparse.csr_array((1, extra))
    A = sparse.vstack(
        [
            sparse.hstack([problem.A, sparse.csr_array((problem.rows, extra))]),
            sparse.hstack([own, away]),
            sparse.hstack([-own, away]),
            sparse.hstack([sparse.csr_array(problem.c[None, :]), none]),
        ],
        format="csr",
    )
    free = np.full(2 * extra, np.inf)
    zeros = np.zeros(extra)
    return problem.replace(
        c=np.concatenate([np.zeros(size), np.ones(extra)]),
        q=np.zeros(size + extra),
        A=A,
        row_lower=np.concatenate([problem.row_lower, usual, -usual, [-np.inf]]),
        row_upper=np.concatenate([problem.row_upper, free, [most - problem.offset]]),
        lower=np.concatenate([problem.lower, zeros]),
        upper=np.concatenate([problem.upper, np.full(extra, np.inf)]),
        integer=np.concatenate([problem.integer, zeros.astype(bool)]),
        offset=0.0,
    )
