"""Runs over scenarios against the oracle, on random small trees; `ALM_FUZZ` sets how many, each seed is one test.

A failure is reproduced by `write_random_tree(seed, folder)`. In CI the plans are made and compared, in a fuzz also written and
verified.
"""

import csv
import os
from pathlib import Path
from random import Random

import numpy as np
import pytest

from alm.case import Case, load
from alm.formulation.stacked import Risk
from alm.runs.scenarios import plan_scenarios
from alm.runs.together import How, set_scene, together
from scenarios import Mode, criterion, tree_of

from .algebra import Outcome
from .stress import STRESSES
from .test_cross_check import PRICE, quanta_of
from .tight import write_random_case
from .tree import Tree

FUZZ = int(os.environ.get("ALM_FUZZ", "0"))
# In CI: a tree with slopes, a norm and CVaR.
SEEDS = range(FUZZ) if FUZZ else (3,)
NAMES = ("calm", "mixed", "stress")


def write_random_tree(seed: int, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Write a random case with three scenarios, of which one may follow another, and changes of the criterion."""
    rng = Random(f"tree {seed}")
    shocks = frozenset(rng.sample(sorted(STRESSES), 2))
    more = rng.sample(["income_slopes", "ladder", "outflow_at_risk", "retained", "gone"], 1)
    write_random_case(seed, folder, shocks | frozenset(more))
    given = _rows(folder / "shocks.csv") if (folder / "shocks.csv").exists() else []
    mixed = [row | {"scenario": "mixed"} for row in given if row["scenario"] == "stress"]
    if given:
        _write(folder / "shocks.csv", [*given, *mixed[: max(1, len(mixed) // 2)]])
    weights = rng.choice([(None, None, None), (0.5, 0.3, 0.2), (0.2, 0.0, 0.8)])
    tree = [
        {
            "scenario": name,
            "probability": weight,
            "start": rng.choice([None, 1, 2, 3]),
            "parent": "stress" if name == "mixed" and rng.random() < 0.5 else None,
        }
        for name, weight in zip(NAMES, weights, strict=True)
    ]
    _write(folder / "scenarios.csv", tree)
    weight, level = rng.choice([(0, 0.95), (0.4, 0.5), (1, 0.7)])
    return folder, (f"risk.cvar_weight={weight}", f"risk.cvar_level={level}")


def _rows(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_program_agrees_with_the_deterministic_equivalent(seed, tmp_path, monkeypatch):
    """Same status and optimum; plans as written within rounding of it, verified, in the order that values must have."""
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    folder, changes = write_random_tree(seed, tmp_path / "case")
    mode = ("stochastic", "stochastic", "robust")[seed % 3]
    case = load(folder, changes)
    tree = Tree(case, mode)
    outcome = tree.solve()
    if FUZZ:
        compare_run(folder, changes, tree, outcome, tmp_path / "run")
    else:
        compare_plans(case, tree, outcome)


def compare_plans(case: Case, tree: Tree, outcome: Outcome) -> None:
    """Solve, round and write up the scenarios together; what they share is the same in quanta."""
    shared = tree_of(case, Mode(tree.mode))
    scenes = [set_scene(case, name) for name in shared.names]
    risk = Risk(case.settings.risk.cvar_weight, case.settings.risk.cvar_level)
    found = together(scenes, shared.key, shared.probability, risk, How())
    solved = 1e-6 * max(1.0, abs(outcome.objective))
    assert -found.solution.objective == pytest.approx(outcome.objective, abs=solved)
    assert found.bound >= outcome.objective - solved
    worth = criterion(found.objectives, shared.probability, risk.weight, risk.level)
    quanta = max(quanta_of(best) for best in tree.best.values())
    assert worth == pytest.approx(outcome.objective, abs=solved + PRICE * quanta)
    for name in ("new", "transfer"):
        plans = np.stack([getattr(plan.decisions, name) for plan in found.plans])
        for t, column in enumerate(shared.key.T):
            for key in set(column.tolist()):
                some = plans[column == key, :, t]
                assert (some == some[0]).all(), (name, t)


def compare_run(
    folder: Path, changes: tuple[str, ...], tree: Tree, outcome: Outcome, out: Path
) -> None:
    run = plan_scenarios(folder, out, mode=Mode(tree.mode), changes=changes)
    if outcome.status != "optimal":
        assert run.status == outcome.status
        return
    solved = 1e-6 * max(1.0, abs(outcome.objective))
    if not tree.is_tight(outcome):  # then the oracle's optimum is no plan's, but no plan earns more
        assert run.objective is None or run.objective <= outcome.objective + solved
        return
    assert run.status == "optimal"
    assert run.verified
    assert not run.order
    assert run.optimum == pytest.approx(outcome.objective, abs=solved)
    assert run.bound >= outcome.objective - solved
    quanta = max(quanta_of(best) for best in tree.best.values())
    assert run.objective == pytest.approx(outcome.objective, abs=solved + PRICE * quanta)
    assert run.wait_and_see >= run.expected - PRICE * quanta
