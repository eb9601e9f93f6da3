"""What a case says before anything is decided: dates, rates of exchange, curves, attributes, run-off, the tree.

Every rule is one function that is read beside the section of the contract that it cites. Nothing is vectorised.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import math

from alm.case import Case

from .rows import Row, blank, subtree
from .shocks import Place, Shocks

MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Facts:
    """The constants of a case in one scenario, as rows (dictionaries) and functions of periods."""

    def __init__(self, case: Case, scenario: str = "base") -> None:
        self.case = case
        self.scenario = scenario
        self.shocks = Shocks(case, scenario)
        self.settings = case.settings
        self.last = case.settings.periods
        self.step_months = MONTHS[case.settings.step]
        self.regions = {row["region"]: row for row in self.rows("regions")}
        self.products = {row["product"]: row for row in self.rows("products")}
        self.positions = {
            (row["region"], row["currency"], row["product"]): row for row in self.rows("positions")
        }
        self.lanes = {row["lane"]: row for row in self.rows("lanes")}
        (self.root,) = [name for name, row in self.regions.items() if blank(row["parent"])]
        self.rates = {row["currency"]: row["rate"] for row in self.rows("fx")}
        self.rates[self.settings.currency] = 1.0
        self.rule_rows = self.rows("rules")
        self.bound_rows = self.rows("bounds")
        self.curve_rows = self.rows("curves")
        self.ladder_rows = self.rows("ladder")
        self.runoff = {
            (row["region"], row["currency"], row["product"], row["period"]): row["remaining"]
            for row in self.rows("runoff")
        }
        self.has_runoff = {key[:3] for key in self.runoff}

    def rows(self, table: str) -> list[Row]:
        """Rows of a table, every default filled."""
        return self.case.table(table).to_dict("records")

    def nodes(self) -> list[tuple[str, str]]:
        """(region, currency) pairs where funds must balance: wherever a position or the end of a lane is."""
        return sorted(
            {key[:2] for key in self.positions}
            | {(row["lender"], row["currency"]) for row in self.lanes.values()}
            | {(row["borrower"], row["borrower_currency"]) for row in self.lanes.values()}
        )

    def regions_with_income(self) -> list[str]:
        """Regions that hold a position or the end of a lane."""
        return sorted({region for region, _ in self.nodes()})

    # --- section 1: time ---

    def period_end(self, t: int) -> dt.date:
        """Section 1: t steps after as_of; a month end if as_of is one, else its day clamped to the month."""
        start = self.settings.as_of
        month = start.month - 1 + t * self.step_months
        year, month = start.year + month // 12, month % 12 + 1
        days = calendar.monthrange(year, month)[1]
        at_month_end = start.day == calendar.monthrange(start.year, start.month)[1]
        return dt.date(year, month, days if at_month_end else min(start.day, days))

    def year_fraction(self, t: int) -> float:
        """Section 1, day_count."""
        if self.settings.day_count == "30/360":
            return self.step_months / 12
        days = (self.period_end(t) - self.period_end(t - 1)).days
        return days / {"act/365": 365, "act/360": 360}[self.settings.day_count]

    def discount(self, t: int) -> float:
        """Section 1: 1/(1+r)^(sum of the year fractions of periods 1..t)."""
        years = math.fsum(self.year_fraction(k) for k in range(1, t + 1))
        return (1 + self.settings.discount_rate) ** -years

    # --- section 2: whose ---

    def subtree(self, region: str) -> set[str]:
        """Section 2: the region and all below it."""
        return subtree({name: row["parent"] for name, row in self.regions.items()}, region)

    # --- section 3: attributes and run-off of new business ---

    def attribute(self, name: str, place: Place, t: int, lane: str = "") -> float:
        """Section 3 and 8: what the rules say, and the shocks add, of a position or the end of a lane; after T as in T."""
        t = min(t, self.last)
        return self.ruled(name, place, t) + self.shocks.attribute(name, place, lane, t)

    def ruled(self, name: str, place: Place, t: int) -> float:
        """Section 3, `rules`: the most specific row that matches, else the product's own cell."""
        region, _, product = place
        best, value = -1, float(self.products[product][name])
        for rule in self.rule_rows:
            actual = {
                "product": (product, 8),
                "class": (self.products[product]["class"], 4),
                "region": (region, 2),
                "jurisdiction": (self.regions[region]["jurisdiction"], 1),
            }
            applies = rule["attribute"] == name and rule["start"] <= t <= rule["end"]
            for column, (own, _) in actual.items():
                applies = applies and (blank(rule[column]) or rule[column] == own)
            specific = sum(points for c, (_, points) in actual.items() if not blank(rule[c]))
            if applies:
                assert specific != best, f"a tie between rules for {name} of {product}"
                if specific > best:
                    best, value = specific, float(rule["value"])
        return value

    @staticmethod
    def share_left(shape: str, n: float, k: float) -> float:
        """Section 3: the share still there k periods on, with tenor n in periods; with n = 0 gone at once."""
        if k == 0:
            return 1.0
        if n == 0:
            return 0.0
        if shape == "bullet":
            return 1.0 if k < n else 0.0
        if shape == "linear":
            return max(0.0, 1 - k / n)
        assert shape == "decay"
        return max(0.0, 1 - 1 / n) ** k

    def survival(self, position: Place, u: int, t: int, later: float = 0) -> float:
        """Section 5: of new business written in u, at the close of t or `later` periods on if no more shocks come."""
        left = self.shocks.remaining(position, u, t)
        return left * self.tenor_share(position[2], t + later - u)

    def tenor_share(self, product: str, k: float) -> float:
        """Section 3: of new business written k periods ago; of part of a period too, for the ladder."""
        row = self.products[product]
        if blank(row["tenor_months"]):
            return 1.0
        return self.share_left(row["amortisation"], row["tenor_months"] / self.step_months, k)

    def ladder(self, attribute: str, product: str) -> list[tuple[float, float]]:
        """Section 3, `ladder`: (months_left, value), the shortest first."""
        return sorted(
            (row["months_left"], row["value"])
            for row in self.ladder_rows
            if (row["attribute"], row["product"]) == (attribute, product)
        )

    # --- section 4: run-off of the legacy book, bounds ---

    def legacy_share(self, position: Place, t: int, later: float = 0) -> float:
        """Section 4: L[p, t], shocks included; or what will be there `later` periods on if no more shocks come."""
        return self.shocks.remaining(position, 0, t) * self.own_share(position, t + later)

    def own_share(self, position: Place, t: float) -> float:
        """Section 4: L[p, t] without shocks; `runoff` rows know whole periods only."""
        row = self.positions[position]
        if t == 0:
            return 1.0
        if position in self.has_runoff:
            return self.runoff[(*position, int(t))]
        if blank(row["residual_months"]):
            return 1.0
        n = row["residual_months"] / self.step_months
        return self.share_left(row["residual_shape"], n, t)

    def bound(self, column: str, position: Place, t: int) -> float:
        """Section 4: the position's own bound, or that of a row of `bounds` in its periods; without one, none."""
        value = self.positions[position][column]
        for row in self.bound_rows:
            same = (row["region"], row["currency"], row["product"]) == position
            if same and row["start"] <= t <= row["end"] and not blank(row[column]):
                value = row[column]
        if blank(value):
            return 0.0 if column.startswith("min") else math.inf
        factor = self.shocks.new_business(position, t) if column.endswith("_new") else 1.0
        return float(value) * factor

    # --- section 5: translation and curves ---

    def base_fx(self, currency: str) -> float:
        """Section 5: reporting units per unit, on the opening balance sheet and in the debt of a swap."""
        return self.rates[currency]

    def fx(self, currency: str, t: int) -> float:
        """Section 8: reporting units per unit in a period, after T as in T; a currency is one of itself."""
        if currency == self.settings.currency:
            return 1.0
        return self.rates[currency] * self.shocks.fx(currency, min(t, self.last))

    def curve(self, name: str, currency: str, months: float) -> float:
        """Section 5, `curves`: linear between tenors, flat outside."""
        points = sorted(
            (row["tenor_months"], row["rate"])
            for row in self.curve_rows
            if (row["curve"], row["currency"]) == (name, currency)
        )
        if not points:
            raise KeyError(f"no curve {name} in {currency}")
        if months <= points[0][0]:
            return points[0][1]
        for (m0, r0), (m1, r1) in itertools.pairwise(points):
            if months <= m1:
                return r0 + (r1 - r0) * (months - m0) / (m1 - m0)
        return points[-1][1]

    # --- section 6: the price of a lane ---

    def lane_cost(self, lane: str) -> float:
        """Section 6: as written; blank on an FX-swap lane, the difference of the ftp curves at the lane's tenor."""
        row = self.lanes[lane]
        if not blank(row["cost"]):
            return float(row["cost"])
        if row["currency"] == row["borrower_currency"]:
            return 0.0
        tenor = row["tenor_months"]
        return self.curve("ftp", row["borrower_currency"], tenor) - self.curve(
            "ftp", row["currency"], tenor
        )

    def lane_share(self, lane: str, k: int) -> float:
        """Section 6: of a transfer placed k periods ago (bullet)."""
        return 1.0 if k < self.lanes[lane]["tenor_months"] / self.step_months else 0.0

    def lane_legacy_share(self, lane: str, t: int) -> float:
        """Section 6: of the opening; blank residual_months matures in period 1."""
        months = self.lanes[lane]["residual_months"]
        if t == 0:
            return 1.0
        return 0.0 if blank(months) or t >= months / self.step_months else 1.0
