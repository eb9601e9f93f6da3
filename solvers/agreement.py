"""Columns that need no more thought: several optima of relaxations leave them at one bound, and would pay to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from solvers.problem import Flags, Problem, Vector
from solvers.solution import Solution

AT = 1e-7  # of 1 + the bound: a value this close is at it
PRICED = 1e-9  # of the terms of a reduced cost: less is no price


def agreed(problem: Problem, optima: Sequence[Solution]) -> Flags:
    """(column) True where every optimum is at the same bound, with a reduced cost that holds it there.

    Optima of what is otherwise far apart (all open at a share of the cost, all shut) price what is between them, too. What
    is left is small: 4,200 columns of 66,000 in a group of 36 regions. No proof: a bound for what is left says nothing of the whole.
    """
    low, high = np.ones(problem.columns, dtype=bool), np.ones(problem.columns, dtype=bool)
    for each in optima:
        terms = np.abs(problem.c) + abs(problem.A).T @ np.abs(each.dual)
        price = np.where(np.abs(each.reduced_cost) > PRICED * terms, each.reduced_cost, 0.0)
        low &= (price > 0) & _near(each.x, problem.lower)
        high &= (price < 0) & _near(each.x, problem.upper)
    return np.asarray((low | high) & ~problem.integer)


def with_fixed(problem: Problem, fixed: Flags, x: Vector) -> Problem:
    """Return the problem with some columns held at their values in x, whole ones rounded."""
    value = np.where(problem.integer, np.round(x), x)
    value = np.clip(value, problem.lower, problem.upper)
    return problem.replace(
        lower=np.where(fixed, value, problem.lower), upper=np.where(fixed, value, problem.upper)
    )


def _near(value: Vector, bound: Vector) -> Flags:
    distance = np.abs(value - np.where(np.isfinite(bound), bound, np.inf))
    return np.asarray(distance <= AT * (1 + np.abs(value)))
