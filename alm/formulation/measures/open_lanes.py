"""Open lanes: how many lanes with an end inside a scope carry anything; a corridor counts once. Contract, section 7."""

from __future__ import annotations

from typing import TYPE_CHECKING

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.integers import corridor_members

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
    left = 1 * model.variables["amount"].sel(amount=rows)
    if not len(book.lanes):
        model.add_constraints(left == 0, name=OPEN_LANES)
        return
    carries = model.variables["carries"]
    row, lane = np.nonzero(touches & (member < 0))
    left = left - _summed(carries, lane, rows[row], rows)
    row, lane = np.nonzero(touches & (member >= 0))
    if len(row):
        left = left - _corridors(model, carries, rows[row], lane, member[lane], rows)
    model.add_constraints(left == 0, name=OPEN_LANES)


def _summed(
    columns: linopy.Variable,
    source: np.ndarray,
    target: np.ndarray,
    every: np.ndarray,
    dim: str = "lane",
    name: str = "amount",
) -> linopy.LinearExpression:
    """Sum columns over edges from `source` to `target`."""
    edge = pd.RangeIndex(len(source), name="edge")
    picked = (1 * columns).sel({dim: xr.DataArray(source, coords=[edge])}).drop_vars(dim)
    group = xr.DataArray(target, coords=[edge], name=name)
    return picked.groupby(group).sum().reindex({name: every}).fillna(0)


def _corridors(
    model: linopy.Model,
    carries: linopy.Variable,
    row: np.ndarray,
    lane: np.ndarray,
    corridor: np.ndarray,
    every: np.ndarray,
) -> linopy.LinearExpression:
    """Add a column for each scope and corridor that touches it, and sum them by scope."""
    pairs, pair = np.unique(np.stack([row, corridor], axis=1), axis=0, return_inverse=True)
    index = pd.RangeIndex(len(pairs), name="pair")
    periods = carries.indexes["period"]
    opened = model.add_variables(lower=0, upper=1, coords=[index, periods], name="corridor_is_open")
    edge = pd.RangeIndex(len(lane), name="edge")
    own = (1 * opened).sel(pair=xr.DataArray(pair, coords=[edge])).drop_vars("pair")
    each = (1 * carries).sel(lane=xr.DataArray(lane, coords=[edge])).drop_vars("lane")
    model.add_constraints(own - each >= 0, name="corridor_is_open with any")
    some = _summed(carries, lane, pair, np.arange(len(pairs)), name="pair")
    model.add_constraints(1 * opened - some <= 0, name="corridor_is_open with some")
    return _summed(opened, np.arange(len(pairs)), pairs[:, 0], every, dim="pair")
