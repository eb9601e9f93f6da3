"""Shock `haircut`."""

from __future__ import annotations

from alm.formulation.book import Book
from scenarios.attribute import add_to_attribute
from scenarios.hit import Hit


def haircut(book: Book, hit: Hit, value: float) -> Book:
    """Add to the haircut of liquid assets, and of collateral given, of positions and of lanes' products. Contract, section 8."""
    return add_to_attribute(book, "haircut", hit, value)
