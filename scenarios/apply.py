"""A book under a scenario: its shocks applied one after the other."""

from __future__ import annotations

from dataclasses import replace

from alm.formulation.book import Book
from scenarios.hit import find_hits
from scenarios.shocks import SHOCKS

BASE = "base"


def shocked(book: Book, scenario: str = BASE) -> Book:
    """Apply the shocks of one scenario to a book.

    Parameters
    ----------
    book : Book
        As `open_book` gives it, without shocks.
    scenario : str
        A name of the table `scenarios`, or `base`, which is no shock.

    Returns
    -------
    Book
        With changed arrays; its case is the case as it stands. Several shocks on the same cell: what is added adds up,
        what is multiplied multiplies, so the order of rows does not matter.

    Raises
    ------
    KeyError
        For a name that the case does not list; callers refuse it before.

    References
    ----------
    Contract, section 8.
    """
    case = book.case
    if scenario != BASE and scenario not in set(case.table("scenarios")["scenario"]):
        raise KeyError(scenario)
    rows = case.table("shocks")
    rows = rows[rows["scenario"] == scenario]
    apply = dict(SHOCKS)
    changed = replace(book, scenario=scenario)
    values = zip(rows["shock"], find_hits(book, rows), rows["value"].astype(float), strict=True)
    for shock, hit, value in values:
        changed = apply[shock](changed, hit, value)
    return changed
