"""Repair: where rounding broke a hard limit, ask the solver for that much more room and round again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.plan.rounding import Plan

# A little more than was missed: the next rounding misses by other quanta.
MARGIN = 1.5
NOISE = 1e-6  # of a quantum


def broken_limits(limits: pd.DataFrame) -> pd.DataFrame:
    """Find the hard limits that a rounded plan misses by more than the contract forgives."""
    return limits[limits["status"] == "broken"]


def with_more_room(formulation: Formulation, limits: pd.DataFrame) -> Formulation:
    """Tighten the rows of broken limits by what the plan missed.

    Parameters
    ----------
    limits : DataFrame
        The limit table of the rounded plan, in the order of `formulation.limits.table`.

    Returns
    -------
    Formulation
        The same model with those rows moved inwards. Its optimum is a plan of the first model too, whose bound stands.
    """
    missing = np.zeros(len(limits))
    broken = broken_limits(limits)
    missing[broken.index] = MARGIN * broken["shortfall"].to_numpy(float)
    lower, upper = formulation.problem.row_lower.copy(), formulation.problem.row_upper.copy()
    for name, block in formulation.rows.items():
        if name.startswith("limit "):
            rows = block.coords[0].to_numpy()
            lower[block.numbers] += missing[rows]
            upper[block.numbers] -= missing[rows]
    problem = formulation.problem.replace(row_lower=lower, row_upper=upper)
    return replace(formulation, problem=problem)


def overdrawn(book: Book, plan: Plan) -> np.ndarray:
    """Give by how much rounding took plugs beyond their bounds, more than a quantum: (position, period); > 0 above."""
    quantum = book.case.settings.quantum
    above = np.maximum(0.0, plan.balance - book.max_balance)
    below = np.maximum(0.0, book.min_balance - plan.balance)
    missed = np.where(book.plug[:, None], above - below, 0.0)
    return np.where(np.abs(missed) > quantum * (1 + NOISE), missed, 0.0)


def with_room_in_plugs(book: Book, formulation: Formulation, missed: np.ndarray) -> Formulation:
    """Tighten the bounds of plugs that rounding overdrew by what it missed: (position, period)."""
    block = formulation.columns["balance"]
    rows = block.coords[0].to_numpy(int)
    lower, upper = formulation.problem.lower.copy(), formulation.problem.upper.copy()
    upper[block.numbers] -= MARGIN * np.maximum(0.0, missed[rows])
    lower[block.numbers] += MARGIN * np.maximum(0.0, -missed[rows])
    return replace(formulation, problem=formulation.problem.replace(lower=lower, upper=upper))
