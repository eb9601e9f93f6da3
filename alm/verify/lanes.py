"""Lanes: what is outstanding, what is owed, what it costs (contract, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alm.verify.plan import Plan
from alm.verify.survival import of_cohorts, share_left
from alm.verify.terms import Terms


@dataclass(frozen=True, eq=False)
class Lanes:
    """Outstanding amounts by formula and as written, and the income that follows from them."""

    terms: Terms
    plan: Plan

    @cached_property
    def formula(self) -> np.ndarray:
        """Outstanding = opening still there + transfers still there, both bullet: (lane, period)."""
        lanes, periods = self.terms.lanes, self.terms.periods
        tenor = lanes["tenor_months"].to_numpy(float) / self.terms.step_months
        bullet = np.full(len(lanes), "bullet")
        left = np.column_stack([share_left(bullet, tenor, k) for k in range(periods)])
        residual = lanes["residual_months"].fillna(0.0).to_numpy(float) / self.terms.step_months
        still = [share_left(bullet, residual, t) for t in range(1, periods + 1)]
        opening = lanes["opening"].to_numpy(float)[:, None] * np.column_stack(still)
        return opening + of_cohorts(left, self.plan.lane("transfer"))

    @cached_property
    def outstanding(self) -> np.ndarray:
        """Outstanding as the plan has it, with the opening at t = 0: (lane, T + 1)."""
        opening = self.terms.lanes["opening"].to_numpy(float)
        return np.column_stack([opening, self.plan.lane("outstanding")])

    @cached_property
    def carries(self) -> np.ndarray:
        """Whether a lane carries anything, from one quantum on: (lane, period)."""
        return self.plan.lane_quanta("outstanding") >= 1

    @cached_property
    def claim(self) -> np.ndarray:
        """The lender's claim, reporting currency: (lane, period)."""
        return self.outstanding[:, 1:] * self.terms.lane_fx

    @cached_property
    def debt_before_rounding(self) -> np.ndarray:
        """What the borrower owes, quanta of the borrower's currency: fixed at base fx."""
        return self.plan.lane_quanta("outstanding") * self.terms.debt_ratio[:, None]

    @cached_property
    def debt_quanta(self) -> np.ndarray:
        """The same to the nearest quantum, int64."""
        return np.rint(self.debt_before_rounding).astype(np.int64)

    @cached_property
    def debt(self) -> np.ndarray:
        """The borrower's debt, reporting currency: (lane, period)."""
        return self.debt_quanta * self.terms.quantum * self.terms.debt_fx

    @cached_property
    def accrued(self) -> np.ndarray:
        """Average (or closing) outstanding x fx x year fraction: (lane, period)."""
        closes = self.outstanding
        if self.terms.case.settings.accrual == "closing":
            base = closes[:, 1:]
        else:
            base = (closes[:, 1:] + closes[:, :-1]) / 2
        return base * self.terms.lane_fx * self.terms.years

    @cached_property
    def interest(self) -> np.ndarray:
        """Paid by the borrower to the lender, reporting currency."""
        return self.accrued * self.terms.lanes["rate"].to_numpy(float)[:, None]

    @cached_property
    def cost(self) -> np.ndarray:
        """What the group loses, borne by the lender: cost, withholding tax, fixed costs."""
        lanes = self.terms.lanes
        withheld = lanes["tax"] * np.maximum(lanes["rate"], 0)  # none on a negative rate
        running = self.accrued * (lanes["cost"] + withheld).to_numpy(float)[:, None]
        fixed = self.carries * lanes["fixed_cost"].to_numpy(float)[:, None]
        return running + fixed + self._fixed_of_corridors

    def by_corridor(self, amounts: np.ndarray) -> np.ndarray:
        """Sum rows of (lane, period) by corridor."""
        total = np.zeros((len(self.terms.case.table("corridors")), amounts.shape[1]))
        corridor = self.terms.lane_corridor
        np.add.at(total, corridor[corridor >= 0], amounts[corridor >= 0])
        return total

    @cached_property
    def _fixed_of_corridors(self) -> np.ndarray:
        """Fixed cost of corridors, on the lane whose name sorts first: (lane, period)."""
        fixed = np.zeros(self.carries.shape)
        lanes = self.terms.lanes.assign(
            row=np.arange(len(self.terms.lanes)), of=self.terms.lane_corridor
        )
        first = lanes.loc[lanes["of"] >= 0].sort_values("lane").drop_duplicates("of")
        used = self.by_corridor(self.carries.astype(float)) > 0
        cost = self.terms.case.table("corridors")["fixed_cost"].to_numpy(float)
        of = first["of"].to_numpy(int)
        fixed[first["row"].to_numpy(int)] = used[of] * cost[of, None]
        return fixed
