"""Posting: what a region retains of a period's income, in exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alm.formulation.book import Book
from alm.plan.accounts import flows, lane_flows, regional_income

if TYPE_CHECKING:
    from alm.plan.rounding import Plan


def retained_income(book: Book, plan: Plan) -> np.ndarray:
    """Give what each region posts to its equity: retained x income after tax / fx, losses likewise.

    Returns
    -------
    array (position, period)
        In the equity's currency; 0 for all other positions. Contract, section 5.
    """
    rows = book.retaining
    income = regional_income(book, flows(book, plan), lane_flows(book, plan))["income"]
    by_region = income.to_numpy(float).reshape(len(book.regions), book.periods)
    posted = np.zeros((len(book.positions), book.periods))
    share = book.case.settings.earnings.retained
    posted[rows] = share * by_region[book.region[rows]] / book.fx[rows]
    return posted
