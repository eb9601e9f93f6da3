"""Ends of periods, year fractions and discount factors (contract, section 1)."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_end(as_of: date, months: int) -> date:
    """Return the day `months` after as_of: a month end if as_of is one, else its day, clamped.

    >>> period_end(date(2025, 2, 28), 1), period_end(date(2025, 1, 30), 1)
    (datetime.date(2025, 3, 31), datetime.date(2025, 2, 28))
    """
    year, month = divmod(as_of.year * 12 + as_of.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    ends_month = as_of.day == calendar.monthrange(as_of.year, as_of.month)[1]
    return date(year, month + 1, last if ends_month else min(as_of.day, last))


def year_fractions(as_of: date, step: str, day_count: str, periods: int) -> np.ndarray:
    """Return the year fraction of each of the first `periods` periods, shape (periods,)."""
    months = MONTHS[step]
    if day_count == "30/360":
        return np.full(periods, months / 12)
    days = [period_end(as_of, months * t).toordinal() for t in range(periods + 1)]
    return np.diff(days) / {"act/365": 365, "act/360": 360}[day_count]


def discount_factors(fractions: np.ndarray, rate: float) -> np.ndarray:
    """Return 1 / (1 + r) ^ (sum of the year fractions of periods 1..t), shape of `fractions`."""
    return (1 + rate) ** -np.cumsum(fractions)
