"""Take fixed columns out of a problem, and put them back into its solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.problem import Flags, Problem, Vector
from solvers.solution import Solution


@dataclass(frozen=True, eq=False)
class Reduction:
    """Which columns and rows stayed, and what the others are.

    Parameters
    ----------
    columns : (column)
        True where the column stayed.
    rows : (row)
        True where the row stayed: those without a column left are dropped.
    x : (column)
        Values of the columns that did not stay.
    """

    columns: Flags
    rows: Flags
    x: Vector

    def expand(self, x: Vector) -> Vector:
        """(column) The full point."""
        full = self.x.copy()
        full[self.columns] = x
        return full

    def restore(self, problem: Problem, solution: Solution) -> Solution:
        """Return the solution of the full problem; dropped rows have a dual of 0."""
        if not solution.has_point:
            return Solution.nothing(
                problem,
                solution.status,
                backend=solution.backend,
                seconds=solution.seconds,
                iterations=solution.iterations,
            )
        x = self.expand(solution.x)
        dual = np.zeros(problem.rows)
        dual[self.rows] = solution.dual
        reduced_cost = problem.gradient(x) - problem.A.T @ dual
        return solution.replace(x=x, dual=dual, reduced_cost=reduced_cost)


def without_fixed(problem: Problem) -> tuple[Problem, Reduction]:
    """Substitute fixed columns by their value and drop the rows that are left empty.

    Cones that have nothing but fixed columns go as well; heads of the others stay. If all columns are fixed one is left, since a problem without columns cannot be stated. Rows that
    are left empty must be met by the fixed columns alone; that is for the check of the full point.
    """
    cones = problem.cones.where(problem.cones.touch(~problem.fixed))
    stay = ~problem.fixed
    stay[cones.head] = True
    if not stay.any():
        stay = np.arange(problem.columns) == 0
    fixed = np.where(stay, 0.0, problem.lower)
    A = problem.A[:, np.flatnonzero(stay)]
    rows = np.diff(A.indptr) > 0
    used = problem.A @ fixed
    reduced = Problem(
        c=problem.c[stay],
        q=problem.q[stay],
        A=A[np.flatnonzero(rows)],
        row_lower=(problem.row_lower - used)[rows],
        row_upper=(problem.row_upper - used)[rows],
        lower=problem.lower[stay],
        upper=problem.upper[stay],
        integer=problem.integer[stay],
        offset=problem.objective(fixed),
        cones=cones.with_fixed(~stay, fixed).renumbered(np.cumsum(stay) - 1),
    )
    return reduced, Reduction(stay, rows, fixed)
