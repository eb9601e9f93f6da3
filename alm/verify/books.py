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
        return of_cohorts(self.survival, self.new)

    @cached_property
    def ran_off(self) -> np.ndarray:
        """What ran off in each period: legacy x (1 - sold at its close), and cohorts (section 4)."""
        legacy = -np.diff(self.before_disposals, axis=1) * (1 - self.sold_share[:, 1:])
        lost = np.zeros(self.survival.shape)
        lost[:, 1:] = -np.diff(self.survival, axis=1)
        return np.where(self.terms.plug[:, None], 0.0, legacy) + of_cohorts(lost, self.new)

    @cached_property
    def average_left(self) -> np.ndarray:
        """Share of a cohort on which it earns, by age: its opening balance is 0 when it is written."""
        if self.terms.case.settings.accrual == "closing":
            return self.survival
        opening = np.zeros(self.survival.shape)
        opening[:, 1:] = self.survival[:, :-1]
        return (self.survival + opening) / 2

    def average(self, closes: np.ndarray) -> np.ndarray:
        """Balance on which interest accrues, from closes t = 0..T: (n, T)."""
        if self.terms.case.settings.accrual == "closing":
            return closes[:, 1:]
        return (closes[:, 1:] + closes[:, :-1]) / 2

    @cached_property
    def rate_written(self) -> np.ndarray:
        """Rate at which each period's new business was written: (position, period).

        new_rate -+ price_slope x (volume - reference_volume), or the average over tiers (section 4).
        """
        rows = self.terms.positions
        slope = np.where(self.tiered, 0.0, rows["price_slope"].to_numpy(float))
        gap = self.new - rows["reference_volume"].to_numpy(float)[:, None]
        rate = rows["new_rate"].to_numpy(float)[:, None] - (self.terms.sign * slope)[:, None] * gap
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
    def interest_rate_run(self) -> np.ndarray:
        """Interest per year that the closing balance earns, unsigned: (position, period)."""
        rate = self.terms.positions["rate"].to_numpy(float)[:, None]
        book = np.where(self.terms.plug[:, None], self.written_balance, self.legacy)[:, 1:]
        return book * rate + of_cohorts(self.survival, self.new * self.rate_written)
