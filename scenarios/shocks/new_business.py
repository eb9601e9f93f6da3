"""Shock `new_business`."""

from __future__ import annotations

from dataclasses import replace

from alm.formulation.book import Book
from scenarios.hit import Hit


def new_business(book: Book, hit: Hit, value: float) -> Book:
    """Multiply what must and what may be written, rows of the table `bounds` included. Contract, section 8."""
    factor = hit.factors(hit.positions, value)
    return replace(book, min_new=book.min_new * factor, max_new=book.max_new * factor)
