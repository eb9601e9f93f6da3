"""What one would do otherwise: the same linear problem by the common ways to state one in Python."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import cvxpy as cp
import linopy
import numpy as np
import pandas as pd
import pulp
import xarray as xr

from solvers import Problem


@dataclass(frozen=True)
class Outcome:
    """What a way took, in processor seconds of this process and of those it started; `objective` NaN: no optimum in time."""

    name: str
    seconds: float
    objective: float


def side_by_side(problem: Problem, limit: float) -> list[Outcome]:
    """Solve a linear problem every way, one after the other.

    Parameters
    ----------
    limit : float
        Seconds after which a solver stops; what states the problem is not limited.
    """
    return [_timed(name, way, problem, limit) for name, way in WAYS]


def _timed(
    name: str, way: Callable[[Problem, float], float], problem: Problem, limit: float
) -> Outcome:
    start = processor_seconds()
    objective = way(problem, limit)
    return Outcome(name, processor_seconds() - start, objective)


def processor_seconds() -> float:
    """Processor time of this process and of those that it started and that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def by_pulp(problem: Problem, limit: float) -> float:
    """State variables and rows one by one in PuLP, as its documentation does, and solve with CBC."""
    model = pulp.LpProblem("bank", pulp.LpMinimize)
    x = [
        pulp.LpVariable(f"x{i}", _or_none(low), _or_none(high))
        for i, (low, high) in enumerate(zip(problem.lower, problem.upper, strict=True))
    ]
    model += pulp.lpSum(c * each for c, each in zip(problem.c, x, strict=True)) + problem.offset
    for row in range(problem.rows):
        columns, values = _row(problem, row)
        total = pulp.lpSum(v * x[i] for i, v in zip(columns, values, strict=True))
        low, high = problem.row_lower[row], problem.row_upper[row]
        if low == high:
            model += total == low
            continue
        if np.isfinite(low):
            model += total >= low
        if np.isfinite(high):
            model += total <= high
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=limit))
    return float(pulp.value(model.objective)) if model.status == pulp.LpStatusOptimal else np.nan


def by_cvxpy_cells(problem: Problem, limit: float) -> float:
    """State one cvxpy variable a cell and one constraint a row, and solve with HiGHS."""
    x = [cp.Variable() for _ in range(problem.columns)]
    stated = []
    for row in range(problem.rows):
        columns, values = _row(problem, row)
        if not len(columns):  # nothing to decide, and cvxpy takes no statement about numbers
            continue
        total = sum(v * x[i] for i, v in zip(columns, values, strict=True))
        low, high = problem.row_lower[row], problem.row_upper[row]
        if low == high:
            stated.append(total == low)
            continue
        stated += [total >= low] if np.isfinite(low) else []
        stated += [total <= high] if np.isfinite(high) else []
    for each, low, high in zip(x, problem.lower, problem.upper, strict=True):
        stated += [each >= low] if np.isfinite(low) else []
        stated += [each <= high] if np.isfinite(high) else []
    cost = problem.c @ cp.hstack(x) + problem.offset
    model = cp.Problem(cp.Minimize(cost), stated)
    model.solve(solver="HIGHS", highs_options={"time_limit": limit})
    return float(model.value) if model.status == "optimal" else np.nan


def by_linopy(problem: Problem, limit: float) -> float:
    """State the problem as one block of linopy, and let linopy solve it with HiGHS."""
    model = linopy.Model()
    columns = pd.RangeIndex(problem.columns, name="column")
    lower, upper = (xr.DataArray(each, coords=[columns]) for each in (problem.lower, problem.upper))
    x = model.add_variables(lower=lower, upper=upper, coords=[columns], name="x")
    rows = pd.RangeIndex(problem.rows, name="row")
    for sense, side in ((">=", problem.row_lower), ("<=", problem.row_upper)):
        there = np.isfinite(side)
        total = _expression(model, problem, rows[there])
        right = xr.DataArray(side[there], coords=[rows[there]])
        model.add_constraints(total >= right if sense == ">=" else total <= right, name=sense)
    model.add_objective((xr.DataArray(problem.c, coords=[columns]) * x).sum())
    model.solve("highs", io_api="direct", time_limit=limit, output_flag=False)
    done = model.termination_condition == "optimal"
    return float(model.objective.value) + problem.offset if done else np.nan


def _expression(model: linopy.Model, problem: Problem, rows: pd.Index) -> linopy.LinearExpression:
    """Give A x of some rows: terms beside each other, as many as the longest row has."""
    A = problem.A[rows.to_numpy()]
    most, lengths = int(np.diff(A.indptr).max()), np.diff(A.indptr)
    at = np.arange(len(rows)).repeat(lengths), np.arange(A.nnz) - A.indptr[:-1].repeat(lengths)
    coeffs, labels = np.full((len(rows), most), np.nan), np.full((len(rows), most), -1)
    coeffs[at], labels[at] = A.data, A.indices
    data = xr.Dataset(
        {"coeffs": (("row", "_term"), coeffs), "vars": (("row", "_term"), labels)},
        coords={"row": rows},
    )
    return linopy.LinearExpression(data, model)


def _row(problem: Problem, row: int) -> tuple[np.ndarray, np.ndarray]:
    span = slice(problem.A.indptr[row], problem.A.indptr[row + 1])
    return problem.A.indices[span], problem.A.data[span]


def _or_none(bound: float) -> float | None:
    return float(bound) if np.isfinite(bound) else None


WAYS: tuple[tuple[str, Callable[[Problem, float], float]], ...] = (
    ("PuLP, a variable a cell, CBC", by_pulp),
    ("cvxpy, a variable a cell, HiGHS", by_cvxpy_cells),
    ("linopy, its own solve, HiGHS", by_linopy),
)
