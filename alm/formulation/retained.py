"""Retained income: part of what a region earns is posted to its equity at each close."""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.earnings_rows import region_earnings
from alm.formulation.symbols import columns, hold


def retained_income(model: linopy.Model, book: Book) -> None:
    """Post retained income: posted[t] - posted[t-1] = retained x income after tax[t] / fx, losses likewise.

    Income is a sum of its nodes in all currencies; symbols never exceed what is earned, so with price slopes a plan
    may post less than it earns, never more. Contract, section 5.
    """
    rows = book.retaining
    if not len(rows):
        return
    symbols, constant = region_earnings(model, book, "income")
    share = book.case.settings.earnings.retained
    # The row of each node's region; nodes of regions that post nothing are left out.
    region = book.positions["region"].to_numpy(object)[rows]
    at = pd.Index(region).get_indexer(book.nodes["region"])
    nodes = np.flatnonzero(at >= 0)
    posted = columns(model, "posted")
    earned = symbols.at(nodes).into(rows[at[nodes]], posted.coords[0])
    fixed = np.zeros_like(book.min_new)
    np.add.at(fixed, rows[at[nodes]], constant[nodes])
    unit = share / book.fx
    left = posted - posted.after(1) - earned * unit[rows]
    hold(model, "retained_income", left, "==", (fixed * unit)[rows])
