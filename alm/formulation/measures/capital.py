"""Risk-weighted assets, own funds and the leverage exposure."""

from __future__ import annotations

import numpy as np

from alm.formulation.book import Book
from alm.formulation.measures.weights import Weights, side, weights

TIERS = ("cet1", "at1", "t2")


def rwa(book: Book) -> Weights:
    """Sum risk weights times balances; commitments after their conversion factor (Basel CRE20)."""
    return weights(
        book,
        risk_weight_after_conversion(book),
        claim=book.lanes.claim["risk_weight"] * (book.lanes.claim_side == "asset")[:, None],
        addon="rwa",
    )


def risk_weight_after_conversion(book: Book) -> np.ndarray:
    """Give RWA per unit of closing balance: (position, period)."""
    weight, ccf = book.attribute["risk_weight"], book.attribute["ccf"]
    return np.asarray(weight * side(book, "asset") + weight * ccf * side(book, "off_balance"))


def leverage_exposure(book: Book) -> Weights:
    """Sum the exposure of the leverage ratio (Basel LEV30)."""
    return weights(
        book,
        book.attribute["leverage_factor"] * side(book, "asset", "off_balance"),
        claim=book.lanes.claim["leverage_factor"] * (book.lanes.claim_side == "asset")[:, None],
        addon="leverage_exposure",
    )


def _own_funds(book: Book, tiers: tuple[str, ...], addon: str) -> Weights:
    counts = book.positions["capital_tier"].isin(tiers).to_numpy(float)[:, None]
    return weights(book, counts, addon=addon)


def cet1(book: Book) -> Weights:
    """Sum common equity tier 1 (Basel CAP10)."""
    return _own_funds(book, TIERS[:1], "cet1")


def tier1(book: Book) -> Weights:
    """Sum tier 1: common equity and additional tier 1 (Basel CAP10)."""
    return _own_funds(book, TIERS[:2], "tier1")


def total_capital(book: Book) -> Weights:
    """Sum tier 1 and tier 2 (Basel CAP10)."""
    return _own_funds(book, TIERS, "total_capital")
