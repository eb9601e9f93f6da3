"""Large linear problems with integers: what branch and bound takes minutes for, by relaxations and their prices.

The relaxation gives a bound, and says what to open; its prices and those with all shut say which columns need no
more thought. Where the problem falls into blocks that few rows join, prices on these rows give a bound far above
that of the relaxation, and points that are nearly the best. What is left of time and gap is for branch and bound.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solvers.agreement import agreed, with_fixed
from solvers.blocks import find_blocks
from solvers.meanwhile import meanwhile
from solvers.mixing import Rounds
from solvers.problem import Flags, Problem, Vector
from solvers.solution import Options, Solution, Status
from solvers.standing import Standing
from solvers.steps import (
    SolveWith,
    answer,
    at_whole,
    finish,
    least_cost,
    nothing_used,
    relaxed,
    with_whole,
)

WHOLE = 1e-7  # closer to a whole number than this is whole
SLICE = 0.1  # of the time limit, for one neighbourhood
NEIGHBOURHOODS = 4


def search(
    problem: Problem, options: Options, solve_linear: SolveWith, solve_whole: SolveWith
) -> Solution | None:
    """Search a linear problem with integers, scaled; None where its relaxation is not solved.

    Parameters
    ----------
    solve_linear : function
        Gives a checked solution with duals of a continuous problem.
    solve_whole : function
        Branch and bound; its bound is believed.

    Returns
    -------
    Solution
        The best point met, or none, with the best bound: the solver's own where branch and bound had a hand in it.
    """
    standing = Standing(problem, options)
    # Where the relaxation takes all the time there is, this is the plan.
    (closing,) = meanwhile(lambda: at_whole(standing, problem, nothing_used(problem), solve_linear))
    relaxation = solve_linear(relaxed(problem), standing.within())
    if relaxation.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return None
    closed = closing.result()
    if closed is not None:
        standing.offer(closed.x)
    if relaxation.status is not Status.OPTIMAL:
        standing.prove(max(relaxation.bound, least_cost(problem)))
        return answer(standing) if np.isfinite(standing.gap()) else None
    standing.prove(relaxation.bound)
    restricted, points = _restricted(standing, relaxation, closed, solve_linear)
    guides = [relaxation.x]
    blocks = None if options.groups is None else find_blocks(problem, options.groups)
    if blocks is not None and not standing.is_over:
        rounds = Rounds(standing, restricted, blocks, relaxation, solve_linear, solve_whole)
        guides = rounds.run(points) or guides
        restricted = rounds.restricted
    _neighbourhoods(standing, restricted, guides, solve_whole)
    if not standing.is_over:
        finish(standing, solve_whole)
    return answer(standing)


def _restricted(
    standing: Standing, relaxation: Solution, closed: Solution | None, solve_linear: SolveWith
) -> tuple[Problem, list[Vector]]:
    """Fix what needs no more thought; the points met on the way come along: all shut, open what the relaxation uses.

    Prices of the best point lie between extremes: the relaxation, what is whole for nothing, all shut.
    """
    problem = standing.problem
    free = relaxed(problem).replace(c=np.where(problem.integer, 0.0, problem.c))
    kept = np.floor(relaxation.x + WHOLE)
    shut = closed
    if closed is None or (kept != closed.x)[problem.integer].any():
        shut = with_whole(standing, problem, kept, solve_linear)
    for_nothing = solve_linear(free, standing.within())
    restricted = problem
    if shut is not None and for_nothing.status is Status.OPTIMAL:
        fixed = agreed(problem, [relaxation, shut, for_nothing])
        restricted = with_fixed(problem, fixed, relaxation.x)
    used = with_whole(standing, restricted, np.ceil(relaxation.x - WHOLE), solve_linear)
    points = [each.x for each in (shut, used) if each is not None]
    return restricted, points


def _neighbourhoods(
    standing: Standing, restricted: Problem, guides: Sequence[Vector], solve_whole: SolveWith
) -> None:
    """Hold what is whole where the best point and its guides agree, and search the rest, while that helps."""
    for _ in range(NEIGHBOURHOODS):
        if standing.is_over or standing.x is None:
            return
        near = with_fixed(restricted, _agreeing(restricted, standing.x, guides), standing.x)
        start = np.clip(standing.x, near.lower, near.upper)
        asked = standing.within(SLICE, gap=standing.options.gap / 2, start=start)
        found = solve_whole(near, asked)
        if not (found.has_point and standing.offer(found.x)):
            return


def _agreeing(problem: Problem, x: Vector, guides: Sequence[Vector]) -> Flags:
    """(column) Whole columns at which no guide is further off than rounding."""
    furthest = np.max([np.abs(guide - x) for guide in guides], axis=0)
    return np.asarray(problem.integer & (furthest < WHOLE))
