"""What a linear measure is: weights on balances and lanes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.measures.ladder import Ladder


@dataclass(frozen=True)
class Weights:
    """Weights of a linear measure, in reporting currency per unit of the quantity they weigh.

    Attributes
    ----------
    position : array (position, period)
        Weights on what `quantity` names.
    quantity : str
        `balance` (closing), `new` or `sold`.
    claim, debt : array (lane, period)
        Weights on the outstanding of a lane as seen by the scope that lends, that borrows; lanes inside a scope cancel.
    placed : array (lane, period)
        Weights on transfers placed on lanes with at least one end inside the scope.
    fixed : array (region, period)
        Constants: what the table `addons` adds to every scope that holds the region.
    ladder : Ladder, optional
        What the time left of books adds; only with closing balances.
    """

    position: np.ndarray
    claim: np.ndarray
    debt: np.ndarray
    placed: np.ndarray
    fixed: np.ndarray
    quantity: str = "balance"
    ladder: Ladder | None = None


def weights(
    book: Book,
    position: np.ndarray | None = None,
    *,
    claim: np.ndarray | float | None = None,
    debt: np.ndarray | float | None = None,
    placed: np.ndarray | float | None = None,
    quantity: str = "balance",
    addon: str = "",
    ladder: Ladder | None = None,
) -> Weights:
    """Fill what a measure does not weigh with zeros, turn amounts into reporting currency, add the constants.

    Parameters
    ----------
    position : array (position, period) or (position, 1)
    claim, debt, placed : array (lane, period) or (lane, 1)
    addon : str
        Measure of the table `addons` whose constants this one takes; blank for none.
    """
    shape = (len(book.positions), book.periods)
    lane_shape = (len(book.lanes), book.periods)

    def lane(weight: np.ndarray | float | None, fx: np.ndarray) -> np.ndarray:
        each = np.zeros(lane_shape) if weight is None else np.broadcast_to(weight, lane_shape)
        return each * fx

    held = np.zeros(shape) if position is None else np.broadcast_to(position, shape)
    return Weights(
        position=held * book.fx,
        claim=lane(claim, book.lanes.fx),
        debt=lane(debt, book.lanes.debt_fx),
        placed=lane(placed, book.lanes.fx),
        fixed=addons(book, addon),
        quantity=quantity,
        ladder=ladder,
    )


def side(book: Book, *sides: str) -> np.ndarray:
    """Mark the positions of some sides with 1: (position, 1)."""
    return np.asarray(book.positions["side"].isin(sides).to_numpy(float)[:, None])


def addons(book: Book, measure: str) -> np.ndarray:
    """Give what the table `addons` adds to a measure: (region, period), reporting currency."""
    table = book.case.table("addons")
    table = table[table["measure"] == measure] if measure else table.iloc[:0]
    periods = np.arange(1, book.periods + 1)
    amount = np.zeros((len(book.regions), book.periods))
    at = book.subtree.columns.get_indexer(pd.Index(table["region"]))
    during = (periods >= table["start"].to_numpy()[:, None]) & (
        periods <= table["end"].to_numpy()[:, None]
    )
    np.add.at(amount, at, table["amount"].to_numpy(float)[:, None] * during)
    return amount
