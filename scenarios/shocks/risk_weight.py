"""Shock `risk_weight`."""

from __future__ import annotations

from alm.formulation.book import Book
from scenarios.attribute import add_to_attribute
from scenarios.hit import Hit


def risk_weight(book: Book, hit: Hit, value: float) -> Book:
    """Add to the risk weight, of positions and of lanes' products. Contract, section 8."""
    return add_to_attribute(book, "risk_weight", hit, value)
