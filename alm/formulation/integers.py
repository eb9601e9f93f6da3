"""What is whole: lots, tickets, and whether anything is written, placed or carried at all. Contract, sections 3 and 6."""

from __future__ import annotations

from dataclasses import dataclass, replace

import linopy
import numpy as np
import pandas as pd

from alm.case.measures import INCOME_MEASURES
from alm.formulation.book import Book
from alm.formulation.decisions import on, period_index
from alm.formulation.symbols import Symbols, columns, hold


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


def may_gain_by_earning_less(book: Book) -> bool:
    """Tell whether a limit or step looks at earnings, or they are retained: then a cost for nothing could be of use."""
    limits = book.case.table("limits")
    named = {*limits["measure"], *limits["denominator"]}
    named |= {*book.case.table("measures")["term"], *book.case.table("steps")["measure"]}
    return not named.isdisjoint(INCOME_MEASURES) or len(book.retaining) > 0


def _least_used(book: Book) -> float:
    """Give what must be written or carried at least for its fixed cost to fall due: a quantum, where that may be wanted."""
    return book.case.settings.quantum if may_gain_by_earning_less(book) else 0.0


def lot_of(rows: pd.DataFrame, quantum: float) -> np.ndarray:
    """Give the lot of each row; 0 where a quantum is no lot to speak of."""
    lot = rows["lot"].to_numpy(float)
    return np.where(lot == quantum, 0.0, lot)


def in_lots(lot: np.ndarray, amount: np.ndarray, up: bool) -> np.ndarray:
    """Bring bounds (row, period) to multiples of the lot of their row, where it has one."""
    size = np.where(lot > 0, lot, 1.0)[:, None]
    count = np.ceil(amount / size - 1e-9) if up else np.floor(amount / size + 1e-9)
    return np.where((lot > 0)[:, None], count * size, amount)


@dataclass(frozen=True)
class Volume:
    """A block of decisions that may have lots and tickets.

    Attributes
    ----------
    name, dim : str
        Of its columns, and of their rows.
    lot : array (row)
        0 without one.
    least, most : array (row, period)
        Bounds of what is not 0.
    """

    name: str
    dim: str
    lot: np.ndarray
    least: np.ndarray
    most: np.ndarray


def _volume(book: Book, name: str, dim: str, rows: pd.DataFrame, most: np.ndarray) -> Volume:
    """Bring tickets up and bounds down to whole lots."""
    lot = lot_of(rows, book.case.settings.quantum)
    ticket = np.repeat(rows["minimum_ticket"].to_numpy(float)[:, None], book.periods, axis=1)
    return Volume(name, dim, lot, in_lots(lot, ticket, up=True), in_lots(lot, most, up=False))


def _new_business(model: linopy.Model, book: Book) -> None:
    dealt, positions = book.dealt, book.positions
    volume = _volume(book, "new", "position", positions, book.max_new)
    _lots(model, book, volume, "lots", dealt[volume.lot[dealt] > 0])
    volume = replace(volume, least=np.maximum(volume.least, _least_used(book)))
    chosen = positions[["minimum_ticket", "fixed_cost"]].gt(0).any(axis=1).to_numpy()
    _all_or_nothing(model, book, volume, "written", dealt[chosen[dealt]])


def _transfers(model: linopy.Model, book: Book) -> None:
    table, every = book.lanes.table, np.arange(len(book.lanes))
    volume = _volume(book, "transfer", "lane", table, book.lanes.capacity)
    _lots(model, book, volume, "transfer_lots", every[volume.lot > 0])
    ticket = table["minimum_ticket"].to_numpy(float)
    _all_or_nothing(model, book, volume, "placed", every[ticket > 0])


def _carrying(model: linopy.Model, book: Book) -> None:
    """Tell which lanes carry anything, where that costs something or is counted."""
    table, every = book.lanes.table, np.arange(len(book.lanes))
    counted = counts_lanes(book)
    rows = every if counted else every[table["fixed_cost"].to_numpy(float) > 0]
    # A lane carries something from one quantum on (contract, section 6): a count may want it to, or a ceiling on income.
    quantum = book.case.settings.quantum if counted else _least_used(book)
    least = np.full_like(book.lanes.capacity, quantum)
    lot = np.zeros(len(every))
    volume = Volume("outstanding", "lane", lot, least, book.lanes.capacity)
    _all_or_nothing(model, book, volume, "carries", rows)


def _lots(model: linopy.Model, book: Book, volume: Volume, name: str, rows: np.ndarray) -> None:
    """Tie volumes to whole numbers of lots."""
    if not len(rows):
        return
    size = np.where(volume.lot > 0, volume.lot, 1.0)[:, None]
    upper = on(np.rint(volume.most / size), rows, book, volume.dim)
    model.add_variables(lower=0, upper=upper, integer=True, name=name)
    left = columns(model, volume.name, rows) - columns(model, name) * size[rows]
    hold(model, name, left, "==")


def _all_or_nothing(
    model: linopy.Model, book: Book, volume: Volume, name: str, rows: np.ndarray
) -> None:
    """Let volumes be 0, or between the least and the most."""
    if not len(rows):
        return
    used = _used(model, book, name, rows, volume.dim)
    amount = columns(model, volume.name, rows)
    hold(model, f"{name} at most", amount - used * volume.most[rows], "<=")
    if (volume.least[rows] > 0).any():
        hold(model, f"{name} at least", amount - used * volume.least[rows], ">=")


def _used(model: linopy.Model, book: Book, name: str, rows: np.ndarray, dim: str) -> Symbols:
    coords = [pd.Index(rows, name=dim), period_index(book)]
    model.add_variables(binary=True, coords=coords, name=name)
    return columns(model, name)


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
    stock = columns(model, "outstanding", lanes) * book.lanes.fx[lanes]
    together = stock.into(member[lanes], pd.Index(rows, name="corridor"))
    carried = np.zeros((len(table), book.periods))
    np.add.at(carried, member[lanes], (book.lanes.capacity * book.lanes.fx)[lanes])
    capacity = table["capacity"].fillna(np.inf).to_numpy(float)[:, None]
    most = np.minimum(carried, capacity)
    costly = (table["fixed_cost"].to_numpy(float) > 0) | (table["minimum"].to_numpy(float) > 0)
    plain, used = rows[~costly[rows]], rows[costly[rows]]
    plain = plain[np.isfinite(most[plain]).all(axis=1)]
    if len(plain):
        hold(model, "corridor_capacity", together.at(plain), "<=", most[plain])
    if len(used):
        opened = _used(model, book, "corridor_carries", used, "corridor")
        amount = together.at(used)
        hold(model, "corridor_carries at most", amount - opened * most[used], "<=")
        floor = table["minimum"].to_numpy(float)[used, None]
        floor = np.maximum(floor, _least_used(book) * book.lanes.fx[lanes].min())
        hold(model, "corridor_carries at least", amount - opened * floor, ">=")
