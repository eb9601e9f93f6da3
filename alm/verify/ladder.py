"""Weights by the time left of a book (table ladder, contract, section 3)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alm.verify.books import Books
from alm.verify.survival import of_cohorts, share_left
from alm.verify.terms import Terms


def moved_by_ladder(
    terms: Terms, there_in: Callable[[float], np.ndarray], attribute: str, weight: np.ndarray
) -> np.ndarray:
    """Return what the ladder adds to attribute x balance, table units: (position, close).

    The part of a legacy book or cohort that runs off within months_left months after the close weighs
    `value` (the smallest months_left that covers it) instead of the attribute.

    Parameters
    ----------
    there_in
        Part of the books of each close that is still there so many periods later: (position, close).
    weight : (position, close)
        The attribute.
    """
    moved = np.zeros(weight.shape)
    rows = terms.case.table("ladder")
    if rows.empty:
        return moved
    rows = rows.loc[rows["attribute"] == attribute].sort_values(["product", "months_left"])
    for product, steps in rows.groupby("product"):
        there = there_in(0.0)
        for months, value in zip(steps["months_left"], steps["value"], strict=True):
            then = there_in(months / terms.step_months)
            moved += np.where(_of(terms, str(product)), (there - then) * (value - weight), 0.0)
            there = then
    return moved


def _of(terms: Terms, product: str) -> np.ndarray:
    """Positions of a product whose books run off by its own tenor; plugs never mature."""
    return ((terms.positions["product"] == product).to_numpy() & ~terms.plug)[:, None]


def opening_still_there(terms: Terms, ahead: float) -> np.ndarray:
    """Part of the opening legacy books that is still there `ahead` periods later: (position, 1)."""
    left = np.where(terms.has_runoff_rows, 1.0, terms.residual_share(ahead))
    return (terms.opening * left)[:, None]


def still_there(terms: Terms, books: Books, ahead: float) -> np.ndarray:
    """Part of the books of each close that is still there `ahead` periods later: (position, period).

    Books that do not run off, or by `runoff` rows, stay as they are, so that no part of them moves.
    """
    left = [terms.residual_share(t + ahead) for t in range(1, terms.periods + 1)]
    unsold = terms.opening[:, None] * (1 - books.sold_share[:, 1:])
    by_residual = unsold * np.column_stack(left) * terms.legacy_kept[:, 1:]
    legacy = np.where(terms.has_runoff_rows[:, None], books.legacy[:, 1:], by_residual)
    tenor = terms.positions["tenor_months"].to_numpy(float) / terms.step_months
    shape = terms.positions["amortisation"].to_numpy(str)
    ages = [share_left(shape, tenor, k + ahead) for k in range(terms.periods)]
    return legacy + of_cohorts(np.column_stack(ages), books.new, terms.kept)
