"""The plan in the optimal face that is closest to a reference: the same answer on every machine.

Optimal points are seldom unique. The duals of a basis describe all of them: a column with a reduced
cost is at its bound in each, a row with a dual at its side, and a column with a quadratic cost has
one value; a cone with a multiplier holds one ray. What is left is projected on the reference, which is strictly convex.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from solvers.backends.cvxpy_clarabel import CvxpyClarabel
from solvers.check import objective_magnitude, primal_residual
from solvers.polish import polish
from solvers.problem import Flags, Problem, Vector
from solvers.reduction import without_fixed
from solvers.scaling import Scaling, scale
from solvers.solution import Options, Solution

PRICED = 1e-9  # of the terms of a reduced cost, or of the largest cost: less is no price
AT_BOUND = 1e-6  # of 1 + the bound: a point this close is at it
LOSS = 1e-6  # of the objective: what the contract calls equally good
PRIMAL = 1e-8  # relative: an x that misses more than this is refused


@dataclass(frozen=True, eq=False)
class Projection:
    """The point closest to a target in the optimal face, or the point given and why.

    Parameters
    ----------
    x : (column)
    loss : float
        Relative loss of objective against the point given; negative is a gain.
    moved : bool
        False: the projection did not pass its check, and x is the point given.
    note : str
        Why it did not pass.
    free : int
        Columns that the optimal face leaves open.
    """

    x: Vector
    loss: float = 0.0
    moved: bool = False
    note: str = ""
    free: int = 0


def project_on_optimal_face(
    problem: Problem,
    solution: Solution,
    target: Vector,
    weight: Vector,
    options: Options | None = None,
) -> Projection:
    """Move x within the optimal face to where ``sum weight (x - target)^2`` is least.

    Parameters
    ----------
    problem : Problem
        Continuous: fix the integers first (`with_integers_fixed`), and solve that.
    solution : Solution
        Optimal, with the duals of a basis. Duals of an interior point give the same face less sharply.
    target, weight : (column)
        In units of the problem; weight >= 0, and 0 leaves a column out of the distance: its value
        follows from the others, or is arbitrary.
    options : Options, optional

    Returns
    -------
    Projection
        Checked: rows and bounds are kept to `PRIMAL`, the objective to `LOSS`. Independent of the
        order of columns and of which optimal point was given.

    Raises
    ------
    ValueError
        The problem has integers that are not fixed, or the solution has no point or no duals.
    """
    if (problem.integer & ~problem.fixed).any():
        raise ValueError("integers must be fixed before a projection, see with_integers_fixed")
    if not (solution.has_point and solution.has_duals):
        raise ValueError(f"a projection needs a point and duals; the status is {solution.status}")
    continuous = problem.replace(integer=np.zeros(problem.columns, dtype=bool))
    scaled, scaling = scale(continuous)
    start = _start(scaled, solution, scaling)
    face, x = _face(scaled, start)
    steps = _steps(face, x, target / scaling.column, weight * scaling.column**2)
    found = _stepped(scaled, x, _without_implied(steps), options or Options())
    if not found.moved:
        guarded = _without_implied(_guarded(steps, scaled, x))
        found = _stepped(scaled, x, guarded, options or Options())
    return replace(found, x=found.x * scaling.column if found.moved else solution.x)


def with_integers_fixed(problem: Problem, x: Vector) -> Problem:
    """Return the continuous problem in which every integer has its (rounded) value in x."""
    whole = np.round(x)
    return problem.replace(
        lower=np.where(problem.integer, whole, problem.lower),
        upper=np.where(problem.integer, whole, problem.upper),
        integer=np.zeros(problem.columns, dtype=bool),
    )


def _start(problem: Problem, solution: Solution, scaling: Scaling) -> Solution:
    """Bring the solution into the units of the scaled problem."""
    x = np.clip(solution.x / scaling.column, problem.lower, problem.upper)
    dual = solution.dual * scaling.cost / scaling.row
    cone_dual = (
        solution.cone_dual * scaling.cost * scaling.cone if problem.is_conic else np.zeros(0)
    )
    tangents, _ = problem.cones.tangents(x, problem.columns)
    reduced_cost = problem.gradient(x) - problem.A.T @ dual - tangents.T @ cone_dual
    return solution.replace(x=x, dual=dual, reduced_cost=reduced_cost, cone_dual=cone_dual)


def _face(problem: Problem, start: Solution) -> tuple[Problem, Vector]:
    """Fix what has the same value in every optimal point; the start, snapped, meets it exactly.

    A price fixes a column or row only where the start agrees that it is at that bound; where it does
    not, the price is noise. Sides of the fixed rows are those that the start has, which differ from
    the true ones by rounding: equations that contradict each other by 1e-12 have no solution.
    """
    tangents, _ = problem.cones.tangents(start.x, problem.columns)
    terms = np.abs(problem.gradient(start.x)) + abs(problem.A).T @ np.abs(start.dual)
    terms = terms + abs(tangents).T @ np.abs(start.cone_dual)
    at_lower = (start.reduced_cost > PRICED * terms) & _near(start.x, problem.lower)
    at_upper = (start.reduced_cost < -PRICED * terms) & _near(start.x, problem.upper)
    x = np.where(at_lower, problem.lower, np.where(at_upper, problem.upper, start.x))
    fixed = at_lower | at_upper | (problem.q > 0)
    value = problem.A @ x
    tight = problem.equal | _tight_rows(problem, start.dual, value)
    face = problem.replace(
        lower=np.where(fixed, x, problem.lower),
        upper=np.where(fixed, x, problem.upper),
        row_lower=np.where(tight, value, np.minimum(problem.row_lower, value)),
        row_upper=np.where(tight, value, np.maximum(problem.row_upper, value)),
    )
    return _on_rays(face, start.cone_dual, x), x


def _on_rays(face: Problem, cone_dual: Vector, x: Vector) -> Problem:
    """Hold cones with a multiplier to their ray through x, by equations; the others stay cones."""
    if not face.is_conic:
        return face
    priced = cone_dual > PRICED * float(np.abs(face.c).max(initial=0.0))
    rays = face.cones.where(priced).rays(x, face.columns)
    value = rays @ x
    return face.replace(
        A=sparse.vstack([face.A, rays], format="csr"),
        row_lower=np.concatenate([face.row_lower, value]),
        row_upper=np.concatenate([face.row_upper, value]),
        cones=face.cones.where(~priced),
    )


def _tight_rows(problem: Problem, dual: Vector, value: Vector) -> Flags:
    priced = PRICED * float(np.abs(problem.c).max(initial=0.0))
    at_lower = (dual > priced) & _near(value, problem.row_lower)
    at_upper = (dual < -priced) & _near(value, problem.row_upper)
    return np.asarray(at_lower | at_upper)


def _near(values: Vector, bound: Vector) -> Flags:
    distance = np.abs(values - np.where(np.isfinite(bound), bound, np.inf))
    return np.asarray(distance <= AT_BOUND * (1 + np.abs(values)))


def _steps(face: Problem, x: Vector, target: Vector, weight: Vector) -> Problem:
    """State the least weighted squared distance in steps from x.

    In steps most of the solution is 0, so that the tolerance of the solver is relative to what moves
    and not to the size of the balance sheet (1e-7 of a row became 1e-12).
    """
    q = 2 * weight / (float(weight.max(initial=0.0)) or 1.0)
    value = face.A @ x
    return face.replace(
        c=q * (x - target),
        q=q,
        row_lower=face.row_lower - value,
        row_upper=face.row_upper - value,
        lower=face.lower - x,
        upper=face.upper - x,
        offset=0.0,
        cones=face.cones.moved(x),
    )


def _guarded(steps: Problem, problem: Problem, x: Vector) -> Problem:
    """Add the row ``gradient'step <= half the loss``, for where prices are noise and fix too little.

    Half, so that the check afterwards has the other half for rounding. Not there from the start: on
    the true face it follows from the other rows, and rows that depend on each other cost digits.
    """
    gradient = problem.gradient(x)
    largest = float(np.abs(gradient).max(initial=0.0)) or 1.0
    slack = 0.5 * LOSS * objective_magnitude(problem, x) / largest
    return steps.replace(
        A=sparse.vstack([steps.A, sparse.csr_array(gradient[None, :] / largest)], format="csr"),
        row_lower=np.append(steps.row_lower, -np.inf),
        row_upper=np.append(steps.row_upper, slack),
    )


def _without_implied(steps: Problem) -> Problem:
    """Fix every column that equations leave no choice: those alone in an equation, until none is.

    A roll with its new business at a bound has nothing open but the balance: this took 27,000 open
    columns to a few hundred.
    """
    pattern = abs(steps.A[np.flatnonzero(steps.equal)]).sign()
    still = steps.fixed.copy()
    while True:
        alone = pattern @ (~still).astype(float) == 1
        implied = (pattern.T @ alone.astype(float) > 0) & ~still
        if not implied.any():
            return steps.replace(
                lower=np.where(still, 0.0, steps.lower), upper=np.where(still, 0.0, steps.upper)
            )
        still |= implied


def _stepped(problem: Problem, x: Vector, steps: Problem, options: Options) -> Projection:
    step = _shortest(steps, options)
    if step is None:
        return Projection(x, note="the projection has no answer")
    found = _checked(problem, x, _snapped(x + step, problem))
    return replace(found, free=int((~steps.fixed).sum()))


def _shortest(steps: Problem, options: Options) -> Vector | None:
    """(column) Solve by Clarabel and sharpen; fixed columns are gone before both."""
    if steps.fixed.all():
        return np.zeros(steps.columns)
    reduced, reduction = without_fixed(steps)
    solution = CvxpyClarabel().solve(reduced, options)
    if not solution.has_point:
        return None
    sharp = solution if reduced.is_conic else polish(reduced, solution)
    return reduction.expand(sharp.x)


def _snapped(x: Vector, problem: Problem) -> Vector:
    """(column) Put entries that miss a bound by rounding on it."""
    for bound in (problem.lower, problem.upper):
        close = np.isfinite(bound) & (np.abs(x - bound) <= PRIMAL * (1 + np.abs(x)))
        x = np.where(close, bound, x)
    return np.clip(x, problem.lower, problem.upper)


def _checked(problem: Problem, start: Vector, x: Vector) -> Projection:
    """Believe the projection if it keeps rows, bounds and the objective."""
    lost = problem.objective(x) - problem.objective(start)
    loss = float(lost / objective_magnitude(problem, start))
    missed = primal_residual(problem, x)
    if missed > max(PRIMAL, primal_residual(problem, start)):
        return Projection(start, note=f"the projection misses a row by {missed:.1e}")
    if loss > LOSS:
        return Projection(start, note=f"the projection loses {loss:.1e} of the objective")
    return Projection(x, loss, moved=True)
