"""Bounds that move in steps with the size of a measure. Contract, section 7, table `steps`."""

from __future__ import annotations

from collections.abc import Iterator

import linopy
import numpy as np
import pandas as pd

from alm.case import Case
from alm.formulation.alternatives import Alternative
from alm.formulation.book import Book
from alm.formulation.scopes import Scope

NEAR = 1e-9
"""Share of a threshold by which rounding may leave a measure below it and still have it reached."""


def step_rows(case: Case, table: pd.DataFrame) -> pd.DataFrame:
    """Spread the steps over the rows of the limits by period.

    Returns
    -------
    DataFrame
        `row` (of the limit table), `level` (0, 1, .. by rising at_least), `measure`, `at_least`, `step_bound`.
    """
    steps = case.table("steps").sort_values(["limit", "at_least"], ignore_index=True)
    steps = steps[["limit", "measure", "at_least", "bound"]].rename(columns={"bound": "step_bound"})
    steps["level"] = steps.groupby("limit").cumcount()
    rows = table[["limit"]].reset_index(names="row").merge(steps, on="limit")
    return rows.sort_values(["row", "level"], ignore_index=True)


def step_pairs(table: pd.DataFrame, steps: pd.DataFrame) -> list[tuple[Scope, str]]:
    """Name the measure that decides over each step, in the scope of its limit."""
    scopes = table.loc[steps["row"], ["region", "scope", "currency"]].itertuples(index=False)
    return [(Scope(*key), measure) for key, measure in zip(scopes, steps["measure"], strict=True)]


def bounds_in_force(
    table: pd.DataFrame, steps: pd.DataFrame, value: np.ndarray, column: np.ndarray
) -> np.ndarray:
    """Give the bound of each limit row: of the steps reached the one with the largest at_least.

    Parameters
    ----------
    value : array (amount, close)
    column : array of int (row of `table`)
        The close at which each row is measured.
    """
    bound = pd.Series(table["bound"].to_numpy(float), index=table.index)
    close = pd.Series(column, index=table.index)
    here = steps[steps["row"].isin(table.index)]
    measured = value[here["at"].to_numpy(int), close.loc[here["row"]].to_numpy(int)]
    least = here["at_least"].to_numpy(float)
    reached = here[measured >= least - NEAR * (1.0 + np.abs(least))]
    last = reached.drop_duplicates("row", keep="last")
    bound.loc[last["row"]] = last["step_bound"].to_numpy(float)
    return bound.to_numpy()


def add_steps(model: linopy.Model, steps: pd.DataFrame) -> None:
    """Add a column for each step and row: 1 where it is reached."""
    if len(steps):
        coords = [pd.RangeIndex(len(steps), name="step")]
        model.add_variables(binary=True, coords=coords, name="reached")


def step_alternatives(
    book: Book, table: pd.DataFrame, steps: pd.DataFrame, columns: dict[str, np.ndarray]
) -> Iterator[tuple[int, Alternative]]:
    """Say when each step is reached, and hold each limit at the bound in force.

    Yields
    ------
    row : int
        Of the limit table; -1 for what only says whether a step is reached.
    alternative : Alternative
    """
    number, quantum = columns["amount"], book.case.settings.quantum
    shortfall = dict(zip(columns.get("soft rows", ()), columns.get("shortfall", ()), strict=False))
    for row in steps["row"].unique().tolist():
        own, limit = steps[steps["row"] == row], table.loc[row]
        t = int(limit["period"]) - 1
        what = f"limit {limit['limit']}"
        reached = [int(columns["reached"][each]) for each in own.index]
        for at, least, s in zip(own["at"], own["at_least"], reached, strict=True):
            measured = int(number[at, t])
            yield -1, Alternative(((measured, 1.0),), float(least), ((s, -1.0),), 1.0, what)
            # Below a step is a quantum below: at it the step is reached.
            below = quantum - float(least)
            yield -1, Alternative(((measured, -1.0),), below, ((s, 1.0),), 0.0, what)
        bounds = [float(limit["bound"]), *own["step_bound"].astype(float)]
        for level, bound in enumerate(bounds):
            off = tuple((s, 1.0) for s in reached[level:])
            off += ((reached[level - 1], -1.0),) if level else ()
            terms, lower = _limit_terms(limit, bound, number, t)
            if row in shortfall:
                terms += ((int(shortfall[row]), 1.0),)
            yield row, Alternative(terms, lower, off, 1.0 if level else 0.0, what)


def _limit_terms(
    limit: pd.Series, bound: float, number: np.ndarray, t: int
) -> tuple[tuple[tuple[int, float], ...], float]:
    """State measure - bound x denominator, or measure - bound, as a row that is at least something."""
    turn = 1.0 if limit["sense"] == "min" else -1.0
    terms = ((int(number[int(limit["numerator_at"]), t]), turn),)
    if limit["denominator_at"] < 0:
        return terms, turn * bound
    below = int(number[int(limit["denominator_at"]), t])
    return (*terms, (below, -turn * bound)), 0.0
