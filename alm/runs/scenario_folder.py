"""The folder of a run over scenarios: one plan a scenario, each written as a run of its own without inputs.

scenarios/<name>/ holds the plans of the mode; where decisions are shared, alone/<name>/ holds each one's own best plan, base/
the plan for no shock, and held/<name>/ what a scenario can still do with the base plan's shared decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alm.case import Case
from alm.runs import store
from alm.runs.judged import WORDS
from scenarios import Tree
from solvers import Status

if TYPE_CHECKING:
    from alm.runs.together import Planned

SUBFOLDERS = SimpleNamespace(plan="scenarios", alone="alone", held="held", base="base")


@dataclass(frozen=True)
class Folders:
    """Where the plan of a scenario stands."""

    root: Path
    names: dict[str, str]

    def of(self, kind: str, scenario: str) -> Path:
        """Give the folder of one kind of plan for a scenario."""
        return self.root / kind / self.names[scenario]


def folder_names(scenarios: Sequence[str]) -> dict[str, str]:
    """Give each scenario a folder of its own, whatever letters its name has.

    >>> folder_names(["mild", "a/b", "a b"])
    {'mild': 'mild', 'a/b': 'a-b', 'a b': 'a-b-2'}
    """
    taken: dict[str, int] = {}
    names = {}
    for scenario in scenarios:
        plain = store.folder_name(scenario)
        folded = plain.casefold()  # some file systems do not tell A from a
        taken[folded] = taken.get(folded, 0) + 1
        name = plain if taken[folded] == 1 else f"{plain}-{taken[folded]}"
        taken[name.casefold()] = max(1, taken.get(name.casefold(), 0))
        names[scenario] = name
    return names


def scenario_table(
    case: Case,
    tree: Tree,
    planned: Sequence[Planned | None],
    best: Sequence[Planned],
    held: Sequence[Planned | None],
) -> pd.DataFrame:
    """List the scenarios with what their plans earn.

    Returns
    -------
    DataFrame
        scenario, name, probability, status, objective, income, bound, gap, wait_and_see (its own best plan), regret (what
        that earns more), of_base_plan (with the shared decisions of the base plan), folder. Blank where there is none.
    """
    names = case.table("scenarios")["name"].tolist()
    found: dict[str, tuple[Planned, int]] = {
        name: (each, number)
        for each in planned
        if each is not None
        for number, name in enumerate(each.names)
    }
    folders = folder_names(tree.names)
    rows: list[dict[str, Any]] = []
    for number, scenario in enumerate(tree.names):
        each, at = found[scenario]
        own = best[number]
        bound = own.bound if own.is_plan and own.bound is not None else np.nan
        objective = each.objectives[at] if each.is_plan else np.nan
        alone = own.objectives[0] if own.is_plan else np.nan
        other = held[number] if number < len(held) else None
        rows.append(
            {
                "scenario": scenario,
                "name": names[number],
                "probability": tree.probability[number],
                "status": WORDS.get(each.solution.status),
                "objective": objective,
                "income": each.ledgers[at].income if each.is_plan else np.nan,
                "bound": bound,
                "gap": gap_to(objective, bound, case.settings.quantum),
                "wait_and_see": alone,
                "regret": alone - objective,
                "of_base_plan": other.objectives[0] if other and other.is_plan else np.nan,
                "folder": folders[scenario],
            }
        )
    return pd.DataFrame(rows)


def gap_to(objective: float, bound: float, quantum: float) -> float:
    """Give what is missing to a bound, relative to the objective; not below 0."""
    return (
        max(0.0, (bound - objective) / max(abs(objective), quantum))
        if np.isfinite(bound)
        else np.nan
    )


def write_scenario_plan(
    folder: Path, case: Case, planned: Planned, number: int, best: float | None
) -> None:
    """Write one scenario's plan as a run of its own, whose inputs are those of the whole run.

    Parameters
    ----------
    best : float or None
        What no plan of the scenario earns more than: its bound alone.
    """
    ledger, settings = planned.ledgers[number], case.settings
    limits = ledger.tables["limits"]
    missed = limits[limits["status"].isin(["short", "broken"])]
    by_itself = len(planned.names) == 1 and planned.bound == best
    optimal = by_itself and planned.solution.status is Status.OPTIMAL and best is not None
    store.write_tables(folder, ledger.tables)
    store.write_manifest(
        folder,
        {
            "case": settings.name,
            "status": "optimal" if optimal else "gap",
            "objective": ledger.objective,
            "bound": best,
            "gap": None if best is None else gap_to(ledger.objective, best, settings.quantum),
            "income": ledger.income,
            "verified": False,
            "violations": missed[["limit", "period", "shortfall", "status"]].to_dict("records"),
            "options": {"scenario": planned.names[number]},
        },
    )
