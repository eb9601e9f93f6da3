"""Among equally good plans take the one closest to the reference, so that the same case gives the same plan anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.formulation.stacked import Stacked
from alm.plan.decisions import Decisions
from solvers import Solution
from solvers.face import Projection, project_on_optimal_face


def reference_point(
    book: Book, formulation: Formulation, reference: Decisions | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Give the plan to stay close to, and how much each column's distance counts.

    New business, amounts sold, transfers and plug balances are compared with the reference, in reporting currency;
    without one with 0, plugs with their opening balance. Other columns count nothing. Contract, section 5, "Plans are
    unique".

    Returns
    -------
    target, weight : array (column)
        The distance is the sum of weight x (x - target)^2.
    """
    size = formulation.problem.columns
    target, weight = np.zeros(size), np.zeros(size)
    for name, fx in (("new", book.fx), ("sold", book.fx), ("transfer", book.lanes.fx)):
        if name in formulation.columns:
            block = formulation.columns[name]
            weight[block.numbers] = fx[block.coords[0]] ** 2
            if reference is not None:
                target[block.numbers] = getattr(reference, name)[block.coords[0]]
    block = formulation.columns["balance"]
    rows = block.coords[0].to_numpy()
    plug = book.plug[rows]
    weight[block.numbers[plug]] = book.fx[rows[plug]] ** 2
    squared = book.opening[:, None] if reference is None else reference.plug
    target[block.numbers[plug]] = squared[rows[plug]]
    return target, weight


def canonicalise(
    book: Book, formulation: Formulation, solution: Solution, reference: Decisions | None = None
) -> Projection:
    """Project the reference on the face of the best plans.

    Returns
    -------
    Projection
        Its `x` is the plan; where the projection did not pass its own check, the solution's x, and it says so.
    """
    target, weight = reference_point(book, formulation, reference)
    return project_on_optimal_face(formulation.problem, solution, target, weight)


def canonicalise_together(
    books: Sequence[Book],
    stacked: Stacked,
    solution: Solution,
    references: Sequence[Decisions | None],
) -> Projection:
    """Project the references of several scenarios on the face of the best plans for all of them.

    The distance is the mean over scenarios of that of each one's plan; what is shared counts in each that shares it.
    """
    points = [
        reference_point(book, part, reference)
        for book, part, reference in zip(books, stacked.parts, references, strict=True)
    ]
    weight, _ = stacked.gathered([weight for _, weight in points])
    pull, _ = stacked.gathered([target * weight for target, weight in points])
    target = np.divide(pull, weight, out=np.zeros_like(pull), where=weight > 0)
    return project_on_optimal_face(stacked.problem, solution, target, weight)
