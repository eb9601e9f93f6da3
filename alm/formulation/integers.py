"""What is whole: lots, tickets, and whether anything is written, placed or carried at all. Contract, sections 3 and 6."""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.decisions import on, period_index

Expression = Any


def whole_decisions(model: linopy.Model, book: Book) -> None:
    """Add lots and tickets of new business and transfers, and what costs something once it is used.

    lots: v = lot x n. tickets and fixed costs: ticket x w <= v <= most x w with w 0 or 1; `most` is the bound that the
    position or lane has, never a constant.
    """
    _new_business(model, book)
    if len(book.lanes):
        _transfers(model, book)
        _carrying(model, book)
        _corridors(model, book)


def counts_lanes(book: Book) -> bool:
    """Tell whether any limit counts open lanes."""
    limits, terms = book.case.table("limits"), book.case.table("measures")
    named = {*limits["measure"], *limits["denominator"], *terms["term"]}
    return "open_lanes" in named


def lot_of(rows: pd.DataFrame, quantum: float) -> np.ndarray:
    """Give the lot of each row; 0 where a quantum is no lot to speak of."""
    lot = rows["lot"].to_numpy(float)
    return np.where(lot == quantum, 0.0, lot)


def in_lots(lot: np.ndarray, amount: np.ndarray, up: bool) -> np.ndarray:
    """Bring bounds (row, period) to multiples of the lot of their row, where it has one."""
    size = np.where(lot > 0, lot, 1.0)[:, None]
    count = np.ceil(amount / size - 1e-9) if up else np.floor(amount / size + 1e-9)
    return np.where((lot > 0)[:, None], count * size, amount)


def _new_business(model: linopy.Model, book: Book) -> None:
    dealt, positions = book.dealt, book.positions
    lot = lot_of(positions, book.case.settings.quantum)
    most = in_lots(lot, book.max_new, up=False)
    ticket = positions["minimum_ticket"].to_numpy(float)
    least = in_lots(lot, np.repeat(ticket[:, None], book.periods, axis=1), up=True)
    _lots(model, book, "new", "lots", lot, most, dealt[lot[dealt] > 0])
    chosen = (ticket > 0) | (positions["fixed_cost"].to_numpy(float) > 0)
    _all_or_nothing(model, book, "new", "written", least, most, dealt[chosen[dealt]])


def _transfers(model: linopy.Model, book: Book) -> None:
    table = book.lanes.table
    lot = lot_of(table, book.case.settings.quantum)
    most = in_lots(lot, book.lanes.capacity, up=False)
    ticket = table["minimum_ticket"].to_numpy(float)
    least = in_lots(lot, np.repeat(ticket[:, None], book.periods, axis=1), up=True)
    every = np.arange(len(table))
    _lots(model, book, "transfer", "transfer_lots", lot, most, every[lot > 0])
    _all_or_nothing(model, book, "transfer", "placed", least, most, every[ticket > 0])


