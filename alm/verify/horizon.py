"""Horizon value `run_off`: what is still there at T earns until it has run off (section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alm.verify.books import Books
from alm.verify.terms import Terms


def curve_rates(
    curves: pd.DataFrame, names: pd.Series, currencies: pd.Series, tenors: pd.Series
) -> np.ndarray:
    """Read curves at tenors in months: linear between tenors, flat outside; NaN without a curve."""
    rates = np.full(len(names), np.nan)
    wanted = pd.DataFrame({"curve": names.to_numpy(), "currency": currencies.to_numpy()})
    points = dict(list(curves.groupby(["curve", "currency"])))
    for key, rows in wanted.groupby(["curve", "currency"]).groups.items():
        if key in points:
            known = points[key].sort_values("tenor_months")
            at = tenors.to_numpy(float)[rows]
            rates[rows] = np.interp(at, known["tenor_months"], known["rate"])
    return rates


@dataclass(frozen=True, eq=False)
class HorizonValue:
    """Value of each position beyond T, reporting currency, discounted and after tax."""

    terms: Terms
    books: Books

    @cached_property
    def _weights(self) -> np.ndarray:
        """Year fraction x discount factor of each period beyond T."""
        after = slice(self.terms.periods, None)
        return self.terms.all_years[after] * self.terms.all_discounts[after]

    def _margin(self, rate: np.ndarray, ftp: np.ndarray) -> np.ndarray:
        """Earn per unit and year after tax and capital charge; `rate` and `ftp`: (position, n)."""
        terms, sign = self.terms, self.terms.sign[:, None]
        loses = terms.side("asset", "off_balance")
        cost = (
            terms.attribute("expected_loss")[:, -1] * loses
            + terms.attribute("operating_cost")[:, -1]
        )
        before_tax = sign * (rate - ftp) - cost[:, None]
        exempt = terms.positions["tax_exempt"].to_numpy(float)[:, None] * sign * rate
        tax = terms.positions["tax_rate"].to_numpy(float)[:, None] * (before_tax - exempt)
        return before_tax - tax - self._capital_charge[:, None]

    @cached_property
    def _capital_charge(self) -> np.ndarray:
        """Capital charge per unit of balance and year, untaxed: (position)."""
        settings = self.terms.case.settings
        if not settings.horizon.capital:
            return np.zeros(len(self.terms.positions))
        per_rwa = settings.capital.charge_rate * settings.capital.ratio
        return per_rwa * risk_weights(self.terms)[:, -1]

    def _curve(self, tenors: pd.Series) -> np.ndarray:
        """FTP of each position's product; a commitment is not funded and has none."""
        rows = self.terms.positions
        curves = self.terms.case.table("curves")
        rates = curve_rates(curves, rows["ftp_curve"], rows["currency"], tenors)
        return np.where(self.terms.side("off_balance"), 0.0, rates)

    @cached_property
    def of_cohorts(self) -> np.ndarray:
        """Cohorts at the rate written less FTP; none where new business never matures: (position)."""
        terms, books = self.terms, self.books
        left = terms.survival(terms.periods + terms.tail)
        # Cohort u is k - u periods old at the close of period k > T.
        ages = [
            slice(terms.periods - u, terms.periods - u + terms.tail) for u in range(terms.periods)
        ]
        years_left = np.column_stack([left[:, age] @ self._weights for age in ages])
        ends = (terms.positions["tenor_months"].notna() & ~terms.positions["plug"]).to_numpy()
        ftp = self._curve(terms.positions["ftp_tenor_months"])[:, None]
        left_at_end = books.new * terms.cohort_kept
        value = left_at_end * years_left * self._margin(books.rate_written, ftp)
        # A curve is needed only where something is left.
        value = np.where((books.new != 0) & (years_left != 0), value, 0.0)
        return np.where(ends, value.sum(axis=1), 0.0) * terms.position_fx[:, -1]

    @cached_property
    def of_legacy(self) -> np.ndarray:
        """Legacy books with residual_months and no runoff rows, what is not sold: (position)."""
        terms, books = self.terms, self.books
        rows = terms.positions
        closes = [terms.residual_share(terms.periods + k) for k in range(1, terms.tail + 1)]
        years_left = np.column_stack(closes) @ self._weights if closes else np.zeros(len(rows))
        ftp = rows["ftp_rate"].to_numpy(float)
        ftp = np.where(np.isnan(ftp), self._curve(rows["residual_months"]), ftp)
        unsold = terms.opening * terms.legacy_kept[:, -1] * (1 - books.sold_share[:, -1])
        margin = self._margin(rows["rate"].to_numpy(float)[:, None], ftp[:, None])[:, 0]
        ends = rows["residual_months"].notna().to_numpy() & ~terms.has_runoff_rows & ~terms.plug
        counts = ends & (unsold * years_left != 0)
        value = np.where(counts, unsold * years_left * margin, 0.0)
        return value * terms.position_fx[:, -1]

    @cached_property
    def total(self) -> float:
        """Horizon value of the plan; 0 where the case asks for none."""
        if self.terms.case.settings.horizon_value == "none":
            return 0.0
        return float(self.of_cohorts.sum() + self.of_legacy.sum())


def risk_weights(terms: Terms) -> np.ndarray:
    """Weight of a balance in rwa: risk_weight of assets, x ccf off balance: (position, period)."""
    weight = terms.attribute("risk_weight") * terms.side("asset", "off_balance")[:, None]
    conversion = np.where(terms.side("off_balance")[:, None], terms.attribute("ccf"), 1.0)
    return weight * conversion
