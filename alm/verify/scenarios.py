"""Confirm a run over scenarios: every plan by itself, what they share, and what they are worth together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, load
from alm.verify.checks.manifest import inputs_are_those_of_the_run, run_names_its_case
from alm.verify.checks.objective import number, room_above_bound
from alm.verify.confirm import confirm
from alm.verify.replay import Replay, read
from alm.verify.sharing import (
    Decided,
    decided,
    deciders,
    decisions_agree,
    decisions_are_shared,
    shared_periods,
)
from alm.verify.shocks import BASE
from alm.verify.terms import Terms
from alm.verify.verification import (
    Failure,
    Finding,
    Miss,
    Verification,
    added_up,
    as_row,
    at_least,
    at_most,
    equal,
    stated,
    true_for,
)
from alm.verify.worth import Worth, worth_of

KIND = "scenarios"
PLAN, ALONE, HELD = "scenarios", "alone", "held"


@dataclass(frozen=True, eq=False)
class Part:
    """One plan of a run over scenarios: which kind, whose, where, and whether it holds by itself.

    Parameters
    ----------
    decided
        What it decided; None where its tables are not complete.
    income, scale, room
        After tax over the horizon; size of what the objective is made of; by how much rounding to quanta may lift a plan.
    bound
        That it states; NaN without one.
    """

    kind: str
    scenario: str
    folder: Path
    outcome: Verification
    decided: Decided | None = None
    income: float = np.nan
    scale: float = 0.0
    room: float = 0.0
    bound: float = np.nan

    @property
    def ok(self) -> bool:
        """Whether every figure of it was confirmed."""
        return self.outcome.ok


@dataclass(frozen=True)
class ScenariosVerification(Verification):
    """A verification of all plans of a run over scenarios together; `objective` is that of the criterion."""

    parts: tuple[Part, ...] = ()


def is_over_scenarios(run_folder: Path) -> bool:
    """Tell whether a run holds plans of scenarios."""
    known = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    return isinstance(known, dict) and known.get("kind") == KIND


def confirm_scenarios(
    run_folder: Path, each: Callable[[Callable[[Any], Any], list[Any]], list[Any]] | None = None
) -> ScenariosVerification:
    """Recompute every plan of a run over scenarios, what they share, and every figure that is made of them.

    Parameters
    ----------
    each : callable, optional
        Does a function on every item of a list, in any order or place, and gives the answers in the order of the list.

    Raises
    ------
    alm.case.CaseError
        If the frozen inputs are no valid case.
    FileNotFoundError
        If a file of the run is missing.
    """
    begin = perf_counter()
    manifest = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    case, table = (
        load(run_folder / "inputs"),
        pd.read_parquet(run_folder / "plan/scenarios.parquet"),
    )
    asked = list(_asked(run_folder, case, table))
    found = each(_parts, asked) if each else [_parts(every) for every in asked]
    run = _Run(run_folder, case, manifest, table, tuple(part for parts in found for part in parts))
    outcomes = [(name, section, tuple(check(run))) for check, name, section in _named(CHECKS)]
    own = [as_row(name, section, findings) for name, section, findings in outcomes]
    checks = pd.concat(
        [added_up([part.outcome.checks for part in run.parts]), pd.DataFrame(own)],
        ignore_index=True,
    )
    failures = [
        *(
            replace(failure, where=f"{part.kind}/{part.folder.name} {failure.where}")
            for part in run.parts
            for failure in part.outcome.failures
        ),
        *(
            Failure(name, *miss)
            for name, _, findings in outcomes
            for finding in findings
            for miss in finding.misses
        ),
    ]
    worth = run.worth.criterion if run.is_complete else np.nan
    return ScenariosVerification(
        bool(checks["ok"].all()), worth, tuple(failures), checks, perf_counter() - begin, run.parts
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """The plans of one scenario, which share its terms: kind and folder of each."""

    case: Case
    scenario: str
    places: tuple[tuple[str, Path], ...]


def _asked(folder: Path, case: Case, table: pd.DataFrame) -> Iterator[_Asked]:
    """Find the plans of every scenario that the run lists."""
    for row in table.astype({"scenario": "str", "folder": "str"}).to_dict("records"):
        places = [(kind, folder / kind / row["folder"]) for kind in (PLAN, ALONE, HELD)]
        there = tuple((kind, place) for kind, place in places if (place / "run.json").is_file())
        yield _Asked(case, row["scenario"], there)
    if (folder / BASE / "run.json").is_file():
        yield _Asked(case, BASE, ((BASE, folder / BASE),))


def _parts(asked: _Asked) -> list[Part]:
    """Read and confirm the plans of one scenario."""
    terms = Terms(asked.case, asked.scenario)
    return [_part(kind, asked.scenario, place, terms) for kind, place in asked.places]


def _part(kind: str, scenario: str, place: Path, terms: Terms) -> Part:
    replay = read(place, terms)
    outcome = confirm(replay)
    if replay.scenario != scenario:
        stands = "options.scenario of its run.json"
        miss = Failure("run_can_be_confirmed", stands, replay.scenario, scenario, np.nan)
        outcome = replace(outcome, ok=False, failures=(*outcome.failures, miss))
    if np.isnan(outcome.objective):
        return Part(kind, scenario, place, outcome)
    return Part(
        kind,
        scenario,
        place,
        outcome,
        decided(replay),
        float(replay.income.of_regions["income"].sum()),
        replay.objective.scale,
        room_above_bound(replay, 0.0),
        number(replay.manifest.get("bound")),
    )


@dataclass(frozen=True, eq=False)
class _Run:
    folder: Path
    case: Case
    manifest: dict[str, Any]
    table: pd.DataFrame
    parts: tuple[Part, ...]

    @property
    def mode(self) -> str:
        return str((self.manifest.get("options") or {}).get("mode"))

    @property
    def names(self) -> list[str]:
        return [str(name) for name in self.case.table("scenarios")["scenario"]]

    def of(self, kind: str) -> dict[str, Part]:
        return {part.scenario: part for part in self.parts if part.kind == kind}

    def decided(self, kind: str) -> dict[str, Decided]:
        parts = self.of(kind).items()
        return {name: part.decided for name, part in parts if part.decided is not None}

    def objectives(self, kind: str) -> np.ndarray:
        """Give the objective of each scenario in one kind of plan: (scenario); NaN without one."""
        known = {part.scenario: part.outcome.objective for part in self.parts if part.kind == kind}
        return np.array([known.get(name, np.nan) for name in self.names])

    @property
    def is_complete(self) -> bool:
        return set(self.decided(PLAN)) == set(self.names)

    @property
    def told_without_plan(self) -> set[str]:
        """Name the scenarios of a sweep that run.json and plan table scenarios say have no plan, or are not known to."""
        unanswered = self.manifest.get("unanswered") or []
        named = set(map(str, self.manifest.get("infeasible") or []))
        named |= {str(each).removeprefix(f"{PLAN}/") for each in unanswered}
        status = self.table["status"].fillna("").astype(str)
        without = self.table.loc[~status.isin(["optimal", "gap"]), "scenario"].astype(str)
        return named & set(without)

    @property
    def worth(self) -> Worth:
        return worth_of(self.case, self.objectives(PLAN))


Check = Callable[[_Run], Iterable[Finding]]


def every_scenario_has_its_plan(run: _Run) -> Iterator[Finding]:
    """Confirm that the run holds the plans that its mode asks for, each of its own scenario.

    A sweep may lack that of a scenario which it names as without one, by its status, too.
    """
    wanted = {(PLAN, name) for name in run.names}
    if run.mode == "sweep":
        wanted -= {(PLAN, name) for name in run.told_without_plan}
    else:
        if run.manifest.get("wait_and_see") is not None:
            wanted |= {(ALONE, name) for name in run.names}
        if run.manifest.get("expected_of_base_plan") is not None:
            wanted |= {(HELD, name) for name in run.names} | {(BASE, BASE)}
    found = {(part.kind, part.scenario) for part in run.parts}
    misses = [
        Miss(f"{kind}/{name}", "no plan", "a plan", np.nan) for kind, name in sorted(wanted - found)
    ]
    listed = run.table["scenario"].astype(str).tolist()
    if sorted(listed) != sorted(run.names):
        misses.append(Miss("scenarios.scenario", ", ".join(listed), ", ".join(run.names), np.nan))
    yield stated(misses, len(wanted) + 1)


def what_is_shared_is_decided_once(run: _Run) -> Iterator[Finding]:
    """Confirm that scenarios which share decisions have the same ones, in whole quanta."""
    if run.is_complete and run.mode != "sweep":
        yield from decisions_are_shared(run.decided(PLAN), deciders(run.case, run.mode))


def the_base_plan_is_held(run: _Run) -> Iterator[Finding]:
    """Confirm that the plans called so have the shared decisions of the base plan."""
    held, base = run.decided(HELD), run.decided(BASE)
    if run.mode == "sweep" or not held or BASE not in base:
        return
    shared = shared_periods(deciders(run.case, run.mode))
    for name, each in held.items():
        yield from decisions_agree(base[BASE], each, shared[name], f"held={name}")


def figures_of_scenarios_are_right(run: _Run) -> Iterator[Finding]:
    """Confirm plan table scenarios: probabilities, and what each plan earns."""
    given = run.case.table("scenarios").set_index("scenario")["probability"].loc[run.names]
    table = run.table.assign(scenario=run.table["scenario"].astype(str)).set_index("scenario")
    table = table.reindex(run.names)
    best = run.objectives(PLAN if run.mode == "sweep" else ALONE)
    plan, parts = run.objectives(PLAN), run.of(PLAN)
    income = [parts[name].income if name in parts else np.nan for name in run.names]
    figures = {
        "probability": (given / given.sum()).to_numpy(float),
        "objective": plan,
        "income": np.array(income),
        "wait_and_see": best,
        "regret": best - plan,
        "of_base_plan": run.objectives(HELD),
    }
    for column, expected in figures.items():
        yield _alike(run, f"scenarios.{column}", table[column].to_numpy(float), expected)


def figures_of_the_run_are_right(run: _Run) -> Iterator[Finding]:
    """Confirm the criterion, expected, CVaR, wait-and-see and what the base plan's decisions are worth."""
    worth, said = run.worth, run.manifest
    best = run.objectives(PLAN if run.mode == "sweep" else ALONE)
    see, base = worth.mean(best), worth.mean(run.objectives(HELD))
    shares = run.mode != "sweep"
    figures = {
        "objective": worth.criterion,
        "expected": worth.expected,
        "cvar": worth.cvar,
        "wait_and_see": see,
        "expected_of_base_plan": base,
        "evpi": see - worth.expected if shares else np.nan,
        "vss": worth.expected - base,
    }
    for name, expected in figures.items():
        yield _alike(run, f"run.json {name}", [number(said.get(name))], [expected])
    rows = {str(row.get("scenario")): row for row in said.get("scenarios") or []}
    stated_objective = [number(rows.get(name, {}).get("objective")) for name in run.names]
    yield _alike(run, "run.json scenarios objective", stated_objective, run.objectives(PLAN))
    unable = said.get("infeasible_in") or []
    lacking = any(not str(each).startswith(f"{ALONE}/") for each in said.get("unanswered") or [])
    blank = said.get("expected_of_base_plan") is None
    told = not shares or (bool(unable) or lacking if blank else not unable)
    yield true_for(
        lambda _: "run.json infeasible_in", [told], str(unable), "named where nothing is said"
    )


