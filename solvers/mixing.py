"""Blocks that few rows join: prices on these rows, raised and lowered until the blocks fit together.

Each round solves every block at the prices (a bound), opens what the blocks open and solves the rest (a point), and
asks for the best mix of all points so far (new prices). The prices that prove most for what is left of the problem
are then put to the whole of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from solvers.agreement import with_fixed
from solvers.blocks import NONE, Blocks
from solvers.columns import Pool
from solvers.presolve import presolve
from solvers.pricing import Priced, price
from solvers.problem import Flags, Problem, Vector
from solvers.solution import Options, Solution, Status
from solvers.standing import Standing

log = logging.getLogger(__name__)

ROUNDS = 40
NARROWER = 0.7  # of the room for prices, after a round that proves no more
BLOCK_SHARE = 0.1  # of the gap that was asked, for branch and bound of the blocks
ENOUGH = 0.85  # of the gap that was asked: the rest is for what the proof on the whole loses
TAIL = 0.05  # of the gap that was asked: less is not worth another round
MOVED = 1e-6  # of 1 + the value: less is rounding
PAYS = 1e-6  # of the terms of a reduced cost: less is rounding
RECENT = 4  # rounds whose points guide the neighbourhoods
SolveWith = Callable[[Problem, Options], Solution]


@dataclass(eq=False)
class Rounds:
    """Rounds on what is left of a problem.

    Attributes
    ----------
    restricted : Problem
        The problem with columns held that need no thought; those that turn out to need one are freed.
    bound : float
        Best bound of what is left: none of the whole.
    prices, centre : (row)
        To be tried next; those of the best bound.
    recent : list of (column)
        The blocks' latest points.
    """

    standing: Standing
    restricted: Problem
    blocks: Blocks
    relaxation: Solution
    solve_linear: SolveWith
    solve_whole: SolveWith
    bound: float = -np.inf
    width: float = 1.0
    recent: list[Vector] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.prices = self.centre = self.relaxation.dual
        self.pool = Pool(self.restricted, self.blocks)

    def run(self, points: Sequence[Vector]) -> list[Vector]:
        """Improve point and bound until they are as close as was asked, or nothing is left to gain.

        Parameters
        ----------
        points : sequence of (column)
            Allowed, whole ones: to be mixed with what the blocks propose.

        Returns
        -------
        list of (column)
            The blocks' latest points.
        """
        for x in points:
            self.pool.add(x)
        for number in range(1, ROUNDS + 1):
            settled = self._round(number)
            if self.standing.left <= 0 or (
                settled and (not self._prove() or self.standing.is_over)
            ):
                break
        return self.recent

    def _round(self, number: int) -> bool:
        """Take one round; True if it is time for a proof: the gap will do, or another round has nothing to add."""
        answer = self._price(self.restricted, self.prices)
        if answer.bound > self.bound:
            self.bound, self.centre = answer.bound, self.prices
        else:
            self.width *= NARROWER
        if not answer.complete:
            return True
        self.pool.add(answer.x)
        self.recent = [*self.recent, answer.x][-RECENT:]
        freed = self._open(answer.x)
        master = self.pool.master(self.centre, self.width)
        mixed = self.solve_linear(master, self.standing.within())
        if mixed.status is not Status.OPTIMAL:
            return True
        self.prices = self.pool.prices(mixed.dual)
        log.info(
            "round %d: bound %.9g, mix %.9g, freed %d",
            *(number, self.bound, mixed.objective, freed),
        )
        tail = TAIL * self.standing.options.gap * abs(self.bound)
        settled = mixed.objective - self.bound <= tail and not freed
        close = self.standing.gap(self.bound) <= ENOUGH * self.standing.options.gap
        if freed:
            self.bound = -np.inf  # it was one of less
        return settled or close

    def _open(self, x: Vector) -> int:
        """Open what the blocks open and solve the rest: a point, for the mix, too, whose prices free what pays."""
        restricted = self.restricted
        continuous = with_fixed(restricted, restricted.integer, x).replace(
            integer=np.zeros(restricted.columns, dtype=bool)
        )
        small, back = presolve(continuous)
        found = back.restore(self.solve_linear(small, self.standing.within()))
        if found.status is not Status.OPTIMAL:
            return 0
        self.standing.offer(found.x)
        self.pool.add(found.x)
        return self._free(self._would_pay(found.dual))

    def _prove(self) -> bool:
        """Put the best prices to the whole problem; True if that frees columns: then there is more to gain."""
        answer = self._price(self.standing.problem, self.centre)
        self.standing.prove(answer.bound)
        log.info("bound %.9g on the whole, %.9g on what was left", answer.bound, self.bound)
        moved = np.abs(answer.x - self.restricted.lower) > MOVED * (1 + np.abs(answer.x))
        joining = self._would_pay(np.where(self.blocks.row == NONE, self.centre, 0.0))
        freed = self._free(np.where(self.blocks.column == NONE, joining, moved))
        self.bound, self.prices = -np.inf, self.centre
        return freed > 0

    def _would_pay(self, dual: Vector) -> Flags:
        """(column) True where a column is held, and at these prices would earn by moving."""
        problem, left = self.standing.problem, self.restricted
        cost = problem.c - problem.A.T @ dual
        terms = np.abs(problem.c) + abs(problem.A).T @ np.abs(dual)
        down = (cost > PAYS * terms) & (left.lower > problem.lower)
        return np.asarray(down | ((cost < -PAYS * terms) & (left.upper < problem.upper)))

    def _free(self, columns: Flags) -> int:
        """Let columns move again that are held; returns how many."""
        problem = self.standing.problem
        held = self.restricted.fixed & ~problem.fixed
        freed = int((held & columns).sum())
        if freed:
            kept = held & ~columns
            self.restricted = with_fixed(problem, kept, self.restricted.lower)
            self.pool.problem = self.restricted
        return freed

    def _price(self, problem: Problem, prices: Vector) -> Priced:
        share = BLOCK_SHARE * self.standing.options.gap
        return price(
            problem,
            self.blocks,
            prices,
            self.relaxation.x,
            lambda block: self.solve_whole(block, self.standing.within(gap=share, start=None)),
        )
