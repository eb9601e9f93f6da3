"""The bare solver: HiGHS on the same matrices, without a layer between."""

from __future__ import annotations

import time

import highspy

from solvers import Problem


def solve_bare(problem: Problem) -> tuple[float, float]:
    """Solve by interior point with crossover.

    Returns
    -------
    seconds, objective : float
        Processor time from handing over the matrices to the end of the crossover.

    Raises
    ------
    RuntimeError
        The solver finds no optimum: there is nothing to compare with.
    """
    # The pool of threads may hold another number than the default from an earlier solve in this process.
    highspy.Highs.resetGlobalScheduler(True)
    start = time.process_time()
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("solver", "ipm")
    highs.setOptionValue("run_crossover", "on")
    highs.passModel(_stated(problem))
    highs.run()
    seconds = time.process_time() - start
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"bare HiGHS: {highs.getModelStatus()}")
    return seconds, float(highs.getInfo().objective_function_value)


def _stated(problem: Problem) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = problem.columns, problem.rows
    lp.offset_, lp.col_cost_ = problem.offset, problem.c
    lp.col_lower_, lp.col_upper_ = problem.lower, problem.upper
    lp.row_lower_, lp.row_upper_ = problem.row_lower, problem.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = problem.A.indptr
    lp.a_matrix_.index_ = problem.A.indices
    lp.a_matrix_.value_ = problem.A.data
    return lp
