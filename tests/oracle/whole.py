"""The contract, sections 3, 4 and 6: lots, tickets, fixed costs, corridors, rates by volume.

A whole variable says whether anything is written, placed or carried: from one quantum on it is, below it is not, as
there is nothing between in a plan. A rate by volume is a choice of the part in which the whole volume ends.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .algebra import Name, Sum, total
from .rows import Row, blank
from .shocks import Place as Position

if TYPE_CHECKING:
    from .brute import Brute
    from .scope import Scope

NEAR = 1e-9  # of a threshold: a written volume is a decimal


class Whole:
    """What is whole in a brute-force model."""

    def __init__(self, brute: Brute) -> None:
        self.brute, self.facts, self.model = brute, brute.facts, brute.model
        self.quantum = self.facts.settings.quantum
        self.written: dict[tuple[Position, int], Sum] = {}
        self.tiered: dict[tuple[Position, int], Sum] = {}
        self.carried: dict[tuple[str, int], Sum] = {}
        self.opened: dict[tuple[str, int], Sum] = {}
        self.corridors = {row["corridor"]: row for row in self.facts.rows("corridors")}
        self.tiers: dict[Position, list[tuple[float, float]]] = {}
        for row in self.facts.rows("tiers"):
            p = (row["region"], row["currency"], row["product"])
            self.tiers.setdefault(p, []).append((row["over"], row["rate"]))
        for p, t in brute.new:
            self.decide_new(p, t)
        for l, t in brute.transfer:
            self.decide_transfer(l, t)
        for t in brute.periods:
            self.require_corridors(t)

    # --- new business (sections 3, 4) ---

    def decide_new(self, p: Position, t: int) -> None:
        """A multiple of the lot, 0 or at least the ticket, at a rate by its volume."""
        product, volume = self.brute.product(p), self.brute.new[p, t]
        most = self.facts.bound("max_new", p, t)
        self.in_lots(("lots", p, t), volume, product["lot"], most)
        if product["minimum_ticket"] > 0 or product["fixed_cost"] > 0:
            least = product["minimum_ticket"]
            self.written[p, t] = self.anything(("written", p, t), volume, least, most)
        if p in self.tiers:
            self.tiered[p, t] = self.by_volume(p, t, most)

    def in_lots(self, name: Name, volume: Sum, lot: float, most: float) -> None:
        """Volume = lot x a whole number; a lot of one quantum is what every amount has."""
        if lot in (0, self.quantum):
            return
        count = self.model.counted(
            name, [volume], lambda parts: round(parts[0] / lot), upper=most / lot
        )
        self.model.require(name, volume - lot * count, 0.0, 0.0)

    def anything(self, name: Name, amount: Sum, least: float, most: float) -> Sum:
        """1 where the amount is at least `least` and one quantum, at most `most`; 0 where it is 0."""
        assert math.isfinite(most), f"{name}: no capacity"
        is_there = self.model.counted(
            name, [amount], lambda parts: float(parts[0] > 0.5 * self.quantum)
        )
        self.model.require((*name, "most"), amount - most * is_there, upper=0.0)
        floor = max(least, self.quantum)
        self.model.require((*name, "least"), amount - floor * is_there, lower=0.0)
        return is_there

    def by_volume(self, p: Position, t: int, most: float) -> Sum:
        """Section 4, `tiers`: volume x the rate of each part of it, exact whatever the order of the rates."""
        starts = [(0.0, float(self.facts.positions[p]["new_rate"])), *sorted(self.tiers[p])]
        ends = [over for over, _ in starts[1:]] + [math.inf]
        volume, earned = self.brute.new[p, t], Sum(0.0)
        uses, parts, before = [], [], 0.0
        for number, ((low, rate), high) in enumerate(zip(starts, ends, strict=True)):
            high = min(high, most)
            if low > 0 and low >= most:
                break
            name = ("tier", p, t, number)

            def ends_here(x: list[float], low: float = low, high: float = high) -> float:
                return float(low + NEAR < x[0] <= high + NEAR or x[0] <= low == 0)

            use = self.model.counted(name, [volume], ends_here)
            part = self.model.variable((*name, "volume"))
            self.model.exactly(part, [volume, use], math.prod)
            self.model.require((*name, "low"), part - low * use, lower=0.0)
            self.model.require((*name, "high"), part - high * use, upper=0.0)
            earned = earned + rate * part + (before - rate * low) * use
            before += rate * (high - low)
            uses.append(use)
            parts.append(part)
        self.model.require(("tier", p, t, "one"), total(uses), 1.0, 1.0)
        self.model.require(("tier", p, t, "all"), total(parts) - volume, 0.0, 0.0)
        return earned

    def fixed_cost(self, p: Position, t: int) -> Sum:
        """Section 3: reporting currency, for each position and period with new business."""
        if (p, t) not in self.written:
            return Sum(0.0)
        return self.brute.product(p)["fixed_cost"] * self.written[p, t]

    # --- lanes (section 6) ---

    def decide_transfer(self, l: str, t: int) -> None:
        """Ticket and lot apply to each transfer."""
        lane, volume = self.facts.lanes[l], self.brute.transfer[l, t]
        most = self.facts.shocks.capacity(lane, t)
        self.in_lots(("lots", l, t), volume, lane["lot"], most)
        if lane["minimum_ticket"] > 0:
            self.anything(("placed", l, t), volume, lane["minimum_ticket"], most)

    def carries(self, l: str, t: int) -> Sum:
        """1 where the lane carries anything at the close."""
        if (l, t) not in self.carried:
            most = self.facts.shocks.capacity(self.facts.lanes[l], t)
            stock = self.brute.outstanding(l, t)
            self.carried[l, t] = self.anything(("carries", l, t), stock, 0.0, most)
        return self.carried[l, t]

    def members(self, corridor: str) -> list[str]:
        return sorted(l for l, lane in self.facts.lanes.items() if lane["corridor"] == corridor)

    def any_of(self, name: Name, lanes: list[str], t: int) -> Sum:
        """1 where any of the lanes carries anything."""
        each = [self.carries(l, t) for l in lanes]
        some = self.model.counted(name, each, max)
        for number, one in enumerate(each):
            self.model.require((*name, number), some - one, lower=0.0)
        self.model.require((*name, "none"), total(each) - some, lower=0.0)
        return some

    def require_corridors(self, t: int) -> None:
        """Section 6, `corridors`: within the capacity, 0 or at least the minimum, in reporting currency."""
        for corridor, row in self.corridors.items():
            lanes = self.members(corridor)
            if not lanes:
                continue
            stock = total(
                self.facts.fx(self.facts.lanes[l]["currency"], t) * self.brute.outstanding(l, t)
                for l in lanes
            )
            if not blank(row["capacity"]):
                self.model.require(("corridor", corridor, t), stock, upper=row["capacity"])
            if row["fixed_cost"] > 0 or row["minimum"] > 0:
                some = self.any_of(("corridor carries", corridor, t), lanes, t)
                self.opened[corridor, t] = some
                short = stock - row["minimum"] * some
                self.model.require(("corridor minimum", corridor, t), short, lower=0.0)

    def lane_fixed_costs(self, region: str, t: int) -> Sum:
        """Section 6: of lanes that carry anything, the lender's; of corridors, its lane's whose name sorts first."""
        cost = Sum(0.0)
        for l, lane in self.facts.lanes.items():
            if lane["lender"] == region and lane["fixed_cost"] > 0:
                cost = cost + lane["fixed_cost"] * self.carries(l, t)
        for (corridor, when), some in self.opened.items():
            first = self.facts.lanes[self.members(corridor)[0]]
            if when == t and first["lender"] == region:
                cost = cost + self.corridors[corridor]["fixed_cost"] * some
        return cost

    def open_lanes(self, scope: Scope, t: int) -> Sum:
        """Section 7: lanes with at least one end inside that carry anything; a corridor counts once."""
        alone, joined = [], {}
        for l, lane in self.facts.lanes.items():
            if not scope.nodes & _ends(lane):
                continue
            if blank(lane["corridor"]):
                alone.append(self.carries(l, t))
            else:
                joined.setdefault(lane["corridor"], []).append(l)
        together = [
            self.any_of(("open", scope.name, corridor, t), lanes, t)
            for corridor, lanes in joined.items()
        ]
        return total(alone + together)

    # --- of a plan that is written ---

    def faults(self, decisions: dict[Name, float]) -> list[Name]:
        """Volumes that are no whole lots or below their ticket, with nothing allowed for rounding."""
        rules = {("new", p, t): self.brute.product(p) for p, t in self.brute.new} | {
            ("transfer", l, t): self.facts.lanes[l] for l, t in self.brute.transfer
        }
        wrong = []
        for name, rule in rules.items():
            amount, lot = decisions[name], rule["lot"] or self.quantum
            whole = abs(amount / lot - round(amount / lot)) * lot < NEAR
            if not whole or 0 < amount < rule["minimum_ticket"] - NEAR:
                wrong.append(name)
        return wrong


def _ends(lane: Row) -> set[tuple[str, str]]:
    return {(lane["lender"], lane["currency"]), (lane["borrower"], lane["borrower_currency"])}