def _lots(
    model: linopy.Model,
    book: Book,
    volume: str,
    name: str,
    lot: np.ndarray,
    most: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Tie volumes to whole numbers of lots."""
    if not len(rows):
        return
    dim = "lane" if volume == "transfer" else "position"
    size = np.where(lot > 0, lot, 1.0)[:, None]
    count = model.add_variables(
        lower=0, upper=on(np.rint(most / size), rows, book, dim), integer=True, name=name
    )
    each = on(np.repeat(size, book.periods, axis=1), rows, book, dim)
    left = model.variables[volume].sel({dim: rows}) - count * each
    model.add_constraints(left == 0, name=name)


def _all_or_nothing(
    model: linopy.Model,
    book: Book,
    volume: str,
    name: str,
    least: np.ndarray,
    most: np.ndarray,
    rows: np.ndarray,
) -> None:
    """Let volumes be 0, or between the least and the most."""
    if not len(rows):
        return
    dim = "lane" if volume == "transfer" else "position"
    used = _used(model, book, name, rows, dim)
    amount = model.variables[volume].sel({dim: rows})
    model.add_constraints(amount - used * on(most, rows, book, dim) <= 0, name=f"{name} at most")
    floor = on(least, rows, book, dim)
    if (floor > 0).any():
        model.add_constraints(amount - used * floor >= 0, name=f"{name} at least")


def _used(model: linopy.Model, book: Book, name: str, rows: np.ndarray, dim: str) -> Expression:
    coords = [pd.Index(rows, name=dim), period_index(book)]
    return model.add_variables(binary=True, coords=coords, name=name)


def _carrying(model: linopy.Model, book: Book) -> None:
    """Tell which lanes carry anything, where that costs something or is counted."""
    table, every = book.lanes.table, np.arange(len(book.lanes))
    counted = counts_lanes(book)
    rows = every if counted else every[table["fixed_cost"].to_numpy(float) > 0]
    # A lane carries something from one quantum on (contract, section 6): only a count may want it to.
    quantum = book.case.settings.quantum if counted else 0.0
    least = np.full_like(book.lanes.capacity, quantum)
    _all_or_nothing_outstanding(model, book, least, rows)


def _all_or_nothing_outstanding(
    model: linopy.Model, book: Book, least: np.ndarray, rows: np.ndarray
) -> None:
    if not len(rows):
        return
    used = _used(model, book, "carries", rows, "lane")
    amount = model.variables["outstanding"].sel(lane=rows)
    most = on(book.lanes.capacity, rows, book, "lane")
    model.add_constraints(amount - used * most <= 0, name="carries at most")
    if (least > 0).any():
        floor = on(least, rows, book, "lane")
        model.add_constraints(amount - used * floor >= 0, name="carries at least")


def corridor_members(book: Book) -> np.ndarray:
    """Row in table `corridors` of each lane, -1 without one: (lane)."""
    names = pd.Index(book.case.table("corridors")["corridor"])
    return np.asarray(names.get_indexer(pd.Index(book.lanes.table["corridor"])))


def _corridors(model: linopy.Model, book: Book) -> None:
    """Hold the lanes of a corridor together: within its capacity, 0 or at least its minimum; reporting currency."""
    table, member = book.case.table("corridors"), corridor_members(book)
    if not (member >= 0).any():
        return
    rows = np.unique(member[member >= 0])
    lanes = np.flatnonzero(member >= 0)
    group = xr.DataArray(member[lanes], coords=[pd.Index(lanes, name="lane")], name="corridor")
    stock = model.variables["outstanding"].sel(lane=lanes) * on(book.lanes.fx, lanes, book, "lane")
    together = stock.groupby(group).sum().reindex(corridor=rows)
    carried = np.zeros((len(table), book.periods))
    np.add.at(carried, member[lanes], (book.lanes.capacity * book.lanes.fx)[lanes])
    capacity = table["capacity"].fillna(np.inf).to_numpy(float)[:, None]
    most = np.minimum(carried, capacity)
    costly = (table["fixed_cost"].to_numpy(float) > 0) | (table["minimum"].to_numpy(float) > 0)
    plain, used = rows[~costly[rows]], rows[costly[rows]]
    plain = plain[np.isfinite(most[plain]).all(axis=1)]
    if len(plain):
        limit = on(most, plain, book, "corridor")
        model.add_constraints(together.sel(corridor=plain) <= limit, name="corridor_capacity")
    if len(used):
        opened = _used(model, book, "corridor_carries", used, "corridor")
        amount = together.sel(corridor=used)
        limit = on(most, used, book, "corridor")
        model.add_constraints(amount - opened * limit <= 0, name="corridor_carries at most")
        floor = np.repeat(table["minimum"].to_numpy(float)[:, None], book.periods, axis=1)
        model.add_constraints(
            amount - opened * on(floor, used, book, "corridor") >= 0,
            name="corridor_carries at least",
        )
