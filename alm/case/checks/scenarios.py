"""Scenarios: names, who shares with whom, probabilities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.rows import look_up
from alm.case.tree import ancestry

_RESERVED = ("base", "all")
# Thirds with five digits are still said to be all that can happen.
_SUM_TOLERANCE = 2e-5
_OF_POSITIONS = ("runoff", "rate", "new_business", "expected_loss", "haircut")
# Shocks that take away or multiply something, and what their value may be.
_VALUES = {
    "runoff": (0.0, 1.0, "a share from 0 to 1"),
    "new_business": (0.0, np.inf, "a multiple, 0 or more"),
    "lane_capacity": (0.0, np.inf, "a multiple, 0 or more"),
    "fx": (np.nextafter(0.0, 1.0), np.inf, "a multiple above 0"),
}


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


def values_of_shocks_are_possible(draft: Draft) -> Iterator[Fault]:
    """Require a share of what a run-off takes away, and multiples that are not negative."""
    shocks = draft.tables["shocks"]
    if shocks.empty:
        return
    for shock, (low, high, allowed) in _VALUES.items():
        wrong = (shocks["shock"] == shock) & ~shocks["value"].between(low, high)
        wrong &= draft.sound("shocks", "value")
        yield from faults_at(draft, "shocks", "value", wrong, allowed)


def lanes_of_shocks_can_match(draft: Draft) -> Iterator[Fault]:
    """Warn of a lane in a shock of positions only: it matches none of them."""
    shocks = draft.tables["shocks"]
    odd = (shocks["lane"] != "") & shocks["shock"].isin(_OF_POSITIONS)
    allowed = "blank, but with lane_capacity or a weight of its products"
    yield from faults_at(
        draft, "shocks", "lane", odd, allowed, "the row changes nothing", warning=True
    )


def the_tail_of_the_cvar_is_not_empty(draft: Draft) -> Iterator[Fault]:
    """Require a level below 1: CVaR is the mean of the worst 1 - level."""
    level = draft.settings.risk.cvar_level
    if level == 1:
        yield Fault("case.toml", None, "risk.cvar_level", level, "below 1")