def the_gap_is_honest(run: _Run) -> Iterator[Finding]:
    """Confirm that the criterion does not beat its bound, that the gap is what is left, and the order of values.

    No plans earn more than those of scenarios known beforehand can, and none with the base plan's decisions more than the
    bound of these.
    """
    said, worth = run.manifest, run.worth
    bound, gap = number(said.get("bound")), number(said.get("gap"))
    near = 1e-6 * abs(worth.criterion) + max((part.room for part in run.parts), default=0.0)
    if np.isnan(bound):
        yield true_for(lambda _: "run.json gap", [np.isnan(gap)], gap, "blank: there is no bound")
        return
    yield at_most(lambda _: "run.json bound (criterion above it)", [worth.criterion], [bound], near)
    size = max(abs(worth.criterion), run.case.settings.quantum)
    left = max(0.0, bound - worth.criterion) / size
    yield equal(lambda _: "run.json gap", [gap], [left], 1e-9 + _noise(run) / size)
    if run.mode == "sweep" or said.get("order"):
        return
    bounds = [part.bound for part in run.of(ALONE).values()]
    if len(bounds) == len(run.names) and np.isfinite(bounds).all():
        most = worth_of(run.case, np.array(bounds)).criterion
        yield at_most(
            lambda _: "run.json objective (above foresight)", [worth.criterion], [most], near
        )
    held = run.objectives(HELD)
    if np.isfinite(held).all():
        least = worth_of(run.case, held).criterion
        yield at_least(
            lambda _: "run.json bound (below the base plan's decisions)", [bound], [least], near
        )


