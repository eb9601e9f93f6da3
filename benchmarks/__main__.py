"""Time each stage of a case against bare HiGHS on the same matrices: `python -m benchmarks [CASE ...]`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import highspy
import numpy as np
from rich.console import Console
from rich.table import Table

from alm.case import load
from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from alm.plan.canonicalise import canonicalise
from alm.plan.decisions import read_decisions
from alm.plan.ledger import keep_ledger
from alm.plan.rounding import round_plan
from solvers import Problem, solve

DEFAULT = ("examples/three-regions", "examples/icbc-2025")


def bare_highs(problem: Problem, x: np.ndarray) -> float:
    """Seconds of HiGHS's interior point with crossover on the problem linearised at x, nothing around it."""
    model, A = highspy.HighsLp(), problem.A.tocsc()
    model.num_col_, model.num_row_ = problem.columns, problem.rows
    model.col_cost_ = problem.gradient(x)
    model.col_lower_, model.col_upper_ = problem.lower, problem.upper
    model.row_lower_, model.row_upper_ = problem.row_lower, problem.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = (
        A.indptr,
        A.indices,
        A.data,
    )
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("solver", "ipm")
    highs.passModel(model)
    start = time.perf_counter()
    highs.run()
    return time.perf_counter() - start


def stages(folder: Path) -> tuple[dict[str, float], Problem, float]:
    """Seconds of each stage from the case on disk to the written-up plan, and of bare HiGHS."""
    seconds: dict[str, float] = {}
    start = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal start
        now = time.perf_counter()
        seconds[name], start = now - start, now

    case = load(folder)
    lap("load")
    book = open_book(case)
    formulation = formulate(book)
    lap("formulate")
    solution = solve(formulation.problem)
    lap("solve")
    vector = canonicalise(book, formulation, solution).x
    lap("canonicalise")
    plan = round_plan(book, read_decisions(book, formulation, vector))
    lap("round")
    keep_ledger(book, plan, formulation.limits)
    lap("write up")
    return seconds, formulation.problem, bare_highs(formulation.problem, solution.x)


def main(folders: list[str]) -> None:
    """Print one table a case. The first case pays for imports, so each is run once before it is timed."""
    for name in folders or DEFAULT:
        stages(Path(name))
        seconds, problem, bare = stages(Path(name))
        kind = "quadratic" if problem.is_quadratic else "linear"
        table = Table(
            title=f"{name}: {problem.columns:,} columns, {problem.rows:,} rows, "
            f"{problem.A.nnz:,} nonzeros, {kind}; bare HiGHS {bare:.2f} s"
        )
        for column in ("stage", "seconds", "x bare HiGHS"):
            table.add_column(column, justify="left" if column == "stage" else "right")
        for stage, spent in {**seconds, "all": sum(seconds.values())}.items():
            table.add_row(stage, f"{spent:.3f}", f"{spent / bare:.1f}")
        Console().print(table)


main(sys.argv[1:])
