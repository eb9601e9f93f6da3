"""Early warning and reverse stress: how a plan stands in each scenario, and how large a shock breaks each limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, CaseError, Fault, load
from alm.case.faults import nearest
from alm.explain.elastic import UnfinishedError
from alm.formulation.book import Book, open_book
from alm.plan.ledger import is_warned
from alm.plan.rounding import Held
from alm.runs import store
from alm.runs.reaction import Reaction, react, read_held
from alm.runs.run import NoAnswerError
from alm.runs.scenario_folder import SUBFOLDERS, Folders, folder_names
from alm.runs.scenario_run import KIND
from alm.runs.spread import Outcome, spread
from scenarios import BASE, shocked
from scenarios.scaled import scaled

PRECISION = 0.01  # of the factor: what bisection leaves open; below 1, half of it in all
GREEN, AMBER, RED = "green", "amber", "red"
MISSED = ("broken", "short")
ORDER = (GREEN, AMBER, RED)
Tried = tuple[dict[str, Any], list[dict[str, Any]]]  # the scenario, its limits


@dataclass(frozen=True)
class Stress:
    """How a plan stands in scenarios.

    Attributes
    ----------
    run : Path
    most : float
        The largest factor that was tried.
    scenarios : tuple of dict
        scenario, name, light (the worst of its limits), carried_out (whether the plan's decisions are possible), gap (money that is missing at the worst
        close, reporting currency), gap_region, gap_period, gap_at (the factor at which money runs out; None up to `most`), first (limit that turns
        red first), red_at (the factor at which it does), with_plan (whether it is the plan that can no longer be carried out there).
    limits : tuple of dict
        limit, name, region, scenario, light, period (close with least headroom), value, bound, early_warning, headroom, red_at, with_plan (whether it is the
        plan that can no longer be carried out there).
    unknown : tuple of dict
        scenario, why: those of which time, or a solver, left open how the plan stands.
    """

    run: Path
    case: str
    most: float
    scenarios: tuple[dict[str, Any], ...]
    limits: tuple[dict[str, Any], ...]
    unknown: tuple[dict[str, str], ...] = ()

    def answer(self) -> dict[str, Any]:
        """Give the object that `alm stress --json` prints."""
        return {
            "run": str(self.run),
            "case": self.case,
            "status": "stressed",
            "most": self.most,
            "scenarios": list(self.scenarios),
            "limits": list(self.limits),
            "unknown": list(self.unknown),
        }


@dataclass(frozen=True, eq=False)
class Task:
    """One scenario to be tried on a plan."""

    book: Book
    scenario: str
    held: Held
    most: float
    precision: float

    @property
    def case(self) -> Case:
        """The case, its shocks as they stand in it."""
        return self.book.case


def stress(
    run: Path,
    chosen: Sequence[str] = (),
    *,
    most: float = 10.0,
    precision: float = PRECISION,
    jobs: int | None = None,
    cluster: str = "",
    counted: Callable[[int, int], None] | None = None,
) -> Stress:
    """Try the scenarios of a run's case on its plan, and scale each until a limit breaks.

    The plan's new business, disposals (as shares of what shocks leave of the legacy book) and transfers stand in all periods; plugs react.

    Parameters
    ----------
    run : Path
        Of a plan, or over scenarios: then each scenario is tried on the plan that was made for it.
    chosen : sequence of str
        Scenarios; by default all.
    most : float
        Largest factor to try, at least 1.
    precision : float
        Of the factor, relative: where bisection stops.
    jobs : int, optional
        Processes at once; by default one a processor.
    cluster : str
        Address of a Dask scheduler whose workers try them instead.

    Raises
    ------
    ClusterError
        The cluster does not answer.
    NoAnswerError
        Time was up, or a solver gave no answer, before it was known how the plan stands in any scenario.
    CaseError
        The run has no plan or its case no scenarios; a name is none of them.
    """
    manifest = store.read_manifest(run)
    case = load(run / "inputs")
    names, book = _chosen(run, case, chosen), open_book(case)
    tasks = [Task(book, name, _held(run, manifest, book, name), most, precision) for name in names]
    done = 0

    def told(_: int, __: object) -> None:
        nonlocal done
        done += 1
        if counted is not None:
            counted(done, len(tasks))

    outcomes = spread(_tried, tasks, jobs, cluster, told=told)
    answers = {name: _answer(outcome) for name, outcome in zip(names, outcomes, strict=True)}
    open_ones = {name: str(each) for name, each in answers.items() if isinstance(each, Exception)}
    if len(open_ones) == len(names):
        name, why = next(iter(open_ones.items()))
        raise NoAnswerError(f"How the plan stands in scenario {name} is not known: {why}")
    found = [each for each in answers.values() if not isinstance(each, Exception)]
    return Stress(
        run,
        case.settings.name,
        most,
        scenarios=tuple(summary for summary, _ in found),
        limits=tuple(row for _, limits in found for row in limits),
        unknown=tuple({"scenario": name, "why": why} for name, why in open_ones.items()),
    )


def _answer(outcome: Outcome[Tried | UnfinishedError]) -> Tried | UnfinishedError:
    if outcome.value is None:
        raise RuntimeError(f"{outcome.error}\n{outcome.trace}")
    return outcome.value


def _chosen(run: Path, case: Case, chosen: Sequence[str]) -> list[str]:
    known = case.table("scenarios")["scenario"].tolist()
    if not known:
        hint = "add some: `alm scenarios --list`, and plan again"
        raise CaseError(
            [Fault("options", None, "RUN", str(run), "a run whose case has scenarios", hint)]
        )
    faults = [
        Fault("options", None, "--scenario", name, ", ".join(known), nearest(name, known))
        for name in chosen
        if name not in known
    ]
    if faults:
        raise CaseError(faults)
    return [name for name in known if not chosen or name in chosen]


def _held(run: Path, manifest: dict[str, Any], book: Book, scenario: str) -> Held:
    """Find the plan that a scenario is tried on."""
    folder, made_for = run, str((manifest.get("options") or {}).get("scenario") or BASE)
    if manifest.get("kind") == KIND:
        names = folder_names(book.case.table("scenarios")["scenario"].tolist())
        folder, made_for = Folders(run, names).of(SUBFOLDERS.plan, scenario), scenario
    if not (folder / "plan" / "positions.parquet").is_file():
        hint = f"there is none for {made_for}; --scenario chooses others"
        raise CaseError([Fault("options", None, "RUN", str(run), "a run with a plan", hint)])
    return read_held(folder, shocked(book, made_for))


def _tried(task: Task) -> Tried | UnfinishedError:
    """Try one scenario, or say what is left open."""
    try:
        return _stands(task)
    except UnfinishedError as error:
        return error


def _stands(task: Task) -> Tried:
    """Judge one scenario: as it is, and by bisection on a factor that scales its shocks."""
    trial = Trial(task)
    now = trial.at(1.0)
    limits = trial.limits
    red_at = {limit: trial.turns_red(limit) for limit in limits["limit"]}
    rows = [_row(task, limit, now, *red_at[limit["limit"]]) for limit in limits.to_dict("records")]
    turning = [row for row in rows if row["red_at"] is not None]
    first = min(turning, key=lambda row: row["red_at"], default=None)
    names = task.case.table("scenarios").set_index("scenario")["name"]
    lights = [row["light"] for row in rows if row["light"]]
    worst = max(lights, key=ORDER.index, default=GREEN)
    gap = trial.gap(1.0)
    summary = {
        "scenario": task.scenario,
        "name": str(names[task.scenario]),
        "light": worst if now is not None and gap["gap"] == 0 else RED,
        "carried_out": now is not None,
        **gap,
        "gap_at": trial.turns_red(None)[0],
        "first": first["limit"] if first else None,
        "red_at": first["red_at"] if first else None,
        "with_plan": bool(first and first["with_plan"]),
    }
    return summary, rows


class Trial:
    """The factors that were tried on one scenario, and what came of each."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.known: dict[float, Reaction | None] = {}

    @property
    def limits(self) -> pd.DataFrame:
        """Limits that hold in the scenario."""
        limits = self.task.case.table("limits")
        return limits[limits["scenarios"].isin(["all", self.task.scenario])]

    def at(self, factor: float) -> pd.DataFrame | None:
        """Give the limits at every close with the shocks times a factor; None where the plan cannot be carried out."""
        if factor not in self.known:
            moved = replace(self.task.book, case=scaled(self.task.case, self.task.scenario, factor))
            self.known[factor] = react(shocked(moved, self.task.scenario), self.task.held)
        found = self.known[factor]
        return None if found is None else found.ledger.tables["limits"]

    def gap(self, factor: float) -> dict[str, Any]:
        """Say how much money is missing at the worst close, where and when; nothing is known where the plan is impossible."""
        self.at(factor)
        found = self.known[factor]
        blank: dict[str, Any] = {"gap": None, "gap_region": None, "gap_period": None}
        if found is None:
            return blank
        book = self.task.book
        most = np.unravel_index(np.argmax(found.overdrawn), found.overdrawn.shape)
        if found.overdrawn[most] == 0:
            return {**blank, "gap": 0.0}
        region = str(book.positions["region"].iloc[int(most[0])])
        amount = float(found.overdrawn[most])
        return {"gap": amount, "gap_region": region, "gap_period": int(most[1]) + 1}

    def is_red(self, limit: str | None, factor: float) -> bool:
        """Tell whether a limit is missed or the plan impossible; without a limit, whether money is missing."""
        table = self.at(factor)
        if limit is None:
            return self.gap(factor)["gap"] not in (None, 0.0)
        if table is None:
            return self.gap(factor)["gap"] != 0
        return bool(_closes(table, limit)["status"].isin(MISSED).any())

    def turns_red(self, limit: str | None) -> tuple[float | None, bool]:
        """Give the smallest factor known at which a limit is red, by bisection, and whether it is the plan that fails there."""
        red = self.is_red(limit, 1.0)
        # A plan that was made for the shock may need it: what holds under it is not broken by less.
        if red and self.is_red(limit, 0.0):
            return 0.0, self.at(0.0) is None
        low, high = (0.0, 1.0) if red else (1.0, self.task.most)
        if not self.is_red(limit, high):
            return None, False
        # What other limits have shown already spares a step.
        for factor in sorted(self.known):
            if low < factor < high:
                if self.is_red(limit, factor):
                    high = factor
                    break
                low = factor
        while high - low > self.task.precision * max(high, 0.5):
            middle = (low + high) / 2
            low, high = (low, middle) if self.is_red(limit, middle) else (middle, high)
        return high, self.at(high) is None


