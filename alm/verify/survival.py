"""What is still there of money that runs off (contract, section 3)."""

from __future__ import annotations

import numpy as np


def share_left(shape: np.ndarray, periods: np.ndarray, elapsed: float) -> np.ndarray:
    """Return the share still there `elapsed` periods after the money was written.

    bullet 1 if k < n else 0; linear max(0, 1 - k/n); decay max(0, 1 - 1/n)^k; without a tenor 1.

    Parameters
    ----------
    shape : (n,)
        bullet, linear or decay.
    periods : (n,)
        Tenor in periods, NaN where it never matures.

    >>> share_left(np.array(["bullet", "linear", "decay", "decay"]), np.array([2, 4, 2, np.nan]), 2)
    array([0.  , 0.5 , 0.25, 1.  ])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.select(
            [np.isnan(periods), shape == "bullet", shape == "linear"],
            [np.ones(len(periods)), elapsed < periods, np.maximum(0, 1 - elapsed / periods)],
            np.maximum(0, 1 - 1 / periods) ** elapsed,
        )
    return left


def of_cohorts(left: np.ndarray, written: np.ndarray) -> np.ndarray:
    """Sum over cohorts: sum over u <= t of left[p, t - u] x written[p, u].

    Parameters
    ----------
    left : (position, lag)
        Share of a cohort by its age in periods.
    written : (position, period)
        What was written (an amount, or an amount times its rate).

    Returns
    -------
    (position, period)

    >>> of_cohorts(np.array([[1, 0.5, 0]]), np.array([[8.0, 0, 2]]))
    array([[8., 4., 2.]])
    """
    total = np.zeros(written.shape)
    for lag in range(written.shape[1]):
        total[:, lag:] += left[:, [lag]] * written[:, : written.shape[1] - lag]
    return total
