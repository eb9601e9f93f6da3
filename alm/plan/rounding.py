"""Round a plan to the quantum: decisions first, then balances, and the plugs square every node.

Rounding goes from close to close and carries its error: each volume is rounded so that the *balance* stays within half a
quantum of the solution, so twelve cohorts are no worse than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.integers import counts_lanes, in_lots, lot_of
from alm.plan.decisions import (
    Decisions,
    cohort_balance,
    legacy_balance,
    outstanding_amount,
    sold_share,
)
from alm.plan.posting import retained_income
from alm.plan.reroute import reroute

# Below this share of a quantum a volume of the solution is nothing, and stays nothing.
NOTHING = 1e-4
# Of posting what plugs help to earn: each round leaves a hundredth of the last one's error.
POSTINGS = 20


@dataclass(frozen=True)
class Plan:
    """A plan in whole quanta.

    Attributes
    ----------
    decisions : Decisions
        Multiples of the quantum; plugs included.
    balance : array (position, period)
        Closing balances, rounded to the quantum.
    outstanding, debt : array (lane, period)
        What stands on each lane at each close, in its own and in the borrower's currency.
    unsquared : array (node, period)
        Quanta that no plug could take; 0 everywhere in a good plan.
    posted : array (position, period)
        Retained income in the balance, posted so far; not rounded, the balance is.
    """

    decisions: Decisions
    balance: np.ndarray
    outstanding: np.ndarray
    debt: np.ndarray
    unsquared: np.ndarray
    posted: np.ndarray


def round_plan(book: Book, wanted: Decisions) -> Plan:
    """Round decisions to the quantum and let the plugs meet the funding identity exactly.

    Parameters
    ----------
    wanted : Decisions
        Of the continuous solution.

    References
    ----------
    Contract, section 5, "In the plan every amount is a multiple of the quantum".
    """
    return round_together((book,), (wanted,), np.zeros((1, book.periods), dtype=int))[0]


@dataclass(frozen=True, eq=False)
class Held:
    """Decisions in whole quanta that other scenarios take over as they stand.

    Attributes
    ----------
    book : Book
        Under which they were made.
    decisions : Decisions
    where : array of bool (scenario, period)
        Who takes them over when; from the first period on, without a break.
    """

    book: Book
    decisions: Decisions
    where: np.ndarray


def round_together(
    books: Sequence[Book],
    wanted: Sequence[Decisions],
    key: np.ndarray,
    held: Held | None = None,
) -> list[Plan]:
    """Round the plans of several scenarios so that what they share is the same in whole quanta.

    Parameters
    ----------
    books, wanted : sequence (scenario)
    key : array of int (scenario, period)
        Scenarios with the same number in a period share its new business, disposals and transfers. Once two have parted they
        stay apart. The first of them rounds, the others follow.
    held : Held, optional
        Decisions of another plan that are followed in some periods.

    Returns
    -------
    list of Plan
        Amounts sold are the same share of the legacy book, where shocks left different ones.
    """
    common = _common_bounds(books, key)
    counts = [
        _Counts(book, each, book.case.settings.quantum)
        for book, each in zip(common, wanted, strict=True)
    ]
    fixed = _Counts.of(held) if held else None
    for period in range(key.shape[1]):
        leads: dict[int, _Counts] = {}
        for scenario, (number, each) in enumerate(
            zip(key[:, period].tolist(), counts, strict=True)
        ):
            if held and fixed and held.where[scenario, period]:
                each.follow(period, fixed)
            elif number in leads:
                each.follow(period, leads[number])
            else:
                each.decide(period)
                leads[number] = each
    return [each.plan() for each in counts]


def _common_bounds(books: Sequence[Book], key: np.ndarray) -> list[Book]:
    """Give each book the bounds of new business and of lanes that all keep who share them."""
    if len(books) == 1:
        return list(books)
    same = (key[:, None, :] == key[None, :, :]).astype(bool)
    sides = {
        name: np.stack([getattr(book, name) for book in books]) for name in ("min_new", "max_new")
    }
    capacity = np.stack([book.lanes.capacity for book in books])
    return [
        replace(
            book,
            min_new=np.where(shared, sides["min_new"], -np.inf).max(axis=0),
            max_new=np.where(shared, sides["max_new"], np.inf).min(axis=0),
            lanes=replace(book.lanes, capacity=np.where(shared, capacity, np.inf).min(axis=0)),
        )
        for book, shared in zip(books, same[:, :, None, :], strict=True)
    ]


class _Counts:
    """Whole quanta of each decision while the periods are walked."""

    def __init__(self, book: Book, wanted: Decisions, quantum: float) -> None:
        self.book, self.wanted, self.quantum = book, wanted, quantum
        self.new = np.zeros(wanted.new.shape)
        self.sold = np.zeros(wanted.sold.shape)
        self.plug = np.zeros(wanted.plug.shape)
        self.transfer = np.zeros(wanted.transfer.shape)
        self.unsquared = np.zeros((len(book.nodes), book.periods))
        self.posted = np.zeros(wanted.new.shape)
        self.lot, self.ticket = self._whole(book.positions)
        self.lane_lot, self.lane_ticket = self._whole(book.lanes.table)
        self.cohort = cohort_balance(book, wanted.new)
        self.share = sold_share(book, wanted.sold)
        self.standing = outstanding_amount(book, wanted.transfer)
        self.ends = book.end_nodes["lender"], book.end_nodes["borrower"]
        self.plugs = [np.flatnonzero(book.plug & (book.node == n)) for n in range(len(book.nodes))]

    @classmethod
    def of(cls, held: Held) -> _Counts:
        """Count what is decided already."""
        counts = cls(held.book, held.decisions, held.book.case.settings.quantum)
        for name in ("new", "sold", "transfer"):
            setattr(counts, name, np.rint(getattr(held.decisions, name) / counts.quantum))
        return counts

    def decide(self, t: int) -> None:
        """Round the decisions of a period and square it."""
        self.sell(t)
        self.write(t)
        self.place(t)
        self.square(t)
        self.post(t)

    def follow(self, t: int, lead: _Counts) -> None:
        """Take over the decisions of a period as another scenario has rounded them; only plugs are squared."""
        self.new[:, t], self.transfer[:, t] = lead.new[:, t], lead.transfer[:, t]
        share = sold_share(lead.book, lead.sold[:, : t + 1] * self.quantum)[:, -1]
        before = sold_share(self.book, self.sold[:, :t] * self.quantum)[:, -1] if t else 0.0
        base = self.book.opening * self.book.legacy[:, t + 1]
        count = np.maximum(0.0, np.rint((share - before) * base / self.quantum))
        self.sold[:, t] = np.where(lead.sold[:, t] > 0, count, 0.0)
        self.square(t, held=True)
        self.post(t, held=True)

    def _whole(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Give lots and tickets in quanta: (row); a lot of 0 is a quantum."""
        lot = np.rint(lot_of(rows, self.quantum) / self.quantum)
        ticket = rows["minimum_ticket"].to_numpy(float)
        return lot, np.ceil(
            in_lots(lot_of(rows, self.quantum), ticket[:, None], up=True)[:, 0] / self.quantum
            - 1e-6
        )

    def sell(self, t: int) -> None:
        """Round what is sold, never beyond the largest share."""
        base = self.book.opening * self.book.legacy[:, t + 1]
        before = sold_share(self.book, self.sold[:, :t] * self.quantum)[:, -1] if t else 0.0
        room = (self.book.positions["max_disposal"].to_numpy(float) - before) * base / self.quantum
        count = np.rint((self.share[:, t] - before) * base / self.quantum)
        count = np.where(self.wanted.sold[:, t] < NOTHING * self.quantum, 0.0, count)
        self.sold[:, t] = np.clip(count, 0.0, np.floor(np.maximum(room, 0.0) + 1e-6))

    def write(self, t: int) -> None:
        """Round new business so that the cohorts' balance keeps to the solution's."""
        before = cohort_balance(self.book, self.new * self.quantum)[:, t]
        count = np.rint((self.cohort[:, t] - before) / self.quantum)
        count = np.where(self.wanted.new[:, t] < NOTHING * self.quantum, 0.0, count)
        low = np.ceil(self.book.min_new[:, t] / self.quantum - 1e-6)
        high = np.floor(self.book.max_new[:, t] / self.quantum + 1e-6)
        kept = np.clip(count, np.minimum(low, high), np.maximum(low, high))
        kept = _in_whole_lots(kept, self.wanted.new[:, t] / self.quantum, self.lot)
        kept = np.where(kept > 0, np.maximum(kept, self.ticket), 0.0)
        self.new[:, t] = np.where(self.book.plug, 0.0, kept)

    def place(self, t: int) -> None:
        """Round transfers so that what stands on a lane keeps to the solution's, within its capacity."""
        if not len(self.transfer):
            return
        before = outstanding_amount(self.book, self.transfer * self.quantum)[:, t]
        count = np.rint((self.standing[:, t] - before) / self.quantum)
        count = np.where(self.wanted.transfer[:, t] < NOTHING * self.quantum, 0.0, count)
        room = np.floor((self.book.lanes.capacity[:, t] - before) / self.quantum + 1e-6)
        kept = np.minimum(count, room)
        kept = _in_whole_lots(kept, self.wanted.transfer[:, t] / self.quantum, self.lane_lot)
        self.transfer[:, t] = np.where(kept > 0, np.maximum(kept, self.lane_ticket), 0.0)

    def square(self, t: int, *, held: bool = False) -> None:
        """Let the plugs of each node take what is missing; where money only passes through, change its way.

        Decisions that are held are not changed for it.
        """
        self.plug[:, t] = np.rint(self.wanted.plug[:, t] / self.quantum)
        missing = self._missing(t)
        through = np.array([not len(plugs) for plugs in self.plugs])
        if not held and (missing[through] != 0).any():
            self.transfer[:, t] += reroute(
                self.book, missing, through, *self._lane_room(t), self.ends
            )
            missing = self._missing(t)
        for node in np.flatnonzero(missing):
            missing[node] = self._take(t, self.plugs[node], missing[node])
        for node in np.flatnonzero(missing) if not held else ():
            missing[node] = self._shift_volume(t, int(node), missing[node])
        for node in np.flatnonzero(missing):
            missing[node] = self._overdraw(t, self.plugs[node], missing[node])
        self.unsquared[:, t] = missing

    def post(self, t: int, *, held: bool = False) -> None:
        """Post retained income and square again, until what is earned with these plugs is what is posted."""
        if not len(self.book.retaining):
            return
        before = self.posted[:, t - 1] if t else np.zeros(len(self.posted))
        for _ in range(POSTINGS):
            last = np.rint(self.posted[:, t] / self.quantum)
            self.posted[:, t] = before + retained_income(self.book, self.plan())[:, t]
            if np.array_equal(np.rint(self.posted[:, t] / self.quantum), last):
                return
            self.square(t, held=held)

    def _overdraw(self, t: int, plugs: np.ndarray, missing: float) -> float:
        """Break a plug's bound rather than the funding of its node; the verification then names the bound."""
        if not len(plugs):
            return missing
        self.plug[plugs[0], t] -= self.book.funding_sign[plugs[0]] * missing
        return 0.0

    def _lane_room(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Quanta by which the transfers of a period can fall and rise; what is in lots or closed stays."""
        standing = outstanding_amount(self.book, self.transfer * self.quantum)[:, t]
        rise = np.floor((self.book.lanes.capacity[:, t] - standing) / self.quantum + 1e-6)
        placed = self.transfer[:, t]
        bound = (self.lane_ticket > 0) | (self.book.lanes.table["fixed_cost"].to_numpy(float) > 0)
        fixed = (self.lane_lot > 0) | ((bound | counts_lanes(self.book)) & (placed == 0))
        fixed |= (self.book.lanes.table["corridor"] != "").to_numpy() & (placed == 0)
        fall = np.where(fixed, 0.0, placed - np.minimum(self.lane_ticket, placed))
        return fall, np.where(self.book.lanes.open_window[:, t] & ~fixed, rise, 0.0)

    def _balance(self, t: int) -> np.ndarray:
        legacy = legacy_balance(self.book, self.sold * self.quantum)[:, t]
        cohort = cohort_balance(self.book, self.new * self.quantum)[:, t]
        return (
            np.asarray(np.rint((legacy + cohort + self.posted[:, t]) / self.quantum))
            + self.plug[:, t]
        )

    def _missing(self, t: int) -> np.ndarray:
        """Assets and lent less liabilities, equity and borrowed: (node), in quanta."""
        total = np.zeros(len(self.book.nodes))
        np.add.at(total, self.book.node, self.book.funding_sign * self._balance(t))
        if len(self.transfer):
            standing = outstanding_amount(self.book, self.transfer * self.quantum)[:, t]
            claims = np.rint(standing / self.quantum)
            np.add.at(total, self.ends[0], claims)
            np.add.at(total, self.ends[1], -np.rint(claims * self.book.lanes.debt_ratio))
        return total

    def _take(self, t: int, plugs: np.ndarray, missing: float) -> float:
        """Give the difference to the plugs with the most room on both sides; return what is left."""
        low = np.ceil(self.book.min_balance[plugs, t] / self.quantum - 1e-6)
        high = np.floor(self.book.max_balance[plugs, t] / self.quantum + 1e-6)
        held = self.plug[plugs, t]
        for i in np.argsort(-np.minimum(held - low, high - held), kind="stable"):
            sign = self.book.funding_sign[plugs[i]]
            change = (
                np.clip(held[i] - sign * missing, min(low[i], held[i]), max(high[i], held[i]))
                - held[i]
            )
            self.plug[plugs[i], t] += change
            missing += sign * change
        return float(missing)

    def _shift_volume(self, t: int, node: int, missing: float) -> float:
        """Move volumes that are written anyway by a few quanta where the plugs have no room.

        Volumes tied to what runs off are left alone: a quantum more would break their corridor. More than rounding can
        have caused is not moved: that is no matter of rounding.
        """
        if abs(missing) > (self.book.node == node).sum() + len(self.transfer):
            return missing
        renewed = self.book.positions[["min_renewal", "max_renewal"]].notna().any(axis=1).to_numpy()
        movable = (self.new[:, t] > 0) & (self.book.funding_sign != 0) & ~renewed & (self.lot == 0)
        rows = np.flatnonzero((self.book.node == node) & movable)
        # A balance that misses its bound by a quantum still counts as kept.
        for beyond in (0.0, 1.0):
            low, high = self._volume_room(t, rows, beyond)
            for row, least, most in zip(rows, low, high, strict=True):
                sign = self.book.funding_sign[row]
                change = np.clip(-sign * missing, least, most)
                self.new[row, t] += change
                missing += sign * change
        return float(missing)

    def _volume_room(
        self, t: int, rows: np.ndarray, beyond: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Quanta by which volumes can fall (<= 0) and rise (>= 0) within bounds of new business and, until it is written again, of balances."""
        book, q, held = self.book, self.quantum, self.new[rows, t]
        balance = (
            legacy_balance(book, self.sold * q)[rows] + cohort_balance(book, self.new * q)[rows]
        )[:, t:] / q + np.rint(self.posted[rows, t : t + 1] / q)
        again = np.cumsum(self.wanted.new[rows, t + 1 :] >= NOTHING * q, axis=1) > 0
        open_ = np.column_stack([np.zeros(len(rows), bool), again])  # it can be made up for by then
        fall = np.ceil(book.min_balance[rows, t:] / q - 1e-6) - beyond - np.rint(balance)
        rise = np.floor(book.max_balance[rows, t:] / q + 1e-6) + beyond - np.rint(balance)
        low = np.maximum(
            np.maximum(np.ceil(book.min_new[rows, t] / q - 1e-6), self.ticket[rows]) - held,
            np.where(open_, -np.inf, fall).max(axis=1),
        )
        high = np.minimum(
            np.floor(book.max_new[rows, t] / q + 1e-6) - held,
            np.where(open_, np.inf, rise).min(axis=1),
        )
        return np.minimum(low, 0.0), np.maximum(high, 0.0)

    def plan(self) -> Plan:
        """Turn quanta into amounts."""
        q = self.quantum
        decisions = Decisions(self.new * q, self.sold * q, self.plug * q, self.transfer * q)
        balance = np.stack([self._balance(t) for t in range(self.book.periods)], axis=1) * q
        claims = np.rint(outstanding_amount(self.book, decisions.transfer) / q)
        debts = np.rint(claims * self.book.lanes.debt_ratio[:, None])
        return Plan(decisions, balance, claims * q, debts * q, self.unsquared, self.posted)


def _in_whole_lots(count: np.ndarray, wanted: np.ndarray, lot: np.ndarray) -> np.ndarray:
    """Bring counts of quanta to the whole lots that were decided, where there are lots: (row)."""
    size = np.where(lot > 0, lot, 1.0)
    return np.where(lot > 0, np.rint(wanted / size) * size, np.maximum(count, 0.0))
