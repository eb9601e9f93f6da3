"""The decisions of a plan as arrays, and the balances that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation


@dataclass(frozen=True)
class Decisions:
    """What the treasury decides, in table units of each one's own currency.

    Attributes
    ----------
    new : array (position, period)
        New business; 0 for plugs.
    sold : array (position, period)
        Amounts newly sold of the legacy book.
    plug : array (position, period)
        Closing balances of plugs; 0 for the others.
    transfer : array (lane, period)
    """

    new: np.ndarray
    sold: np.ndarray
    plug: np.ndarray
    transfer: np.ndarray


def read_decisions(book: Book, formulation: Formulation, vector: np.ndarray) -> Decisions:
    """Read the decisions out of a solution vector."""

    def spread(name: str, rows: int) -> np.ndarray:
        values = np.zeros((rows, book.periods))
        block = formulation.values(vector, name)
        if block is not None:
            values[block.indexes[block.dims[0]].to_numpy()] = block.to_numpy()
        return values

    positions = len(book.positions)
    return Decisions(
        new=spread("new", positions),
        sold=spread("sold", positions),
        plug=np.where(book.plug[:, None], spread("balance", positions), 0.0),
        transfer=spread("transfer", len(book.lanes)),
    )


def sold_share(book: Book, sold: np.ndarray) -> np.ndarray:
    """Cumulate the share of the opening legacy book disposed of: (position, period).

    `sold` may hold the first periods only.
    """
    base = book.opening[:, None] * book.legacy[:, 1 : sold.shape[1] + 1]
    newly = np.divide(sold, base, out=np.zeros_like(sold), where=base > 0)
    return np.asarray(np.cumsum(newly, axis=1))


def legacy_balance(book: Book, sold: np.ndarray) -> np.ndarray:
    """Give what is left of the legacy book at each close: (position, period); plugs 0. Contract, section 5."""
    base = book.opening[:, None] * book.legacy[:, 1 : book.periods + 1]
    left = base * (1.0 - sold_share(book, sold))
    return np.where(book.plug[:, None], 0.0, left)


def cohort_balance(book: Book, new: np.ndarray) -> np.ndarray:
    """Give what is left of all cohorts at each close: (position, period). Contract, section 5."""
    balance = np.zeros_like(new)
    for age in range(book.periods):
        balance[:, age:] += book.cohort_share(age)[:, age:] * new[:, : book.periods - age]
    return balance


def outstanding_amount(book: Book, transfer: np.ndarray) -> np.ndarray:
    """Give what stands on each lane at each close: (lane, period). Contract, section 6."""
    placed = np.concatenate([np.zeros((len(transfer), 1)), np.cumsum(transfer, axis=1)], axis=1)
    close = np.arange(1, book.periods + 1)[None, :]
    first = np.maximum(close - book.lanes.tenor[:, None], 0)
    standing = placed[:, 1:] - np.take_along_axis(placed, first, axis=1)
    return np.asarray(standing + book.lanes.opening[:, 1:])


def closing_balance(book: Book, decisions: Decisions) -> np.ndarray:
    """Give closing balances, unrounded: (position, period)."""
    return (
        legacy_balance(book, decisions.sold) + cohort_balance(book, decisions.new) + decisions.plug
    )
