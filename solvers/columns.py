"""Dantzig-Wolfe: the best mix of points that blocks proposed, and the prices at which it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from solvers.blocks import NONE, Blocks
from solvers.pricing import centre_of
from solvers.problem import Problem, Vector

WIDTH = 0.15  # of a price, or of the middling one: how far prices may move in a step


@dataclass(eq=False)
class Pool:
    """Points that blocks proposed: what each costs, and what it takes of the rows that join them.

    Parameters
    ----------
    problem : Problem
    blocks : Blocks
    """

    problem: Problem
    blocks: Blocks
    cost: list[Vector] = field(default_factory=list)
    taken: list[sparse.csc_array] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rows = self.blocks.rows_of(NONE)
        self._inside = self.blocks.column >= 0
        self._joined = self.problem.A[self._rows]
        others = abs(self._joined[:, np.flatnonzero(self._inside)])
        self.priced = np.asarray(others.sum(axis=1)).ravel() > 0
        self._member = sparse.csr_array(
            (
                np.ones(int(self._inside.sum())),
                (np.flatnonzero(self._inside), self.blocks.column[self._inside]),
            ),
            shape=(self.problem.columns, self.blocks.count),
        )

    def add(self, x: Vector) -> None:
        """Add the point of every block."""
        self.cost.append(self._member.T @ (self.problem.c * x))
        by_block = sparse.diags_array(x) @ self._member
        self.taken.append(sparse.csc_array(self._joined @ by_block))

    def master(self, centre: Vector, width: float) -> Problem:
        """State the mix of points at the least cost, with prices held near a centre.

        Columns: those that join the blocks, a share for each point and block, then what each priced row lacks and has
        too much, at the price of the centre a little raised and lowered. Rows: those that join blocks, then one a
        block: its shares sum to 1.

        Parameters
        ----------
        centre : (row)
            Prices of the problem's rows.
        width : float
            How far prices may move, as a multiple of `WIDTH`.
        """
        inner = centre_of(self.problem, self.blocks)
        points, count = len(self.cost), self.blocks.count
        shares = points * count
        priced = np.flatnonzero(self.priced)
        price = centre[self._rows][priced]
        middling = np.median(np.abs(price[price != 0])) if price.any() else 1.0
        room = WIDTH * width * np.maximum(np.abs(price), middling)
        slack = sparse.csr_array(
            (np.ones(priced.size), (priced, np.arange(priced.size))),
            shape=(self._rows.size, priced.size),
        )
        top = sparse.hstack([inner.A, *self.taken, slack, -slack])
        sums = sparse.hstack([sparse.eye_array(count)] * points)
        left = sparse.csr_array((count, inner.columns))
        right = sparse.csr_array((count, 2 * priced.size))
        free = shares + 2 * priced.size
        return Problem(
            c=np.concatenate([inner.c, *self.cost, price + room, room - price]),
            q=np.zeros(inner.columns + free),
            A=sparse.vstack([top, sparse.hstack([left, sums, right])], format="csr"),
            row_lower=np.concatenate([inner.row_lower, np.ones(count)]),
            row_upper=np.concatenate([inner.row_upper, np.ones(count)]),
            lower=np.concatenate([inner.lower, np.zeros(free)]),
            upper=np.concatenate([inner.upper, np.full(free, np.inf)]),
            integer=np.zeros(inner.columns + free, dtype=bool),
            offset=self.problem.offset,
        )

    def prices(self, dual: Vector) -> Vector:
        """(row) Duals of the master as prices of the problem's rows; 0 inside blocks."""
        full = np.zeros(self.problem.rows)
        full[self._rows] = dual[: self._rows.size]
        return full

    def short(self, x: Vector) -> float:
        """How much of the master's point is made up of what rows lack."""
        return float(x[-2 * int(self.priced.sum()) :].sum())
