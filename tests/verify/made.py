"""Runs for mutation: made by the program, held in memory, changed one thing at a time."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from alm.case import Case
from alm.formulation.book import open_book
from alm.formulation.formulate import Formulation, formulate
from alm.plan.canonicalise import canonicalise
from alm.plan.decisions import Decisions, read_decisions
from alm.plan.ledger import Ledger, keep_ledger, opening_tables
from alm.plan.rounding import round_plan
from alm.runs.quanta import without_noise
from alm.verify.checks import CHECKS, FIRST
from alm.verify.checks.complete import SHAPES, completeness, tables_are_complete
from alm.verify.replay import Replay
from alm.verify.terms import Terms
from scenarios import shocked
from solvers import solve
from tests.oracle.tight import random_case

from .run_folder import with_column, with_rows


@dataclass(frozen=True)
class Made:
    """A run in memory. `terms` are those of its case, so that they are worked out once.

    `complete` are tables of this case that have been found complete: as long as they are the same, they are.
    """

    case: Case
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    baselines: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    terms: Terms | None = None
    complete: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def changed(self) -> Made:
        """A copy whose tables and manifest may be changed; frames are copied by who changes them."""
        return replace(self, tables=dict(self.tables), manifest=copy.deepcopy(self.manifest))

    def replay(self) -> Replay:
        return Replay(self.case, self.tables, self.manifest, self.baselines, self.terms)


def refused_by(made: Made, likely: Sequence[str] = ()) -> str:
    """Name of the first check that refuses a run; blank if all are content.

    Those that are `likely` to refuse are asked before the others, which changes who is first and not whether anyone is:
    what a run is replayed for is worked out only as far as the checks that are asked need it.
    """
    replay = made.replay()
    for name in SHAPES:
        known = made.complete.get(name) is made.tables.get(name, made)
        if not known and any(finding.failed for finding in completeness(replay, name)):
            return tables_are_complete.__name__
    others = [check for check in FIRST if check.confirm is not tables_are_complete]
    others += sorted(CHECKS, key=lambda check: check.name not in likely)
    for check in others:
        if any(finding.failed for finding in check.confirm(replay)):
            return check.name
    return ""


def refusals_of(made: Made) -> list[str]:
    """What refuses a run, in words, for the message of a test that wants none."""
    replay = made.replay()
    return [
        f"{check.name}: {miss.where} {miss.found} {miss.expected}"
        for check in (*FIRST, *CHECKS)
        for finding in check.confirm(replay)
        for miss in finding.misses
    ]


STORM = [
    {"shock": "runoff", "value": 0.1, "start": 2},
    {"shock": "rate", "value": 0.01, "start": 1, "end": 2},
    {"shock": "expected_loss", "value": 0.002, "start": 2},
    {"shock": "risk_weight", "value": 0.05, "start": 1, "end": 1},
    {"shock": "fx", "value": 1.1, "start": 2},
]
SHOCK = dict.fromkeys(("region", "currency", "product", "class", "lane"), "")


def under_a_storm(case: Case) -> Case:
    last = case.settings.periods
    rows = pd.DataFrame([SHOCK | {"scenario": "storm", "end": last} | row for row in STORM])
    case = with_rows(case, "shocks", **{name: rows[name].tolist() for name in rows})
    case = with_rows(case, "scenarios", scenario=["storm"])
    # What held before may not hold in a storm; a penalty keeps a plan possible.
    case = with_column(case, "limits", "enforcement", "soft")
    return with_column(case, "limits", "penalty", 0.01)


@dataclass(frozen=True)
class Solved:
    """A case with its model and the decisions that solve it."""

    case: Case
    scenario: str
    formulation: Formulation
    decisions: Decisions


@cache
def solved(seed: int, features: frozenset[str] = frozenset(), scenario: str = "base") -> Solved:
    """Solve a random case; it must have a plan."""
    with TemporaryDirectory() as folder:
        case = random_case(seed, Path(folder), features)
    if scenario != "base":
        case = under_a_storm(case)
    book = shocked(open_book(case), scenario)
    formulation = formulate(book)
    solution = solve(formulation.problem)
    assert solution.status in ("optimal", "gap")
    decisions = read_decisions(book, formulation, canonicalise(book, formulation, solution).x)
    return Solved(case, scenario, formulation, decisions)


def written(of: Solved, case: Case | None = None) -> Ledger:
    """Write the decisions up by the rules of a case: the right one, or one with a wrong rule in it."""
    book = shocked(open_book(case or of.case), of.scenario)
    limits = of.formulation.limits if case is None else formulate(book).limits
    ledger = keep_ledger(book, round_plan(book, of.decisions), limits)
    return replace(ledger, tables={**ledger.tables, **opening_tables(book, limits)})


def run_of(of: Solved, ledger: Ledger) -> Made:
    """The run that claims a ledger to be the plan of the case."""
    settings = of.case.settings
    missed = ledger.tables["limits"]
    missed = missed[missed["status"].isin(["short", "broken"])]
    manifest = {
        "case": settings.name,
        "name": settings.name,
        "as_of": f"{settings.as_of:%Y-%m-%d}",
        "currency": settings.currency,
        "unit": settings.unit,
        "periods": settings.periods,
        "status": "gap",
        "objective": ledger.objective,
        "bound": ledger.objective,
        "gap": 0.0,
        "income": ledger.income,
        "violations": missed[["limit", "period", "shortfall", "status"]].to_dict("records"),
        "options": {"scenario": of.scenario},
    }
    tables = without_noise(ledger.tables, settings.quantum)
    return Made(of.case, tables, manifest, terms=Terms(of.case, of.scenario))


@cache
def good_run(seed: int, features: frozenset[str] = frozenset(), scenario: str = "base") -> Made:
    """A run of a random case by the program, confirmed before anything is changed."""
    of = solved(seed, features, scenario)
    made = run_of(of, written(of))
    assert refusals_of(made) == []
    return replace(made, complete=made.tables)
