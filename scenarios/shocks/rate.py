"""Shock `rate`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alm.formulation.book import Book
from scenarios.hit import Hit


def rate(book: Book, hit: Hit, value: float) -> Book:
    """Add to the rates of new business and plugs, and by their beta to running floating ones. Contract, section 8.

    A fixed cohort keeps the rate at which it was written; a floating one earns its own rate and what the shock
    passes on in each later period.
    """
    positions = book.positions
    move = hit.cells(hit.positions, value)
    floating = (positions["rate_type"] == "floating").to_numpy() & ~book.plug
    passed_on = np.where(floating, positions["beta"].to_numpy(float), 0.0)[:, None] * move
    return replace(
        book,
        own_rate=book.own_rate + np.where(book.plug[:, None], move, passed_on),
        new_rate=book.new_rate + move,
        at_first=book.at_first + np.where(floating[:, None], move, 0.0),
        passed_on=book.passed_on + passed_on,
    )
