"""Volumes of the period: what is written, sold and placed. Contract, section 7."""

from __future__ import annotations

from alm.formulation.book import Book
from alm.formulation.measures.weights import Weights, weights


def new_business(book: Book) -> Weights:
    """Sum new business; plugs write none."""
    return weights(book, (~book.plug).astype(float)[:, None], quantity="new")


def disposals(book: Book) -> Weights:
    """Sum the amounts sold."""
    return weights(book, (~book.plug).astype(float)[:, None], quantity="sold")


def transfers(book: Book) -> Weights:
    """Sum what is placed on lanes with at least one end inside."""
    return weights(book, placed=1.0)