def _light(closes: pd.DataFrame, limit: dict[Any, Any]) -> str:
    """Give the worst light of a limit: missed, at or beyond its early warning, or neither."""
    if closes["status"].isin(MISSED).any():
        return RED
    side = 1.0 if limit["sense"] == "min" else -1.0
    warned = is_warned(closes["value"].to_numpy(float), float(limit["early_warning"]), side)
    return AMBER if warned.any() else GREEN


def _closes(table: pd.DataFrame, limit: str) -> pd.DataFrame:
    """Give the closes at which a limit is enforced."""
    return table[(table["limit"] == limit) & (table["status"] != "waived")]


def _row(
    task: Task,
    limit: dict[Any, Any],
    now: pd.DataFrame | None,
    red_at: float | None,
    with_plan: bool,
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "limit": str(limit["limit"]),
        "name": str(limit["name"]),
        "region": str(limit["region"]),
        "scenario": task.scenario,
        "light": RED,
        "period": None,
        "value": None,
        "bound": None,
        "early_warning": _known(limit["early_warning"]),
        "headroom": None,
        "red_at": red_at,
        "with_plan": with_plan,
    }
    if now is None:
        return row
    closes = _closes(now, str(limit["limit"]))
    row["light"] = _light(closes, limit)
    if len(closes):
        worst = closes.sort_values("headroom", kind="stable").iloc[0]
        figures = {name: _known(worst[name]) for name in ("value", "bound", "headroom")}
        row = {**row, **figures, "period": int(worst["period"])}
    return row


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value) + 0.0  # no negative zero
