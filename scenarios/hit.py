"""What a shock hits: positions, lanes, the two ends of lanes, periods. Blanks match everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

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


WHAT = ["region", "currency", "product", "class", "lane"]


def find_hits(book: Book, shocks: pd.DataFrame) -> list[Hit]:
    """Find what rows of the table `shocks` hit: (row).

    Parameters
    ----------
    shocks : DataFrame
        region (matches its subtree), currency, product, class, lane, start, end; blanks match everything. A row that
        names a lane hits no position.
    """
    ends = _ends(book)
    period = np.arange(1, book.periods + 1)
    known: dict[tuple[str, ...], Hit] = {}
    hits = []
    # A path hits the same holdings in one period after the other: they are looked for once.
    every = zip(*(shocks[column].tolist() for column in (*WHAT, "start", "end")), strict=True)
    for *what, start, end in every:
        key = tuple(what)
        if key not in known:
            known[key] = _whole_horizon(book, ends, *key)
        within = (period >= start) & (period <= end)
        hits.append(replace(known[key], periods=within, start=int(start)))
    return hits


def _ends(book: Book) -> list[pd.DataFrame]:
    """List region, currency, product and class of positions, of what lenders claim, and of what borrowers owe."""
    table, names = book.lanes.table, ["region", "currency", "product"]
    classes = book.case.table("products").set_index("product")["class"]
    ends = [
        book.positions[names],
        table[["lender", "currency", "asset_product"]].set_axis(names, axis=1),
        table[["borrower", "borrower_currency", "liability_product"]].set_axis(names, axis=1),
    ]
    return [end.assign(**{"class": end["product"].map(classes)}) for end in ends]


def _whole_horizon(
    book: Book,
    ends: list[pd.DataFrame],
    region: str,
    currency: str,
    product: str,
    name: str,
    lane: str,
) -> Hit:
    """Find what is hit, in every period."""
    wanted = {"currency": currency, "product": product, "class": name}
    positions, claims, debts = (_match(book, end, region, wanted) for end in ends)
    named = _equals(book.lanes.table["lane"], lane)
    currencies = {currency} if currency else set(book.nodes["currency"])
    return Hit(
        positions=positions & (lane == ""),
        claims=claims & named,
        debts=debts & named,
        lanes=(claims | debts) & named,
        currencies=frozenset(currencies - {book.case.settings.currency}),
        periods=np.ones(book.periods, dtype=bool),
        start=1,
    )


def _match(book: Book, end: pd.DataFrame, region: str, wanted: dict[str, str]) -> np.ndarray:
    """Tell which holdings a shock matches by region, currency, product and class."""
    hit = np.ones(len(end), dtype=bool)
    for column, name in wanted.items():
        hit &= _equals(end[column], name)
    if region:
        below = book.subtree.columns[book.subtree.loc[region].to_numpy(bool)]
        hit &= end["region"].isin(below).to_numpy()
    return hit


def _equals(column: pd.Series, wanted: str) -> np.ndarray:
    if not wanted:
        return np.ones(len(column), dtype=bool)
    return np.asarray((column == wanted).to_numpy(), dtype=bool)
