"""Attributes that a shock adds to, wherever a product stands: in positions, and at the ends of lanes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alm.formulation.book import Book
from scenarios.hit import Hit


def add_to_attribute(book: Book, name: str, hit: Hit, value: float) -> Book:
    """Add a value to an attribute, after rules.

    Parameters
    ----------
    name : str
        A name of `Book.attribute`.
    value : float
        In the unit of the attribute.

    Returns
    -------
    Book
        Ends of lanes without a product carry no attribute, and none is added.
    """
    lanes = book.lanes
    claims = hit.claims & (lanes.claim_side != "")
    debts = hit.debts & (lanes.debt_side != "")

    def added(attributes: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
        return {**attributes, name: attributes[name] + hit.cells(rows, value)}

    return replace(
        book,
        attribute=added(book.attribute, hit.positions),
        lanes=replace(lanes, claim=added(lanes.claim, claims), debt=added(lanes.debt, debts)),
    )
