"""What the contract knows and the model cannot do yet: refused by name, never ignored.

Supporting a feature means removing its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from alm.case.checks.cells import faults_at
from alm.case.checks.limits import combinations
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.measures import BUILT_IN, INCOME_MEASURES, Curvature, curvature
from alm.case.tree import ancestry

UNSUPPORTED_MEASURES = ("delta_nii", "delta_eve")
# What can be held exactly counts as linear (contract, section 7: on either side, by binaries).
EXACT = BUILT_IN | dict.fromkeys(("hqla", "net_outflow", "usable_hqla"), Curvature.LINEAR)


@dataclass(frozen=True)
class NotYet:
    """A feature that is refused: where it shows, in which rows, and what may stand there instead."""

    feature: str
    table: str
    column: str
    uses: Callable[[Draft], pd.Series]
    allowed: str


def _measure_unsupported(column: str) -> Callable[[Draft], pd.Series]:
    return lambda draft: draft.tables["limits"][column].isin(UNSUPPORTED_MEASURES)


def _term_unsupported(draft: Draft) -> pd.Series:
    return draft.tables["measures"]["term"].isin(UNSUPPORTED_MEASURES)


def _bends_wrongly(column: str, draft: Draft) -> pd.Series:
    """Tell which limits are not convex in their numerator or denominator.

    A min needs `measure - bound x denominator` concave, a max needs it convex; hence the sign of
    the bound turns the demand on the denominator. Price slopes make interest and income concave in the volumes,
    adjustment costs, an absolute value, income. Measures that may stand on either side are held by columns that are
    0 or 1 where they have to be.
    """
    limits = draft.tables["limits"]
    terms = combinations(draft)
    sloped, costly = _reach(draft, "price_slope"), _reach(draft, "adjustment_cost")
    scale = pd.Series(1.0, index=limits.index) if column == "measure" else -limits["bound"]
    wrong = []
    for measure, sense, factor, *bent in zip(
        limits[column], limits["sense"], scale, sloped, sloped | costly, strict=True
    ):
        concave = [name for name, bends in zip(INCOME_MEASURES, bent, strict=True) if bends]
        bends = EXACT | dict.fromkeys(concave, Curvature.CONCAVE)
        bend = curvature(measure, terms, bends).times(factor) if measure else Curvature.LINEAR
        good = Curvature.CONCAVE if sense == "min" else Curvature.CONVEX
        wrong.append(bend not in (Curvature.LINEAR, good))
    judged = ~limits[column].isin(UNSUPPORTED_MEASURES) & draft.sound(
        "limits", "sense", "bound", column
    )
    return pd.Series(wrong, index=limits.index, dtype=bool) & judged


def _measure_bends(draft: Draft) -> pd.Series:
    return _bends_wrongly("measure", draft)


def _denominator_bends(draft: Draft) -> pd.Series:
    return _bends_wrongly("denominator", draft)


def _step_bends(draft: Draft) -> pd.Series:
    """Tell which steps are decided by a measure that cannot be held exactly."""
    steps, terms = draft.tables["steps"], combinations(draft)
    return (
        steps["measure"]
        .map(
            lambda measure: (
                measure in UNSUPPORTED_MEASURES
                or any(
                    term in (*UNSUPPORTED_MEASURES, "outflow_at_risk")
                    for term, _ in terms.get(measure, [(measure, 1.0)])
                )
            )
        )
        .astype(bool)
    )


def _reach(draft: Draft, column: str) -> pd.Series:
    """Tell which limits have a position in their scope where the column is above 0."""
    limits, positions = draft.tables["limits"], draft.tables["positions"]
    lines = ancestry(draft.tables["regions"])
    solo = set(positions.loc[positions[column] > 0, "region"])
    subtree = {above for region in solo for above in lines.get(region, ())}
    reached = [
        region in (solo if scope == "solo" else subtree)
        for region, scope in zip(limits["region"], limits["scope"], strict=True)
    ]
    return pd.Series(reached, index=limits.index, dtype=bool)


NOT_YET: tuple[NotYet, ...] = (
    NotYet(
        "this measure as what decides over a step",
        "steps",
        "measure",
        _step_bends,
        "another measure",
    ),
    NotYet("the measure", "limits", "measure", _measure_unsupported("measure"), "another measure"),
    NotYet(
        "the measure",
        "limits",
        "denominator",
        _measure_unsupported("denominator"),
        "another measure",
    ),
    NotYet("the measure", "measures", "term", _term_unsupported, "another measure"),
    NotYet(
        "this measure on this side",
        "limits",
        "measure",
        _measure_bends,
        "a measure that keeps the limit convex",
    ),
    NotYet(
        "this measure on this side",
        "limits",
        "denominator",
        _denominator_bends,
        "a measure that keeps the limit convex",
    ),
)


def what_is_not_supported_is_refused(draft: Draft) -> Iterator[Fault]:
    """Refuse every feature that the model cannot do yet."""
    for entry in NOT_YET:
        hint = f"{entry.feature} is not supported yet"
        yield from faults_at(
            draft, entry.table, entry.column, entry.uses(draft), entry.allowed, hint
        )