def the_run_names_its_case(run: _Run) -> Iterator[Finding]:
    """Confirm case, dates, currency and unit that run.json states, and that it is made of these inputs."""
    replay = Replay(run.case, {}, run.manifest, given_terms=Terms(run.case))
    yield from run_names_its_case(replay)
    yield from inputs_are_those_of_the_run(replay)


CHECKS: tuple[tuple[Check, str], ...] = (
    (every_scenario_has_its_plan, "8"),
    (what_is_shared_is_decided_once, "8"),
    (the_base_plan_is_held, "8"),
    (figures_of_scenarios_are_right, "8, 9"),
    (figures_of_the_run_are_right, "1, 8, 9"),
    (the_gap_is_honest, "9"),
    (the_run_names_its_case, "1, 9"),
)


def _named(checks: tuple[tuple[Check, str], ...]) -> Iterator[tuple[Check, str, str]]:
    for check, section in checks:
        yield check, check.__name__, section


def _alike(run: _Run, where: str, found: Any, expected: Any) -> Finding:
    """Hold figures against each other; blank on both sides is alike."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    both = np.isnan(found) & np.isnan(expected)
    names = run.names if found.size > 1 else [""]
    return equal(
        lambda cell: f"{where} {names[cell[0]]}".strip(),
        np.where(both, 0.0, found),
        np.where(both, 0.0, expected),
        1e-9 * np.abs(np.nan_to_num(expected)) + _noise(run),
    )


def _noise(run: _Run) -> float:
    """By how much two exact computations of the same objective may differ in floating point."""
    gross = max((part.scale for part in run.parts), default=0.0)
    return 1e-13 * gross + 1e-6 * run.case.settings.quantum
