"""What a shock hits: positions, lanes, the two ends of lanes, periods. Blanks match everything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alm.formulation.book import Book


@dataclass(frozen=True)
class Hit:
    """The cells that one row of the table `shocks` names.

    Attributes
    ----------
    positions : array of bool (position)
    claims, debts : array of bool (lane)
        Lanes whose lender's claim, whose borrower's debt is hit: region, currency and product of that end.
    lanes : array of bool (lane)
        Lanes that are hit as such, by either end.
    currencies : frozenset of str
        Currencies named; all but the reporting currency, which is always 1, where the row is blank.
    periods : array of bool (period)
        From start to end.
    start : int
        Period at which a shock strikes that is felt only once.
    """

    positions: np.ndarray
    claims: np.ndarray
    debts: np.ndarray
    lanes: np.ndarray
    currencies: frozenset[str]
    periods: np.ndarray
    start: int

    def cells(self, rows: np.ndarray, value: float) -> np.ndarray:
        """Give the value where rows and periods are hit, 0 elsewhere: (row, period)."""
        return np.where(rows[:, None] & self.periods, value, 0.0)

    def factors(self, rows: np.ndarray, value: float) -> np.ndarray:
        """Give the value where rows and periods are hit, 1 elsewhere: (row, period)."""
        return np.where(rows[:, None] & self.periods, value, 1.0)


def find_hit(book: Book, shock: pd.Series) -> Hit:
    """Find what a row of the table `shocks` hits.

    Parameters
    ----------
    shock : Series
        region (matches its subtree), currency, product, class, lane, start, end; blanks match everything. A row that
        names a lane hits no position.
    """
    table = book.lanes.table
    claims = _match(book, shock, table["lender"], table["currency"], table["asset_product"])
    debts = _match(
        book, shock, table["borrower"], table["borrower_currency"], table["liability_product"]
    )
    named = _equals(table["lane"], shock["lane"])
    positions = book.positions
    period = np.arange(1, book.periods + 1)
    return Hit(
        positions=_match(
            book, shock, positions["region"], positions["currency"], positions["product"]
        )
        & (shock["lane"] == ""),
        claims=claims & named,
        debts=debts & named,
        lanes=(claims | debts) & named,
        currencies=frozenset(
            {shock["currency"]} if shock["currency"] else set(book.nodes["currency"])
        )
        - {book.case.settings.currency},
        periods=(period >= shock["start"]) & (period <= shock["end"]),
        start=int(shock["start"]),
    )


def _match(
    book: Book, shock: pd.Series, region: pd.Series, currency: pd.Series, product: pd.Series
) -> np.ndarray:
    """Tell which holdings a shock matches by region, currency, product and class."""
    classes = book.case.table("products").set_index("product")["class"]
    hit = _equals(currency, shock["currency"]) & _equals(product, shock["product"])
    hit &= _equals(product.map(classes), shock["class"])
    if shock["region"]:
        below = book.subtree.columns[book.subtree.loc[shock["region"]].to_numpy(bool)]
        hit &= region.isin(below).to_numpy()
    return hit


def _equals(column: pd.Series, wanted: str) -> np.ndarray:
    if not wanted:
        return np.ones(len(column), dtype=bool)
    return np.asarray((column == wanted).to_numpy(), dtype=bool)
