"""Open lanes: how many lanes with an end inside a scope carry anything; a corridor counts once. Contract, section 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

import linopy
import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.integers import corridor_members
from alm.formulation.symbols import Symbols, columns, gathered, hold

if TYPE_CHECKING:
    from alm.formulation.amounts import Amounts

OPEN_LANES = "open_lanes"


def touching(book: Book, inside: np.ndarray) -> np.ndarray:
    """Tell which lanes have at least one end inside: (scope, lane).

    Parameters
    ----------
    inside : array of bool (scope, node)
    """
    ends = book.end_nodes
    return np.asarray(inside[:, ends["lender"]] | inside[:, ends["borrower"]])


def count_open_lanes(book: Book, inside: np.ndarray, outstanding: np.ndarray) -> np.ndarray:
    """Count what carries a quantum or more: (scope, close).

    Parameters
    ----------
    inside : array of bool (scope, node)
    outstanding : array (lane, close)
    """
    touches, member = touching(book, inside), corridor_members(book)
    carries = outstanding >= 0.5 * book.case.settings.quantum
    alone = member < 0
    count = touches[:, alone].astype(float) @ carries[alone]
    for corridor in np.unique(member[~alone]):
        own = member == corridor
        count += touches[:, own].astype(float) @ carries[own] > 0
    return np.asarray(count)


def add_open_lanes(model: linopy.Model, amounts: Amounts, rows: np.ndarray) -> None:
    """Tie the count of each scope to the columns that say which lanes carry anything.

    Of a corridor's lanes that touch the scope: open >= each, open <= their sum, 0 <= open <= 1.
    """
    book, member = amounts.book, corridor_members(amounts.book)
    inside = amounts.inside[amounts.scope_of[rows]]
    touches = touching(book, inside)
    left = columns(model, "amount", rows)
    if not len(book.lanes):
        hold(model, OPEN_LANES, left, "==")
        return
    row, lane = np.nonzero(touches & (member < 0))
    left = left - gathered(columns(model, "carries"), lane, rows[row], left.coords[0])
    row, lane = np.nonzero(touches & (member >= 0))
    if len(row):
        left = left - _corridors(model, rows[row], lane, member[lane], left.coords[0])
    hold(model, OPEN_LANES, left, "==")


def _corridors(
    model: linopy.Model, row: np.ndarray, lane: np.ndarray, corridor: np.ndarray, every: pd.Index
) -> Symbols:
    """Add a column for each scope and corridor that touches it, and sum them by scope."""
    pairs, pair = np.unique(np.stack([row, corridor], axis=1), axis=0, return_inverse=True)
    index, edge = pd.RangeIndex(len(pairs), name="pair"), pd.RangeIndex(len(lane), name="edge")
    carries = columns(model, "carries")
    coords = [index, carries.coords[1]]
    model.add_variables(lower=0, upper=1, coords=coords, name="corridor_is_open")
    opened = columns(model, "corridor_is_open")
    any_of = opened.at(pair).named(edge) - carries.at(lane).named(edge)
    hold(model, "corridor_is_open with any", any_of, ">=")
    some = opened - gathered(carries, lane, pair, index)
    hold(model, "corridor_is_open with some", some, "<=")
    return opened.into(pairs[:, 0], every)
