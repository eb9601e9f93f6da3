"""Simpler plans to compare with: hold everything, share volumes pro rata, and the best plan with lanes frozen."""

from __future__ import annotations

import numpy as np

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.formulation.integers import in_lots, lot_of
from alm.plan.decisions import Decisions, cohort_balance
from solvers import Problem


def held_transfers(book: Book) -> np.ndarray:
    """Roll every lane so that it stays at its opening amount, while it is open: (lane, period).

    In whole lots, and nothing where that is below the ticket: less stands on such a lane than at the opening.
    """
    quantum = book.case.settings.quantum
    lot, ticket = lot_of(book.lanes.table, quantum), book.lanes.table["minimum_ticket"].to_numpy()
    lanes, transfer = book.lanes, np.zeros((len(book.lanes), book.periods))
    opening = lanes.table["opening"].to_numpy(float)
    for t in range(book.periods):
        placed = np.cumsum(transfer, axis=1)
        due = np.maximum(t + 1 - lanes.tenor, 0)
        repaid = np.where(due > 0, placed[np.arange(len(opening)), due - 1], 0.0)
        standing = lanes.opening[:, t + 1] + placed[:, -1] - repaid
        wanted = np.minimum(opening, lanes.capacity[:, t]) - standing
        whole = in_lots(lot, np.maximum(wanted, 0.0)[:, None], up=False)[:, 0]
        kept = lanes.open_window[:, t] & (whole >= ticket)
        transfer[:, t] = np.where(kept, whole, 0.0)
    return transfer


def run_off(book: Book) -> np.ndarray:
    """Give what must be written so that every balance stays at its opening: (position, period).

    Renews what runs off the legacy book and the renewals themselves.
    """
    legacy = book.opening[:, None] * book.legacy[:, : book.periods + 1]
    volume = np.zeros((len(book.positions), book.periods))
    for t in range(book.periods):
        standing = cohort_balance(book, volume)[:, t]
        volume[:, t] = book.opening - legacy[:, t + 1] - standing
    return np.where(book.plug[:, None], 0.0, np.maximum(volume, 0.0))


def within_bounds(book: Book, volume: np.ndarray) -> np.ndarray:
    """Clip volumes to what each position may write."""
    low = np.where(book.plug[:, None], 0.0, book.min_new)
    return np.asarray(np.clip(volume, low, np.maximum(low, book.max_new)))


def hold(book: Book) -> Decisions:
    """Hold every balance: renew what runs off, sell nothing, keep lanes as they are; the plugs square."""
    return _plain(book, within_bounds(book, run_off(book)))


def pro_rata(book: Book, plan: Decisions) -> Decisions:
    """Write the plan's volume of each product, shared between regions in proportion to what they hold.

    The rule of thumb against which choosing *where* is measured: same products and dates, no choice of region, lanes
    as they are.
    """
    positions = book.positions
    groups = positions.groupby(["product", "currency"]).ngroup().to_numpy()
    count = groups.max() + 1
    total, held = np.zeros((count, book.periods)), np.zeros(count)
    np.add.at(total, groups, np.where(book.plug[:, None], 0.0, plan.new))
    np.add.at(held, groups, book.opening)
    size = np.bincount(groups, minlength=count)
    share = np.where(
        held[groups] > 0,
        np.divide(
            book.opening, held[groups], out=np.zeros_like(book.opening), where=held[groups] > 0
        ),
        1.0 / size[groups],
    )
    volume = np.where(book.plug[:, None], 0.0, share[:, None] * total[groups])
    return _plain(book, within_bounds(book, volume))


def _plain(book: Book, new: np.ndarray) -> Decisions:
    """Complete volumes to decisions: nothing sold, lanes held, plugs at their opening until they are squared."""
    plug = np.where(book.plug[:, None], book.opening[:, None], 0.0)
    return Decisions(
        new=new,
        sold=np.zeros_like(new),
        plug=np.repeat(plug, book.periods, axis=1) if plug.shape[1] == 1 else plug,
        transfer=held_transfers(book),
    )


def frozen_lanes(book: Book, formulation: Formulation) -> Problem:
    """Freeze transfers so that lanes stay at their opening amounts; everything else is still decided."""
    problem = formulation.undecided or formulation.problem
    block = formulation.columns.get("transfer")
    if block is None:
        return problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[block.numbers] = upper[block.numbers] = held_transfers(book)
    return problem.replace(lower=lower, upper=upper)
