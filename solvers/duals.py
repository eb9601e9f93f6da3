"""Duals of a basis for quadratic problems."""

from __future__ import annotations

import numpy as np

from solvers.backends import backend_for
from solvers.problem import Problem, Vector
from solvers.solution import Options


def vertex_duals(problem: Problem, x: Vector, options: Options | None = None) -> Vector | None:
    """(row) Duals of a basis for a convex quadratic problem with the optimum x.

    The problem is made linear at x, with the cost ``c + q*x``. Where x is optimal it is optimal for
    that linear problem too, so every optimal dual of the latter is complementary to x and is a dual
    of the quadratic problem. Those of a basis are exact and as sparse as can be, while those of an
    interior point are the centre of all optimal ones, with many entries almost 0.

    Returns
    -------
    (row) or None
        None if the linear problem could not be solved. Whether the duals prove x optimal is for
        `solvers.check` to say.
    """
    tangent = problem.replace(c=problem.gradient(x), q=np.zeros(problem.columns))
    backend = backend_for(frozenset({"linear"}))
    solution = backend.solve(tangent, options or Options())
    return solution.dual if solution.has_duals else None
