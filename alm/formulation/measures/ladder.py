"""Weights by the time left of a book: what runs off soon weighs another number than the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alm.formulation.book import Book
from alm.formulation.runoff import surviving


@dataclass(frozen=True)
class Ladder:
    """What the table `ladder` adds to weight x balance of a measure, in reporting currency.

    Attributes
    ----------
    legacy : array (position, close 0..T)
        Per unit of the opening legacy book that is not sold.
    cohort : array (position, period, age)
        Per unit written so many periods ago.
    """

    legacy: np.ndarray
    cohort: np.ndarray


def ladder_of(book: Book, attribute: str, held: np.ndarray) -> Ladder | None:
    """Work out what the ladder of an attribute adds; None where it has no rows that matter.

    The part of a book that runs off within `months_left` months after the close weighs `value` (the smallest
    months_left that covers it) instead of the attribute: share still there at the close less share still
    there then; what run-off shocks took is in neither. Nothing moves in plugs, in what never matures, and in legacy books that follow `runoff` rows.
    Contract, section 3.

    Parameters
    ----------
    held : array (position, 1)
        1 for positions that the measure weighs, 0 for the others.
    """
    steps = book.case.table("ladder")
    steps = steps[steps["attribute"] == attribute].sort_values(["product", "months_left"])
    if steps.empty:
        return None
    weight = book.attribute[attribute]
    # The opening balance sheet is weighed as period 1 is.
    weight = np.concatenate([weight[:, :1], weight], axis=1)
    legacy = np.zeros_like(weight)
    cohort = np.zeros((*book.attribute[attribute].shape, book.periods))
    for product, rows in steps.groupby("product"):
        at = np.flatnonzero((book.positions["product"] == product).to_numpy() & ~book.plug)
        legacy_there, cohort_there = _still_there(book, at, 0.0)
        for months, value in zip(rows["months_left"], rows["value"], strict=True):
            legacy_then, cohort_then = _still_there(book, at, months / book.step)
            extra = value - weight[at]
            legacy[at] += (legacy_there - legacy_then) * extra
            gone = (cohort_there - cohort_then)[:, None, :]
            cohort[at] += gone * extra[:, 1:, None]
            legacy_there, cohort_there = legacy_then, cohort_then
    legacy[_follow_runoff_rows(book)] = 0.0
    unit = held * book.fx
    left = np.cumprod(book.lasting, axis=1) * unit
    since = np.stack([book.left_after(age) for age in range(book.periods)], axis=2)
    return Ladder(
        legacy=legacy * np.concatenate([unit[:, :1], left], axis=1),
        cohort=cohort * since * unit[:, :, None],
    )


def _still_there(book: Book, rows: np.ndarray, ahead: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the shares still there `ahead` periods on: of legacy books (position, close), of cohorts (position, age)."""
    positions = book.positions.iloc[rows]
    legacy = surviving(
        positions["residual_shape"].to_numpy(object),
        positions["residual_months"].to_numpy(float) / book.step,
        np.arange(book.periods + 1) + ahead,
    )
    cohort = surviving(
        positions["amortisation"].to_numpy(object),
        positions["tenor_months"].to_numpy(float) / book.step,
        np.arange(book.periods) + ahead,
    )
    return legacy, cohort


def _follow_runoff_rows(book: Book) -> np.ndarray:
    key = ["region", "currency", "product"]
    given = set(book.case.table("runoff")[key].itertuples(index=False, name=None))
    own = book.positions[key].itertuples(index=False, name=None)
    return np.array([each in given for each in own], dtype=bool)
