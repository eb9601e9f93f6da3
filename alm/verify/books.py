"""Legacy books and cohorts, from decisions only (contract, sections 4 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alm.verify.plan import Plan
from alm.verify.survival import of_cohorts
from alm.verify.terms import Terms


@dataclass(frozen=True, eq=False)
class Books:
    """What new business and disposals make of each position: formulas before rounding, table units.

    Plugs have neither a legacy book nor cohorts: their balance is the decision.
    """

    terms: Terms
    plan: Plan

    @cached_property
    def new(self) -> np.ndarray:
        """New business of non-plugs: (position, period)."""
        return np.where(self.terms.plug[:, None], 0.0, self.plan.position("new"))

    @cached_property
    def sold_amount(self) -> np.ndarray:
        """Amounts sold in each period: (position, period)."""
        return np.where(self.terms.plug[:, None], 0.0, self.plan.position("sold"))

    @cached_property
    def before_disposals(self) -> np.ndarray:
        """Legacy balance as if nothing were sold, t = 0..T: (position, T + 1)."""
        return self.terms.opening[:, None] * self.terms.legacy_share

    @cached_property
    def sold_share(self) -> np.ndarray:
        """Cumulative share disposed of, t = 0..T: (position, T + 1).

        An amount sold is balance[p,0] x L[p,t] x (sold[p,t] - sold[p,t-1]). That nothing is sold of a
        book that is no longer there is another check's business.
        """
        there = self.before_disposals[:, 1:]
        step = np.divide(self.sold_amount, there, out=np.zeros(there.shape), where=there > 0)
        return np.concatenate([np.zeros((len(step), 1)), np.cumsum(step, axis=1)], axis=1)

    @cached_property
    def legacy(self) -> np.ndarray:
        """Legacy balance, balance[p,0] x L[p,t] x (1 - sold[p,t]), t = 0..T: (position, T + 1)."""
        left = self.before_disposals * (1 - self.sold_share)
        return np.where(self.terms.plug[:, None], 0.0, left)

    @cached_property
    def survival(self) -> np.ndarray:
        """Share of a cohort by age 0..T-1: (position, lag)."""
        return self.terms.survival(self.terms.periods)

    @cached_property
    def cohorts(self) -> np.ndarray:
        """Sum of the cohorts still there at each close: (position, period)."""
        return of_cohorts(self.survival, self.new, self.terms.kept)

    @cached_property
    def ran_off(self) -> np.ndarray:
        """What ran off in each period: legacy x (1 - sold at its close), and cohorts (section 4)."""
        legacy = -np.diff(self.before_disposals, axis=1) * (1 - self.sold_share[:, 1:])
        cohorts = self.new - np.diff(from_nothing(self.cohorts), axis=1)
        return np.where(self.terms.plug[:, None], 0.0, legacy) + cohorts

    @property
    def opening_weight(self) -> float:
        """Weight of the opening balance in the one on which interest accrues."""
        return 0.0 if self.terms.case.settings.accrual == "closing" else 0.5

    def average(self, closes: np.ndarray) -> np.ndarray:
        """Balance on which interest accrues, from closes t = 0..T: (n, T)."""
        return weighed(closes, self.opening_weight)

    @cached_property
    def rate_written(self) -> np.ndarray:
        """Rate at which each period's new business was written: (position, period).

        new_rate -+ price_slope x (volume - reference_volume), or the average over tiers (section 4), and
        what a shock adds then (section 8).
        """
        rows = self.terms.positions
        slope = np.where(self.tiered, 0.0, rows["price_slope"].to_numpy(float))
        gap = self.new - rows["reference_volume"].to_numpy(float)[:, None]
        rate = rows["new_rate"].to_numpy(float)[:, None] - (self.terms.sign * slope)[:, None] * gap
        rate = rate + self.rate_shock
        written = self.new > 0
        return rate + np.divide(
            self._extra_of_tiers, self.new, out=np.zeros(rate.shape), where=written
        )

    @cached_property
    def tiered(self) -> np.ndarray:
        """Whether table tiers prices the position's new business."""
        given = np.zeros(len(self.terms.positions), bool)
        given[self.terms.position_index(self.terms.case.table("tiers"))] = True
        return given

    @cached_property
    def _extra_of_tiers(self) -> np.ndarray:
        """Interest per year of a period's volume beyond what new_rate gives: (position, period).

        The part above `over` earns its rate less that of the tier below, so that tiers add up.
        """
        extra = np.zeros(self.new.shape)
        tiers = self.terms.case.table("tiers")
        if tiers.empty:
            return extra
        position = self.terms.position_index(tiers)
        base = self.terms.positions["new_rate"].to_numpy(float)[position]
        tiers = tiers.assign(position=position, base=base).sort_values(["position", "over"])
        below = tiers.groupby("position")["rate"].shift().fillna(tiers["base"])
        above = self.new[tiers["position"]] - tiers["over"].to_numpy()[:, None]
        step = (tiers["rate"] - below).to_numpy()[:, None]
        np.add.at(extra, tiers["position"].to_numpy(), np.maximum(above, 0) * step)
        return extra

    @cached_property
    def written_balance(self) -> np.ndarray:
        """Balances as the plan has them, with the case's at t = 0: (position, T + 1)."""
        return np.column_stack([self.terms.opening, self.plan.position("balance")])

    @cached_property
    def rate_shock(self) -> np.ndarray:
        """What shocks add to rates in each period: (position, period)."""
        return self.terms.shocks.added("rate", self.terms.positions)

    @cached_property
    def floating(self) -> np.ndarray:
        """Whether the running rate of older business moves with the index: (position, 1)."""
        return (self.terms.positions["rate_type"] == "floating").to_numpy()[:, None]

    def interest_per_year(self, opening_weight: float) -> np.ndarray:
        """Interest per year, unsigned, on legacy books, plugs and cohorts: (position, period).

        A fixed cohort keeps the rate that it was written at; a floating one earns what shocks add in its
        first period in full, beta times what they add later.

        Parameters
        ----------
        opening_weight
            Weight of the opening balance in what it is counted on; 0 for the closing balance.
        """
        terms, shock = self.terms, self.rate_shock
        plug, beta = terms.plug[:, None], terms.positions["beta"].to_numpy(float)[:, None]
        later = np.where(self.floating, beta, 0.0) * shock
        running = terms.positions["rate"].to_numpy(float)[:, None] + np.where(plug, shock, later)
        closes = np.where(plug, self.written_balance, self.legacy)
        standing = weighed(closes, opening_weight) * running
        for_life = self.rate_written - np.where(self.floating, shock, 0.0)
        earning = of_cohorts(self.survival, self.new * for_life, terms.kept)
        first = (1 - opening_weight) * self.new  # its opening balance is 0 when it is written
        older = weighed(from_nothing(self.cohorts), opening_weight) - first
        moved = np.where(self.floating, first * shock + older * later, 0.0)
        return standing + weighed(from_nothing(earning), opening_weight) + moved

    @cached_property
    def interest_rate_run(self) -> np.ndarray:
        """Interest per year that the closing balance earns, unsigned: (position, period)."""
        return self.interest_per_year(opening_weight=0.0)


def from_nothing(closes: np.ndarray) -> np.ndarray:
    """Put a close t = 0 of zeros before closes t = 1..T."""
    return np.column_stack([np.zeros(len(closes)), closes])


def weighed(closes: np.ndarray, opening_weight: float) -> np.ndarray:
    """Weigh opening and closing balances of each period, from closes t = 0..T: (n, T)."""
    return opening_weight * closes[:, :-1] + (1 - opening_weight) * closes[:, 1:]
