"""Rates by volume: the part of a period's volume above a threshold is written at another rate. Contract, section 4."""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.decisions import on, period_index
from alm.formulation.integers import may_gain_by_earning_less
from alm.formulation.symbols import Symbols, columns, hold

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
    upper = on(room, np.arange(len(table)), book, "tier")
    model.add_variables(lower=0, upper=upper, name="tier")
    for number in np.unique(position):
        rows = np.flatnonzero(position == number)
        base = _base(model, int(number), rows)
        # The base rate is left with what is in no tier: between 0 and the first threshold.
        hold(model, f"tiers {number} base", base, ">=")
        hold(model, f"tiers {number} first", base, "<=", over[rows[0], 0])
    better = book.sign[position] * table["premium"].to_numpy(float) > 0
    bent = np.unique(position[better | may_gain_by_earning_less(book)])
    for number in bent:
        _fill_in_order(model, book, int(number), np.flatnonzero(position == number), table, room)


def _base(model: linopy.Model, position: int, rows: np.ndarray) -> Symbols:
    """Express the part of a volume that is in no tier: (period)."""
    volume = columns(model, "new", [position]).summed()
    return volume - columns(model, "tier", rows).summed()


def _fill_in_order(
    model: linopy.Model,
    book: Book,
    position: int,
    rows: np.ndarray,
    table: pd.DataFrame,
    room: np.ndarray,
) -> None:
    """Enter a tier only where the one below is full: tier <= room x entered, below >= its width x entered."""
    below = _base(model, position, rows)
    width = float(table["over"].iloc[rows[0]])
    for row in rows:
        name = f"tier {row} entered"
        model.add_variables(binary=True, coords=[period_index(book)], name=name)
        entered, own = columns(model, name), columns(model, "tier", [row]).summed()
        hold(model, f"{name} at most", own - entered * room[row], "<=")
        hold(model, f"{name} when full", below - entered * width, ">=")
        below, width = own, float(table["next"].iloc[row] - table["over"].iloc[row])


def tier_extra(model: linopy.Model, book: Book, rows: np.ndarray) -> Symbols:
    """Express what tiers add to the yearly income of new business, signed: (position, period)."""
    table = tier_table(book)
    at = table["position"].to_numpy(int)
    unit = book.sign[at] * table["extra"].to_numpy(float)
    return (columns(model, "tier") * unit[:, None]).into(at, pd.Index(rows, name="position"))
