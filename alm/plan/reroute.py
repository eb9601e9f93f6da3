"""Where money only passes through: move whole quanta along a way to a node that has a plug."""

from __future__ import annotations

from collections import deque

import numpy as np

from alm.formulation.book import Book


def reroute(
    book: Book,
    missing: np.ndarray,
    through: np.ndarray,
    fall: np.ndarray,
    rise: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Find changes of transfers that square the nodes without a plug.

    Parameters
    ----------
    missing : array (node)
        Quanta by which lent exceeds borrowed.
    through : array of bool (node)
        Nodes without a plug.
    fall, rise : array (lane)
        Quanta by which each transfer can fall and rise.
    ends : pair of array (lane)
        Nodes of lender and borrower.

    Returns
    -------
    array (lane)
        Changes in quanta. Lanes between currencies are left alone: their two ends round apart.
    """
    change = np.zeros(len(fall))
    left = missing.copy()
    for node in np.flatnonzero(through & (missing != 0)):
        way = _way(book, int(node), left[node], through, (fall + change, rise - change), ends)
        for lane, sign in way:
            change[lane] += sign * abs(left[node])
        if way:
            left[node] = 0.0
    return change


def _way(
    book: Book,
    start: int,
    missing: float,
    through: np.ndarray,
    room: tuple[np.ndarray, np.ndarray],
    ends: tuple[np.ndarray, np.ndarray],
) -> list[tuple[int, int]]:
    """Search the shortest chain of lanes from a node to one with a plug, breadth first.

    With too much lent the node must lend less or borrow more: the chain carries the surplus away.
    """
    same = book.lanes.debt_ratio == 1.0
    amount = abs(missing)
    outward = 1 if missing > 0 else -1
    queue: deque[tuple[int, list[tuple[int, int]]]] = deque([(start, [])])
    seen = {start}
    while queue:
        node, way = queue.popleft()
        if not through[node]:
            return way
        for lane in np.flatnonzero(same & ((ends[0] == node) | (ends[1] == node))):
            lends = ends[0][lane] == node
            sign = -outward if lends else outward
            if (room[1] if sign > 0 else room[0])[lane] < amount:
                continue
            other = int(ends[1][lane] if lends else ends[0][lane])
            if other not in seen:
                seen.add(other)
                queue.append((other, [*way, (int(lane), sign)]))
    return []
