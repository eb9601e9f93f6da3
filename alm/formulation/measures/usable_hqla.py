"""Usable liquid assets: what regions may count of each other's stock beyond their own needs.

`own = min(hqla, net_outflow)` is neither concave nor convex, because net outflow is the larger of two pieces: a column
says whether inflows are capped there (contract, section 7; Basel LCR10.7-10.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import linopy
import numpy as np
import pandas as pd

from alm.formulation.alternatives import Alternative, Terms
from alm.formulation.book import Book
from alm.formulation.measures.hqla import HQLA
from alm.formulation.measures.net_outflow import NET_OUTFLOW
from alm.formulation.measures.piecewise import piece_terms
from alm.formulation.scopes import Scope
from alm.formulation.symbols import columns, hold

if TYPE_CHECKING:
    from alm.formulation.amounts import Amounts

USABLE = "usable_hqla"
USABLE_PARTS = ("hqla", "net_outflow")


def shared_liquidity(book: Book, scope: Scope) -> list[tuple[Scope, float]]:
    """List the regions of a scope, each solo, with the share of its spare liquidity that counts there.

    All of it for the scope's own region, and for a scope solo.
    """
    if scope.scope == "solo":
        return [(scope, 1.0)]
    names = book.subtree.index.tolist()
    own = names.index(scope.region)
    share = book.regions["transferable"].to_numpy(float).copy()
    share[own] = 1.0
    return [
        (Scope(names[row], "solo", scope.currency), float(share[row]))
        for row in np.flatnonzero(book.subtree.to_numpy()[own])
    ]


def add_usable_hqla(model: linopy.Model, amounts: Amounts, rows: np.ndarray) -> None:
    """Hold usable liquid assets below the sum of own + share x (stock - own); where they are pinned, at it.

    Parameters
    ----------
    rows : array of int
        Places in `amounts` of the scopes.
    """
    solos = solos_of(amounts, rows)
    if solos:
        _add_own(model, amounts, solos)
    for row in rows:
        left = columns(model, "amount", [row])
        for solo, share in shared_liquidity(amounts.book, amounts.order[row][0]):
            stock = columns(model, "amount", [amounts.place[solo, "hqla"]])
            left = left - stock.named(left.coords[0]) * share
            if share != 1:
                own = columns(model, "own_liquidity", [solos.index(solo)])
                left = left - own.named(left.coords[0]) * (1.0 - share)
        sense: Literal["==", "<="] = "==" if int(row) in amounts.pinned else "<="
        hold(model, f"usable_hqla {row}", left, sense)


def solos_of(amounts: Amounts, rows: np.ndarray) -> list[Scope]:
    """List the regions, each solo, of which only a share counts in any of the scopes."""
    return sorted(
        {
            solo
            for row in rows
            for solo, share in shared_liquidity(amounts.book, amounts.order[row][0])
            if share != 1
        }
    )


def _add_own(model: linopy.Model, amounts: Amounts, solos: list[Scope]) -> None:
    """Add what each region needs of its own, at most its stock; the need is an alternative where inflows may be capped."""
    index = pd.RangeIndex(len(solos), name="solo")
    periods = pd.RangeIndex(1, amounts.book.periods + 1, name="period")
    model.add_variables(lower=-np.inf, coords=[index, periods], name="own_liquidity")
    stock = columns(model, "amount", [amounts.place[solo, "hqla"] for solo in solos])
    own = columns(model, "own_liquidity")
    hold(model, "own_liquidity stock", own - stock.named(index), "<=")
    for name in ("inflows are capped", "stock is the need"):
        model.add_variables(binary=True, coords=[index, periods], name=name)


def own_alternatives(
    amounts: Amounts, rows: np.ndarray, columns: dict[str, np.ndarray]
) -> Iterator[Alternative]:
    """Hold own = min(hqla, net outflow): at most one branch of the need, and where it is pinned at least one of both.

    Parameters
    ----------
    rows : array of int
        Places in `amounts` of usable liquid assets.
    columns : dict of str to array
        Numbers of the columns of each block, in its shape.
    """
    number = columns["amount"]
    for place, solo in enumerate(solos_of(amounts, rows)):
        what = f"usable_hqla of {solo.region}"
        stock, need, out, into = (
            number[amounts.place[solo, part]] for part in (*USABLE_PARTS, "outflow", "inflow")
        )
        exact = amounts.place[solo, "net_outflow"] in amounts.pinned
        for t in range(amounts.book.periods):
            own = int(columns["own_liquidity"][place, t])
            capped = int(columns["inflows are capped"][place, t])
            met = int(columns["stock is the need"][place, t])
            # Own is below one branch of the need at least: so is what the other misses.
            gap = ((int(out[t]), 0.75), (int(into[t]), -1.0))
            plain = ((int(out[t]), 1.0), (int(into[t]), -1.0), (own, -1.0))
            yield Alternative(plain, 0.0, ((capped, 1.0),), 0.0, what, (gap,))
            quarter = ((int(out[t]), 0.25), (own, -1.0))
            turned = tuple((column, -weight) for column, weight in gap)
            yield Alternative(quarter, 0.0, ((capped, -1.0),), 1.0, what, (turned,))
            if exact:
                above = _above(amounts, solo, number[:, t])
                all_of_it = ((own, 1.0), (int(stock[t]), -1.0))
                yield Alternative(all_of_it, 0.0, ((met, -1.0),), 1.0, what, above(-1.0))
                all_needed = ((own, 1.0), (int(need[t]), -1.0))
                yield Alternative(all_needed, 0.0, ((met, 1.0),), 0.0, what, above(1.0))


def _above(
    amounts: Amounts, solo: Scope, number: np.ndarray
) -> Callable[[float], tuple[Terms, ...]]:
    """State by how much any piece of the stock is above any piece of the need, or below it."""

    def pairs(turn: float) -> tuple[Terms, ...]:
        stock = piece_terms(amounts.place, HQLA, solo, number, turn)
        need = piece_terms(amounts.place, NET_OUTFLOW, solo, number, -turn)
        return tuple((*own, *other) for own in stock for other in need)

    return pairs
