"""The contract, sections 3 to 6, as the brute-force model of one case: one variable a decision, cohorts expanded.

Written from CONTRACT.md alone, with dictionaries and loops and nothing shared with the real model, so that the
two agree only if both read the contract alike. `t` is a period, `u` the period in which business was written,
`p` a position (region, currency, product), `l` a lane. Sums are in the position's currency until `fx` is named.
"""

from __future__ import annotations

import math
from typing import Any

from alm.case import Case

from .algebra import Model, Sum, squared, total
from .facts import Facts
from .rows import blank
from .shocks import Place as Position
from .whole import Whole


class Brute:
    """The decisions of a case in one scenario (section 5) and every amount that follows from them."""

    def __init__(self, case: Case, scenario: str = "base") -> None:
        self.facts = Facts(case, scenario)
        self.model = Model()
        self.periods = range(1, self.facts.last + 1)
        self.new: dict[tuple[Position, int], Sum] = {}
        self.sold: dict[tuple[Position, int], Sum] = {}
        self.plug: dict[tuple[Position, int], Sum] = {}
        self.transfer: dict[tuple[str, int], Sum] = {}
        self.change: dict[tuple[Position, int], Sum] = {}
        self.excess: dict[tuple[Position, int], Sum] = {}
        self.kept: dict[tuple[str, int], Sum] = {}
        self.decide()

    # --- the decisions ---

    def decide(self) -> None:
        """Create every decision within its own bounds (sections 4, 5, 6)."""
        for p in self.facts.positions:
            for t in self.periods:
                if self.is_plug(p):
                    self.plug[p, t] = self.model.variable(("plug", p, t))
                    continue
                low, high = (self.facts.bound(c, p, t) for c in ("min_new", "max_new"))
                self.new[p, t] = self.model.variable(("new", p, t), low, high)
                most = self.product(p)["max_disposal"]
                self.sold[p, t] = self.model.variable(("sold", p, t), 0.0, most)
        for l, lane in self.facts.lanes.items():
            for t in self.periods:
                most = float("inf") if lane["start"] <= t <= lane["end"] else 0.0
                self.transfer[l, t] = self.model.variable(("transfer", l, t), 0.0, most)
        self.whole = Whole(self)
        for p, t in self.new:
            self.decide_change(p, t)
            self.decide_excess(p, t)
        if self.facts.settings.earnings.retained > 0:
            for region in self.facts.regions_with_income():
                assert self.takes_earnings(region) in self.facts.positions
                for t in self.periods:
                    self.kept[region, t] = self.model.variable(("posted", region, t))

    def decide_change(self, p: Position, t: int) -> None:
        """Section 4, adjustment_cost: |new business - that of the period before|; the first against last_new."""
        row = self.facts.positions[p]
        if row["adjustment_cost"] == 0 or (t == 1 and blank(row["last_new"])):
            return
        before = self.new[p, t - 1] if t > 1 else Sum(row["last_new"])
        step = self.new[p, t] - before
        self.change[p, t] = self.model.largest(("change", p, t), [step, -step])

    def decide_excess(self, p: Position, t: int) -> None:
        """Section 4, back_book: max(0, volume - reference_volume)."""
        row = self.facts.positions[p]
        if row["back_book"] * row["price_slope"] != 0:
            over = self.new[p, t] - row["reference_volume"]
            self.excess[p, t] = self.model.largest(("excess", p, t), [Sum(0.0), over])

    # --- what a position is ---

    def is_plug(self, p: Position) -> bool:
        return bool(self.facts.positions[p]["plug"])

    def product(self, p: Position) -> dict[str, Any]:
        return self.facts.products[p[2]]

    def side(self, p: Position) -> str:
        return self.product(p)["side"]

    def sign(self, p: Position) -> float:
        """+1 where the rate is earned (assets, fees of off-balance), -1 where it is paid."""
        return 1.0 if self.side(p) in ("asset", "off_balance") else -1.0

    def attribute(self, name: str, p: Position, t: int) -> float:
        return self.facts.attribute(name, p, t)

    def tax_rate(self, region: str) -> float:
        return float(self.facts.regions[region]["tax_rate"])

    # --- balances (section 5) ---

    def legacy_unsold(self, p: Position, t: int) -> float:
        """Legacy balance before disposals."""
        return self.facts.positions[p]["balance"] * self.facts.legacy_share(p, t)

    def legacy(self, p: Position, t: int) -> Sum:
        """balance[p,0] x L[p,t] x (1 - sold[p,t])."""
        gone = self.sold[p, t] if t > 0 else Sum(0.0)
        return self.legacy_unsold(p, t) * (1 - gone)

    def cohort(self, p: Position, u: int, t: int) -> Sum:
        """What is there at the close of t of the business written in u; 0 before."""
        if t < u:
            return Sum(0.0)
        return self.facts.survival(p, u, t) * self.new[p, u]

    def balance(self, p: Position, t: int) -> Sum:
        """Closing balance; t = 0 is the opening balance sheet."""
        if t == 0:
            return Sum(self.facts.positions[p]["balance"])
        if self.is_plug(p):
            return self.plug[p, t]
        written = total(self.cohort(p, u, t) for u in range(1, t + 1))
        return self.legacy(p, t) + written + self.retained(p, t)

    def takes_earnings(self, region: str) -> Position:
        """Section 5: the equity product in the region's home currency."""
        return region, self.facts.regions[region]["currency"], self.facts.settings.earnings.product

    def retained(self, p: Position, t: int) -> Sum:
        """Section 5: what was posted up to the close; it bears no interest and is not new business."""
        if p != self.takes_earnings(p[0]):
            return Sum(0.0)
        return total(self.kept[p[0], u] for u in range(1, t + 1) if (p[0], u) in self.kept)

    def leaving(self, p: Position, t: int, since: float, until: float) -> Sum:
        """Section 3, `ladder`: what is there at close t and runs off more than `since`, at most `until` months on.

        Legacy books without residual_months, or with `runoff` rows, do not run off by terms of their own.
        """
        near, far = since / self.facts.step_months, until / self.facts.step_months
        leaves = Sum(0.0)
        if p not in self.facts.has_runoff:
            share = self.facts.legacy_share(p, t, near) - self.facts.legacy_share(p, t, far)
            leaves = self.facts.positions[p]["balance"] * share * (1 - self.sold[p, t])
        for u in range(1, t + 1):
            share = self.facts.survival(p, u, t, near) - self.facts.survival(p, u, t, far)
            leaves = leaves + share * self.new[p, u]
        return leaves

    def newly_sold(self, p: Position, t: int) -> Sum:
        """balance[p,0] x L[p,t] x (sold[p,t] - sold[p,t-1])."""
        before = self.sold[p, t - 1] if t > 1 else Sum(0.0)
        return self.legacy_unsold(p, t) * (self.sold[p, t] - before)

    def ran_off(self, p: Position, t: int) -> Sum:
        """Section 4, min_renewal: legacy x (1 - sold at its close), and cohorts."""
        lost = self.legacy_unsold(p, t - 1) - self.legacy_unsold(p, t)
        cohorts = (self.cohort(p, u, t - 1) - self.cohort(p, u, t) for u in range(1, t))
        return lost * (1 - self.sold[p, t]) + total(cohorts)

    def outstanding(self, l: str, t: int) -> Sum:
        """Section 6: opening still there + transfers still there, in the lender's currency."""
        shares = ((self.facts.lane_share(l, t - u), u) for u in range(1, t + 1))
        opening = self.facts.lanes[l]["opening"] * self.facts.lane_legacy_share(l, t)
        return opening + total(share * self.transfer[l, u] for share, u in shares)

    def debt(self, l: str, t: int) -> Sum:
        """Section 6: what the borrower owes, in its currency; of a swap fixed at base fx."""
        lane = self.facts.lanes[l]
        rate = self.facts.base_fx(lane["currency"]) / self.facts.base_fx(lane["borrower_currency"])
        return rate * self.outstanding(l, t)

    def average(self, opening: Sum | float, closing: Sum | float) -> Sum:
        """`avg` by accrual."""
        if self.facts.settings.accrual == "average":
            return 0.5 * (Sum(0.0) + opening) + 0.5 * (Sum(0.0) + closing)
        return Sum(0.0) + closing

    # --- what must hold (sections 4 to 6) ---

    def require_everything(self) -> None:
        """Add funding, bounds on balances, renewals, growing disposals and capacities."""
        for region, t in self.kept:
            self.require_posting(region, t)
        for t in self.periods:
            for node in self.facts.nodes():
                self.require_funding(node, t)
            for p in self.facts.positions:
                self.require_bounds(p, t)
            for l, lane in self.facts.lanes.items():
                most = self.facts.shocks.capacity(lane, t)
                self.model.require(("capacity", l, t), self.outstanding(l, t), upper=most)

    def require_funding(self, node: tuple[str, str], t: int) -> None:
        """Section 5: assets + lent = liabilities + equity + borrowed; the debt of a swap at base fx."""
        gap = Sum(0.0)
        for p in self.facts.positions:
            if p[:2] == node and self.side(p) != "off_balance":
                gap = gap + self.sign(p) * self.balance(p, t)
        for l, lane in self.facts.lanes.items():
            if (lane["lender"], lane["currency"]) == node:
                gap = gap + self.outstanding(l, t)
            if (lane["borrower"], lane["borrower_currency"]) == node:
                gap = gap - self.debt(l, t)
        self.model.require(("funding", node, t), gap, 0.0, 0.0)

    def require_posting(self, region: str, t: int) -> None:
        """Section 5: retained x income after tax / fx is posted; where income is only concave, at most that."""
        (number,) = self.kept[region, t].linear
        rate = self.facts.fx(self.takes_earnings(region)[1], t)
        unposted = self.facts.settings.earnings.retained * self.income(region, t)
        unposted = unposted - rate * self.kept[region, t]
        kept = {v for each in self.kept.values() for v in each.linear}
        loose = self.model.auxiliary.keys() - kept - self.model.exact
        bent = unposted.squares or loose & unposted.linear.keys()
        most = math.inf if bent else 0.0
        self.model.require(("posted", region, t), unposted, 0.0, most)
        # What is posted may cost something to hold, so a plan's own income is solved for it.
        per_unit = unposted.linear[number]
        others = {v: c for v, c in unposted.linear.items() if v != number}
        earned = Sum(unposted.constant, others, unposted.squares) * (-1 / per_unit)
        self.model.auxiliary[number] = (sum, [earned])

    def require_bounds(self, p: Position, t: int) -> None:
        """Section 4: the balance between its bounds, renewals between theirs, and what is sold stays sold."""
        low, high = (self.facts.bound(c, p, t) for c in ("min_balance", "max_balance"))
        self.model.require(("balance", p, t), self.balance(p, t), low, high)
        if self.is_plug(p):
            return
        # Of a book that has run off nothing is left to sell, so its share stays where it is.
        newly = self.sold[p, t] - (self.sold[p, t - 1] if t > 1 else Sum(0.0))
        most = 0.0 if self.legacy_unsold(p, t) == 0 else math.inf
        self.model.require(("sold", p, t), newly, 0.0, most)
        row = self.facts.positions[p]
        if not blank(row["min_renewal"]):
            over = self.new[p, t] - row["min_renewal"] * self.ran_off(p, t)
            self.model.require(("min_renewal", p, t), over, lower=0.0)
        if not blank(row["max_renewal"]):
            over = self.new[p, t] - row["max_renewal"] * self.ran_off(p, t)
            self.model.require(("max_renewal", p, t), over, upper=0.0)

    # --- income (section 5), in reporting currency ---

    def floats(self, p: Position) -> float:
        """Section 3: the share of a move of its index that business written before passes on."""
        return self.product(p)["beta"] if self.product(p)["rate_type"] == "floating" else 0.0

    def posted(self, p: Position, u: int, t: int | None = None) -> Sum:
        """Volume written in u x the rate it was written at; with `t`, the rate that it has in that period.

        Section 8: a shock counts in full when the business is written; from then on a fixed cohort keeps it, a
        floating one has its own rate and beta x the shock of the period.
        """
        later = t is not None and t > u and self.product(p)["rate_type"] == "floating"
        moved = (
            self.floats(p) * self.facts.shocks.rate(p, t) if later else self.facts.shocks.rate(p, u)
        )
        return self.priced(p, u) + self.sign(p) * moved * self.new[p, u]

    def priced(self, p: Position, u: int) -> Sum:
        """Volume written in u x its posted rate: earned counts plus, paid minus. Concave in the volume.

        Assets earn (r - s (v - ref)) v, liabilities pay (r + s (v - ref)) v: signed, both lose s (v - ref) v.
        """
        if (p, u) in self.whole.tiered:
            return self.sign(p) * self.whole.tiered[p, u]
        row, v = self.facts.positions[p], self.new[p, u]
        flat = self.sign(p) * row["new_rate"] + row["price_slope"] * row["reference_volume"]
        return flat * v - row["price_slope"] * squared(v)

    def interest(self, p: Position, t: int) -> Sum:
        """Signed interest of a position in a period, each cohort at the rate it was written at."""
        y, fx, rate = (
            self.facts.year_fraction(t),
            self.facts.fx(p[1], t),
            self.facts.positions[p]["rate"],
        )
        if self.is_plug(p):
            rate = rate + self.facts.shocks.rate(p, t)
            held = self.average(self.balance(p, t - 1), self.balance(p, t))
            return y * fx * self.sign(p) * rate * held
        rate = rate + self.floats(p) * self.facts.shocks.rate(p, t)
        held = self.average(self.legacy(p, t - 1), self.legacy(p, t))
        earned = self.sign(p) * rate * held
        for u in range(1, t + 1):
            opening = self.facts.survival(p, u, t - 1) if u < t else 0.0
            share = self.average(opening, self.facts.survival(p, u, t)).constant
            earned = earned + share * self.posted(p, u, t)
        return y * fx * earned

    def carry(self, p: Position, t: int) -> float:
        """Yearly cost of holding a unit: operating_cost on all sides, expected_loss on assets and off balance."""
        loss = self.attribute("expected_loss", p, t) if self.sign(p) > 0 else 0.0
        return self.attribute("operating_cost", p, t) + loss

    def back_book_cost(self, p: Position, t: int) -> Sum:
        """Section 4: back_book x price_slope x max(0, volume - reference) x legacy before disposals, per year."""
        if (p, t) not in self.excess:
            return Sum(0.0)
        row = self.facts.positions[p]
        held = self.average(self.legacy_unsold(p, t - 1), self.legacy_unsold(p, t)).constant
        price = self.facts.year_fraction(t) * self.facts.fx(p[1], t) * held
        return price * row["back_book"] * row["price_slope"] * self.excess[p, t]

    def other_costs(self, p: Position, t: int) -> Sum:
        """Expected loss, operating cost, adjustment and fixed cost, and the loss of selling."""
        fx = self.facts.fx(p[1], t)
        held = self.average(self.balance(p, t - 1), self.balance(p, t))
        cost = self.facts.year_fraction(t) * fx * self.carry(p, t) * held
        if (p, t) in self.change:
            cost = cost + fx * self.facts.positions[p]["adjustment_cost"] * self.change[p, t]
        if not self.is_plug(p):
            cost = cost + fx * self.product(p)["disposal_haircut"] * self.newly_sold(p, t)
        return cost + self.whole.fixed_cost(p, t)

    def lane_held(self, l: str, t: int) -> Sum:
        """Year fraction x average outstanding, in reporting currency."""
        held = self.average(self.outstanding(l, t - 1), self.outstanding(l, t))
        return (
            self.facts.year_fraction(t) * self.facts.fx(self.facts.lanes[l]["currency"], t) * held
        )

    def lane_interest(self, region: str, t: int) -> Sum:
        """Section 6: paid by borrower to lender."""
        net = Sum(0.0)
        for l, lane in self.facts.lanes.items():
            ends = (lane["lender"] == region) - (lane["borrower"] == region)
            net = net + ends * lane["rate"] * self.lane_held(l, t)
        return net

    def lane_costs(self, region: str, t: int) -> Sum:
        """Section 6: cost, tax on a positive rate, and fixed costs; the lender bears them."""
        lost = self.whole.lane_fixed_costs(region, t)
        for l, lane in self.facts.lanes.items():
            if lane["lender"] == region:
                price = self.facts.lane_cost(l) + lane["tax"] * max(0.0, lane["rate"])
                lost = lost + price * self.lane_held(l, t)
        return lost

    def own(self, region: str) -> list[Position]:
        return [p for p in self.facts.positions if p[0] == region]

    def net_interest_income(self, region: str, t: int) -> Sum:
        """Section 7: interest after back-book cost, with lane interest, before all other costs."""
        of_positions = (self.interest(p, t) - self.back_book_cost(p, t) for p in self.own(region))
        return total(of_positions) + self.lane_interest(region, t)

    def income_before_tax(self, region: str, t: int) -> Sum:
        """Section 5."""
        costs = total(self.other_costs(p, t) for p in self.own(region))
        return self.net_interest_income(region, t) - costs - self.lane_costs(region, t)

    def income(self, region: str, t: int) -> Sum:
        """Section 5: income before tax less tax on what is not exempt; losses are relieved."""
        before = self.income_before_tax(region, t)
        exempt = total(
            self.product(p)["tax_exempt"] * self.interest(p, t) for p in self.own(region)
        )
        return before - self.tax_rate(region) * (before - exempt)

    # --- targets (section 4) ---

    def target_charge(self, t: int) -> Sum:
        """Weight x (balance - target) squared, in table units of the position's currency."""
        charge = Sum(0.0)
        for row in self.facts.rows("targets"):
            if row["period"] == t:
                p = (row["region"], row["currency"], row["product"])
                miss = self.model.equal(("miss", p, t), self.balance(p, t) - row["balance"])
                charge = charge + row["weight"] * squared(miss)
        return charge
