"""Longest walks and loops that gain in a directed graph with a value on every arc.

Bellman and Ford, all arcs at once: after k rounds `best` is at least the value of the best walk of k arcs. Arc
numbers in `via` say how each node goes on; while best values still rise, a loop among these arcs gains.
"""

from __future__ import annotations

import numpy as np

NOISE = 1e-12
"""Rounding of a sum of rates; a gain below it is none."""
NO_ARC = -1


def longest_walks(
    tail: np.ndarray, head: np.ndarray, value: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the best walk from each node, in a graph without loops that gain.

    Parameters
    ----------
    tail, head : array of int (arc)
    value : array (arc)
    start : array (node)
        Value of ending at each node; -inf where a walk may not end.

    Returns
    -------
    best : array (node)
        Value of the best walk; -inf where none ends.
    via : array of int (node)
        First arc of that walk; -1 where it is empty or there is none.

    Examples
    --------
    >>> tail, head, value = np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([3.0, -1.0, 1.0])
    >>> best, via = longest_walks(tail, head, value, np.array([-np.inf, -np.inf, 0.0]))
    >>> best.tolist(), via.tolist()
    ([2.0, -1.0, 0.0], [0, 1, -1])
    """
    best, via = start.astype(float), np.full(len(start), NO_ARC)
    for _ in range(len(start)):
        if not _improve(tail, head, value, best, via):
            break
    return best, via


def loops_that_gain(
    tail: np.ndarray, head: np.ndarray, value: np.ndarray, nodes: int
) -> list[list[int]]:
    """Find loops of positive value, no two with an arc in common, until no other is left.

    Returns
    -------
    list of list of int
        Numbers of the arcs of each loop, in order.

    Examples
    --------
    >>> loops_that_gain(np.array([0, 1]), np.array([1, 0]), np.array([0.03, -0.01]), 2)
    [[0, 1]]
    """
    left = np.arange(len(tail))
    loops: list[list[int]] = []
    while True:
        found = _some_loops(tail[left], head[left], value[left], nodes)
        if not found:
            return loops
        loops += [[int(left[arc]) for arc in loop] for loop in found]
        left = np.delete(left, [arc for loop in found for arc in loop])


def walk(via: np.ndarray, head: np.ndarray, node: int) -> list[int]:
    """List the arcs of the walk that `via` gives from a node."""
    arcs = []
    while via[node] != NO_ARC:
        arcs.append(int(via[node]))
        node = int(head[via[node]])
    return arcs


def _improve(
    tail: np.ndarray, head: np.ndarray, value: np.ndarray, best: np.ndarray, via: np.ndarray
) -> bool:
    """Lengthen every walk by one arc where that is better, in place; tell whether it was anywhere."""
    onward = value + best[head]
    top = np.full(len(best), -np.inf)
    np.maximum.at(top, tail, onward)
    better = top > best + NOISE
    if not better.any():
        return False
    arc = np.flatnonzero(better[tail] & (onward == top[tail]))[::-1]
    via[tail[arc]] = arc  # of equal arcs the first
    best[better] = top[better]
    return True


def _some_loops(
    tail: np.ndarray, head: np.ndarray, value: np.ndarray, nodes: int
) -> list[list[int]]:
    """Find loops that gain and share no node; none only if there is none."""
    best, via = np.zeros(nodes), np.full(nodes, NO_ARC)
    for done in range(1, nodes + 1):
        if not _improve(tail, head, value, best, via):
            return []
        # Loops show after few rounds; to look is dearer than a round, so it is done ever more rarely.
        if done & (done - 1) == 0 or done == nodes:
            loops = _loops_of(via, head)
            if loops:
                return loops
    return []


def _loops_of(via: np.ndarray, head: np.ndarray) -> list[list[int]]:
    """List the loops among the arcs in `via`, each from its lowest node."""
    nodes = len(via)
    onward = np.append(np.where(via == NO_ARC, nodes, head[via] if len(head) else nodes), nodes)
    for _ in range(nodes.bit_length()):
        onward = onward[onward]
    loops: list[list[int]] = []
    seen: set[int] = set()
    for node in sorted(set(onward[onward < nodes].tolist())):
        if node in seen:
            continue
        loop, at = [int(via[node])], int(head[via[node]])
        while at != node:
            seen.add(at)
            loop.append(int(via[at]))
            at = int(head[via[at]])
        loops.append(loop)
    return loops
