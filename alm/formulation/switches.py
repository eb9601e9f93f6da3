"""Everything that whole columns switch on and off, in one list."""

from __future__ import annotations

import numpy as np

from alm.formulation.alternatives import Alternative
from alm.formulation.book import Book
from alm.formulation.limit_rows import LimitRows, enforced_steps
from alm.formulation.measures.usable_hqla import USABLE, own_alternatives
from alm.formulation.pinned import piece_alternatives
from alm.formulation.steps import step_alternatives


def switches(
    book: Book, limits: LimitRows, columns: dict[str, np.ndarray]
) -> tuple[list[Alternative], list[tuple[int, Alternative]]]:
    """List the rows that hold only while something says so.

    Returns
    -------
    held : list of Alternative
        Of measures held on both sides, and of what only says whether a step is reached.
    stepped : list of (row of the limit table, Alternative)
        A limit at each of its bounds.
    """
    if "amount" not in columns:
        return [], []
    amounts = limits.amounts
    usable = amounts.rows.get(USABLE, np.array([], dtype=int))
    steps = list(step_alternatives(book, limits.table, enforced_steps(limits), columns))
    held = [
        *piece_alternatives(amounts, columns),
        *own_alternatives(amounts, usable, columns),
        *(each for row, each in steps if row < 0),
    ]
    return held, [(row, each) for row, each in steps if row >= 0]
