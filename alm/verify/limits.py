"""Limits at closes: figures, enforcement, shortfalls (contract, section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alm.verify.measures import Measures
from alm.verify.scopes import Scopes
from alm.verify.terms import Terms

SCOPE = ["region", "scope", "currency"]


@dataclass(frozen=True, eq=False)
class Limits:
    """Every limit at every close of some measures; arrays are (limit, close), rows those of table limits.

    Parameters
    ----------
    table
        Plan table limits, or opening_limits: what the plan says of them.
    """

    terms: Terms
    table: pd.DataFrame
    measures: Measures

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Table limits, indexed 0..n-1."""
        return self.terms.case.table("limits").reset_index(drop=True)

    @cached_property
    def closes(self) -> np.ndarray:
        """Number of each close, 0 for the opening."""
        return self.measures.closes.numbers

    @cached_property
    def scopes(self) -> Scopes:
        """The scope of each limit."""
        return Scopes(self.terms, self.rows[SCOPE])

    @cached_property
    def _distinct(self) -> tuple[np.ndarray, Scopes]:
        """Limits share scopes: which of the distinct ones each limit has."""
        groups = self.rows.groupby(SCOPE, sort=False)
        first = self.rows[SCOPE].drop_duplicates(ignore_index=True)
        return groups.ngroup().to_numpy(), Scopes(self.terms, first)

    def figure(self, names: pd.Series) -> np.ndarray:
        """Evaluate one measure a limit, over the limit's scope; NaN where the name is blank."""
        figures = np.full((len(names), len(self.closes)), np.nan)
        scope, scopes = self._distinct
        for name, rows in names.groupby(names).indices.items():
            if name != "":
                figures[rows] = self.measures.value(str(name), scopes)[scope[rows]]
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
        bound = np.repeat(self.rows["bound"].to_numpy(float)[:, None], len(self.closes), axis=1)
        steps = self.terms.case.table("steps").sort_values("at_least")
        at = pd.Index(self.rows["limit"]).get_indexer(pd.Index(steps["limit"]))
        for limit, step in zip(at, steps.to_dict("records"), strict=True):
            scope = self.scopes.take(np.array([limit]))
            moved = shift * self.allowance[limit]
            measured = self.measures.value(step["measure"], scope)[0] + moved
            bound[limit] = np.where(measured >= step["at_least"], step["bound"], bound[limit])
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
    def turn(self) -> np.ndarray:
        """1 for min, -1 for max: (limit, 1)."""
        return np.where(self.rows["sense"] == "min", 1.0, -1.0)[:, None]

    @cached_property
    def headroom(self) -> np.ndarray:
        """The measure - bound x denominator for min, turned for max."""
        has = (self.rows["denominator"] != "").to_numpy()[:, None]
        weight = np.where(has, self.denominator, 1.0)
        return self.turn * (self.numerator - self.bound * weight)

    @cached_property
    def shortfall(self) -> np.ndarray:
        """What is missing in that form."""
        return np.maximum(0.0, -self.headroom)

    @cached_property
    def allowance(self) -> np.ndarray:
        """By how much a limit may be missed: one quantum per position and lane in scope."""
        closes = self.measures.closes
        return self.scopes.quanta(closes.position_fx, np.maximum(closes.lane_fx, closes.debt_fx))

    @cached_property
    def sure_allowance(self) -> np.ndarray:
        """The same, lanes in the cheaper of their two currencies: at most this is kept for certain."""
        closes = self.measures.closes
        return self.scopes.quanta(closes.position_fx, np.minimum(closes.lane_fx, closes.debt_fx))

    @cached_property
    def noise(self) -> np.ndarray:
        """By how much headroom may differ in floating point."""
        return 1e-9 * np.maximum(np.abs(self.numerator), np.abs(self.headroom))

    # -- when a limit applies ----------------------------------------------------------------------

    @cached_property
    def active(self) -> np.ndarray:
        """Whether a limit applies in this scenario, from start to end; at the opening, in any period."""
        applies = applies_in_periods(self.terms, self.rows)
        if self.closes[0]:
            return applies[:, self.closes - 1]
        return np.asarray(applies.any(axis=1))[:, None]

    @cached_property
    def waived(self) -> np.ndarray:
        """Whether the close is before waiver_until: reported, not enforced.

        The opening is as the first close to which the limit applies.
        """
        until = pd.to_datetime(self.rows["waiver_until"]).to_numpy("datetime64[s]")[:, None]
        before = self.terms.period_ends.to_numpy("datetime64[s]")[None, :] < until
        if self.closes[0]:
            return before[:, self.closes - 1]
        first = applies_in_periods(self.terms, self.rows).argmax(axis=1)
        return np.take_along_axis(before, first[:, None], axis=1)

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
        rows = pd.Index(self.rows["limit"]).get_indexer(pd.Index(self.table["limit"]))
        return rows, self.table["period"].to_numpy(int) - self.closes[0]

    @cached_property
    def stated(self) -> np.ndarray:
        """Whether the plan has a row for the limit and close."""
        stated = np.zeros((len(self.rows), len(self.closes)), bool)
        stated[self._cells] = True
        return stated

    def found(self, column: str) -> np.ndarray:
        """Return a column of numbers of the table; NaN where there is no row."""
        figures = np.full((len(self.rows), len(self.closes)), np.nan)
        figures[self._cells] = self.table[column].to_numpy(float, na_value=np.nan)
        return figures

    def found_text(self, column: str) -> np.ndarray:
        """Return a column of words of the table; "" where there is no row."""
        words = np.full((len(self.rows), len(self.closes)), "", dtype=object)
        words[self._cells] = self.table[column].to_numpy(object)
        return words


def applies_in_periods(terms: Terms, rows: pd.DataFrame) -> np.ndarray:
    """Tell in which periods limits apply in the terms' scenario: (limit, period)."""
    period = np.arange(1, terms.periods + 1)
    start, end = (rows[name].to_numpy(int)[:, None] for name in ("start", "end"))
    here = rows["scenarios"].isin(["all", terms.scenario]).to_numpy()[:, None]
    applies: np.ndarray = here & (start <= period) & (period <= end)
    return applies
