"""Linear problems by HiGHS itself, which can begin where another problem ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from solvers.backends import highs_process
from solvers.backends.cvxpy_highs import CvxpyHighs
from solvers.problem import Problem
from solvers.solution import STANDINGS, Basis, Options, Solution, Status

DUAL_SIMPLEX = 1


class HighsDirect:
    """HiGHS without a layer between: it takes a basis to begin with, and gives the one it ends in.

    Between scenarios of one model a few bounds and costs differ; dual simplex from the basis of one then takes a
    quarter of an interior point from nothing. cvxpy hands no basis over.
    """

    name: ClassVar[str] = "highs"
    can: ClassVar[frozenset[str]] = frozenset({"linear"})
    statuses: ClassVar[Mapping[Any, Status]] = {
        "kOptimal": Status.OPTIMAL,
        "kTimeLimit": Status.GAP,
        "kIterationLimit": Status.GAP,
        "kInfeasible": Status.INFEASIBLE,
        "kUnbounded": Status.UNBOUNDED,
    }

    def solve(self, problem: Problem, options: Options) -> Solution:
        """Solve; the answer is what the solver claims, to be checked by the caller."""
        start = time.perf_counter()
        highs_process.prepare(options.threads)
        import highspy

        highs = highspy.Highs()
        highs.silent()
        begins = options.basis if options.basis and options.basis.fits(problem) else None
        warm = begins is not None and not options.retry
        settings = CvxpyHighs.settings(problem, options)
        settings |= {"solver": "simplex", "simplex_strategy": DUAL_SIMPLEX} if warm else {}
        for name, value in settings.items():
            highs.setOptionValue(name, value)
        highs.passModel(stated(problem))
        if warm and begins is not None:
            highs.setBasis(as_highs(begins))
        highs.run()
        claimed = self.statuses.get(highs.getModelStatus().name, Status.FAILED)
        return _answer(problem, highs, claimed, self.name, time.perf_counter() - start)


def stated(problem: Problem) -> Any:
    """State a linear problem for HiGHS."""
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = problem.columns, problem.rows
    model.col_cost_ = problem.c
    model.col_lower_, model.col_upper_ = problem.lower, problem.upper
    model.row_lower_, model.row_upper_ = problem.row_lower, problem.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = problem.A.indptr
    model.a_matrix_.index_ = problem.A.indices
    model.a_matrix_.value_ = problem.A.data
    return model


def as_highs(basis: Basis) -> Any:
    """State a basis for HiGHS, which completes one that has too few or too many basic."""
    import highspy

    kinds = [highspy.HighsBasisStatus(number) for number in STANDINGS]
    stated = highspy.HighsBasis()
    stated.col_status = [kinds[each] for each in basis.columns.tolist()]
    stated.row_status = [kinds[each] for each in basis.rows.tolist()]
    stated.valid = True
    return stated


def held_basis(highs: Any) -> Basis | None:
    """Read the basis in which HiGHS stands; None where it has none."""
    basis = highs.getBasis()
    if not basis.valid:
        return None
    columns, rows = (
        np.array([int(each) for each in side], dtype=np.int8)
        for side in (basis.col_status, basis.row_status)
    )
    return Basis(columns, rows)


def _answer(problem: Problem, highs: Any, status: Status, backend: str, seconds: float) -> Solution:
    """Read values, duals and the basis; HiGHS has our signs."""
    pivots = int(highs.getInfo().simplex_iteration_count)
    known: dict[str, Any] = {"backend": backend, "seconds": seconds, "iterations": max(0, pivots)}
    found = highs.getSolution()
    if status not in (Status.OPTIMAL, Status.GAP) or not found.value_valid:
        missing = status in (Status.OPTIMAL, Status.GAP)
        return Solution.nothing(problem, Status.FAILED if missing else status, **known)
    x, dual = np.array(found.col_value), np.array(found.row_dual)
    if not found.dual_valid:
        dual = np.full(problem.rows, np.nan)
    reduced_cost = problem.gradient(x) - problem.A.T @ dual
    return Solution(status, x, dual, reduced_cost, basis=held_basis(highs), **known)
