"""Replay first decisions on weathers that nobody planned for: `python -m benchmarks.replay [--draws 40] [--seed 7]`.

The plan of the stochastic run and the plan for no shock are held in year 1 of `examples/two-weathers`; then a rate that neither has seen comes
true, and year 2 is decided knowing it and nothing more. There is no year 3, so nothing is foreseen.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from alm.case import Case, load
from alm.formulation.stacked import Risk
from alm.plan.rounding import Held, Plan
from alm.runs.together import How, alone, holding, set_scene, together
from scenarios import BASE, Mode, criterion, tree_of

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "two-weathers"
SPREAD = 0.01  # of the rate around that of its weather, per year


def unseen(case: Case, draws: int, seed: int) -> pd.DataFrame:
    """Draw rates of year 2: a weather by its probability, and a rate around its own.

    Returns
    -------
    scenario, shock, product, start, value
    """
    rng = np.random.default_rng(seed)
    known, shocks = case.table("scenarios"), case.table("shocks").set_index("scenario")
    drawn = rng.choice(known["scenario"], size=draws, p=known["probability"])
    value = shocks["value"].loc[drawn].to_numpy() + rng.normal(0.0, SPREAD, draws)
    names = [f"draw{number:03}" for number in range(draws)]
    table = pd.DataFrame({"scenario": names, "shock": "rate", "product": "loan", "start": 2})
    return table.assign(value=value.round(5))


def first_decisions(case: Case) -> dict[str, Plan]:
    """Find what the stochastic run and the plan for no shock decide."""
    tree, risk = tree_of(case, Mode.STOCHASTIC), case.settings.risk
    scenes = [set_scene(case, name) for name in tree.names]
    weighed = Risk(risk.cvar_weight, risk.cvar_level)
    joint = together(scenes, tree.key, tree.probability, weighed, How())
    return {
        "stochastic": joint.plans[0],
        BASE: alone(set_scene(case, BASE), How()).plans[0],
    }


def replay(draws: int, seed: int) -> dict[str, float]:
    """Give the criterion of each plan over the draws, all as likely."""
    case = load(EXAMPLE)
    plans, shocks, risk = first_decisions(case), unseen(case, draws, seed), case.settings.risk
    with tempfile.TemporaryDirectory() as folder:
        other = Path(shutil.copytree(EXAMPLE, Path(folder) / "case"))
        shocks.to_csv(other / "shocks.csv", index=False)
        shocks[["scenario"]].to_csv(other / "scenarios.csv", index=False)
        later = load(other)
    base, first = set_scene(later, BASE).book, np.arange(later.settings.periods)[None, :] < 1
    worth: dict[str, list[float]] = {name: [] for name in plans}
    for scenario in shocks["scenario"]:
        scene = set_scene(later, scenario)
        for name, plan in plans.items():
            found = holding(scene, Held(base, plan.decisions, first), How())
            assert found is not None
            worth[name].append(found.objectives[0])
    chance = np.full(draws, 1.0 / draws)
    return {
        name: criterion(each, chance, risk.cvar_weight, risk.cvar_level)
        for name, each in worth.items()
    }


def main() -> None:
    """Print what each plan comes to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--draws", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    for name, worth in replay(asked.draws, asked.seed).items():
        print(f"{name:12}{worth:10.4f}")  # noqa: T201  # the answer


if __name__ == "__main__":
    main()
