"""Steps that searches of integer problems share: whole columns held, the end by branch and bound, the answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from solvers.agreement import with_fixed
from solvers.problem import Problem, Vector
from solvers.solution import Options, Solution, Status
from solvers.standing import Standing

SolveWith = Callable[[Problem, Options], Solution]


def relaxed(problem: Problem) -> Problem:
    """Return the problem with no column whole."""
    return problem.replace(integer=np.zeros(problem.columns, dtype=bool))


def nothing_used(problem: Problem) -> Vector:
    """(column) Every column at its lower bound, 0 where it has none: lanes shut, hubs closed."""
    return np.where(np.isfinite(problem.lower), problem.lower, 0.0)


def least_cost(problem: Problem) -> float:
    """Give what every column at its cheaper bound costs: no point costs less, whatever the rows say."""
    used = problem.c != 0
    cheaper = np.where(problem.c > 0, problem.lower, problem.upper)
    return float(problem.offset + problem.c[used] @ cheaper[used])


def with_whole(
    standing: Standing, problem: Problem, x: Vector, solve_linear: SolveWith
) -> Solution | None:
    """Fix what is whole, solve the rest, and offer that; None if there is no such point."""
    found = at_whole(standing, problem, x, solve_linear)
    if found is not None:
        standing.offer(found.x)
    return found


def at_whole(
    standing: Standing, problem: Problem, x: Vector, solve_linear: SolveWith
) -> Solution | None:
    """Fix what is whole, and solve the rest; None if there is no such point."""
    fixed = relaxed(with_fixed(problem, problem.integer, x))
    found = solve_linear(fixed, standing.within())
    return found if found.status is Status.OPTIMAL else None


def finish(standing: Standing, solve_whole: SolveWith) -> None:
    """Hand the whole to branch and bound with the best point, for the time that is left."""
    report = standing.options.report
    known = standing.bound

    def told(objective: float, bound: float) -> None:
        if report is not None:
            report(min(objective, standing.objective), max(bound, known))

    asked = standing.within(start=standing.x)
    found = solve_whole(standing.problem, asked.with_report(told))
    standing.prove(found.bound)
    if found.has_point:
        standing.offer(found.x)


def answer(standing: Standing) -> Solution:
    """Give the best point and bound as a solution, to be judged by the caller."""
    if standing.x is None:
        return Solution.nothing(standing.problem, Status.FAILED, bound=standing.bound)
    nothing = np.full(standing.problem.rows, np.nan)
    return Solution(
        Status.GAP,
        standing.x,
        nothing,
        np.full(standing.problem.columns, np.nan),
        bound=standing.bound,
        backend="pulp+highs",
    )
