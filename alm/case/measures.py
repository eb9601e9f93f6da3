"""Which measures a limit may name, and how each bends (contract, section 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Curvature(StrEnum):
    """How a measure bends in the balances; it decides on which side of a limit it may stand."""

    LINEAR = "linear"
    CONCAVE = "concave"
    CONVEX = "convex"
    NEITHER = "neither"

    def times(self, weight: float) -> Curvature:
        """Bend of the measure times a number: a negative one turns it round."""
        turned = {Curvature.CONCAVE: Curvature.CONVEX, Curvature.CONVEX: Curvature.CONCAVE}
        if weight == 0:
            return Curvature.LINEAR
        return turned.get(self, self) if weight < 0 else self

    def plus(self, other: Curvature) -> Curvature:
        """Bend of a sum.

        >>> Curvature.CONCAVE.plus(Curvature.LINEAR), Curvature.CONCAVE.plus(Curvature.CONVEX)
        (<Curvature.CONCAVE: 'concave'>, <Curvature.NEITHER: 'neither'>)
        """
        if self is Curvature.LINEAR or self is other:
            return other
        return self if other is Curvature.LINEAR else Curvature.NEITHER


LINEAR_MEASURES = (
    "assets",
    "liabilities",
    "equity",
    "rwa",
    "asf",
    "rsf",
    "leverage_exposure",
    "required_reserve",
    "cet1",
    "tier1",
    "total_capital",
    "outflow",
    "inflow",
    "lent",
    "borrowed",
    "new_business",
    "disposals",
    "transfers",
    "net_interest_income",
    "income",
)

BUILT_IN: dict[str, Curvature] = {
    **dict.fromkeys(LINEAR_MEASURES, Curvature.LINEAR),
    # min(T, 5/3 L1, 20/17 (L1 + L2A)) is concave; outflow - min(inflow, 3/4 outflow) is convex.
    "hqla": Curvature.CONCAVE,
    "net_outflow": Curvature.CONVEX,
    # Neither, but held by a form that is concave and never above it.
    "usable_hqla": Curvature.CONCAVE,
    "outflow_at_risk": Curvature.CONVEX,
    # Counted by columns that are 0 or 1, in which it is linear.
    "open_lanes": Curvature.LINEAR,
    "delta_nii": Curvature.CONVEX,
    "delta_eve": Curvature.CONVEX,
}

INCOME_MEASURES = ("net_interest_income", "income")

NAMED_MEASURES = ("class", "product", "lent")
"""Measures that take a name after a colon: class:loan."""


def split(measure: str) -> tuple[str, str]:
    """Take `class:loan` apart; the second part is empty where there is no such prefix.

    >>> split("class:loan"), split("rwa")
    (('class', 'loan'), ('rwa', ''))
    """
    kind, colon, name = measure.partition(":")
    return (kind, name) if colon and kind in NAMED_MEASURES else (measure, "")


Combinations = Mapping[str, Sequence[tuple[str, float]]]
"""Terms and weights of every measure that table `measures` defines."""


def elementary(terms: Combinations) -> tuple[dict[str, list[tuple[str, float]]], set[str]]:
    """Write combinations of combinations in terms that are none.

    Returns
    -------
    terms : dict
        Elementary terms and weights of every combination.
    circles : set of str
        Combinations that lead back to themselves; what they say of themselves is left out.

    Examples
    --------
    >>> elementary({"a": [("b", 2.0), ("rwa", 1.0)], "b": [("equity", 0.5)]})
    ({'a': [('equity', 1.0), ('rwa', 1.0)], 'b': [('equity', 0.5)]}, set())
    """
    circles: set[str] = set()

    def written_out(measure: str, above: tuple[str, ...]) -> list[tuple[str, float]]:
        if measure not in terms:
            return [(measure, 1.0)]
        if measure in above:
            circles.update(above[above.index(measure) :])
            return []
        return [
            (each, weight * inner)
            for term, weight in terms[measure]
            for each, inner in written_out(term, (*above, measure))
        ]

    return {measure: written_out(measure, ()) for measure in terms}, circles


def curvature(
    measure: str, combinations: Combinations, bends: Mapping[str, Curvature] = BUILT_IN
) -> Curvature:
    """Tell how a measure bends; combinations add up their elementary terms. Unknown ones are linear."""
    total = Curvature.LINEAR
    for term, weight in combinations.get(measure, [(measure, 1.0)]):
        total = total.plus(bends.get(term, Curvature.LINEAR).times(weight))
    return total
