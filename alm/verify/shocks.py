"""The shocks of one scenario, matched to what they hit (contract, section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

BASE = "base"  # the name reserved for no shock
FILTERS = ("product", "class", "currency", "lane")
ATTRIBUTES = ("expected_loss", "haircut", "lcr_outflow", "risk_weight")


@dataclass(frozen=True, eq=False)
class Shocks:
    """Shocks on the same thing add up where they add, and multiply where they multiply.

    Parameters
    ----------
    rows
        Rows of table shocks of the scenario; none for `base`.
    regions
        Names of the regions; `subtree` (region, region) tells which holds which.
    periods
        Planning periods; a shock that starts later never applies.
    """

    rows: pd.DataFrame
    regions: pd.Index
    subtree: np.ndarray
    periods: int

    def has(self, shock: str) -> bool:
        """Tell whether the scenario has a shock of that kind."""
        return shock in self._by_kind

    def added(self, shock: str, holders: pd.DataFrame) -> np.ndarray:
        """Sum of the values that apply: (holder, period).

        Parameters
        ----------
        holders
            region, currency, product, class; ends of lanes also lane. One row a thing that may be hit.
        """
        total = np.zeros((len(holders), self.periods))
        for row, hit in self._hits(shock, holders):
            total[hit, row["start"] - 1 : row["end"]] += row["value"]
        return total

    def multiplied(self, shock: str, *ends: pd.DataFrame) -> np.ndarray:
        """Product of the values that apply to any of a thing's ends: (holder, period)."""
        factor = np.ones((len(ends[0]), self.periods))
        for row, hit in self._hits(shock, *ends):
            factor[hit, row["start"] - 1 : row["end"]] *= row["value"]
        return factor

    def kept(self, holders: pd.DataFrame) -> np.ndarray:
        """Share of the books written before a period that `runoff` leaves at its start: (holder, period)."""
        share = np.ones((len(holders), self.periods))
        for row, hit in self._hits("runoff", holders):
            if row["start"] <= self.periods:
                share[hit, row["start"] - 1] *= 1 - row["value"]
        return share

    def translation(self, currencies: pd.Series, reporting: str) -> np.ndarray:
        """Factor of each currency's rate, 1 for the reporting currency: (currency, period)."""
        factor = np.ones((len(currencies), self.periods))
        foreign = (currencies != reporting).to_numpy()
        for row in self._of("fx"):
            hit = foreign & ((currencies == row["currency"]).to_numpy() | (row["currency"] == ""))
            factor[hit, row["start"] - 1 : row["end"]] *= row["value"]
        return factor

    def _of(self, shock: str) -> list[dict[Any, Any]]:
        return self._by_kind.get(shock, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[dict[Any, Any]]]:
        return {str(kind): of.to_dict("records") for kind, of in self.rows.groupby("shock")}

    def _hits(self, shock: str, *ends: pd.DataFrame) -> Iterator[tuple[dict[Any, Any], np.ndarray]]:
        for row in self._of(shock):
            yield row, np.logical_or.reduce([self._matches(row, end) for end in ends])

    def _matches(self, row: dict[Any, Any], holders: pd.DataFrame) -> np.ndarray:
        """Tell which holders a shock hits: blanks match everything, a region its subtree."""
        hit = np.ones(len(holders), bool)
        for name in FILTERS:
            if row[name] != "":
                hit &= (holders[name] == row[name]).to_numpy() if name in holders else False
        if row["region"] != "":
            above = self.regions.get_loc(row["region"])
            hit &= self.subtree[above, self.regions.get_indexer(pd.Index(holders["region"]))]
        return hit
