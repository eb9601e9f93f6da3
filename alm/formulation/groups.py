"""Which columns hang together: those of one region's books. A hint for solvers, never part of the model."""

from __future__ import annotations

import numpy as np

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation


def column_regions(book: Book, formulation: Formulation) -> np.ndarray:
    """Give the region, by number, whose book each column of the problem is in; -1 for all else: (column).

    Lanes, sums and limits are left open: what they belong to follows from the rows.
    """
    groups = np.full(formulation.problem.columns, -1, dtype=np.intp)
    for block in formulation.columns.values():
        rows = block.coords[0]
        if rows.name == "position":
            groups[block.numbers] = book.region[rows.to_numpy()][:, None]
    return groups
