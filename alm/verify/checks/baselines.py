"""Check of the plans that the plan is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from alm.verify.checks.complete import tables_are_complete
from alm.verify.checks.objective import number, room_above_bound, tolerance
from alm.verify.replay import Replay
from alm.verify.verification import Finding, Miss, at_most, equal, stated

Row = Mapping[Any, Any]


def baselines_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm what the plan and its baselines earn, and how many limits they break.

    Baselines are recomputed from their own tables where the run keeps them. One that breaks nothing
    cannot earn more than the bound.
    """
    table = replay.tables.get("baselines")
    if table is None:
        return
    for row in table.astype({"baseline": "str"}).to_dict("records"):
        if row["baseline"] == "plan":
            yield _claims_of_the_plan(replay, row)
        yield from _recomputed(replay, row)
        if row["feasible"]:
            yield _within_the_bound(replay, row)


def _claims_of_the_plan(replay: Replay, row: Row) -> Finding:
    """Confirm that the plan is called feasible, and verified as run.json says."""
    expected = {"verified": bool(replay.manifest.get("verified", True)), "feasible": True}
    misses = [
        Miss(f"baselines.{column} baseline=plan", row[column], value, np.nan)
        for column, value in expected.items()
        if bool(row[column]) != value
    ]
    return stated(misses, len(expected))


def _recomputed(replay: Replay, row: Row) -> Iterator[Finding]:
    """Recompute a baseline from its tables."""
    name = row["baseline"]
    of = replay if name == "plan" else replay.baseline(name)
    if of is None:
        return
    faults = [] if of is replay else [each for each in tables_are_complete(of) if each.failed]
    yield from faults
    if not faults:
        yield _figures(row, of)


def _figures(row: Row, of: Replay) -> Finding:
    income = of.income.of_regions
    interest = income["interest"] - income["back_book"] + income["lane_interest"]
    broken = (of.limits.found_text("status").astype(str) == "broken").sum()
    expected = {
        "objective": of.objective.total,
        "horizon_value": of.objective.horizon.total,
        "income": income["income"].sum(),
        "interest": interest.sum(),
        "broken": broken,
    }
    columns, figures = list(expected), np.array(list(expected.values()), float)
    near = [tolerance(of, figure) for figure in figures]
    return equal(
        lambda cell: f"baselines.{columns[cell[0]]} baseline={row['baseline']}",
        [row[column] for column in columns],
        figures,
        near,
    )


def _within_the_bound(replay: Replay, row: Row) -> Finding:
    bound = number(replay.manifest.get("bound"))
    most = np.inf if np.isnan(bound) else bound
    where = f"baselines.objective baseline={row['baseline']} (feasible, above the bound)"
    near = room_above_bound(replay, replay.objective.total)
    return at_most(lambda _: where, [row["objective"]], [most], near)
