"""Amounts as they are written: the number that a person would type, and not what floating point made of it."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

AMOUNTS = {
    "positions": ("opening", "matured", "new", "sold", "balance"),
    "lanes": ("transfer", "repaid", "outstanding"),
}
NOISE = 1e-6  # of a quantum: an amount further off is no multiple, as an opening balance may be


def nearest(amounts: np.ndarray, quantum: float) -> np.ndarray:
    """Give the float closest to each whole number of quanta; what is no whole number stays as it is.

    Multiplying a count by 0.01 is off by a unit in the last place for one count in eight; dividing it by 100 never is.

    >>> 3 * 0.1, nearest(np.array([3 * 0.1, 0.25]), 0.1).tolist()
    (0.30000000000000004, [0.3, 0.25])
    """
    numerator, denominator = Decimal(repr(quantum)).as_integer_ratio()
    count = np.rint(amounts / quantum)
    whole = np.abs(amounts - count * quantum) <= NOISE * quantum
    written = count * float(numerator) / float(denominator) + 0.0  # no negative zero
    return np.where(whole, written, amounts)


def without_noise(tables: dict[str, pd.DataFrame], quantum: float) -> dict[str, pd.DataFrame]:
    """Write the amounts of plan tables as their nearest floats; ratios and income are left as they are."""
    clean = dict(tables)
    for name, columns in AMOUNTS.items():
        exact = {each: nearest(tables[name][each].to_numpy(float), quantum) for each in columns}
        clean[name] = tables[name].assign(**exact)
    return clean
