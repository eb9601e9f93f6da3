"""Closing balances by side, class and product. Contract, section 7."""

from __future__ import annotations

from alm.formulation.book import Book
from alm.formulation.measures.weights import Weights, side, weights


def assets(book: Book) -> Weights:
    """Sum the assets and what crossing lanes lend out."""
    return weights(book, side(book, "asset"), claim=1.0)


def liabilities(book: Book) -> Weights:
    """Sum the liabilities and what crossing lanes borrow."""
    return weights(book, side(book, "liability"), debt=1.0)


def equity(book: Book) -> Weights:
    """Sum the equity."""
    return weights(book, side(book, "equity"))


def of_class(book: Book, name: str) -> Weights:
    """Sum the positions of one class; no lanes."""
    return weights(book, (book.positions["class"] == name).to_numpy(float)[:, None])


def of_product(book: Book, name: str) -> Weights:
    """Sum the positions of one product; no lanes."""
    return weights(book, (book.positions["product"] == name).to_numpy(float)[:, None])
