"""Limits on the plan's closes: figures, enforcement, shortfalls (contract, section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alm.verify.measures import Measures
from alm.verify.plan import Plan
from alm.verify.scopes import Scopes
from alm.verify.terms import Terms


@dataclass(frozen=True, eq=False)
class Limits:
    """Every limit in every period; arrays are (limit, period) in the order of table limits."""

    terms: Terms
    plan: Plan
    measures: Measures

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Table limits, indexed 0..n-1."""
        return self.terms.case.table("limits").reset_index(drop=True)

    @cached_property
    def scopes(self) -> Scopes:
        """The scope of each limit."""
        return Scopes(self.terms, self.rows[["region", "scope", "currency"]])

    def figure(self, names: pd.Series) -> np.ndarray:
        """Evaluate one measure a limit, over the limit's scope; NaN where the name is blank."""
        figures = np.full((len(names), self.terms.periods), np.nan)
        for name, rows in names.groupby(names).groups.items():
            if name != "":
                figures[rows] = self.measures.value(str(name), self.scopes.take(rows.to_numpy()))
        return figures

    @cached_property
    def numerator(self) -> np.ndarray:
        """The measure."""
        return self.figure(self.rows["measure"])

    @cached_property
    def denominator(self) -> np.ndarray:
        """The denominator, NaN without one."""
        return self.figure(self.rows["denominator"])

    @cached_property
    def value(self) -> np.ndarray:
        """The measure or the ratio; NaN over a denominator <= 0."""
        has = (self.rows["denominator"] != "").to_numpy()[:, None]
        ratio = np.full(self.numerator.shape, np.nan)
        np.divide(self.numerator, self.denominator, out=ratio, where=self.denominator > 0)
        return np.where(has, ratio, self.numerator)

    def _bound(self, shift: float) -> np.ndarray:
        """Bound by table steps, with the deciding measures moved by `shift` x the scope's quanta.

        Of the rows reached the one with the largest at_least applies.
        """
        bound = np.repeat(self.rows["bound"].to_numpy(float)[:, None], self.terms.periods, axis=1)
        steps = self.terms.case.table("steps").sort_values("at_least")
        at = pd.Index(self.rows["limit"]).get_indexer(pd.Index(steps["limit"]))
        for limit, step in zip(at, steps.to_dict("records"), strict=True):
            scope = self.scopes.take(np.array([limit]))
            measured = self.measures.value(step["measure"], scope) + shift * scope.quanta
            bound[limit] = np.where(measured[0] >= step["at_least"], step["bound"], bound[limit])
        return bound

    @cached_property
    def bound(self) -> np.ndarray:
        """The bound; where rounding alone decides which step is reached, the one that the plan states."""
        exact, stated = self._bound(0.0), self.found("bound")
        if self.terms.case.table("steps").empty:
            return exact
        near = (stated == self._bound(-1.0)) | (stated == self._bound(1.0))
        return np.where(near, stated, exact)

    @cached_property
    def headroom(self) -> np.ndarray:
        """The measure - bound x denominator for min, turned for max."""
        weight = np.where(
            (self.rows["denominator"] != "").to_numpy()[:, None], self.denominator, 1.0
        )
        turn = np.where(self.rows["sense"] == "min", 1.0, -1.0)[:, None]
        return turn * (self.numerator - self.bound * weight)

    @cached_property
    def shortfall(self) -> np.ndarray:
        """What is missing in that form."""
        return np.maximum(0.0, -self.headroom)

    @cached_property
    def allowance(self) -> np.ndarray:
        """By how much a limit may be missed: one quantum per position and lane in scope, and float noise."""
        scale = np.maximum(np.abs(self.numerator), np.abs(self.headroom))
        return self.scopes.quanta + 1e-9 * scale

    @cached_property
    def active(self) -> np.ndarray:
        """Whether a limit applies: from start to end, in this scenario."""
        period = np.arange(1, self.terms.periods + 1)
        start = self.rows["start"].to_numpy(int)[:, None]
        end = self.rows["end"].to_numpy(int)[:, None]
        here = self.rows["scenarios"].isin(["all", self.terms.scenario]).to_numpy()[:, None]
        return here & (start <= period) & (period <= end)

    @cached_property
    def waived(self) -> np.ndarray:
        """Whether the close is before waiver_until: reported, not enforced."""
        until = pd.to_datetime(self.rows["waiver_until"]).to_numpy("datetime64[s]")[:, None]
        return self.terms.period_ends.to_numpy("datetime64[s]")[None, :] < until

    @cached_property
    def hard(self) -> np.ndarray:
        """Whether a limit must be kept at a close."""
        return self.active & ~self.waived & (self.rows["enforcement"] == "hard").to_numpy()[:, None]

    @cached_property
    def soft(self) -> np.ndarray:
        """Whether missing a limit at a close costs its penalty."""
        return self.active & ~self.waived & (self.rows["enforcement"] == "soft").to_numpy()[:, None]

    @cached_property
    def penalties(self) -> np.ndarray:
        """Penalty of each period: per unit of shortfall and year: (period)."""
        rate = np.where(self.soft, self.rows["penalty"].to_numpy(float)[:, None], 0.0)
        return (rate * self.shortfall).sum(axis=0) * self.terms.years

    # -- what the plan's table says ----------------------------------------------------------------

    @cached_property
    def _cells(self) -> tuple[np.ndarray, np.ndarray]:
        table = self.plan.tables["limits"]
        rows = pd.Index(self.rows["limit"]).get_indexer(pd.Index(table["limit"]))
        return rows, table["period"].to_numpy(int) - 1

    @cached_property
    def stated(self) -> np.ndarray:
        """Whether the plan has a row for the limit and period."""
        stated = np.zeros((len(self.rows), self.terms.periods), bool)
        stated[self._cells] = True
        return stated

    def found(self, column: str) -> np.ndarray:
        """Return a column of plan table limits; NaN where there is no row."""
        figures = np.full((len(self.rows), self.terms.periods), np.nan)
        figures[self._cells] = self.plan.tables["limits"][column].to_numpy(float, na_value=np.nan)
        return figures

    def found_text(self, column: str) -> np.ndarray:
        """Return a column of words of plan table limits; "" where there is no row."""
        words = np.full((len(self.rows), self.terms.periods), "", dtype=object)
        words[self._cells] = self.plan.tables["limits"][column].to_numpy(object)
        return words
