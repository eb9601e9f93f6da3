"""The columns of the model: what the treasury decides, and the balances that follow."""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book


def on(values: np.ndarray, rows: np.ndarray, book: Book, dim: str = "position") -> xr.DataArray:
    """Label the chosen rows of an array (row, period)."""
    return xr.DataArray(
        values[rows], coords=[pd.Index(rows, name=dim), period_index(book)], dims=[dim, "period"]
    )


def period_index(book: Book) -> pd.RangeIndex:
    """Label the periods 1..T."""
    return pd.RangeIndex(1, book.periods + 1, name="period")


def untouched_balance(book: Book) -> np.ndarray:
    """Give what the legacy books alone would be at each close: (position, period); plugs 0."""
    legacy = book.opening[:, None] * book.legacy[:, 1 : book.periods + 1]
    return np.where(book.plug[:, None], 0.0, legacy)


def add_decisions(model: linopy.Model, book: Book) -> None:
    """Add new business, disposals, balances and transfers with the bounds of their positions and lanes.

    Balances carry min_balance and max_balance, new business min_new and max_new (contract, section 4), outstanding
    amounts the capacity of their lane, transfers the periods in which they may be placed (section 6).
    """
    held, dealt, disposable = book.booked, book.dealt, book.disposable
    lanes = np.arange(len(book.lanes))
    window = np.where(book.lanes.open_window, np.inf, 0.0)
    model.add_variables(
        lower=on(book.min_balance, held, book),
        upper=on(book.max_balance, held, book),
        name="balance",
    )
    if len(dealt):
        model.add_variables(
            lower=on(book.min_new, dealt, book), upper=on(book.max_new, dealt, book), name="new"
        )
    if len(book.retaining):
        rows = on(np.zeros_like(book.min_new), book.retaining, book)
        model.add_variables(lower=-np.inf, coords=rows.coords, name="posted")
    if len(disposable):
        largest = book.positions["max_disposal"].to_numpy(float) * book.opening
        spread = np.repeat(largest[:, None], book.periods, axis=1)
        limit = on(spread, disposable, book)
        model.add_variables(lower=0, upper=limit, name="gone", coords=limit.coords)
        model.add_variables(lower=0, upper=limit, name="sold", coords=limit.coords)
    if len(lanes):
        capacity = on(book.lanes.capacity, lanes, book, "lane")
        model.add_variables(
            lower=0,
            upper=on(window, lanes, book, "lane"),
            name="transfer",
            coords=capacity.coords,
        )
        model.add_variables(lower=0, upper=capacity, name="outstanding", coords=capacity.coords)


def most_written(book: Book) -> np.ndarray:
    """Give the largest volume that may have to be priced: (position, period); no bound where none is needed.

    What a volume costs is a column that is at least the cost. Where income is retained, to earn less can keep a
    limit, and a plan must not state a cost that no volume has; where bounds move in steps, it must be known how far income can
    fall. Held decisions may be a quantum beyond their bounds.
    """
    if not _needs_bounds(book):
        return np.full(book.max_new.shape, np.inf)
    return np.asarray(book.max_new + 2 * book.case.settings.quantum)


def _needs_bounds(book: Book) -> bool:
    return book.case.settings.earnings.retained > 0 or not book.case.table("steps").empty


def _most_priced(book: Book) -> dict[str, np.ndarray]:
    """Bound the columns that price volume, by name: (position, period)."""
    most = most_written(book)
    reference = book.positions["reference_volume"].to_numpy(float)[:, None]
    up, down = most.copy(), np.roll(most, 1, axis=1)
    if _needs_bounds(book):
        last = book.positions["last_new"].to_numpy(float)
        # Without a volume of the period before, the first change is free.
        up[np.isnan(last), 0] = 0.0
        down[:, 0] = np.nan_to_num(last)
    return {"over": np.maximum(0.0, most - reference), "up": up, "down": down}


def add_price_columns(model: linopy.Model, book: Book) -> None:
    """Add the columns that price volume: above the reference, up, down, and off target."""
    positions, dealt = book.positions, book.dealt
    priced = dealt[(positions["back_book"] * positions["price_slope"]).to_numpy(float)[dealt] > 0]
    moving = dealt[positions["adjustment_cost"].to_numpy(float)[dealt] > 0]
    most = _most_priced(book)
    for name, rows in (("over", priced), ("up", moving), ("down", moving)):
        if len(rows):
            model.add_variables(lower=0, upper=on(most[name], rows, book), name=name)
    targets = book.case.table("targets")
    if len(targets):
        model.add_variables(
            coords=[pd.RangeIndex(len(targets), name="target")], name="off_target", lower=-np.inf
        )
