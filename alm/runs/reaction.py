"""What a plan comes to when things turn out otherwise: its decisions stand, plugs react, limits may be missed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from alm.case.calendar import period_ends
from alm.explain.elastic import Allowance, least_misses
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation, formulate
from alm.plan.decisions import Decisions, read_decisions
from alm.plan.held import with_decisions_held, with_rounding_forgiven
from alm.plan.ledger import Ledger, keep_ledger
from alm.plan.repair import overdrawn
from alm.plan.rounding import Held, round_together
from alm.runs import store
from alm.runs.quanta import without_noise
from alm.runs.reference import POSITION, Reference
from solvers import Problem, Solution, Status, solve

ROOM = 1e-7  # of the largest miss, at least of one unit: the solver's own rounding
RENEWALS = ("min_renewal", "max_renewal")
PLANS = (Status.OPTIMAL, Status.GAP)


def all_periods(book: Book, decisions: Decisions) -> Held:
    """Give decisions of all periods, made under a book, as what is to be kept."""
    return Held(book, decisions, np.ones((1, book.periods), dtype=bool))


def read_held(folder: Path, book: Book) -> Held:
    """Read the decisions of a plan from its folder, exactly as they are written.

    Parameters
    ----------
    book : Book
        Under which they were made: what is sold is a share of the legacy book of that scenario.
    """
    closes = [f"{day:%Y-%m-%d}" for day in period_ends(book.case.settings)[1:]]
    by_period = dict(enumerate(closes, start=1))
    positions, lanes = (
        store.read_table(folder, name).assign(close=lambda rows: rows["period"].map(by_period))
        for name in ("positions", "lanes")
    )
    known = Reference(
        "",
        positions[[*POSITION, "close", "new", "sold", "balance"]],
        lanes[["lane", "close", "transfer"]],
        book.case.settings.unit,
    )
    return all_periods(book, known.decisions(book))


@dataclass(frozen=True, eq=False)
class Reaction:
    """What becomes of decisions that stand.

    Attributes
    ----------
    ledger : Ledger
        In whole quanta.
    overdrawn : array (position, period)
        By how much plugs are beyond their bounds, reporting currency: money that is missing, or that nobody takes.
    """

    ledger: Ledger
    overdrawn: npt.NDArray[np.float64]


def react(book: Book, held: Held) -> Reaction | None:
    """Find what becomes of decisions that stand.

    Plugs react: they stay within their bounds if they can, miss hard limits as little as can be, by the sum of shortfalls in reporting currency, and
    then earn most. Where money runs out they are overdrawn as little as can be.

    Parameters
    ----------
    book : Book
        With what happens.

    Returns
    -------
    Reaction or None
        None where the decisions cannot be carried out: what can be written or sold, or lanes, do not allow it. Bounds of balances and renewals are not
        held against decisions that stand.
    """
    written = formulate(book)
    fixed = with_decisions_held(book, written, held)
    if fixed is None:
        return None
    fixed = _untested(book, with_rounding_forgiven(book, fixed))
    solution = _solved(book, fixed.problem)
    if solution.status not in PLANS:
        found = _with_misses(book, fixed)
        if found is None:
            return None
        relaxed, least = found
        solution = _solved(book, relaxed)
        if (
            solution.status not in PLANS
        ):  # too tight for the solver: what misses least stands, whatever it earns
            return _written(book, written, least, held)
    return _written(book, written, solution.x, held)


def _solved(book: Book, problem: Problem) -> Solution:
    settings = book.case.settings.solve
    curved = np.where(problem.fixed, 0.0, problem.q)  # what stands costs what it costs
    problem = problem.replace(q=curved)
    return solve(
        problem, time_limit=settings.time_limit, gap=settings.gap, seed=settings.seed, threads=1
    )


def _with_misses(
    book: Book, formulation: Formulation
) -> tuple[Problem, npt.NDArray[np.float64]] | None:
    """Give hard limits the room that they need, and plugs if that is not enough; None where the rest has no solution either.

    Returns
    -------
    The problem with that room, and a point that misses least.
    """
    problem, plugs = _with_rows_for_plugs(book, formulation)
    rows = np.concatenate([plugs, _hard_rows(formulation)])
    if not len(rows):
        return None
    last = np.repeat([0, 1], [len(plugs), len(rows) - len(plugs)])  # limits give way first
    allowance = Allowance(book.case.settings.solve.time_limit)
    misses = least_misses(problem, rows, np.ones(len(rows)), last, allowance)
    if misses is None:
        return None
    lower, upper = problem.row_lower.copy(), problem.row_upper.copy()
    room = ROOM * max(1.0, float(misses.missed.max(initial=0.0)))
    lower[rows] -= misses.short + room
    upper[rows] += misses.excess + room
    return problem.replace(row_lower=lower, row_upper=upper), misses.x


def _untested(book: Book, formulation: Formulation) -> Formulation:
    """Release what only follows from decisions that stand: bounds of balances, plugs apart, and of renewals."""
    problem, block = formulation.problem, formulation.columns["balance"]
    columns = block.numbers[~book.plug[block.coords[0].to_numpy(int)]].ravel()
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[columns], upper[columns] = -np.inf, np.inf
    row_lower, row_upper = problem.row_lower.copy(), problem.row_upper.copy()
    for name in RENEWALS:
        if name in formulation.rows:
            numbers = formulation.rows[name].numbers.ravel()
            row_lower[numbers], row_upper[numbers] = -np.inf, np.inf
    free = problem.replace(lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper)
    return replace(formulation, problem=free)


def _with_rows_for_plugs(
    book: Book, formulation: Formulation
) -> tuple[Problem, npt.NDArray[np.int64]]:
    """State the bounds of plugs as rows, which may be missed; give the numbers of these rows."""
    problem, block = formulation.problem, formulation.columns["balance"]
    columns = block.numbers[book.plug[block.coords[0].to_numpy(int)]].ravel()
    count = len(columns)
    unit = sparse.csr_array(
        (np.ones(count), (np.arange(count), columns)), shape=(count, problem.columns)
    )
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[columns], upper[columns] = -np.inf, np.inf
    stated = problem.replace(
        A=sparse.vstack([problem.A, unit], format="csr"),
        row_lower=np.concatenate([problem.row_lower, problem.lower[columns]]),
        row_upper=np.concatenate([problem.row_upper, problem.upper[columns]]),
        lower=lower,
        upper=upper,
    )
    return stated, problem.rows + np.arange(count)


def _hard_rows(formulation: Formulation) -> npt.NDArray[np.int64]:
    hard = formulation.limits.table["enforcement"] == "hard"
    found = [
        block.numbers[hard.loc[block.coords[0]].to_numpy(bool)]
        for name, block in formulation.rows.items()
        if name.startswith("limit ")
    ]
    return np.concatenate([np.zeros(0), *found]).astype(np.int64)


def _written(
    book: Book, formulation: Formulation, x: npt.NDArray[np.float64], held: Held
) -> Reaction:
    wanted = read_decisions(book, formulation, x)
    key = np.zeros((1, book.periods), dtype=int)
    (plan,) = round_together([book], [wanted], key, held)
    ledger = keep_ledger(book, plan, formulation.limits)
    tables: dict[str, pd.DataFrame] = without_noise(ledger.tables, book.case.settings.quantum)
    beyond = np.abs(overdrawn(book, plan)) * book.fx
    return Reaction(replace(ledger, tables=tables), beyond)
