"""Best plans with whole numbers and alternatives: HiGHS where all is linear, else branches around the convex solve.

Whatever finds the whole numbers, they are fixed in the end and the rest is solved once more: the outcome is a plan,
not one that is whole within a tolerance.
"""

from __future__ import annotations

import copy
import math

import numpy as np

from .algebra import Conic, Model, Outcome, Sum, is_bent, solve_linear, total

WHOLE = 1e-6  # a value this close to a whole number is one
BETTER = 1e-9  # relative: branches that promise no more than this are left


def solve_whole(model: Model) -> Outcome:
    """Maximise a model with whole variables and alternatives."""
    wide = copy.copy(model)
    wide.names, wide.lower, wide.upper = list(model.names), list(model.lower), list(model.upper)
    wide.rows, wide.whole = list(model.rows), list(model.whole)
    status = _choose(wide)
    if status == "optimal":
        status, x = (_branched if is_bent(wide) else _mixed)(wide)
    if status != "optimal":
        return Outcome(status)
    values = dict(enumerate(x[: len(model.names)].tolist()))
    return Outcome(status, model.objective.value(values), values)


def _choose(model: Model) -> str:
    """Turn alternatives into rows: sum >= least x (1 - chosen), at least one of the sets chosen.

    The least that a sum can be is that of the problem without alternatives: a linear program for each.
    """
    if not model.alternatives:
        return "optimal"
    loose = copy.copy(model)
    loose.norms = []
    loose.rows = [row for row in model.rows if not row[1].squares]
    loose.objective = Sum()
    status, _ = solve_linear(loose)
    if status != "optimal":
        return status
    for number, forms in model.pins:
        model.lower[number] = min(_least(loose, each) for each in forms)
        model.upper[number] = max(-_least(loose, -each) for each in forms)
    for name, sets in model.alternatives:
        chosen = []
        for number, rows in enumerate(sets):
            use = model.counted((*name, "chosen", number), [], lambda _: math.nan)
            chosen.append(use)
            for row in rows:
                model.require((*name, number), row - _least(loose, row) * (1 - use), lower=0.0)
        model.require((*name, "one"), total(chosen), lower=1.0)
    return "optimal"


def _least(loose: Model, row: Sum) -> float:
    """A value, at most 0, that a sum is never below, whatever the alternatives."""
    loose.objective = -1.0 * row
    status, x = solve_linear(loose)
    assert status == "optimal", f"no bound: {status}"
    return min(0.0, row.value(x)) - 1e-6


def _mixed(model: Model) -> tuple[str, np.ndarray]:
    """Let HiGHS find the whole numbers of a linear model."""
    status, x = solve_linear(model)
    if status != "optimal":
        return status, x
    status, x = solve_linear(model, model.whole)
    if status != "optimal":
        return status, x
    fixed = copy.copy(model)
    fixed.lower, fixed.upper = list(model.lower), list(model.upper)
    for v in model.whole:
        fixed.lower[v] = fixed.upper[v] = round(x[v])
    return solve_linear(fixed)


def _branched(model: Model) -> tuple[str, np.ndarray]:
    """Branch on the whole variable that is furthest from a whole number, the nearer side first."""
    conic = Conic(model)
    best, worth = np.array([]), -math.inf
    boxes = [(np.array(model.lower), np.array(model.upper))]
    while boxes:
        lower, upper = boxes.pop()
        status, x = conic.solve(lower, upper)
        if status == "unbounded":
            return status, x
        if status.startswith("infeasible"):
            continue
        assert status.startswith("optimal"), status
        if model.objective.value(x) <= worth + BETTER * max(1.0, abs(worth)):
            continue
        x = _with_sets_that_hold(model, x)
        away = {v: abs(x[v] - round(x[v])) for v in model.whole}
        furthest = max(away, key=lambda v: away[v])
        if away[furthest] > WHOLE:
            boxes += _branches(lower, upper, furthest, x[furthest])
            continue
        lower[model.whole] = upper[model.whole] = np.rint(x[model.whole])
        status, plan = conic.solve(lower, upper)
        if status.startswith("optimal") and model.objective.value(plan) > worth:
            best, worth = plan, model.objective.value(plan)
    return ("optimal" if best.size else "infeasible"), best


def _with_sets_that_hold(model: Model, x: np.ndarray) -> np.ndarray:
    """Where a set of an alternative holds as it is, it is the one that is chosen: nothing is left to branch on."""
    number, settled = len(model.names) - sum(len(s) for _, s in model.alternatives), x.copy()
    values = dict(enumerate(x.tolist()))
    for _, sets in model.alternatives:
        missed = [max(-each.value(values) for each in rows) for rows in sets]
        if min(missed) < WHOLE:
            settled[number : number + len(sets)] = 0.0
            settled[number + int(np.argmin(missed))] = 1.0
        number += len(sets)
    return settled


def _branches(
    lower: np.ndarray, upper: np.ndarray, v: int, value: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The two sides of a variable; the one to look at first comes last."""
    ceiling, floor = upper.copy(), lower.copy()
    ceiling[v], floor[v] = math.floor(value), math.ceil(value)
    below, above = (lower, ceiling), (floor, upper)
    return [below, above] if value - math.floor(value) > 0.5 else [above, below]
