"""Solve convex and integer problems given as matrices; knows no bank.

>>> import numpy as np
>>> from solvers import Problem, solve
>>> inf = np.inf
>>> cheapest = Problem(
...     c=[1.0, 2.0], q=[0.0, 0.0], A=[[1.0, 1.0]], row_lower=[3.0], row_upper=[inf],
...     lower=[0.0, 0.0], upper=[2.0, inf], integer=[False, False],
... )
>>> solution = solve(cheapest)
>>> str(solution.status), solution.objective, solution.x.tolist(), solution.dual.tolist()
('optimal', 4.0, [2.0, 1.0], [2.0])
"""

from solvers.backends import BACKENDS, UnsuitableBackendError
from solvers.dispatch import solve
from solvers.duals import vertex_duals
from solvers.face import Projection, project_on_optimal_face, with_integers_fixed
from solvers.problem import Problem
from solvers.scaling import Ranges, ranges
from solvers.solution import Basis, Options, Solution, Status

__all__ = [
    "BACKENDS",
    "Basis",
    "Options",
    "Problem",
    "Projection",
    "Ranges",
    "Solution",
    "Status",
    "UnsuitableBackendError",
    "project_on_optimal_face",
    "ranges",
    "solve",
    "vertex_duals",
    "with_integers_fixed",
]
