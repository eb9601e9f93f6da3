"""Shock `runoff`."""

from __future__ import annotations

from dataclasses import replace

from alm.formulation.book import Book
from scenarios.hit import Hit


def runoff(book: Book, hit: Hit, value: float) -> Book:
    """Take a further share out of what is still there at the start, once and for good. Contract, section 8.

    The legacy book loses it, and cohorts written before; those written at the start or later do not.
    """
    if hit.start > book.periods:
        return book
    legacy, lasting = book.legacy.copy(), book.lasting.copy()
    legacy[hit.positions, hit.start :] *= 1.0 - value
    lasting[hit.positions, hit.start - 1] *= 1.0 - value
    return replace(book, legacy=legacy, lasting=lasting)
