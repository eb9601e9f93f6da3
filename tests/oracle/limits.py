"""The contract, section 7: measures of a scope, and the limits on them."""

from __future__ import annotations

from .algebra import Sum, total
from .brute import Brute, Position
from .liquidity import LIQUIDITY
from .rows import Row, blank
from .scope import HIGH, LOW, Scope
from .shocks import Place

WEIGHTED = {  # measure: side -> attribute
    "rwa": {"asset": "risk_weight", "off_balance": "risk_weight"},
    "rsf": {"asset": "rsf", "off_balance": "rsf"},
    "leverage_exposure": {"asset": "leverage_factor", "off_balance": "leverage_factor"},
    "asf": {"liability": "asf", "equity": "asf"},
    "required_reserve": {"liability": "reserve_ratio"},
    "outflow": {"liability": "lcr_outflow", "off_balance": "lcr_outflow"},
    "inflow": {"asset": "lcr_inflow"},
}
TIERS = {
    "cet1": ("cet1",),
    "tier1": ("cet1", "at1"),
    "total_capital": ("cet1", "at1", "t2"),
}


class Limits:
    """Measures and limits of a brute-force model."""

    def __init__(self, brute: Brute) -> None:
        self.brute, self.facts, self.model = brute, brute.facts, brute.model
        self.combinations: dict[str, list[tuple[str, float]]] = {}
        for row in self.facts.rows("measures"):
            self.combinations.setdefault(row["measure"], []).append((row["term"], row["weight"]))
        self.addon_rows = self.facts.rows("addons")
        self.headrooms: dict[tuple[str, int], Sum] = {}

    # --- parts of a scope ---

    def held(self, scope: Scope) -> list[Position]:
        return [p for p in self.facts.positions if p[:2] in scope.nodes]

    def amount(self, p: Position, t: int) -> Sum:
        """Closing balance in reporting currency."""
        return self.facts.fx(p[1], t) * self.brute.balance(p, t)

    def crossing(self, scope: Scope, end: str) -> list[str]:
        """Lanes that cross the border with this end (`lender` | `borrower`) inside."""
        found = []
        for l, lane in self.facts.lanes.items():
            lends = (lane["lender"], lane["currency"]) in scope.nodes
            borrows = (lane["borrower"], lane["borrower_currency"]) in scope.nodes
            inside = {"lender": lends and not borrows, "borrower": borrows and not lends}
            found += [l] if inside[end] else []
        return found

    def owed(self, l: str, end: str, t: int) -> Sum:
        """Claim of the lender or debt of the borrower in reporting currency, each from its own currency."""
        lane = self.facts.lanes[l]
        if end == "lender":
            return self.facts.fx(lane["currency"], t) * self.brute.outstanding(l, t)
        return self.facts.fx(lane["borrower_currency"], t) * self.brute.debt(l, t)

    def lane_amounts(self, scope: Scope, t: int) -> list[tuple[Place, str, Sum]]:
        """(place of that end, lane, amount) of the claims and debts that cross and carry a product."""
        found: list[tuple[Place, str, Sum]] = []
        for end, currency, product in (
            ("lender", "currency", "asset_product"),
            ("borrower", "borrower_currency", "liability_product"),
        ):
            for l in self.crossing(scope, end):
                lane = self.facts.lanes[l]
                place = (lane[end], lane[currency], lane[product])
                if not blank(lane[product]):
                    found.append((place, l, self.owed(l, end, t)))
        return found

    def addon(self, measure: str, scope: Scope, t: int) -> float:
        """Section 3, addons: of every scope that holds the region."""
        return sum(
            row["amount"]
            for row in self.addon_rows
            if row["measure"] == measure
            and row["region"] in scope.regions
            and row["start"] <= t <= row["end"]
        )

    # --- measures ---

    def measure(self, name: str, scope: Scope, t: int, side: str) -> Sum:
        """A measure, exact where linear; else never above (`low`) or never below (`high`) its true value."""
        if name in self.combinations:
            other = {LOW: HIGH, HIGH: LOW}[side]
            return total(
                weight * self.measure(term, scope, t, side if weight >= 0 else other)
                for term, weight in self.combinations[name]
            )
        if name in WEIGHTED:
            return self.weighted(name, scope, t)
        if name in TIERS:
            counts = [
                p for p in self.held(scope) if self.brute.product(p)["capital_tier"] in TIERS[name]
            ]
            return total(self.amount(p, t) for p in counts) + self.addon(name, scope, t)
        if name in LIQUIDITY:
            return LIQUIDITY[name](self, scope, t, side)
        if name in ("assets", "liabilities", "equity"):
            return self.balance_of_side(name, scope, t)
        if name.startswith(("class:", "product:")):
            column, wanted = name.split(":", 1)
            counts = [p for p in self.held(scope) if self.brute.product(p)[column] == wanted]
            return total(self.amount(p, t) for p in counts)
        if name in ("lent", "borrowed") or name.startswith("lent:"):
            return self.lent(name, scope, t)
        if name in ("new_business", "disposals", "transfers"):
            return self.volume(name, scope, t)
        if name == "open_lanes":
            return self.brute.whole.open_lanes(scope, t)
        if name in ("net_interest_income", "income"):
            assert not scope.currency
            if (
                name == "income"
                and side == HIGH
                and any(p[0] in scope.regions for p, _ in self.brute.change)
            ):
                raise NotImplementedError("income with adjustment costs is concave")
            of = {
                "income": self.brute.income,
                "net_interest_income": self.brute.net_interest_income,
            }
            return total(of[name](region, t) for region in sorted(scope.regions))
        return self.custom(name, scope, t)

    def weighted(self, name: str, scope: Scope, t: int) -> Sum:
        """Weight x balance of the sides that carry it; lanes by their products; off balance rwa x ccf."""
        result = Sum(self.addon(name, scope, t))
        amounts = [(p, "", self.amount(p, t)) for p in self.held(scope)]
        for place, lane, amount in amounts + self.lane_amounts(scope, t):
            side = self.facts.products[place[2]]["side"]
            if side in WEIGHTED[name]:
                weight = self.facts.attribute(WEIGHTED[name][side], place, t, lane)
                if name == "rwa" and side == "off_balance":
                    weight *= self.facts.attribute("ccf", place, t, lane)
                result = result + weight * amount
        for p in self.held(scope):
            attribute = WEIGHTED[name].get(self.brute.side(p), "")
            result = result + self.facts.fx(p[1], t) * self.moved_by_ladder(attribute, p, t)
        return result

    def moved_by_ladder(self, attribute: str, p: Position, t: int) -> Sum:
        """Section 3, `ladder`: what runs off within months_left weighs its value; a plug never matures."""
        moved, since = Sum(0.0), 0.0
        if self.brute.is_plug(p):
            return moved
        for months, value in self.facts.ladder(attribute, p[2]):
            more = value - self.brute.attribute(attribute, p, t)
            moved = moved + more * self.brute.leaving(p, t, since, months)
            since = months
        return moved

    def custom(self, name: str, scope: Scope, t: int) -> Sum:
        """Section 7: column x balance, any side, lanes by their products."""
        assert name in self.facts.settings.custom_measures, f"no measure {name}"
        amounts = [(p, "", self.amount(p, t)) for p in self.held(scope)]
        return total(
            self.facts.attribute(name, place, t, lane) * amount
            for place, lane, amount in amounts + self.lane_amounts(scope, t)
        )

    def balance_of_side(self, name: str, scope: Scope, t: int) -> Sum:
        """Balances by side; assets with the claims that cross, liabilities with the debts."""
        side = {"assets": "asset", "liabilities": "liability", "equity": "equity"}[name]
        end = {"assets": "lender", "liabilities": "borrower"}.get(name)
        own = [self.amount(p, t) for p in self.held(scope) if self.brute.side(p) == side]
        crossing = self.crossing(scope, end) if end else []
        return total(own) + total(self.owed(l, end, t) for l in crossing)

    def lent(self, name: str, scope: Scope, t: int) -> Sum:
        """Outstanding on lanes that cross, as lender or borrower, or lent to the subtree of a region outside."""
        end = "borrower" if name == "borrowed" else "lender"
        found = self.crossing(scope, end)
        if name.startswith("lent:"):
            there = self.facts.subtree(name.split(":", 1)[1])
            found = [l for l in found if self.facts.lanes[l]["borrower"] in there]
        return total(self.owed(l, end, t) for l in found)

    def volume(self, name: str, scope: Scope, t: int) -> Sum:
        """New business, amounts sold, transfers of the period (each lane with an end inside once)."""
        if name == "transfers":
            result = Sum(0.0)
            for l, lane in self.facts.lanes.items():
                lender = (lane["lender"], lane["currency"])
                borrower = (lane["borrower"], lane["borrower_currency"])
                if lender in scope.nodes or borrower in scope.nodes:
                    result = result + self.facts.fx(lane["currency"], t) * self.brute.transfer[l, t]
            return result
        owned = [p for p in self.held(scope) if not self.brute.is_plug(p)]
        if name == "new_business":
            return total(self.facts.fx(p[1], t) * self.brute.new[p, t] for p in owned)
        return total(self.facts.fx(p[1], t) * self.brute.newly_sold(p, t) for p in owned)

    # --- liquidity ---

    def stock(self, level: str, scope: Scope, t: int, sign: float) -> Sum:
        """Post-haircut value of an HQLA class held (+1) or given as collateral (-1)."""
        result = Sum(0.0)
        for p in self.held(scope):
            side = {"asset": 1.0, "liability": -1.0}.get(self.brute.side(p))
            if self.brute.product(p)["hqla_class"] == level and side == sign:
                share = 1 - sign * self.brute.attribute("haircut", p, t)
                result = result + share * self.amount(p, t)
        return result

    # --- limits ---

    def headroom(self, limit: Row, t: int) -> Sum:
        """measure - bound x denominator for min, turned for max; never above its true value."""
        scope = Scope(self.brute, limit["region"], limit["scope"], limit["currency"])
        turn = 1.0 if limit["sense"] == "min" else -1.0
        measure = self.measure(limit["measure"], scope, t, LOW if turn > 0 else HIGH)
        if blank(limit["denominator"]):
            return turn * (measure - limit["bound"])
        side = HIGH if turn * limit["bound"] > 0 else LOW
        if limit["bound"] == 0:
            return turn * measure
        return turn * (
            measure - limit["bound"] * self.measure(limit["denominator"], scope, t, side)
        )

    def applies(self, limit: Row, t: int) -> bool:
        """In its periods, in this scenario, and not waived: closes before waiver_until are only reported."""
        waiver = limit["waiver_until"]
        waived = not blank(waiver) and self.facts.period_end(t) < waiver.date()
        here = limit["start"] <= t <= limit["end"] and limit["scenarios"] in (
            "all",
            self.facts.scenario,
        )
        return here and not waived

    def require(self, t: int) -> Sum:
        """Require the hard limits of a period; return the penalties per year of the soft ones."""
        penalties = Sum(0.0)
        for limit in self.facts.rows("limits"):
            if not self.applies(limit, t):
                continue
            short, hard = Sum(0.0), limit["enforcement"] == "hard"
            steps = self.steps_of(limit, t)
            room = self.headrooms[limit["limit"], t] = self.headroom(limit, t)
            if not hard and steps:
                short = self.model.variable(("shortfall", limit["limit"], t), lower=0.0)
            elif not hard:
                name = ("shortfall", limit["limit"], t)
                short = self.model.largest(name, [Sum(0.0), -room])
            if steps:
                sets = [[*when, self.headroom(at, t) + short] for when, at in steps]
                self.model.either(("limit", limit["limit"], t), sets)
            elif hard:
                self.model.require(("limit", limit["limit"], t), room, lower=0.0)
            penalties = penalties + limit["penalty"] * short if not hard else penalties
        return penalties

    def steps_of(self, limit: Row, t: int) -> list[tuple[list[Sum], Row]]:
        """Section 7, `steps`: what must not be below 0 for a bound to be in force, and the limit with that bound.

        Reached is at or above at_least; a plan is below it from one quantum on.
        """
        rows = [row for row in self.facts.rows("steps") if row["limit"] == limit["limit"]]
        if not rows:
            return []
        rows.sort(key=lambda row: row["at_least"])
        scope = Scope(self.brute, limit["region"], limit["scope"], limit["currency"])
        bounds = [(None, limit["bound"])] + [(row, row["bound"]) for row in rows]
        found = []
        for number, (row, bound) in enumerate(bounds):
            when = []
            if row is not None:
                when.append(self.measure(row["measure"], scope, t, LOW) - row["at_least"])
            for above in rows[number:]:
                below = above["at_least"] - self.facts.settings.quantum
                when.append(below - self.measure(above["measure"], scope, t, HIGH))
            found.append((when, limit | {"bound": bound}))
        return found

    def group_rwa(self, t: int) -> Sum:
        """Closing RWA of the group: the root's subtree, whose inner lanes cancel."""
        return self.weighted("rwa", Scope(self.brute, self.facts.root, "subtree", ""), t)

    def require_collateral(self) -> None:
        """Section 3: in no region and class may more collateral be given than is held."""
        for region in self.facts.regions:
            scope = Scope(self.brute, region, "solo", "")
            for level in ("L1", "L2A", "L2B"):
                for t in self.brute.periods:
                    given = self.stock(level, scope, t, -1.0)
                    if given.linear or given.constant:
                        room = self.stock(level, scope, t, 1.0) - given
                        self.model.require(("collateral", region, level, t), room, lower=0.0)
