"""The contract, section 5: what business that is still there at the last close earns until it has run off."""

from __future__ import annotations

from .algebra import Sum
from .brute import Brute, Position
from .rows import blank


class Horizon:
    """The value after the horizon of a brute-force model."""

    def __init__(self, brute: Brute) -> None:
        self.brute, self.facts = brute, brute.facts

    def value(self) -> Sum:
        """Discounted margin of what is still there, closing balance by closing balance, up to max_months."""
        if self.facts.settings.horizon_value == "none":
            return Sum(0.0)
        beyond = self.facts.settings.horizon.max_months // self.facts.step_months
        value = Sum(0.0)
        for k in range(self.facts.last + 1, self.facts.last + int(beyond) + 1):
            when = self.facts.discount(k) * self.facts.year_fraction(k)
            for p in self.facts.positions:
                if not self.brute.is_plug(p):
                    fx = self.facts.fx(p[1], k)
                    value = value + when * fx * (self.late_legacy(p, k) + self.late_cohorts(p, k))
        return value

    def late_legacy(self, p: Position, k: int) -> Sum:
        """Yearly value of the legacy book at the close of k > T; none without residual_months or by runoff rows."""
        row = self.facts.positions[p]
        if blank(row["residual_months"]) or p in self.facts.has_runoff:
            return Sum(0.0)
        held = self.brute.legacy_unsold(p, k) * (1 - self.brute.sold[p, self.facts.last])
        if held.constant == 0:
            return Sum(0.0)
        return self.late_margin(
            p, self.brute.sign(p) * row["rate"] * held, held, self.legacy_ftp(p)
        )

    def late_cohorts(self, p: Position, k: int) -> Sum:
        """Yearly value of the cohorts at the close of k > T; none without a tenor."""
        if blank(self.brute.product(p)["tenor_months"]):
            return Sum(0.0)
        value = Sum(0.0)
        for u in self.brute.periods:
            share = self.facts.survival(p, u, k)
            if share > 0:
                earned, held = share * self.brute.posted(p, u), share * self.brute.new[p, u]
                value = value + self.late_margin(p, earned, held, self.cohort_ftp(p))
        return value

    def late_margin(self, p: Position, earned: Sum, held: Sum, ftp: float) -> Sum:
        """Signed interest over FTP less carry, taxed (exempt is a share of the interest, not of FTP), less capital."""
        margin = (
            earned - self.brute.sign(p) * ftp * held - self.brute.carry(p, self.facts.last) * held
        )
        exempt = self.brute.product(p)["tax_exempt"] * earned
        after_tax = margin - self.brute.tax_rate(p[0]) * (margin - exempt)
        settings = self.facts.settings
        if not settings.horizon.capital:
            return after_tax
        charge = settings.capital.charge_rate * settings.capital.ratio
        return after_tax - charge * self.risk_weight(p, self.facts.last) * held

    def risk_weight(self, p: Position, t: int) -> float:
        """Section 3: risk_weight of assets, x ccf off balance; none on other sides."""
        if self.brute.side(p) == "asset":
            return self.brute.attribute("risk_weight", p, t)
        if self.brute.side(p) == "off_balance":
            return self.brute.attribute("risk_weight", p, t) * self.brute.attribute("ccf", p, t)
        return 0.0

    def legacy_ftp(self, p: Position) -> float:
        """Section 4: ftp_rate; blank, the product's curve at residual_months. Off balance funds nothing: 0."""
        row = self.facts.positions[p]
        if not blank(row["ftp_rate"]):
            return float(row["ftp_rate"])
        if self.brute.side(p) == "off_balance":
            return 0.0
        return self.facts.curve(self.brute.product(p)["ftp_curve"], p[1], row["residual_months"])

    def cohort_ftp(self, p: Position) -> float:
        """Section 5: the product's curve in the position's currency at ftp_tenor_months. Off balance: 0."""
        if self.brute.side(p) == "off_balance":
            return 0.0
        product = self.brute.product(p)
        return self.facts.curve(product["ftp_curve"], p[1], product["ftp_tenor_months"])
