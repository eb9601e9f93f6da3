"""Shock `lcr_outflow`."""

from __future__ import annotations

from alm.formulation.book import Book
from scenarios.attribute import add_to_attribute
from scenarios.hit import Hit


def lcr_outflow(book: Book, hit: Hit, value: float) -> Book:
    """Add to the share that flows out in thirty days of stress, of positions and of lanes' products. Contract, section 8."""
    return add_to_attribute(book, "lcr_outflow", hit, value)
