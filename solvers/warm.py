"""Solve a problem from the solution of one that is much like it: a what-if differs from its base in a few numbers.

The simplex method begins with what was at a bound and what was not. Its answer is believed only where our own check of
point, duals and gap proves it; else there is none here, and the problem is solved whole.
"""

from __future__ import annotations

import time

import numpy as np

from solvers.backends import highs_process
from solvers.backends.highs_direct import as_highs, held_basis, sides, stated
from solvers.check import check
from solvers.pieces import BELIEVED, Vertex, by_pieces, guessed_basis
from solvers.problem import Problem
from solvers.scaling import scale, unscale
from solvers.solution import Options, Solution, Status

QUADRATIC, LINEAR = "pieces from the last plan", "simplex from the last plan"


def resolve(problem: Problem, start: Solution, options: Options | None = None) -> Solution | None:
    """Solve a continuous problem from the solution of a similar one.

    Parameters
    ----------
    problem : Problem
        Without integers and cones.
    start : Solution
        Point and duals of a problem with the same columns and rows, and where it ended in a basis, that.
    options : Options, optional

    Returns
    -------
    Solution or None
        Proven optimal by `solvers.check`, as `solve` would, and with its basis; None where it must be solved whole.
    """
    same = start.x.shape == problem.c.shape and start.dual.shape == problem.row_lower.shape
    known = same and start.has_point and start.has_duals
    if not known or problem.is_integer or problem.is_conic:
        return None
    begin = time.perf_counter()
    scaled, scaling = scale(problem)
    basis = start.basis if start.basis and start.basis.fits(problem) else None
    x = np.clip(start.x / scaling.column, scaled.lower, scaled.upper)
    begun = Vertex(x, start.dual * scaling.cost / scaling.row, basis)
    way, backend = (by_pieces, QUADRATIC) if problem.is_quadratic else (_by_simplex, LINEAR)
    found = way(scaled, begun, options or Options())
    if found is None:
        return None
    x, dual = np.clip(found.x, scaled.lower, scaled.upper), found.dual
    proof = check(scaled, x, dual)
    if not proof.is_optimal or (problem.is_quadratic and abs(proof.gap) > BELIEVED):
        return None
    solution = Solution(
        Status.OPTIMAL,
        x,
        dual,
        scaled.gradient(x) - scaled.A.T @ dual,
        bound=proof.bound,
        gap=proof.gap,
        primal_residual=proof.primal_residual,
        dual_residual=proof.dual_residual,
        backend=backend,
        basis=found.basis,
    )
    solution = unscale(solution, scaling)
    seconds = time.perf_counter() - begin
    return solution.replace(objective=problem.objective(solution.x), seconds=seconds)


def _by_simplex(problem: Problem, start: Vertex, options: Options) -> Vertex | None:
    """Go on from a basis, or that which a point and its duals stand for; None where the simplex method found no optimum."""
    import highspy

    highs_process.prepare(options.threads)
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("time_limit", float(options.time_limit))
    model.passModel(stated(problem))
    model.setBasis(as_highs(start.basis or guessed_basis(problem, start.x, start.dual)))
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = model.getSolution()
    basis = held_basis(model, *sides(problem))
    return Vertex(np.asarray(solution.col_value), np.asarray(solution.row_dual), basis)
