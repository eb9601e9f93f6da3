"""Outflow at risk: what balances may lose together at a stated confidence, a norm over risk factors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.measures.weights import Weights, weights

AT_RISK = "outflow_at_risk"
FACTOR = "risk_factor:"


def risk_factors(book: Book) -> tuple[str, ...]:
    """Name the exposure to each factor of the table `volatility`; their norm is the outflow at risk."""
    return tuple(f"{FACTOR}{name}" for name in sorted(set(book.case.table("volatility")["factor"])))


def risk_factor(book: Book, name: str) -> Weights:
    """Sum confidence x loading x balance of one factor; positions only. Contract, section 7."""
    table = book.case.table("volatility")
    table = table[table["factor"] == name]
    key = ["region", "currency", "product"]
    at = pd.MultiIndex.from_frame(book.positions[key]).get_indexer(
        pd.MultiIndex.from_frame(table[key])
    )
    loading = np.zeros((len(book.positions), 1))
    np.add.at(loading[:, 0], at, table["loading"].to_numpy(float))
    return weights(book, loading * book.case.settings.risk.outflow_confidence)
