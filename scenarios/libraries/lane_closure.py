"""Library `lane-closure`: the lanes of one region close, region by region."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case
from alm.formulation.book import Book, open_book
from scenarios.hit import WHAT, find_hits
from scenarios.library import Library, Rows, scenario, shock


def lane_closure(case: Case) -> Rows:
    """Close all lanes of a region, either end, as soon as what stands on them has been repaid.

    A region that closes the same lanes as one below it makes no scenario of its own. A lane whose opening amount stands longer than
    the plan cannot close, and is named.
    """
    book = open_book(case)
    names = book.lanes.table["lane"].astype(str).tolist()
    standing = book.lanes.opening[:, 1:] > 0
    first = standing.sum(axis=1) + 1  # the opening amount is there until it is repaid
    stays = first > case.settings.periods
    rows: list[dict[str, Any]] = []
    titles: list[dict[str, Any]] = []
    seen: set[bytes] = set()
    for region, title in _from_the_leaves(book):
        touched = _lanes_of(book, region)
        hit = touched & ~stays
        if not hit.any() or hit.tobytes() in seen:
            continue
        seen.add(hit.tobytes())
        name, note = f"closed-{region}", "no capacity once the opening amount is repaid"
        titles.append(scenario(name, f"Lanes of {title} are closed", note))
        if (first[hit] == 1).all() and not (stays & touched).any():
            rows.append(shock(name, "lane_capacity", 0.0, note, region=region))
            continue
        rows += [
            shock(name, "lane_capacity", 0.0, note, lane=names[lane], start=int(first[lane]))
            for lane in np.flatnonzero(hit)
        ]
    left_out = [
        f"lane {names[lane]}: its opening amount stands beyond the plan"
        for lane in np.flatnonzero(stays)
    ]
    if not names:
        left_out.append("the case has no lanes")
    return Rows(tuple(titles), tuple(rows), tuple(left_out))


def _from_the_leaves(book: Book) -> list[tuple[str, str]]:
    """List regions and their names, those with the fewest regions below them first, else by name."""
    below = book.subtree.sum(axis=1)
    regions = book.case.table("regions").set_index("region")
    order = sorted(regions.index, key=lambda region: (int(below[region]), str(region)))
    return [(str(region), str(regions.loc[region, "name"])) for region in order]


def _lanes_of(book: Book, region: str) -> np.ndarray:
    row = dict.fromkeys(WHAT, "") | {"region": region, "start": 1, "end": book.periods}
    return find_hits(book, pd.DataFrame([row]))[0].lanes


LIBRARY = Library(
    "lane-closure", "The lanes of each region close, one scenario a region", lane_closure
)
