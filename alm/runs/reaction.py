"""What a plan comes to when things turn out otherwise: its decisions stand, plugs react, limits may be missed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from alm.case.calendar import period_ends
from alm.explain.elastic import least_misses
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation, formulate
from alm.plan.decisions import Decisions, read_decisions
from alm.plan.held import with_decisions_held, with_rounding_forgiven
from alm.plan.ledger import Ledger, keep_ledger
from alm.plan.rounding import Held, round_together
from alm.runs import store
from alm.runs.quanta import without_noise
from alm.runs.reference import POSITION, Reference
from solvers import Problem, Solution, Status, solve

ROOM = 1e-9  # of what is missed, at least of one unit: the solver's own rounding
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


def react(book: Book, held: Held) -> Ledger | None:
    """Find what becomes of decisions that stand.

    Plugs react: they miss hard limits as little as can be, by the sum of shortfalls in reporting currency, and then earn most.

    Parameters
    ----------
    book : Book
        With what happens.

    Returns
    -------
    Ledger or None
        In whole quanta; None where the decisions cannot be carried out: money, bounds of plugs, lanes or renewals do not allow it,
        whatever the limits say.
    """
    written = formulate(book)
    fixed = with_decisions_held(book, written, held)
    if fixed is None:
        return None
    fixed = with_rounding_forgiven(book, fixed)
    solution = _solved(book, fixed.problem)
    if solution.status not in PLANS:
        relaxed = _with_misses(fixed)
        if relaxed is None:
            return None
        solution = _solved(book, relaxed)
        if solution.status not in PLANS:
            return None
    return _written(book, written, solution.x, held)


def _solved(book: Book, problem: Problem) -> Solution:
    settings = book.case.settings.solve
    return solve(
        problem, time_limit=settings.time_limit, gap=settings.gap, seed=settings.seed, threads=1
    )


def _with_misses(formulation: Formulation) -> Problem | None:
    """Give hard limits the room that they need; None where other rows and bounds have no solution either."""
    rows = _hard_rows(formulation)
    problem = formulation.problem
    if not len(rows):
        return None
    misses = least_misses(problem, rows, np.ones(len(rows)), np.zeros(len(rows), dtype=int))
    if misses is None:
        return None
    lower, upper = problem.row_lower.copy(), problem.row_upper.copy()
    lower[rows] -= misses.short + ROOM * np.maximum(1.0, misses.short)
    upper[rows] += misses.excess + ROOM * np.maximum(1.0, misses.excess)
    return problem.replace(row_lower=lower, row_upper=upper)


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
) -> Ledger:
    wanted = read_decisions(book, formulation, x)
    key = np.zeros((1, book.periods), dtype=int)
    (plan,) = round_together([book], [wanted], key, held)
    ledger = keep_ledger(book, plan, formulation.limits)
    tables: dict[str, pd.DataFrame] = without_noise(ledger.tables, book.case.settings.quantum)
    return replace(ledger, tables=tables)
