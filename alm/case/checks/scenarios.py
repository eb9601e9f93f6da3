"""Scenarios: names, who shares with whom, probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.rows import look_up
from alm.case.tree import ancestry

_RESERVED = ("base", "all")
_SUM_TOLERANCE = 1e-6


def scenario_names_are_free(draft: Draft) -> Iterator[Fault]:
    """Refuse the names `base`, reserved for no shock, and `all`, of limits that hold everywhere."""
    wrong = draft.tables["scenarios"]["scenario"].isin(_RESERVED)
    yield from faults_at(draft, "scenarios", "scenario", wrong, "another name than base or all")


def parents_of_scenarios_have_no_cycle(draft: Draft) -> Iterator[Fault]:
    """Refuse a scenario that shares its own decisions."""
    rows = draft.tables["scenarios"].rename(columns={"scenario": "region"})
    lines = ancestry(rows)
    parent = dict(zip(rows["region"], rows["parent"], strict=True))
    closed = {name: parent[line[-1]] == name for name, line in lines.items()}
    wrong = look_up(rows["region"], closed, "bool")
    yield from faults_at(
        draft, "scenarios", "parent", wrong, "a scenario that does not share this one's decisions"
    )


def probabilities_are_all_or_none(draft: Draft) -> Iterator[Fault]:
    """Require probabilities everywhere or nowhere."""
    wrong = draft.tables["scenarios"]["probability"].isna()
    yield from faults_at(
        draft, "scenarios", "probability", wrong, "a probability; blank everywhere or nowhere"
    )


def probabilities_sum_to_one(draft: Draft) -> Iterator[Fault]:
    """Require that probabilities are those of everything that can happen."""
    probability = draft.tables["scenarios"]["probability"]
    total = probability.sum()
    if (
        len(probability)
        and draft.sound("scenarios", "probability").all()
        and abs(total - 1) > _SUM_TOLERANCE
    ):
        yield Fault("scenarios", None, "probability", f"{total:.12g} in all", "1 in all")


def exchange_rates_move_everywhere(draft: Draft) -> Iterator[Fault]:
    """Refuse a shock of an exchange rate in one region, product or lane only, and one of the reporting currency."""
    shocks = draft.tables["shocks"]
    moves = shocks["shock"] == "fx"
    for column in ("region", "product", "class", "lane"):
        allowed = "blank: an exchange rate is the same everywhere"
        yield from faults_at(draft, "shocks", column, moves & (shocks[column] != ""), allowed)
    reporting = moves & (shocks["currency"] == draft.settings.currency)
    allowed = "another currency: the reporting currency is always 1"
    yield from faults_at(draft, "shocks", "currency", reporting, allowed)
