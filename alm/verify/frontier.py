"""Confirm a frontier: every point as a run of its own, and that the table of points says what these say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from alm.case import load
from alm.verify.confirm import verify
from alm.verify.verification import (
    Failure,
    Finding,
    Verification,
    added_up,
    as_row,
    equal,
    true_for,
)

KIND = "frontier"
FIGURES = ("objective", "income", "gap")
ROUNDING = 1e-9  # relative: figures are copied, or found by one division


def is_frontier(run_folder: Path) -> bool:
    """Tell whether a run folder holds a frontier."""
    manifest = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    return isinstance(manifest, dict) and manifest.get("kind") == KIND


def confirm_frontier(run_folder: Path) -> Verification:
    """Confirm every point of a frontier from its own folder, and the table of points against them.

    Raises
    ------
    alm.case.CaseError
        If frozen inputs are no valid case.
    """
    begin = perf_counter()
    manifest = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    table = pd.read_parquet(run_folder / "plan" / "frontier.parquet").reset_index(drop=True)
    planned = table[table["objective"].notna()]
    parts, failures = [], []
    for folder in planned["folder"]:
        outcome = verify(run_folder / folder)
        parts.append(outcome.checks)
        failures += [
            replace(failure, where=f"{folder} {failure.where}") for failure in outcome.failures
        ]
    findings = list(_findings(run_folder, manifest, table, planned))
    failures += [
        Failure(
            "points_say_what_their_runs_say", each.where, each.found, each.expected, each.difference
        )
        for finding in findings
        for each in finding.misses
    ]
    own = as_row("points_say_what_their_runs_say", "9", findings)
    checks = added_up([*parts, pd.DataFrame([own])])
    best = float(planned["objective"].max())
    return Verification(
        bool(checks["ok"].all()), best, tuple(failures), checks, perf_counter() - begin
    )


def _findings(
    run_folder: Path, manifest: dict[str, Any], table: pd.DataFrame, planned: pd.DataFrame
) -> Iterator[Finding]:
    """Hold each row against the run and the frozen limit it stands for, and the bounds, costs and the knee against each other."""
    limit, sense = str(manifest["limit"]), str(manifest["sense"])
    said = [
        json.loads((run_folder / folder / "run.json").read_text(encoding="utf-8"))
        for folder in planned["folder"]
    ]
    for name in FIGURES:
        found, expected = planned[name].to_numpy(float), [each[name] for each in said]
        yield equal(_where(planned, name), found, expected, _room(found))
    bounds = [_bound(run_folder / folder, limit) for folder in planned["folder"]]
    yield equal(_where(planned, "bound"), planned["bound"], bounds, _room(planned["bound"]))
    worst = [_worst(run_folder / folder, limit, sense) for folder in planned["folder"]]
    yield equal(_where(planned, "value"), planned["value"], worst, _room(worst))
    cost = planned["objective"].max() - planned["objective"]
    yield equal(_where(planned, "cost"), planned["cost"], cost, _room(planned["objective"]))
    towards = np.diff(table["bound"].to_numpy(float)) * (1 if sense == "max" else -1)
    yield true_for(
        _where(table.iloc[1:], "bound"), towards > 0, table["bound"].iloc[1:], "looser than before"
    )
    marked = table["knee"].to_numpy(bool)
    yield equal(
        _where(table, "knee"), marked.astype(float), _knee(planned, table).astype(float), 0.0
    )


def _where(rows: pd.DataFrame, column: str) -> Any:
    points = rows["point"].tolist()
    return lambda cell: f"frontier.{column} point={points[cell[0]]}"


def _room(values: Any) -> np.ndarray:
    return ROUNDING * np.maximum(1.0, np.abs(np.nan_to_num(np.asarray(values, float))))


def _bound(folder: Path, limit: str) -> float:
    """Read the bound that the run of a point froze."""
    limits = load(folder / "inputs").table("limits")
    return float(limits.loc[limits["limit"] == limit, "bound"].iloc[0])


def _worst(folder: Path, limit: str, sense: str) -> float:
    limits = pd.read_parquet(folder / "plan" / "limits.parquet")
    held = limits[(limits["limit"] == limit) & (limits["status"] != "waived")]["value"]
    return float(held.min() if sense == "min" else held.max())


def _knee(planned: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Mark the plan farthest above the chord from the first to the last: (point)."""
    marked = np.zeros(len(table), bool)
    x, y = planned["bound"].to_numpy(float), planned["objective"].to_numpy(float)
    if len(planned) < 3 or x[-1] == x[0] or y[-1] == y[0]:
        return marked
    above = (y - y[0]) / (y[-1] - y[0]) - (x - x[0]) / (x[-1] - x[0])
    best = int(np.argmax(np.round(above, 9)))
    if above[best] > 1e-6:
        marked[table.index.get_loc(planned.index[best])] = True
    return marked
