"""Read a rate off a curve: linear between tenors, flat outside (contract, section 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd


def rate_at(curve: pd.DataFrame, currency: pd.Series, tenor_months: pd.Series) -> pd.Series:
    """Interpolate one curve at many tenors.

    Parameters
    ----------
    curve
        Rows of table `curves` that belong to one curve: currency, tenor_months, rate per year.
    currency, tenor_months
        Where to read it; same index.

    Returns
    -------
    Series
        Decimal per year, index of `currency`; NaN where the currency has no curve or the tenor is blank.
    """
    rates = pd.Series(np.nan, index=currency.index)
    for name, points in curve.groupby("currency"):
        points = points.dropna(subset=["tenor_months", "rate"]).sort_values("tenor_months")
        here = (currency == name) & tenor_months.notna()
        if len(points) and here.any():
            rates[here] = np.interp(tenor_months[here], points["tenor_months"], points["rate"])
    return rates
