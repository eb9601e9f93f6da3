"""Profit without end: the positions and lanes of a free ray, in the order in which the money goes round."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from alm.explain.free_lunch import Arcs, arcs_of, place_of, step_text
from alm.explain.reason import Kind, Reason
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from solvers import Problem, Status, solve

# Of the largest step of the ray: smaller ones are the solver's rounding.
NOISE = 1e-6
UNEXPLAINED = "profit has no upper bound"


def why_unbounded(book: Book, formulation: Formulation) -> Reason:
    """Name the leanest way to earn without end: the plugs and lanes that grow, with their rates and where they stand.

    Only plugs and lanes can: all other new business has a largest volume (contract, section 4).
    """
    grown = leanest_ray(formulation)
    if grown is None:
        return Reason(UNEXPLAINED, kind=Kind.ENDLESS)
    arcs = arcs_of(book)
    flow = _flows(book, formulation, arcs, grown)
    used = np.flatnonzero((flow > NOISE * flow.max(initial=0.0)).any(axis=1))
    if not len(used):
        return Reason(UNEXPLAINED, kind=Kind.ENDLESS)
    steps = []
    for arc in _in_order(arcs, used):
        table, row = place_of(book, arcs, arc)
        steps.append(f"{step_text(book, arcs, arc)} (row {row} of {table})")
    periods = np.flatnonzero((flow[used] > NOISE * flow.max()).any(axis=0)) + 1
    when = f"{periods[0]}" if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
    return Reason(
        f"{UNEXPLAINED}: money goes round without end in period {when}: {', '.join(steps)}. "
        "No bound and no limit holds this back; a max_balance or capacity on one of them does",
        kind=Kind.ENDLESS,
    )


def leanest_ray(formulation: Formulation) -> np.ndarray | None:
    """Find the direction that stays allowed for ever and earns one unit with the least amounts.

    Returns
    -------
    (column) Found and checked by `solve`; None if there is none.

    Notes
    -----
    Every side that exists is a 0 for a direction, columns with a quadratic cost stay where they are. The least sum of
    balances and outstanding amounts makes it one loop instead of all that there are.
    """
    problem = formulation.problem
    weight = np.zeros(problem.columns)
    for name in ("balance", "outstanding"):
        if name in formulation.columns:
            weight[formulation.columns[name].numbers] = 1.0
    solution = solve(_direction(problem, weight))
    return solution.x if solution.status is Status.OPTIMAL else None


def _direction(problem: Problem, weight: np.ndarray) -> Problem:
    still, cones = problem.q > 0, problem.cones
    earns = sparse.csr_array(problem.c[None, :])
    return Problem(
        c=weight,
        q=np.zeros(problem.columns),
        A=sparse.vstack([problem.A, earns], format="csr"),
        row_lower=np.append(np.where(np.isfinite(problem.row_lower), 0.0, -np.inf), -np.inf),
        row_upper=np.append(np.where(np.isfinite(problem.row_upper), 0.0, np.inf), -1.0),
        lower=np.where(still | np.isfinite(problem.lower), 0.0, -np.inf),
        upper=np.where(still | np.isfinite(problem.upper), 0.0, np.inf),
        integer=np.zeros(problem.columns, dtype=bool),
        cones=cones.replace(head_offset=0 * cones.head_offset, offset=0 * cones.offset),
    )


def _flows(book: Book, formulation: Formulation, arcs: Arcs, grown: np.ndarray) -> np.ndarray:
    """Read how much each plug and lane grows: (arc, period)."""
    balance = np.zeros((len(book.positions), book.periods))
    block = formulation.columns["balance"]
    balance[block.coords[0].to_numpy()] = grown[block.numbers]
    lanes = formulation.columns.get("outstanding")
    lent = np.zeros((0, book.periods)) if lanes is None else grown[lanes.numbers]
    return np.vstack([balance[arcs.positions], lent[arcs.lanes]])


def _in_order(arcs: Arcs, used: np.ndarray) -> list[int]:
    """Follow the money: each arc after one that ends where it begins, as far as that goes."""
    left = [int(arc) for arc in used]
    outside = int(max(arcs.tail.max(), arcs.head.max()))
    order: list[int] = []
    while left:
        at = arcs.head[order[-1]] if order else outside
        order.append(next((arc for arc in left if arcs.tail[arc] == at), left[0]))
        left.remove(order[-1])
    return order
