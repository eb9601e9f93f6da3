"""The objective of a plan (contract, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alm.verify.books import Books
from alm.verify.horizon import HorizonValue
from alm.verify.income import Income
from alm.verify.limits import Limits
from alm.verify.measures import Measures
from alm.verify.scopes import Scopes
from alm.verify.terms import Terms

PARTS = ("income", "capital_charge", "penalty", "target_charge")


@dataclass(frozen=True, eq=False)
class Objective:
    """Discounted income after tax less capital charge, penalties and target charges, and horizon value."""

    terms: Terms
    books: Books
    income: Income
    measures: Measures
    limits: Limits
    horizon: HorizonValue

    @cached_property
    def capital_charge(self) -> np.ndarray:
        """charge_rate x ratio x closing RWA of the group, add-ons included: (period)."""
        root = self.terms.regions.loc[self.terms.regions["parent"] == "", ["region"]]
        group = Scopes(self.terms, root.assign(scope="subtree", currency=""))
        capital = self.terms.case.settings.capital
        rwa = self.measures.value("rwa", group)[0]
        return capital.charge_rate * capital.ratio * rwa * self.terms.years

    @cached_property
    def target_charge(self) -> np.ndarray:
        """Weight x (balance - target)^2, each period: (period)."""
        rows = self.terms.case.table("targets")
        period = rows["period"].to_numpy(int)
        balance = self.books.written_balance[self.terms.position_index(rows), period]
        charge = rows["weight"].to_numpy(float) * (balance - rows["balance"].to_numpy(float)) ** 2
        return np.bincount(period - 1, weights=charge, minlength=self.terms.periods)

    @cached_property
    def parts(self) -> pd.Series:
        """Parts by (part, period), signed and discounted, so that they sum to the objective."""
        by_period = {
            "income": self.income.of_regions["income"].sum(axis=0),
            "capital_charge": -self.capital_charge,
            "penalty": -self.limits.penalties,
            "target_charge": -self.target_charge,
        }
        discounted = {part: by_period[part] * self.terms.discounts for part in PARTS}
        table = pd.DataFrame(discounted, index=range(1, self.terms.periods + 1))
        keys = [(part, t) for part in PARTS for t in table.index] + [("horizon_value", 0)]
        values = [table[part].to_numpy(float) for part in PARTS]
        values.append(np.array([self.horizon.total]))
        index = pd.MultiIndex.from_tuples(keys, names=["part", "period"])
        return pd.Series(np.concatenate(values), index=index)

    @cached_property
    def total(self) -> float:
        """The objective, reporting currency."""
        return float(self.parts.sum())

    @cached_property
    def scale(self) -> float:
        """Size of the money that the objective is the difference of: what float noise is measured by."""
        gross = np.abs(self.income.interest).sum() + np.abs(self.parts).sum()
        return float(gross)
