"""Scopes: which nodes, regions and lanes a limit looks at (contract, sections 2 and 7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alm.verify.terms import Terms


@dataclass(frozen=True, eq=False)
class Scopes:
    """Several scopes at once; the first axis of every array.

    Parameters
    ----------
    rows
        region, scope (subtree | solo), currency ("": all).
    """

    terms: Terms
    rows: pd.DataFrame

    @cached_property
    def region(self) -> np.ndarray:
        """Row in `regions` of the scope's own region."""
        return self.terms.region_index(self.rows["region"])

    @cached_property
    def holds(self) -> np.ndarray:
        """Whether the scope holds a region: its subtree, or itself alone: (scope, region)."""
        itself = np.eye(len(self.terms.regions), dtype=bool)
        solo = (self.rows["scope"] == "solo").to_numpy()[:, None]
        return np.where(solo, itself[self.region], self.terms.subtree[self.region])

    @cached_property
    def inside(self) -> np.ndarray:
        """Whether the scope sees a node: of its regions, of its currency: (scope, node)."""
        nodes = self.terms.nodes
        currency = self.rows["currency"].to_numpy(str)[:, None]
        seen = (currency == "") | (currency == nodes["currency"].to_numpy(str)[None, :])
        return self.holds[:, self.terms.node_region] & seen

    @cached_property
    def lender_inside(self) -> np.ndarray:
        """Whether the lender's node is inside: (scope, lane)."""
        return self.inside[:, self.terms.lender_node]

    @cached_property
    def borrower_inside(self) -> np.ndarray:
        """Whether the borrower's node is inside: (scope, lane)."""
        return self.inside[:, self.terms.borrower_node]

    @cached_property
    def lends_out(self) -> np.ndarray:
        """Lanes that cross the border with the lender inside; those with both ends inside cancel."""
        return self.lender_inside & ~self.borrower_inside

    @cached_property
    def borrows_in(self) -> np.ndarray:
        """Lanes that cross the border with the borrower inside."""
        return self.borrower_inside & ~self.lender_inside

    @cached_property
    def touches(self) -> np.ndarray:
        """Lanes with at least one end inside."""
        return self.lender_inside | self.borrower_inside

    def positions(self, amounts: np.ndarray) -> np.ndarray:
        """Sum rows of (position, period) over what the scope sees: (scope, period)."""
        by_node = np.zeros((len(self.terms.nodes), amounts.shape[1]))
        np.add.at(by_node, self.terms.position_node, amounts)
        return self.inside.astype(float) @ by_node

    def regions(self, amounts: np.ndarray) -> np.ndarray:
        """Sum rows of (region, period) over the regions held: (scope, period)."""
        return self.holds.astype(float) @ amounts

    def lanes(self, which: np.ndarray, amounts: np.ndarray) -> np.ndarray:
        """Sum rows of (lane, period) over the lanes that `which` (scope, lane) picks."""
        return which.astype(float) @ amounts

    def quanta(self, position_fx: np.ndarray, lane_fx: np.ndarray) -> np.ndarray:
        """One quantum per position and lane in the scope, reporting currency: (scope, close).

        By this much a limit may be missed (section 5).

        Parameters
        ----------
        position_fx, lane_fx
            Reporting units per unit of currency: (position, close), (lane, close).
        """
        lanes = self.lanes(self.touches, lane_fx)
        return (self.positions(position_fx) + lanes) * self.terms.quantum

    def take(self, rows: np.ndarray) -> Scopes:
        """Return some of the scopes."""
        return Scopes(self.terms, self.rows.iloc[rows].reset_index(drop=True))


def solo_scopes(terms: Terms, currency: str = "") -> Scopes:
    """Return every region by itself, in the order of `regions`."""
    rows = terms.regions[["region"]].assign(scope="solo", currency=currency)
    return Scopes(terms, rows)


def every_scope(terms: Terms) -> Scopes:
    """Return the scopes of plan table `measures`: each region's subtree, then each region solo."""
    subtree = terms.regions[["region"]].assign(scope="subtree", currency="")
    return Scopes(terms, pd.concat([subtree, solo_scopes(terms).rows], ignore_index=True))
