"""The calendar of a case: periods, year fractions, discount factors."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd

from alm.case import Case
from alm.verify.dates import MONTHS, discount_factors, period_end, year_fractions


class Periods:
    """The axis of time of a case."""

    case: Case

    @property
    def periods(self) -> int:
        """Number of planning periods."""
        return self.case.settings.periods

    @property
    def step_months(self) -> int:
        """Months of one period."""
        return MONTHS[self.case.settings.step]

    @cached_property
    def tail(self) -> int:
        """Periods beyond the last one that the horizon value counts (section 5)."""
        if self.case.settings.horizon_value == "none":
            return 0
        return int(self.case.settings.horizon.max_months / self.step_months + 1e-9)

    @cached_property
    def all_years(self) -> np.ndarray:
        """Year fractions of the planning periods and of those beyond that the horizon value counts."""
        s = self.case.settings
        return year_fractions(s.as_of, s.step, s.day_count, s.periods + self.tail)

    @cached_property
    def years(self) -> np.ndarray:
        """Year fraction of each planning period."""
        return self.all_years[: self.periods]

    @cached_property
    def all_discounts(self) -> np.ndarray:
        """Discount factors, on the axis of `all_years`."""
        return discount_factors(self.all_years, self.case.settings.discount_rate)

    @cached_property
    def discounts(self) -> np.ndarray:
        """Discount factor of each planning period."""
        return self.all_discounts[: self.periods]

    @cached_property
    def period_ends(self) -> pd.DatetimeIndex:
        """Last day of each period."""
        as_of, months = self.case.settings.as_of, self.step_months
        ends = [period_end(as_of, months * t) for t in range(1, self.periods + 1)]
        return pd.DatetimeIndex(pd.to_datetime(ends))
