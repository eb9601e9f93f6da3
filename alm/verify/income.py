"""Income of positions and regions, reporting currency (contract, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alm.verify.books import Books
from alm.verify.lanes import Lanes
from alm.verify.terms import Terms

OF_POSITIONS = (
    *("interest", "expected_loss", "operating_cost", "back_book", "adjustment"),
    "disposal_loss",
)
REGIONAL = (*OF_POSITIONS, "lane_interest", "lane_cost", "income_before_tax", "tax", "income")


@dataclass(frozen=True, eq=False)
class Income:
    """Every term of income, by position or lane and period. Costs are positive amounts."""

    terms: Terms
    books: Books
    lanes: Lanes

    @cached_property
    def _money(self) -> np.ndarray:
        """Turn an amount per year in the position's currency into reporting currency of the period."""
        return self.terms.position_fx * self.terms.years

    @cached_property
    def interest(self) -> np.ndarray:
        """Earned on assets, fees of off balance; paid on liabilities and equity, hence negative."""
        per_year = self.books.interest_per_year(self.books.opening_weight)
        return per_year * self.terms.sign[:, None] * self._money

    @cached_property
    def _average_balance(self) -> np.ndarray:
        """Average (or closing) balance as the plan has it, x fx x year fraction."""
        return self.books.average(self.books.written_balance) * self._money

    @cached_property
    def expected_loss(self) -> np.ndarray:
        """Expected loss of assets and off balance."""
        loses = self.terms.side("asset", "off_balance")[:, None]
        return self._average_balance * self.terms.attribute("expected_loss") * loses

    @cached_property
    def operating_cost(self) -> np.ndarray:
        """Operating cost, all sides."""
        return self._average_balance * self.terms.attribute("operating_cost")

    @cached_property
    def back_book(self) -> np.ndarray:
        """back_book x price_slope x max(0, volume - reference) x legacy balance before disposals."""
        rows, books = self.terms.positions, self.books
        excess = np.maximum(0, books.new - rows["reference_volume"].to_numpy(float)[:, None])
        share = (rows["back_book"] * rows["price_slope"]).to_numpy(float)
        share = np.where(books.tiered | self.terms.plug, 0.0, share)
        return books.average(books.before_disposals) * share[:, None] * excess * self._money

    @cached_property
    def adjustment(self) -> np.ndarray:
        """adjustment_cost x |new - new of the period before|, and the fixed cost of new business."""
        rows, new = self.terms.positions, self.books.new
        before = rows["last_new"].to_numpy(float)
        first = np.where(np.isnan(before), 0.0, new[:, 0] - before)  # a blank one is free
        moved = np.column_stack([np.abs(first), np.abs(np.diff(new, axis=1))])
        per_unit = np.where(self.terms.plug, 0.0, rows["adjustment_cost"].to_numpy(float))
        fixed = rows["fixed_cost"].to_numpy(float)[:, None] * (new > 0)
        return moved * per_unit[:, None] * self.terms.position_fx + fixed

    @cached_property
    def disposal_loss(self) -> np.ndarray:
        """disposal_haircut x amount newly sold."""
        haircut = self.terms.positions["disposal_haircut"].to_numpy(float)[:, None]
        return self.books.sold_amount * haircut * self.terms.position_fx

    @cached_property
    def of_positions(self) -> np.ndarray:
        """Income before tax of each position, without lanes: (position, period)."""
        costs = self.expected_loss + self.operating_cost + self.back_book
        return self.interest - costs - self.adjustment - self.disposal_loss

    @cached_property
    def of_regions(self) -> dict[str, np.ndarray]:
        """Columns of plan table `regions`: (region, period) each."""
        at = self.terms.position_region
        parts = {name: self.terms.by_region(getattr(self, name), at) for name in OF_POSITIONS}
        lender, borrower = self.terms.lender_region, self.terms.borrower_region
        paid = self.lanes.interest
        parts["lane_interest"] = self.terms.by_region(paid, lender) - self.terms.by_region(
            paid, borrower
        )
        parts["lane_cost"] = self.terms.by_region(self.lanes.cost, lender)
        before = self.terms.by_region(self.of_positions, at)
        before = before + parts["lane_interest"] - parts["lane_cost"]
        exempt = self.interest * self.terms.positions["tax_exempt"].to_numpy(float)[:, None]
        rate = self.terms.regions["tax_rate"].to_numpy(float)[:, None]
        tax = rate * (before - self.terms.by_region(exempt, at))
        return parts | {"income_before_tax": before, "tax": tax, "income": before - tax}

    @cached_property
    def takes_posted(self) -> np.ndarray:
        """Whether a position is where its region's retained income is posted: (position)."""
        earnings, rows = self.terms.case.settings.earnings, self.terms.positions
        home = self.terms.regions["currency"].to_numpy()[self.terms.position_region]
        takes = (rows["product"] == earnings.product) & (rows["currency"] == home)
        return takes.to_numpy() & (earnings.retained > 0)

    @cached_property
    def posted(self) -> np.ndarray:
        """Retained income posted up to each close, by position, in its currency: (position, period).

        retained x income after tax / fx, to the equity product in the region's home currency.
        """
        income = self.of_regions["income"][self.terms.position_region]
        retained = self.terms.case.settings.earnings.retained
        share = self.takes_posted[:, None] * retained / self.terms.position_fx
        return np.cumsum(income * share, axis=1)
