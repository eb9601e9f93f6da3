"""A problem stated in PuLP, once for every backend that goes through it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from solvers.problem import Problem, Vector
from solvers.sides import Indices, Sides
from solvers.solution import Solution, Status

if TYPE_CHECKING:
    import pulp

Blocks = tuple["list[pulp.LpConstraint]", "list[pulp.LpConstraint]", "list[pulp.LpConstraint]"]


@dataclass(frozen=True, eq=False)
class Form:
    """A PuLP problem with its parts; `sides` maps its constraints back to our rows.

    PuLP knows one-sided constraints without empty ones: a range becomes two, an empty row none (the
    caller has seen that it allows 0).
    """

    problem: Problem
    sides: Sides
    x: list[pulp.LpVariable]
    blocks: Blocks
    model: pulp.LpProblem

    def run(self, solver: pulp.LpSolver) -> int:
        """Solve; returns PuLP's status of the solution (`pulp.constants.LpSolution...`)."""
        import pulp

        with warnings.catch_warnings():
            # PuLP 3.3 warns of its own 4.0 inside the calls it makes itself.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                self.model.solve(solver)
            except pulp.PulpSolverError:
                return int(pulp.LpSolutionNoSolutionFound)
        return int(self.model.sol_status)

    def solution(self, status: Status, **known: Any) -> Solution:
        """Read values and, for continuous problems, duals in our order and sign.

        Integer problems have no duals: what HiGHS leaves there are zeros, CBC those of its last node.
        """
        values = [each.varValue for each in self.x]
        if status not in (Status.OPTIMAL, Status.GAP) or None in values:
            missing = status in (Status.OPTIMAL, Status.GAP)
            return Solution.nothing(self.problem, Status.FAILED if missing else status, **known)
        x = np.array(values, dtype=float)
        dual = np.full(self.problem.rows, np.nan) if self.problem.is_integer else self.duals()
        reduced_cost = self.problem.gradient(x) - self.problem.A.T @ dual
        return Solution(status, x, dual, reduced_cost, **known)

    def duals(self) -> Vector:
        """(row) PuLP's `pi` has our sign; NaN where a solver left none."""
        equal, at_least, at_most = (
            np.array([np.nan if row.pi is None else row.pi for row in block], dtype=float)
            for block in self.blocks
        )
        return self.sides.join(equal, at_least, at_most)


def state(problem: Problem) -> Form:
    """State a linear problem in PuLP, by the calls that PuLP 4 keeps."""
    import pulp

    model = pulp.LpProblem("problem", pulp.LpMinimize)
    x = _variables(model, problem)
    model.setObjective(pulp.LpAffineExpression(zip(x, problem.c.tolist(), strict=True)))
    empty = np.diff(problem.A.indptr) == 0
    sides = _without(Sides.of(problem), empty)
    blocks = (
        _constraints(model, problem, x, sides.equal, pulp.LpConstraintEQ, problem.row_lower),
        _constraints(model, problem, x, sides.at_least, pulp.LpConstraintGE, problem.row_lower),
        _constraints(model, problem, x, sides.at_most, pulp.LpConstraintLE, problem.row_upper),
    )
    return Form(problem, sides, x, blocks, model)


def _without(sides: Sides, dropped: np.ndarray[Any, np.dtype[np.bool_]]) -> Sides:
    equal, at_least, at_most = (
        each[~dropped[each]] for each in (sides.equal, sides.at_least, sides.at_most)
    )
    return Sides(sides.rows, equal, at_least, at_most)


def _variables(model: pulp.LpProblem, problem: Problem) -> list[pulp.LpVariable]:
    """Make the columns, with names of one width: PuLP sorts by name, and our order must stay."""
    width = len(str(problem.columns))
    lower, upper = _optional(problem.lower), _optional(problem.upper)
    kinds = ["Integer" if whole else "Continuous" for whole in problem.integer.tolist()]
    return [
        model.add_variable(f"x{j:0{width}d}", lower[j], upper[j], kinds[j])
        for j in range(problem.columns)
    ]


def _constraints(
    model: pulp.LpProblem,
    problem: Problem,
    x: list[pulp.LpVariable],
    rows: Indices,
    sense: int,
    side: Vector,
) -> list[pulp.LpConstraint]:
    import pulp

    kind = {pulp.LpConstraintEQ: "e", pulp.LpConstraintGE: "g", pulp.LpConstraintLE: "l"}[sense]
    stated = []
    for row, terms in zip(rows.tolist(), _terms(problem, x, rows), strict=True):
        expression = pulp.LpAffineExpression(terms)
        each = pulp.LpConstraint(expression, sense, f"{kind}{row}", float(side[row]))
        model += each
        stated.append(each)
    return stated


def _terms(
    problem: Problem, x: list[pulp.LpVariable], rows: Indices
) -> Iterator[list[tuple[pulp.LpVariable, float]]]:
    A = problem.A
    starts, indices, values = A.indptr.tolist(), A.indices.tolist(), A.data.tolist()
    for row in rows.tolist():
        span = range(starts[row], starts[row + 1])
        yield [(x[indices[k]], values[k]) for k in span]


def _optional(bounds: Vector) -> list[float | None]:
    return [
        bound if finite else None
        for bound, finite in zip(bounds.tolist(), np.isfinite(bounds).tolist(), strict=True)
    ]
