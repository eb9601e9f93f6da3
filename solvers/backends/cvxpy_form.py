"""A problem stated in cvxpy, once for every backend that goes through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.cones import Cones
from solvers.problem import Problem, Vector
from solvers.sides import Sides
from solvers.solution import Solution, Status

if TYPE_CHECKING:
    import cvxpy as cp


@dataclass(frozen=True, eq=False)
class Form:
    """A cvxpy problem with its parts; `sides` maps its constraints back to our rows."""

    problem: Problem
    sides: Sides
    x: cp.Variable
    constraints: tuple[cp.Constraint, cp.Constraint, cp.Constraint]
    model: cp.Problem

    def run(self, solver: str, settings: dict[str, Any]) -> str:
        """Solve and return cvxpy's status; 'solver_error' where cvxpy has none.

        In the steps of `Problem.solve`, but for its warning that a solution may be inaccurate: our own check decides that, and what
        warnings are shown is the same for all threads, so that it cannot be silenced while another one is at work.
        """
        import cvxpy as cp
        from cvxpy.settings import ERROR

        try:
            data, chain, inverse = self.model.get_problem_data(solver, solver_opts=settings)
            raw = chain.solve_via_data(self.model, data, solver_opts=settings)
            solution = chain.invert(raw, inverse)
        except cp.SolverError:
            return "solver_error"
        if solution.status in ERROR:
            return "solver_error"
        self.model.unpack(solution)
        return str(self.model.status)

    def solution(self, status: Status, backend: str, seconds: float) -> Solution:
        """Read values and duals, these in our order and sign."""
        iterations = 0 if self.model.solution is None else self.model.solution.attr.get("num_iters")
        known: dict[str, Any] = {
            "backend": backend,
            "seconds": seconds,
            "iterations": int(iterations or 0),
        }
        if status not in (Status.OPTIMAL, Status.GAP) or self.x.value is None:
            missing = status in (Status.OPTIMAL, Status.GAP)
            return Solution.nothing(self.problem, Status.FAILED if missing else status, **known)
        x = np.asarray(self.x.value, dtype=float)
        dual = self.duals()
        reduced_cost = self.problem.gradient(x) - self.problem.A.T @ dual
        return Solution(status, x, dual, reduced_cost, **known)

    def duals(self) -> Vector:
        """(row) cvxpy adds the multiplier of ``A x - b``, so its sign is the opposite of ours for == and <=."""
        equal, at_least, at_most = (_multiplier(each) for each in self.constraints)
        return self.sides.join(-equal, at_least, -at_most)


def state(problem: Problem) -> Form:
    """State a continuous problem in cvxpy: one variable, sparse blocks of rows, no loops."""
    import cvxpy as cp

    sides = Sides.of(problem)
    x = cp.Variable(problem.columns, bounds=[problem.lower, problem.upper])
    constraints = (
        problem.A[sides.equal] @ x == problem.row_lower[sides.equal],
        problem.A[sides.at_least] @ x >= problem.row_lower[sides.at_least],
        problem.A[sides.at_most] @ x <= problem.row_upper[sides.at_most],
    )
    cost = problem.c @ x
    if problem.is_quadratic:
        # A sum of squares over the quadratic columns only: cheaper for cvxpy than a quad_form.
        some = np.flatnonzero(problem.q)
        cost = cost + cp.sum_squares(cp.multiply(np.sqrt(problem.q[some] / 2), x[some]))
    stated = [each for each in constraints if each.size]
    stated += _cones(problem.cones, x)
    return Form(problem, sides, x, constraints, cp.Problem(cp.Minimize(cost), stated))


def _cones(cones: Cones, x: cp.Variable) -> list[cp.Constraint]:
    """State cones, those with vectors of one length together."""
    import cvxpy as cp

    size = np.bincount(cones.cone, minlength=len(cones))
    stated = []
    for length in np.unique(size[size > 0]):
        some = cones.where(size == length)
        vectors = cp.multiply(some.weight, x[some.tail]) + some.offset
        heads = x[some.head] + some.head_offset
        stated.append(cp.SOC(heads, cp.reshape(vectors, (int(length), len(some)), order="F")))
    return stated


def _multiplier(constraint: cp.Constraint) -> Vector:
    value = constraint.dual_value
    return np.zeros(constraint.size) if value is None else np.asarray(value, dtype=float).ravel()
