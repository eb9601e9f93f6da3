"""Decisions held as another plan made them: what is left to a scenario is how it reacts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.plan.decisions import sold_share
from alm.plan.ledger import tolerance
from alm.plan.rounding import Held

MARGIN = 1e-6  # of a quantum: what floating point may make of a whole number of them


def with_decisions_held(book: Book, formulation: Formulation, held: Held) -> Formulation | None:
    """Fix new business, disposals and transfers of some periods at those of another plan.

    Parameters
    ----------
    held : Held
        Of one scenario: `where` is (1, period).

    Returns
    -------
    Formulation or None
        None where the scenario's own bounds do not allow such a decision, by more than a quantum.
    """
    quantum, when = book.case.settings.quantum, held.where[0]
    lower, upper = formulation.problem.lower.copy(), formulation.problem.upper.copy()
    for name, amount in _amounts(held).items():
        block = formulation.columns.get(name)
        rows = block.coords[0].to_numpy(int) if block else np.zeros(0, dtype=int)
        elsewhere = np.setdiff1d(np.arange(len(amount)), rows)
        if name != "gone" and (amount[elsewhere][:, when] > quantum * (1 + MARGIN)).any():
            return None
        if block is None:
            continue
        there = np.broadcast_to(when, block.shape)
        if name == "gone":  # of what shocks took away nothing is sold, whatever its share
            there = there & (book.legacy[rows, 1 : book.periods + 1] > 0)
        number, value = block.numbers[there], amount[rows][there]
        near = quantum * (1 + MARGIN)
        if (value < lower[number] - near).any() or (value > upper[number] + near).any():
            return None
        lower[number] = upper[number] = value
    return replace(formulation, problem=formulation.problem.replace(lower=lower, upper=upper))


def _amounts(held: Held) -> dict[str, np.ndarray]:
    """Give what is held, by the name of its columns: (row, period)."""
    share = sold_share(held.book, held.decisions.sold)
    gone = share * held.book.opening[:, None]
    return {"new": held.decisions.new, "gone": gone, "transfer": held.decisions.transfer}


def with_rounding_forgiven(book: Book, formulation: Formulation) -> Formulation:
    """Give limits and bounds the room that whole quanta may take of them, which counts as kept. Contract, section 5."""
    quantum, problem = book.case.settings.quantum, formulation.problem
    room = tolerance(book, formulation.limits.table) if len(formulation.limits.table) else None
    row_lower, row_upper = problem.row_lower.copy(), problem.row_upper.copy()
    for name, block in formulation.rows.items():
        if name.startswith("limit ") and room is not None:
            rows = block.coords[0].to_numpy(int)
            row_lower[block.numbers] -= room[rows]
            row_upper[block.numbers] += room[rows]
        elif name in ("min_renewal", "max_renewal"):
            row_lower[block.numbers] -= quantum
            row_upper[block.numbers] += quantum
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for name in ("balance", "outstanding"):
        if name in formulation.columns:
            numbers = formulation.columns[name].numbers
            free = numbers[lower[numbers] < upper[numbers]]
            lower[free] -= quantum
            upper[free] += quantum
    problem = problem.replace(row_lower=row_lower, row_upper=row_upper, lower=lower, upper=upper)
    return replace(formulation, problem=problem)
