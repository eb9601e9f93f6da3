"""Rows split into the one-sided constraints that modelling layers know, and their duals put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solvers.problem import Problem, Vector

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sides:
    """Which rows are equations, which have a lower side, which an upper one; a range is in both."""

    rows: int
    equal: Indices
    at_least: Indices
    at_most: Indices

    @classmethod
    def of(cls, problem: Problem) -> Sides:
        """Split the rows of a problem; rows without a side are in none."""
        equal = problem.equal
        return cls(
            problem.rows,
            np.flatnonzero(equal),
            np.flatnonzero(~equal & np.isfinite(problem.row_lower)),
            np.flatnonzero(~equal & np.isfinite(problem.row_upper)),
        )

    def join(self, equal: Vector, at_least: Vector, at_most: Vector) -> Vector:
        """(row) Sum the duals of the one-sided constraints, given in our sign."""
        dual = np.zeros(self.rows)
        dual[self.equal] = equal
        dual[self.at_least] += at_least
        dual[self.at_most] += at_most
        return dual
