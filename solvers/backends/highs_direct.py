"""Linear problems by HiGHS itself, which can begin where another problem ended."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from solvers.backends import highs_process
from solvers.backends.cvxpy_highs import CvxpyHighs
from solvers.problem import Problem, Vector
from solvers.solution import (
    AT_LOWER,
    AT_UPPER,
    BASIC,
    FREE,
    STANDINGS,
    Basis,
    Options,
    Solution,
    Status,
)

DUAL_SIMPLEX = 1

Sides = tuple[Vector, Vector]


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


def sides(problem: Problem) -> tuple[Sides, Sides]:
    """Give lower and upper sides of columns, and of rows."""
    return (problem.lower, problem.upper), (problem.row_lower, problem.row_upper)


def held_basis(highs: Any, columns: Sides, rows: Sides) -> Basis | None:
    """Read the basis in which HiGHS stands; None where it has none.

    Parameters
    ----------
    columns, rows : pair of arrays
        Their lower and upper sides, as they were given to HiGHS: statuses one by one take a fifth of a second for
        each 100,000, so where a column that is not in the basis stands is read off its value.
    """
    import highspy

    known, which = highs.getBasicVariables()
    if known != highspy.HighsStatus.kOk:
        return None
    which, found = np.asarray(which), highs.getSolution()
    of_columns = _held(columns, found.col_value, found.col_dual, which[which >= 0])
    return Basis(of_columns, _held(rows, found.row_value, found.row_dual, -1 - which[which < 0]))


def _held(
    sides: Sides, value: Any, price: Any, basic: npt.NDArray[np.int32]
) -> npt.NDArray[np.int8]:
    lower, upper = sides
    value, price = np.asarray(value), np.asarray(price)
    with np.errstate(invalid="ignore"):
        above, below = value - lower, upper - value
    at_upper = np.where(lower == upper, price < 0, below < above)
    free = np.isinf(lower) & np.isinf(upper)
    held = np.where(free, FREE, np.where(at_upper, AT_UPPER, AT_LOWER)).astype(np.int8)
    held[basic] = BASIC
    return held


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
    basis = held_basis(highs, *sides(problem))
    return Solution(status, x, dual, reduced_cost, basis=basis, **known)
