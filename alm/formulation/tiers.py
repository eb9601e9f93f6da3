"""Rates by volume: the part of a period's volume above a threshold is written at another rate. Contract, section 4."""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.integers import may_gain_by_earning_less

Expression = Any
KEY = ["region", "currency", "product"]


def tier_table(book: Book) -> pd.DataFrame:
    """List the tiers of positions that may write, lowest first.

    Returns
    -------
    DataFrame
        `position` (row number), `over`, `next` (where the tier above begins; inf for the last), `premium` (what the rate
        of the tier is above that of the tier below), `extra` (above the position's new_rate).
    """
    given = book.case.table("tiers")
    at = pd.MultiIndex.from_frame(book.positions[KEY]).get_indexer(
        pd.MultiIndex.from_frame(given[KEY])
    )
    table = pd.DataFrame({"position": at, "over": given["over"], "rate": given["rate"]})
    table = table[np.isin(at, book.dealt)].sort_values(["position", "over"], ignore_index=True)
    base = book.positions["new_rate"].to_numpy(float)[table["position"].to_numpy(int)]
    below = table.groupby("position")["rate"].shift(1)
    above = table.groupby("position")["over"].shift(-1)
    table["next"] = above.fillna(np.inf)
    table["extra"] = table["rate"] - base
    table["premium"] = table["rate"] - below.fillna(pd.Series(base, index=table.index))
    return table


def tier_interest(book: Book, new: np.ndarray) -> np.ndarray:
    """Give what tiers add to the yearly interest of new business at its base rate: (position, period), own currency."""
    added, table = np.zeros_like(new), tier_table(book)
    at = table["position"].to_numpy(int)
    beyond = np.maximum(0.0, new[at] - table["over"].to_numpy(float)[:, None])
    np.add.at(added, at, beyond * table["premium"].to_numpy(float)[:, None])
    return added


def premiums(book: Book, price: np.ndarray) -> np.ndarray:
    """Value one unit of volume in each tier: (tier, period), in reporting currency over its life.

    Parameters
    ----------
    price : array (position, period written)
        Worth of one unit of balance and year of rate, over the life of new business.
    """
    table = tier_table(book)
    at = table["position"].to_numpy(int)
    signed = book.sign[at] * table["extra"].to_numpy(float)
    return np.asarray(signed[:, None] * price[at])


def rates_by_volume(model: linopy.Model, book: Book) -> None:
    """Split volumes into tiers: above each threshold, up to the next; a tier is entered once the one below is full.

    Where every tier is worse than the one below, a plan that earns most fills them in order by itself. Otherwise, and where
    a limit might want less income, a whole column a tier says whether it is entered.
    """
    table = tier_table(book)
    if table.empty:
        return
    position, over = table["position"].to_numpy(int), table["over"].to_numpy(float)[:, None]
    ceiling = book.max_new[position]
    room = np.maximum(0.0, np.minimum(table["next"].to_numpy(float)[:, None], ceiling) - over)
    tier = model.add_variables(lower=0, upper=_by_tier(book, room), name="tier")
    for number in np.unique(position):
        rows = np.flatnonzero(position == number)
        _split(model, book, tier, int(number), rows, over[rows, 0])
    better = book.sign[position] * table["premium"].to_numpy(float) > 0
    bent = np.unique(position[better | may_gain_by_earning_less(book)])
    for number in bent:
        rows = np.flatnonzero(position == number)
        _fill_in_order(model, book, tier, int(number), rows, table, room)


def _by_tier(book: Book, values: np.ndarray) -> xr.DataArray:
    periods = pd.RangeIndex(1, book.periods + 1, name="period")
    return xr.DataArray(values, coords=[pd.RangeIndex(len(values), name="tier"), periods])


def _split(
    model: linopy.Model,
    book: Book,
    tier: Expression,
    position: int,
    rows: np.ndarray,
    over: np.ndarray,
) -> None:
    """Leave to the base rate what is in no tier: between 0 and the first threshold."""
    volume = model.variables["new"].sel(position=position, drop=True)
    base = volume - tier.sel(tier=rows).sum("tier")
    model.add_constraints(base >= 0, name=f"tiers {position} base")
    model.add_constraints(base <= float(over[0]), name=f"tiers {position} first")


def _fill_in_order(
    model: linopy.Model,
    book: Book,
    tier: Expression,
    position: int,
    rows: np.ndarray,
    table: pd.DataFrame,
    room: np.ndarray,
) -> None:
    """Enter a tier only where the one below is full: tier <= room x entered, below >= its width x entered."""
    periods = pd.RangeIndex(1, book.periods + 1, name="period")
    volume = model.variables["new"].sel(position=position, drop=True)
    below = volume - tier.sel(tier=rows).sum("tier")
    width = float(table["over"].iloc[rows[0]])
    for row in rows:
        name = f"tier {row} entered"
        entered = model.add_variables(binary=True, coords=[periods], name=name)
        own = tier.sel(tier=row, drop=True)
        most = xr.DataArray(room[row], coords=[periods])
        model.add_constraints(own - entered * most <= 0, name=f"{name} at most")
        model.add_constraints(below - entered * width >= 0, name=f"{name} when full")
        below, width = 1 * own, float(table["next"].iloc[row] - table["over"].iloc[row])


def tier_extra(model: linopy.Model, book: Book) -> Expression:
    """Express what tiers add to the yearly income of new business, signed: (position, period)."""
    table = tier_table(book)
    index = pd.RangeIndex(len(table), name="tier")
    at = table["position"].to_numpy(int)
    unit = xr.DataArray(book.sign[at] * table["extra"].to_numpy(float), coords=[index])
    group = xr.DataArray(at, coords=[index], name="position")
    return (model.variables["tier"] * unit).groupby(group).sum()
