"""Limits name measures that exist, and say what they need to say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault, nearest
from alm.case.measures import BUILT_IN, INCOME_MEASURES, elementary, split
from alm.case.tree import ancestry

_ALLOWED = "a measure of the contract, section 7, a custom one, or one of table measures"


def simple_measures(draft: Draft) -> dict[str, set[str]]:
    """List what may stand before a colon with what may follow it; "" are the measures without a colon."""
    products = draft.tables["products"]
    return {
        "": {*BUILT_IN, *draft.settings.custom_measures},
        "class": set(products["class"]) - {""},
        "product": set(products["product"]),
        "lent": set(draft.tables["regions"]["region"]),
    }


def combinations(draft: Draft) -> dict[str, list[tuple[str, float]]]:
    """List elementary terms and weights of the measures that table `measures` defines."""
    return elementary(_combined(draft))[0]


def _combined(draft: Draft) -> dict[str, list[tuple[str, float]]]:
    terms: dict[str, list[tuple[str, float]]] = {}
    rows = draft.tables["measures"]
    for measure, term, weight in zip(rows["measure"], rows["term"], rows["weight"], strict=True):
        terms.setdefault(measure, []).append((term, weight))
    return terms


def on_income(draft: Draft) -> pd.Series:
    """Tell which limits are on net interest income or income, a combination with them included."""
    limits, terms = draft.tables["limits"], combinations(draft).items()
    names = {name for name, parts in terms if any(term in INCOME_MEASURES for term, _ in parts)}
    names.update(INCOME_MEASURES)
    return limits["measure"].isin(names) | limits["denominator"].isin(names)


def measures_are_new_names(draft: Draft) -> Iterator[Fault]:
    """Refuse a combination under a name that is taken."""
    names = draft.tables["measures"]["measure"]
    taken = names.isin([*BUILT_IN, *draft.settings.custom_measures]) | names.str.contains(
        ":", regex=False
    )
    yield from faults_at(
        draft,
        "measures",
        "measure",
        taken,
        "a name that is not built in or custom, without a colon",
    )


def combinations_do_not_circle(draft: Draft) -> Iterator[Fault]:
    """Refuse a combination that leads back to itself."""
    circles = elementary(_combined(draft))[1]
    wrong = draft.tables["measures"]["measure"].isin(circles)
    yield from faults_at(
        draft, "measures", "term", wrong, "terms that do not lead back to the measure"
    )


def terms_are_known(draft: Draft) -> Iterator[Fault]:
    """Require that terms of combinations are measures."""
    yield from _unknown(draft, "measures", "term")


def measures_are_known(draft: Draft) -> Iterator[Fault]:
    """Require that measures of limits and steps exist."""
    yield from _unknown(draft, "limits", "measure")
    yield from _unknown(draft, "limits", "denominator")
    yield from _unknown(draft, "steps", "measure")


def _unknown(draft: Draft, table: str, column: str) -> Iterator[Fault]:
    if not (draft.is_whole("products") and draft.is_whole("regions")):
        return
    known = simple_measures(draft)
    combined = set(draft.tables["measures"]["measure"])
    names = draft.tables[table][column]
    wrong_names = {name for name in names.unique() if name and not _is_known(name, known, combined)}
    wrong = names.isin(wrong_names)
    yield from faults_at(
        draft, table, column, wrong, _ALLOWED, partial(_near, known=known, combined=combined)
    )


def _is_known(measure: str, known: dict[str, set[str]], combined: set[str]) -> bool:
    kind, name = split(measure)
    return name in known[kind] if name else measure in known[""] | combined


def _near(measure: str, known: dict[str, set[str]], combined: set[str]) -> str:
    named = {f"{kind}:{name}" for kind, names in known.items() if kind for name in names}
    return nearest(measure, known[""] | combined | named)


def lent_names_a_region_outside(draft: Draft) -> Iterator[Fault]:
    """Require that the region of `lent:<region>` is outside the scope."""
    limits = draft.tables["limits"]
    lines = ancestry(draft.tables["regions"])
    for column in ("measure", "denominator"):
        to = limits[column].where(limits[column].str.startswith("lent:"), "").str[5:]
        inside = [
            bool(other)
            and (other == region or (scope == "subtree" and region in lines.get(other, ())))
            for other, region, scope in zip(to, limits["region"], limits["scope"], strict=True)
        ]
        wrong = pd.Series(inside, index=limits.index, dtype=bool)
        yield from faults_at(
            draft, "limits", column, wrong, "lent: with a region outside the scope"
        )


def income_limits_have_no_currency(draft: Draft) -> Iterator[Fault]:
    """Refuse a currency with income, which belongs to a region as a whole."""
    limits = draft.tables["limits"]
    wrong = on_income(draft) & (limits["currency"] != "")
    yield from faults_at(
        draft, "limits", "currency", wrong, "blank, with net_interest_income or income"
    )


def soft_limits_have_a_penalty(draft: Draft) -> Iterator[Fault]:
    """Require the penalty of a soft limit."""
    limits = draft.tables["limits"]
    wrong = (limits["enforcement"] == "soft") & limits["penalty"].isna()
    yield from faults_at(draft, "limits", "penalty", wrong, "an amount, for a soft limit")


def steps_do_not_tie(draft: Draft) -> Iterator[Fault]:
    """Refuse two bounds of a limit from the same value on: neither has the largest `at_least`."""
    steps = draft.tables["steps"].sort_index()
    steps = steps[draft.sound("steps", "limit", "at_least", "measure").loc[steps.index]]
    again = steps.duplicated(["limit", "at_least"])
    for row, value in steps.loc[again, "at_least"].items():
        allowed = "each value once for a limit"
        yield Fault("steps", int(str(row)), "at_least", f"{value:g}", allowed, "by another measure")


def rate_shocks_are_given_where_needed(draft: Draft) -> Iterator[Fault]:
    """Require rate shocks where a limit is on the worst loss over them."""
    if len(draft.tables["rate_shocks"]) or not draft.is_whole("rate_shocks"):
        return
    limits, terms = draft.tables["limits"], combinations(draft).items()
    shocked = {"delta_nii", "delta_eve"}
    names = shocked | {name for name, parts in terms if shocked & {term for term, _ in parts}}
    for column in ("measure", "denominator"):
        wrong = limits[column].isin(names)
        hint = "table rate_shocks has no rows"
        yield from faults_at(
            draft, "limits", column, wrong, "another measure, without rate shocks", hint
        )
