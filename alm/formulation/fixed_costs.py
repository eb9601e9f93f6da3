"""Fixed costs: what writing, placing or carrying anything at all costs, in reporting currency a period."""

from __future__ import annotations

import numpy as np

from alm.formulation.book import Book
from alm.formulation.integers import corridor_members


def product_fixed_cost(book: Book) -> np.ndarray:
    """Cost of a period with new business, before tax: (position). Contract, section 3."""
    return book.positions["fixed_cost"].to_numpy(float)


def lane_fixed_cost(book: Book) -> np.ndarray:
    """Cost of a period in which a lane carries anything, before tax, borne by its lender: (lane)."""
    return book.lanes.table["fixed_cost"].to_numpy(float)


def corridor_fixed_cost(book: Book) -> tuple[np.ndarray, np.ndarray]:
    """Cost of a period in which any lane of a corridor carries something, and who bears it. Contract, section 6.

    Returns
    -------
    cost : array (corridor)
        Before tax.
    bearer : array of int (corridor)
        Row of its lane whose name sorts first; -1 for a corridor without lanes.
    """
    table, member = book.case.table("corridors"), corridor_members(book)
    bearer = np.full(len(table), -1)
    for lane in np.argsort(book.lanes.table["lane"].to_numpy(object), kind="stable")[::-1]:
        if member[lane] >= 0:
            bearer[member[lane]] = lane
    return table["fixed_cost"].to_numpy(float), bearer


def after_lender_tax(book: Book) -> np.ndarray:
    """Share of a cost that is left after the income tax of each lane's lender: (lane)."""
    tax = book.regions.set_index("region")["tax_rate"]
    return np.asarray(1.0 - book.lanes.table["lender"].map(tax).to_numpy(float))


def fixed_cost_values(book: Book) -> dict[str, np.ndarray]:
    """Value each column that says whether something is used: (row, period), discounted, after tax."""
    discount = book.discount[1 : book.periods + 1]
    cost, bearer = corridor_fixed_cost(book)
    after = after_lender_tax(book)
    borne = np.where(bearer >= 0, after[bearer], 0.0) if len(after) else np.zeros(len(cost))
    return {
        "written": -np.outer(product_fixed_cost(book) * (1.0 - book.tax_rate), discount),
        "carries": -np.outer(lane_fixed_cost(book) * after, discount),
        "corridor_carries": -np.outer(cost * borne, discount),
    }
