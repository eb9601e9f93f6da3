"""Shock `expected_loss`."""

from __future__ import annotations

from alm.formulation.book import Book
from scenarios.attribute import add_to_attribute
from scenarios.hit import Hit


def expected_loss(book: Book, hit: Hit, value: float) -> Book:
    """Add to the expected loss per year, of positions and of lanes' products. Contract, section 8."""
    return add_to_attribute(book, "expected_loss", hit, value)
