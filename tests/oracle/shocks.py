"""The contract, section 8: what one scenario changes in the facts of a case.

Additions on the same cell add up, multipliers multiply; blanks match everything, a region its subtree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from alm.case import Case

from .rows import Row, blank, subtree

Place = tuple[str, str, str]  # region, currency, product
ADDED = ("expected_loss", "haircut", "lcr_outflow", "risk_weight")


class Shocks:
    """The shocks of one scenario; `base` has none."""

    def __init__(self, case: Case, scenario: str) -> None:
        rows = case.table("shocks").to_dict("records")
        self.rows = [row for row in rows if row["scenario"] == scenario != "base"]
        self.parents = {
            row["region"]: row["parent"] for row in case.table("regions").to_dict("records")
        }
        self.classes = {
            row["product"]: row["class"] for row in case.table("products").to_dict("records")
        }

    # --- which cells a shock hits ---

    def of(self, shock: str, t: int) -> Iterator[Row]:
        """Rows of a shock in whose periods t is."""
        return (r for r in self.rows if r["shock"] == shock and r["start"] <= t <= r["end"])

    def in_region(self, row: Row, region: str) -> bool:
        """A blank, or a region in whose subtree this one is."""
        return blank(row["region"]) or region in subtree(self.parents, row["region"])

    def hits(self, row: Row, place: Place, lane: str = "") -> bool:
        """Whether a shock matches a position, or the end of a lane that carries a product."""
        region, currency, product = place
        own = {
            "currency": currency,
            "product": product,
            "class": self.classes[product],
            "lane": lane,
        }
        return self.in_region(row, region) and all(
            blank(row[column]) or row[column] == own[column] for column in own
        )

    def hits_lane(self, row: Row, lane: Row) -> bool:
        """Section 8: a lane by its name or by either end."""
        ends = ((lane["lender"], lane["currency"]), (lane["borrower"], lane["borrower_currency"]))
        at_an_end = any(
            self.in_region(row, region) and (blank(row["currency"]) or row["currency"] == currency)
            for region, currency in ends
        )
        return at_an_end and (blank(row["lane"]) or row["lane"] == lane["lane"])

    # --- what they do ---

    def attribute(self, name: str, place: Place, lane: str, t: int) -> float:
        """What is added to an attribute after its rules."""
        if name not in ADDED:
            return 0.0
        return math.fsum(row["value"] for row in self.of(name, t) if self.hits(row, place, lane))

    def rate(self, place: Place, t: int) -> float:
        """What is added to the rate of what is written in t, and of a plug."""
        return math.fsum(row["value"] for row in self.of("rate", t) if self.hits(row, place))

    def new_business(self, place: Place, t: int) -> float:
        """Multiple of max_new and min_new."""
        return math.prod(
            row["value"] for row in self.of("new_business", t) if self.hits(row, place)
        )

    def capacity(self, lane: Row, t: int) -> float:
        """Section 6 and 8: largest outstanding; of a lane without one, none, or 0 where it is closed."""
        factor = math.prod(
            row["value"] for row in self.of("lane_capacity", t) if self.hits_lane(row, lane)
        )
        if blank(lane["capacity"]):
            return 0.0 if factor == 0 else math.inf
        return float(lane["capacity"]) * factor

    def fx(self, currency: str, t: int) -> float:
        """Multiple of the rate of translation."""
        return math.prod(
            row["value"]
            for row in self.of("fx", t)
            if blank(row["currency"]) or row["currency"] == currency
        )

    def remaining(self, place: Place, since: int, t: int) -> float:
        """Share that shocks leave at the close of t of what was there at the close of `since`: once, at `start`, for good."""
        return math.prod(
            1 - row["value"]
            for row in self.rows
            if row["shock"] == "runoff" and since < row["start"] <= t and self.hits(row, place)
        )
