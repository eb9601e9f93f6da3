"""Checks that the objective is what the plan earns, and the claimed gap holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from alm.verify.replay import Replay
from alm.verify.verification import Finding, at_least, at_most, equal, true_for


def tolerance(replay: Replay, figure: float) -> float:
    """By how much the objective may differ: 1e-9 of itself, and the noise of what it is made of."""
    return 1e-9 * abs(figure) + 1e-13 * replay.objective.scale + 1e-6 * replay.terms.quantum


def number(value: Any) -> float:
    """Read a number of run.json; NaN for null or anything else."""
    return (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan
    )


def parts_of_the_objective_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm plan table objective, part by part and period by period; a part without a row is 0."""
    expected = replay.objective.parts
    table = replay.tables["objective"]
    given = table.assign(period=table["period"].astype(int)).set_index(["part", "period"])["value"]
    found = given.reindex(expected.index, fill_value=0.0).to_numpy(float)
    keys = expected.index
    near = np.array([tolerance(replay, figure) for figure in expected])
    yield equal(
        lambda cell: "objective.value part={} period={}".format(*keys[cell[0]]),
        found,
        expected,
        near,
    )


def objective_is_right(replay: Replay) -> Iterator[Finding]:
    """Confirm run.json's objective, and the sum of plan table objective, to 1e-9."""
    total = replay.objective.total
    near = tolerance(replay, total)
    claimed = number(replay.manifest.get("objective"))
    yield equal(lambda _: "run.json objective", [claimed], [total], near)
    yield equal(
        lambda _: "objective.value sum", [replay.tables["objective"]["value"].sum()], [total], near
    )


def income_of_the_run_is_right(replay: Replay) -> Iterator[Finding]:
    """Confirm run.json's income: income after tax of the group over all periods, not discounted."""
    total = float(replay.income.of_regions["income"].sum())
    claimed = number(replay.manifest.get("income"))
    yield equal(lambda _: "run.json income", [claimed], [total], tolerance(replay, total))


def gap_is_honest(replay: Replay) -> Iterator[Finding]:
    """Confirm that the objective does not beat its bound, and that the gap is what is left of it.

    Rounding to quanta may lift a plan over the bound by what a quantum of each position and lane earns.
    Without a bound there is no gap to claim, and no plan is called optimal.
    """
    objective = replay.objective.total
    bound, gap = number(replay.manifest.get("bound")), number(replay.manifest.get("gap"))
    if np.isnan(bound):
        silent = np.isnan(gap) and replay.manifest.get("status") != "optimal"
        yield true_for(
            lambda _: "run.json gap", [silent], gap, "blank and no claim: there is no bound"
        )
        return
    near = room_above_bound(replay, objective)
    yield at_most(lambda _: "run.json bound (objective above it)", [objective], [bound], near)
    size = max(abs(objective), replay.terms.quantum)
    left = max(0.0, bound - objective)
    yield equal(lambda _: "run.json gap", [gap], [left / size], 1e-9 + tolerance(replay, 0) / size)
    yield from _optimum(replay, bound)


def room_above_bound(replay: Replay, objective: float) -> float:
    """By how much rounding to quanta may lift a plan over its bound."""
    terms = replay.terms
    quanta = terms.quantum * (terms.position_fx.sum(axis=0) + terms.lane_fx.sum(axis=0)).max()
    return float(1e-6 * abs(objective) + quanta)


def _optimum(replay: Replay, bound: float) -> Iterator[Finding]:
    """Confirm that the plan before rounding does not beat the bound, and meets it if called optimal."""
    optimum = number(replay.manifest.get("optimum"))
    if np.isnan(optimum):
        return
    size = max(abs(optimum), 1e-2 * replay.objective.scale)
    near = 1e-5 * size
    where = "run.json optimum"
    yield at_most(lambda _: f"{where} (above its bound)", [optimum], [bound], near)
    if replay.manifest.get("status") == "optimal":
        # Whole decisions are searched for up to the gap that the case asks (contract, section 1).
        asked = max(near, replay.case.settings.solve.gap * size)
        yield at_least(lambda _: f"{where} (called optimal)", [optimum], [bound], asked)
