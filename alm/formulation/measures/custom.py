"""Measures of the user's own: columns of products named in `custom_measures`."""

from __future__ import annotations

from alm.formulation.book import Book
from alm.formulation.measures.weights import Weights, weights


def custom(book: Book, name: str) -> Weights:
    """Sum a custom column times balances, on any side; lanes by their products."""
    return weights(
        book, book.attribute[name], claim=book.lanes.claim[name], debt=book.lanes.debt[name]
    )
