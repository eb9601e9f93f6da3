"""Funds transfer prices read off the curves: linear between tenors, flat outside."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alm.formulation.book import Book


def read_curve(
    curves: pd.DataFrame, curve: np.ndarray, currency: np.ndarray, months: np.ndarray
) -> np.ndarray:
    """Interpolate rates off the table `curves`.

    Parameters
    ----------
    curve, currency : array of str (row)
    months : array (row)
        Tenor in months; NaN where no rate is needed.

    Returns
    -------
    array (row)
        Per year; 0 where `months` is NaN. A curve that is needed and missing is refused in validation.
    """
    rate = np.zeros(len(months))
    wanted = ~np.isnan(months)
    for (name, money), points in curves.groupby(["curve", "currency"]):
        at = wanted & (curve == name) & (currency == money)
        points = points.sort_values("tenor_months")
        rate[at] = np.interp(months[at], points["tenor_months"], points["rate"])
    return rate


def ftp_rates(book: Book) -> tuple[np.ndarray, np.ndarray]:
    """Give the FTP rate of each position's cohorts and of its legacy book.

    Returns
    -------
    cohort, legacy : array (position)
        Per year. Commitments are not funded, so no curve is charged to them; an `ftp_rate` that a position
        states is always used.
    """
    positions, curves = book.positions, book.case.table("curves")
    funded = (positions["side"] != "off_balance").to_numpy() & ~book.plug
    horizon = book.case.settings.horizon_value == "run_off"
    name = positions["ftp_curve"].to_numpy(object)
    currency = positions["currency"].to_numpy(object)
    tenor = np.where(funded & horizon, positions["ftp_tenor_months"].to_numpy(float), np.nan)
    residual = np.where(funded & horizon, positions["residual_months"].to_numpy(float), np.nan)
    stated = positions["ftp_rate"].to_numpy(float)
    cohort = read_curve(curves, name, currency, tenor)
    legacy = read_curve(curves, name, currency, residual)
    return cohort, np.where(np.isnan(stated), legacy, stated)
