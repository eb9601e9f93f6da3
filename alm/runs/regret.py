"""Regret: what each plan loses in each scenario against that scenario's own best plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from alm.case import CaseError, Fault, load
from alm.formulation.book import Book, open_book
from alm.plan.rounding import Held
from alm.runs import store
from alm.runs.crew import Crew
from alm.runs.reaction import read_held
from alm.runs.run import NoAnswerError
from alm.runs.scenario_folder import SUBFOLDERS
from alm.runs.scenario_run import KIND
from alm.runs.together import How, set_scene
from scenarios import BASE, Mode, shocked, tree_of

THIS = "this run"


@dataclass(frozen=True, eq=False)
class Regret:
    """What plans lose in scenarios.

    Attributes
    ----------
    plans, scenarios : tuple of str
    worth : array (plan, scenario)
        What the scenario still earns with the plan's shared decisions; NaN where it cannot bear them.
    best : array (scenario)
        What its own best plan earns.
    """

    plans: tuple[str, ...]
    scenarios: tuple[str, ...]
    worth: np.ndarray
    best: np.ndarray

    @property
    def regret(self) -> np.ndarray:
        """Give what is lost: (plan, scenario)."""
        return np.asarray(self.best[None, :] - self.worth)

    @property
    def least(self) -> str | None:
        """Name the plan whose largest regret is least, of those that every scenario can bear."""
        most = self.regret.max(axis=1)  # NaN where some scenario cannot bear it
        return None if np.isnan(most).all() else self.plans[int(np.nanargmin(most))]

    def answer(self) -> dict[str, Any]:
        """Give the object that `--json` prints."""
        return {
            "scenarios": list(self.scenarios),
            "best": self.best.tolist(),
            "plans": [
                {
                    "plan": plan,
                    "worth": _listed(worth),
                    "regret": _listed(lost),
                    "largest": _listed(lost.max(keepdims=True))[0],
                    "impossible_in": [
                        name
                        for name, each in zip(self.scenarios, worth, strict=True)
                        if each != each
                    ],
                }
                for plan, worth, lost in zip(self.plans, self.worth, self.regret, strict=True)
            ],
            "least": self.least,
        }


def _listed(values: np.ndarray) -> list[float | None]:
    return [None if value != value else float(value) + 0.0 for value in values]


def unsuitable(run: Path) -> Fault | None:
    """Say why a run has no regret: it is not over scenarios, or not all of them have a plan; None where it has."""
    manifest = store.read_manifest(run) if (run / store.MANIFEST).is_file() else {}
    hint = ""
    if manifest.get("kind") != KIND:
        hint = "it is a run of one plan; `alm scenarios CASE --mode stochastic` makes one over scenarios"
    elif manifest.get("objective") is None or manifest.get("wait_and_see") is None:
        lacking = [*manifest.get("infeasible", []), *manifest.get("unanswered", [])]
        hint = f"there is no plan for {', '.join(map(str, lacking)) or 'all of them together'}"
    allowed = "a run over scenarios, with a plan for each"
    return Fault("options", None, "RUN", str(run), allowed, hint) if hint else None


def regret_of(run: Path, jobs: int | None = None) -> Regret:
    """Hold the shared decisions of each plan of a run over scenarios, and replay every scenario with them.

    The plans are that of the run (robust and stochastic), the base plan, and the best plan of each scenario alone. What is held are new business, disposals
    and transfers of the periods that the run's mode shares (a sweep: that the table `scenarios` shares); all else is decided anew.

    Raises
    ------
    CaseError
        It is no run over scenarios with plans for all of them.
    """
    fault = unsuitable(run)
    if fault is not None:
        raise CaseError([fault])
    manifest = store.read_manifest(run)
    mode = Mode(manifest["options"]["mode"])
    case, table = load(run / "inputs"), store.read_table(run, "scenarios")
    names = tuple(str(name) for name in table["scenario"])
    alone = SUBFOLDERS.plan if mode is Mode.SWEEP else SUBFOLDERS.alone
    places = {
        name: run / alone / folder for name, folder in zip(names, table["folder"], strict=True)
    }
    book = open_book(case)
    shared = ~tree_of(case, Mode.STOCHASTIC if mode is Mode.SWEEP else mode).own
    rows = _replayed(book, places, shared, Crew(jobs))
    best = table["wait_and_see"].to_numpy(float)
    worth = np.where(np.eye(len(names), dtype=bool), best[None, :], rows)
    plans = [f"best in {name}" for name in names]
    known = []
    if mode is not Mode.SWEEP:
        known = [(THIS, "objective"), (f"{BASE} plan", "of_base_plan")]
    above = [table[column].to_numpy(float) for _, column in known]
    return Regret((*(label for label, _ in known), *plans), names, np.vstack([*above, worth]), best)


def _replayed(book: Book, places: dict[str, Path], shared: np.ndarray, crew: Crew) -> np.ndarray:
    """Replay each scenario with the shared decisions of every other one's plan: (plan, scenario); NaN where it cannot."""
    names = list(places)
    scenes = [set_scene(book.case, name, book) for name in names]
    held = {name: read_held(places[name], shocked(book, name)) for name in names}
    pairs = [(i, j) for i in range(len(names)) for j in range(len(names)) if i != j]
    found = crew.sized(scenes[0].formulation.problem, len(pairs)).holding(
        [scenes[j] for _, j in pairs],
        [_in_periods(held[names[i]], shared[j]) for i, j in pairs],
        How(),
    )
    worth = np.full((len(names), len(names)), np.nan)
    for (i, j), planned in zip(pairs, found, strict=True):
        if planned is not None and planned.silence:
            raise NoAnswerError(planned.silence)
        if planned is not None:
            worth[i, j] = planned.objectives[0]
    return worth


def _in_periods(held: Held, when: np.ndarray) -> Held:
    return replace(held, where=when[None, :])
