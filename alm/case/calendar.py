"""Dates and year fractions of the periods (contract, section 1)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import numpy as np
from numpy.typing import NDArray

from alm.case.settings import Settings

_DAYS = {"act/365": 365.0, "act/360": 360.0}


def period_ends(settings: Settings, through: int | None = None) -> list[date]:
    """Date the close of every period.

    Parameters
    ----------
    settings
        Its `as_of`, `step` and `periods`.
    through
        Last period wanted, `settings.periods` unless given; the horizon value needs later ones.

    Returns
    -------
    list
        Closes of periods 0 (as_of) to `through`. Period t ends t steps after as_of: at a month end if as_of
        is one, else on its day, clamped to the month.

    Examples
    --------
    >>> case = Settings(1, "x", date(2025, 11, 30), 3, "CNY", "none")
    >>> [str(day) for day in period_ends(case)]
    ['2025-11-30', '2025-12-31', '2026-01-31', '2026-02-28']
    """
    last = settings.periods if through is None else through
    return [add_months(settings.as_of, t * settings.step_months) for t in range(last + 1)]


def add_months(day: date, months: int) -> date:
    """Move a date by whole months; a month end stays one, other days are clamped to the month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    is_month_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_month_end else min(day.day, last))


def year_fractions(settings: Settings, through: int | None = None) -> NDArray[np.float64]:
    """Measure every period in years.

    Parameters
    ----------
    settings
        Its `day_count` decides: 30/360 is months of the step / 12; act/365 and act/360 are real days / 365, 360.
    through
        Last period wanted, `settings.periods` unless given.

    Returns
    -------
    (period)
        Year fractions of periods 1 to `through`; index 0 is period 1.
    """
    last = settings.periods if through is None else through
    if settings.day_count == "30/360":
        return np.full(last, settings.step_months / 12)
    ends = np.array(period_ends(settings, last), dtype="datetime64[D]")
    return np.diff(ends).astype(np.float64) / _DAYS[settings.day_count]
