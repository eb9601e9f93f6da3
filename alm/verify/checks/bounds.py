"""Checks that decisions and balances of positions are within what the case allows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.checks.amounts import exact, of_positions
from alm.verify.replay import Replay
from alm.verify.terms import Terms
from alm.verify.verification import Finding, at_least, at_most, equal, true_for


def bound(terms: Terms, name: str, blank: float) -> np.ndarray:
    """Return one of the four bounds in every period, table bounds and shocks applied: (position, period)."""
    grid = np.repeat(terms.positions[name].to_numpy(float)[:, None], terms.periods, axis=1)
    rows = terms.case.table("bounds")
    rows = rows.loc[rows[name].notna()]
    for position, row in zip(terms.position_index(rows), rows.to_dict("records"), strict=True):
        grid[position, row["start"] - 1 : row["end"]] = row[name]
    if name in ("min_new", "max_new"):
        grid = grid * terms.shocks.multiplied("new_business", terms.positions)
    return np.where(np.isnan(grid), blank, grid)


def new_business_is_within_bounds(replay: Replay) -> Iterator[Finding]:
    """Confirm min_new <= new <= max_new, missed by at most a quantum; never negative."""
    terms, where, new = replay.terms, of_positions(replay, "new"), replay.books.new
    counts = ~terms.plug[:, None]
    near = terms.quantum + exact(replay, new)
    yield at_least(where, new, 0.0, 0.0)
    yield at_least(where, new, np.where(counts, bound(terms, "min_new", 0.0), 0.0), near)
    yield at_most(where, new, np.where(counts, bound(terms, "max_new", np.inf), np.inf), near)


def renewal_is_within_bounds(replay: Replay) -> Iterator[Finding]:
    """Confirm min_renewal x what ran off <= new business <= max_renewal x what ran off."""
    rows, books = replay.terms.positions, replay.books
    least = rows["min_renewal"].to_numpy(float)[:, None] * books.ran_off
    most = rows["max_renewal"].to_numpy(float)[:, None] * books.ran_off
    near = replay.terms.quantum + exact(replay, books.new)
    where, free = of_positions(replay, "new"), replay.terms.plug[:, None]
    yield at_least(where, books.new, np.where(free | np.isnan(least), 0.0, least), near)
    yield at_most(where, books.new, np.where(free | np.isnan(most), np.inf, most), near)


def new_business_is_in_lots(replay: Replay) -> Iterator[Finding]:
    """Confirm that new business is 0 or at least minimum_ticket, and a multiple of the lot."""
    rows, new = replay.terms.positions, replay.books.new
    ticket = rows["minimum_ticket"].to_numpy(float)[:, None]
    where, near = of_positions(replay, "new"), exact(replay, new)
    yield at_least(where, new, np.where(new == 0, 0.0, ticket), near)
    yield equal(where, new, to_lots(new, rows["lot"].to_numpy(float)), near)


def to_lots(amounts: np.ndarray, lot: np.ndarray) -> np.ndarray:
    """Return the nearest multiple of the lot of each row; the amount itself where the lot is 0."""
    has = (lot > 0)[:, None]
    size = np.where(has, lot[:, None], 1.0)
    return np.where(has, np.rint(amounts / size) * size, amounts)


def disposals_are_within_the_legacy_book(replay: Replay) -> Iterator[Finding]:
    """Confirm 0 <= sold[p,1] <= ... <= max_disposal, and that only what is there is sold.

    Plugs and books that have run off are never sold.
    """
    terms, books = replay.terms, replay.books
    sold, where = replay.plan.position("sold"), of_positions(replay, "sold")
    there = books.before_disposals[:, 1:]
    yield at_least(where, sold, 0.0, 0.0)
    may = (there > 0) & ~terms.plug[:, None]
    yield true_for(where, may | (sold == 0), sold, "0: there is no legacy book to sell")
    most = terms.positions["max_disposal"].to_numpy(float)[:, None] - books.sold_share[:, :-1]
    yield at_most(where, books.sold_amount, most * there, terms.quantum + exact(replay, there))


def balances_are_within_bounds(replay: Replay) -> Iterator[Finding]:
    """Confirm min_balance <= balance <= max_balance, missed by at most a quantum."""
    terms, balance = replay.terms, replay.plan.position("balance")
    where, near = of_positions(replay, "balance"), replay.terms.quantum + exact(replay, balance)
    yield at_least(where, balance, bound(terms, "min_balance", 0.0), near)
    yield at_most(where, balance, bound(terms, "max_balance", np.inf), near)
