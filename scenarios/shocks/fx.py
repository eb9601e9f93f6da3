"""Shock `fx`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from scenarios.hit import Hit


def fx(book: Book, hit: Hit, value: float) -> Book:
    """Multiply the rates at which currencies are translated. Contract, section 8.

    What a swap lane owes stays the amount agreed at the base rate; only its worth moves, with the borrower's currency.
    """
    lanes = book.lanes

    def factor(currency: pd.Series) -> np.ndarray:
        return hit.factors(currency.isin(hit.currencies).to_numpy(), value)

    return replace(
        book,
        fx=book.fx * factor(book.positions["currency"]),
        lanes=replace(
            lanes,
            fx=lanes.fx * factor(lanes.table["currency"]),
            debt_fx=lanes.debt_fx * factor(lanes.table["borrower_currency"]),
        ),
    )
