"""How large a model will be, from counts alone: before it is written, so that a case too big for the machine says so."""

from __future__ import annotations

from dataclasses import dataclass

from alm.formulation.amounts import parts_of, piecewise
from alm.formulation.book import Book
from alm.formulation.limit_rows import limit_amounts, limits_by_period
from alm.formulation.measures.registry import EARNINGS

NONZEROS_A_COLUMN = 4.0
"""Measured 3.2 to 4.6, from 12 to 60 regions and from 1 to 24 periods."""
START_MB = 290.0
"""Libraries, and a case of a few rows: the peak of a whole run, report included."""
BYTES_A_NONZERO = 1_750.0
"""The peak of a whole run above its start: 2,700 with 34,000 nonzeros, at least 800 with 240,000."""


@dataclass(frozen=True)
class ModelSize:
    """An estimate of the size of a model.

    Attributes
    ----------
    columns, rows, nonzeros : int
        Of the problem.
    memory_mb : int
        Peak of `alm allocate`, in MiB.
    """

    columns: int
    rows: int
    nonzeros: int
    memory_mb: int


def estimate_size(book: Book) -> ModelSize:
    """Estimate the size of the model of a book.

    Returns
    -------
    ModelSize
        Within a factor of 2 of the truth. Decisions, limits and measures are counted; that every node holds something
        of every measure, and the nonzeros, are assumed.
    """
    decided, tied = _decisions(book)
    measured, defined = _measures(book)
    limits = limits_by_period(book.case)
    enforced = limits["enforced"]
    soft = enforced & (limits["enforcement"] == "soft")
    targets = len(book.case.table("targets"))
    columns = (decided + measured) * book.periods + int(soft.sum()) + targets
    nonzeros = int(NONZEROS_A_COLUMN * columns)
    return ModelSize(
        columns=columns,
        rows=(tied + defined) * book.periods + int(enforced.sum()) + targets,
        nonzeros=nonzeros,
        memory_mb=round(START_MB + nonzeros * BYTES_A_NONZERO / 2**20),
    )


def _decisions(book: Book) -> tuple[int, int]:
    """Count what is decided in each period, and the rows of roll-forward, renewal, funding and price that tie it."""
    dealt = book.positions.iloc[book.dealt]
    held = book.booked
    lanes, sold = len(book.lanes), len(book.disposable)
    repriced = int((dealt["back_book"] * dealt["price_slope"] > 0).sum())
    moving = int((dealt["adjustment_cost"] > 0).sum())
    renewed = int(dealt[["min_renewal", "max_renewal"]].notna().sum().sum())
    rolled = len(held) - int(book.plug.sum())
    columns = len(held) + len(dealt) + 2 * (sold + lanes + moving) + repriced
    rows = rolled + renewed + 3 * sold + lanes + len(book.nodes) + repriced + moving
    return columns, rows


def _measures(book: Book) -> tuple[int, int]:
    """Count the columns of measures in each period, and the rows that define them.

    One column a scope and measure, and one a node and linear measure, from which the scopes are summed; one row for
    each, for derived measures one a piece.
    """
    order = limit_amounts(book, limits_by_period(book.case)).amounts.order
    parts = {measure: parts_of(book, measure) for measure in {measure for _, measure in order}}
    cells = len(book.nodes) * sum(name not in EARNINGS and not parts[name] for name in parts)
    derived = [piecewise(measure) for _, measure in order]
    defined = sum(len(each.pieces) if each else 1 for each in derived)
    return len(order) + cells, defined + cells
