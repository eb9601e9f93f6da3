"""How balances run off by themselves: cohorts of new business, and the legacy book."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alm.case import Case


def surviving(shape: np.ndarray, tenor: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Give the share still there at the end of the period of that age.

    Parameters
    ----------
    shape : (row)
        `bullet`, `linear` or `decay`.
    tenor : (row)
        Tenor in periods, 0 or more; NaN never matures.
    age : (age)
        Periods since it was written, 0 or more.

    Returns
    -------
    array (row, age)
        Shares from 0 to 1.

    References
    ----------
    Contract, section 3.

    Examples
    --------
    >>> surviving(np.array(["linear", "bullet"]), np.array([2.0, 2.0]), np.arange(3))
    array([[1. , 0.5, 0. ],
           [1. , 1. , 0. ]])
    """
    n, k = np.asarray(tenor, float)[:, None], np.asarray(age, float)[None, :]
    kind = np.asarray(shape, dtype=object)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        bullet = np.where(k < n, 1.0, 0.0)
        linear = np.maximum(0.0, 1.0 - k / n)
        decay = np.maximum(0.0, 1.0 - 1.0 / n) ** k
    share = np.where(kind == "linear", linear, np.where(kind == "decay", decay, bullet))
    # At age 0 all is there, of what has no time left, too: it is gone at the first close.
    return np.where(np.isnan(n) | (k == 0), 1.0, share)


def legacy_share(case: Case, positions: pd.DataFrame, periods: int, step: int) -> np.ndarray:
    """Give the share of each legacy book still there at the close of periods 0..periods.

    Parameters
    ----------
    positions : DataFrame
        `region, currency, product, residual_months, residual_shape`.
    periods : int
        Last period wanted; may lie beyond the plan's horizon.
    step : int
        Months per period.

    Returns
    -------
    array (position, 0..periods)
        Rows of the table `runoff` replace the shape up to the horizon and stay at their last value after it.

    References
    ----------
    Contract, section 4.
    """
    share = surviving(
        positions["residual_shape"].to_numpy(object),
        positions["residual_months"].to_numpy(float) / step,
        np.arange(periods + 1),
    )
    runoff = case.table("runoff")
    if len(runoff):
        key = ["region", "currency", "product"]
        row = pd.Series(np.arange(len(positions)), index=pd.MultiIndex.from_frame(positions[key]))
        given = runoff.pivot_table(index=key, columns="period", values="remaining").sort_index(
            axis="columns"
        )
        at = row.loc[given.index].to_numpy()
        horizon = case.settings.periods
        share[np.ix_(at, np.arange(1, horizon + 1))] = given.to_numpy(float)
        share[at, horizon + 1 :] = given.to_numpy(float)[:, -1:]
    return share
