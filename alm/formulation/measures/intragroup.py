"""What crosses the border of a scope on lanes. Contract, section 7."""

from __future__ import annotations

from alm.formulation.book import Book
from alm.formulation.measures.weights import Weights, weights


def lent(book: Book) -> Weights:
    """Sum what is outstanding on crossing lanes as lender."""
    return weights(book, claim=1.0)


def borrowed(book: Book) -> Weights:
    """Sum what is outstanding on crossing lanes as borrower."""
    return weights(book, debt=1.0)


def lent_to(book: Book, region: str) -> Weights:
    """Sum what is lent to the subtree of one region outside."""
    below = set(book.subtree.columns[book.subtree.loc[region].to_numpy(bool)])
    return weights(book, claim=book.lanes.table["borrower"].isin(below).to_numpy(float)[:, None])
