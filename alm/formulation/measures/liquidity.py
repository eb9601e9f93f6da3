"""Stable funding, stressed flows, liquid assets and reserves: the linear parts of liquidity."""

from __future__ import annotations

from alm.formulation.book import Book
from alm.formulation.measures.ladder import ladder_of
from alm.formulation.measures.weights import Weights, side, weights

LEVELS = ("L1", "L2A", "L2B")


def asf(book: Book) -> Weights:
    """Sum available stable funding (Basel NSF30)."""
    held = side(book, "liability", "equity")
    owed = (book.lanes.debt_side == "liability") | (book.lanes.debt_side == "equity")
    return weights(
        book,
        book.attribute["asf"] * held,
        debt=book.lanes.debt["asf"] * owed[:, None],
        addon="asf",
        ladder=ladder_of(book, "asf", held),
    )


def rsf(book: Book) -> Weights:
    """Sum required stable funding, commitments included (Basel NSF30)."""
    held = side(book, "asset", "off_balance")
    return weights(
        book,
        book.attribute["rsf"] * held,
        claim=book.lanes.claim["rsf"] * (book.lanes.claim_side == "asset")[:, None],
        addon="rsf",
        ladder=ladder_of(book, "rsf", held),
    )


def outflow(book: Book) -> Weights:
    """Sum outflows of thirty days of stress, draws on commitments included (Basel LCR40)."""
    held = side(book, "liability", "off_balance")
    return weights(
        book,
        book.attribute["lcr_outflow"] * held,
        debt=book.lanes.debt["lcr_outflow"] * (book.lanes.debt_side == "liability")[:, None],
        addon="outflow",
        ladder=ladder_of(book, "lcr_outflow", held),
    )


def inflow(book: Book) -> Weights:
    """Sum inflows of thirty days of stress, before their cap (Basel LCR40)."""
    held = side(book, "asset")
    return weights(
        book,
        book.attribute["lcr_inflow"] * held,
        claim=book.lanes.claim["lcr_inflow"] * (book.lanes.claim_side == "asset")[:, None],
        addon="inflow",
        ladder=ladder_of(book, "lcr_inflow", held),
    )


def required_reserve(book: Book) -> Weights:
    """Sum the reserves required against liabilities."""
    return weights(
        book,
        book.attribute["reserve_ratio"] * side(book, "liability"),
        debt=book.lanes.debt["reserve_ratio"] * (book.lanes.debt_side == "liability")[:, None],
    )


def liquid(book: Book, level: str) -> Weights:
    """Sum liquid assets of one level after haircuts, less collateral given (Basel LCR30).

    Collateral is named by `hqla_class` of a liability: `(1 + haircut) x balance` of post-haircut
    value is taken off (contract, section 3).
    """
    of_level = (book.positions["hqla_class"] == level).to_numpy(float)[:, None]
    haircut = book.attribute["haircut"]
    held = (1.0 - haircut) * side(book, "asset") - (1.0 + haircut) * side(book, "liability")
    return weights(book, of_level * held)
