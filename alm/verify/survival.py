"""What is still there of money that runs off (contract, section 3)."""

from __future__ import annotations

import numpy as np


def share_left(shape: np.ndarray, periods: np.ndarray, elapsed: float) -> np.ndarray:
    """Return the share still there `elapsed` periods after the money was written.

    bullet 1 if k < n else 0; linear max(0, 1 - k/n); decay max(0, 1 - 1/n)^k; without a tenor 1. At 0 periods
    all of it is there, whatever its tenor.

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
            [np.isnan(periods) | (elapsed == 0), shape == "bullet", shape == "linear"],
            [np.ones(len(periods)), elapsed < periods, np.maximum(0, 1 - elapsed / periods)],
            np.maximum(0, 1 - 1 / periods) ** elapsed,
        )
    return left


def of_cohorts(left: np.ndarray, written: np.ndarray, kept: np.ndarray | None = None) -> np.ndarray:
    """Sum over cohorts: sum over u <= t of left[p, t - u] x written[p, u] x kept from u + 1 to t.

    Parameters
    ----------
    left : (position, lag)
        Share of a cohort by its age in periods.
    written : (position, period)
        What was written (an amount, or an amount times its rate).
    kept : (position, period), optional
        Share of the cohorts written before a period that a shock leaves in it; blank: all.

    Returns
    -------
    (position, period)

    >>> of_cohorts(np.array([[1, 0.5, 0]]), np.array([[8.0, 0, 2]]))
    array([[8., 4., 2.]])
    >>> of_cohorts(np.array([[1, 0.5, 0]]), np.array([[8.0, 0, 2]]), np.array([[1, 0.25, 0]]))
    array([[8., 1., 2.]])
    """
    total, there = np.zeros(written.shape), written
    for lag in range(written.shape[1]):
        if lag:
            there = there[:, :-1] if kept is None else there[:, :-1] * kept[:, lag:]
        total[:, lag:] += left[:, [lag]] * there
    return total
