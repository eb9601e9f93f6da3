"""Which columns of the model lie in second-order cones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alm.formulation.book import Book
from alm.formulation.limit_rows import LimitRows
from alm.formulation.measures.outflow_at_risk import AT_RISK, risk_factors
from solvers.cones import Cones

if TYPE_CHECKING:
    from alm.formulation.formulate import Block


def cones_of(book: Book, columns: dict[str, Block], limits: LimitRows) -> Cones:
    """Collect the cones: squares of volumes that price slopes give away, and norms of risk factors."""
    return _concessions(book, columns).plus(_at_risk(columns, limits))


def _concessions(book: Book, columns: dict[str, Block]) -> Cones:
    """State concession >= price_slope x new^2, for every position with a slope and period. Contract, section 4."""
    block = columns.get("concession")
    if block is None:
        return Cones()
    rows = block.coords[0].to_numpy()
    position = columns["new"].coords[0].get_indexer(block.coords[0])
    volume = columns["new"].numbers[position]
    slope = np.repeat(
        book.positions["price_slope"].to_numpy(float)[rows, None], book.periods, axis=1
    )
    size = _usual_volume(book)[rows]
    return Cones.squares(
        block.numbers.ravel(), volume.ravel(), slope.ravel(), (slope * size**2).ravel()
    )


def _usual_volume(book: Book) -> np.ndarray:
    """Guess the size of new business, in which its square is stated: (position, period), own currency.

    The reference volume or the opening balance; where neither says anything, as for a new product, what is usual in the group. A
    square in a unit far below its size is lost in rounding.
    """
    reference = book.positions["reference_volume"].to_numpy(float)
    own = np.maximum(reference, book.opening)
    held = (book.opening * book.fx[:, 0])[book.opening > 0]
    usual = np.median(held) if held.size else 1.0
    own = np.where(own > 0, own, usual / book.fx[:, 0])
    return np.maximum(np.minimum(book.max_new, own[:, None]), book.case.settings.quantum)


def _at_risk(columns: dict[str, Block], limits: LimitRows) -> Cones:
    """State outflow at risk >= norm of the exposures to its factors, scope by scope and close by close."""
    amounts = limits.amounts
    factors = risk_factors(amounts.book)
    if AT_RISK not in amounts.rows or not factors:
        return Cones()
    rows, number = amounts.rows[AT_RISK], columns["amount"].numbers
    parts = np.stack([amounts.parts_at(factor, rows) for factor in factors], axis=1)
    head, tail = number[rows], np.moveaxis(number[parts], 1, 2)
    size = head.size
    return Cones.norms(head.ravel(), np.repeat(np.arange(size), tail.shape[2]), tail.ravel())
