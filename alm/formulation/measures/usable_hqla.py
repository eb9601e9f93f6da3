"""Usable liquid assets: what regions may count of each other's stock beyond their own needs.

`own = min(hqla, net_outflow)` is neither concave nor convex, because net outflow is the larger of two pieces. The
model takes the piece `outflow - inflow`, which is never above it: a plan counts at most what it may (contract,
section 7; Basel LCR10.7-10.8). It is exact wherever inflows are not capped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import linopy
import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.scopes import Scope

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
    """Hold usable liquid assets below the sum of own + share x (stock - own), own below stock and need.

    Parameters
    ----------
    rows : array of int
        Places in `amounts` of the scopes.
    """
    shared = {row: shared_liquidity(amounts.book, amounts.order[row][0]) for row in rows}
    partial = sorted({solo for each in shared.values() for solo, share in each if share != 1})
    if partial:
        _add_own(model, amounts, partial)
    for row, each in shared.items():
        left = 1 * model.variables["amount"].sel(amount=row, drop=True)
        for solo, share in each:
            stock = model.variables["amount"].sel(amount=amounts.place[solo, "hqla"], drop=True)
            left = left - share * stock
            if share != 1:
                own = model.variables["own_liquidity"].sel(solo=partial.index(solo), drop=True)
                left = left - (1.0 - share) * own
        model.add_constraints(left <= 0, name=f"usable_hqla {row}")


def _add_own(model: linopy.Model, amounts: Amounts, solos: list[Scope]) -> None:
    index = pd.RangeIndex(len(solos), name="solo")
    periods = pd.RangeIndex(1, amounts.book.periods + 1, name="period")
    own = model.add_variables(lower=-np.inf, coords=[index, periods], name="own_liquidity")

    def amount(measure: str) -> linopy.LinearExpression:
        at = np.array([amounts.place[solo, measure] for solo in solos])
        picked = 1 * model.variables["amount"].sel(amount=at)
        return picked.rename(amount="solo").assign_coords(solo=index)

    model.add_constraints(own - amount("hqla") <= 0, name="own_liquidity stock")
    need = amount("outflow") - amount("inflow")
    model.add_constraints(own - need <= 0, name="own_liquidity need")
