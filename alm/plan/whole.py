"""Plans with whole decisions: once these are found, the rest is a convex problem with exact duals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from alm.formulation.formulate import Formulation
from alm.formulation.stacked import Stacked
from solvers import Problem, Solution, Status, with_integers_fixed

Model = TypeVar("Model", Formulation, Stacked)


def with_whole_decisions_fixed(
    formulation: Model, solution: Solution, solve: Callable[[Problem], Solution]
) -> tuple[Model, Solution]:
    """Fix lots, tickets and what is open at what was found, and solve the rest again.

    Returns
    -------
    Formulation or Stacked
        Without integers: what is made unique, rounded and priced is a plan with these.
    Solution
        The plan with duals and prices "given the whole decisions"; bound, gap and status stay those of the integer
        problem.
    """
    if not (formulation.problem.is_integer and solution.has_point):
        return formulation, solution
    fixed = with_integers_fixed(formulation.problem, solution.x)
    inner = solve(fixed)
    if inner.status is not Status.OPTIMAL:
        return formulation, solution
    kept = inner.replace(
        status=solution.status,
        bound=min(solution.bound, inner.objective),
        gap=solution.gap,
        backend=solution.backend,
        seconds=solution.seconds + inner.seconds,
        note=solution.note,
    )
    return replace(formulation, problem=fixed, undecided=formulation.problem), kept
