"""Curves made linear: squares and cones replaced by half-spaces that touch them at some points."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from solvers.problem import Problem, Vector


def lifted(problem: Problem, points: list[Vector]) -> Problem:
    """Replace each square of the objective by a column that is at least its tangents, and cones by half-spaces.

    ``s >= q/2 x^2`` holds ``s >= q p x - q p^2 / 2`` at every point p. Every point of the problem, with its squares, is
    allowed, so a bound of the result is a bound of the problem.

    Returns
    -------
    Problem
        Linear. Columns: those of the problem, then the squares; rows: those of the problem, then the tangents of
        cones (one a cone and point, points in order), then those of squares.
    """
    curved = np.flatnonzero(problem.q > 0)
    flat = problem.with_tangents(*points) if problem.is_conic else problem
    size, total = curved.size, problem.columns + curved.size
    blocks, sides = [sparse.hstack([flat.A, sparse.csr_array((flat.rows, size))])], []
    number = np.arange(size)
    for p in points if size else []:
        slope = problem.q[curved] * p[curved]
        values = np.concatenate([-slope, np.ones(size)])
        columns = np.concatenate([curved, problem.columns + number])
        blocks.append(
            sparse.csr_array((values, (np.tile(number, 2), columns)), shape=(size, total))
        )
        sides.append(-0.5 * slope * p[curved])
    below = np.concatenate(sides) if sides else np.zeros(0)
    return Problem(
        c=np.concatenate([problem.c, np.ones(size)]),
        q=np.zeros(total),
        A=sparse.vstack(blocks, format="csr"),
        row_lower=np.concatenate([flat.row_lower, below]),
        row_upper=np.concatenate([flat.row_upper, np.full(below.size, np.inf)]),
        lower=np.concatenate([problem.lower, np.zeros(size)]),
        upper=np.concatenate([problem.upper, np.full(size, np.inf)]),
        integer=np.concatenate([problem.integer, np.zeros(size, dtype=bool)]),
        offset=problem.offset,
    )
