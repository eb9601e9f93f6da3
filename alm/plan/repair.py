"""Repair: where rounding broke a hard limit, ask the solver for that much more room and round again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from alm.formulation.formulate import Formulation

# A little more than was missed: the next rounding misses by other quanta.
MARGIN = 1.5


def broken_limits(limits: pd.DataFrame) -> pd.DataFrame:
    """Find the hard limits that a rounded plan misses by more than the contract forgives."""
    return limits[limits["status"] == "broken"]


def with_more_room(formulation: Formulation, limits: pd.DataFrame) -> Formulation:
    """Tighten the rows of broken limits by what the plan missed.

    Parameters
    ----------
    limits : DataFrame
        The limit table of the rounded plan, in the order of `formulation.limits.table`.

    Returns
    -------
    Formulation
        The same model with those rows moved inwards. Its optimum is a plan of the first model too, whose bound stands.
    """
    missing = np.zeros(len(limits))
    broken = broken_limits(limits)
    missing[broken.index] = MARGIN * broken["shortfall"].to_numpy(float)
    lower, upper = formulation.problem.row_lower.copy(), formulation.problem.row_upper.copy()
    for name, block in formulation.rows.items():
        if name.startswith("limit "):
            rows = block.coords[0].to_numpy()
            lower[block.numbers] += missing[rows]
            upper[block.numbers] -= missing[rows]
    problem = formulation.problem.replace(row_lower=lower, row_upper=upper)
    return replace(formulation, problem=problem)
