"""What a batch answers: one row a run, read from the run folders themselves."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from alm.runs import store
from alm.runs.batch.tasks import Task
from alm.runs.run import EXIT_FAULT, EXIT_GAP, EXIT_GOOD, EXIT_INPUT
from alm.runs.scenario_run import exit_code_of

EXIT_PART_FAILED = 6
COPIED = (
    "status",
    "objective",
    "income",
    "expected",
    "cvar",
    "bound",
    "gap",
    "verified",
    "currency",
    "unit",
    "as_of",
)
MOST_NAMED = 3


def row_of(task: Task, how: str, error: str) -> dict[str, Any]:
    """Say what came of a run.

    Parameters
    ----------
    task
    how : str
        done, elsewhere (another batch made it), before (it was finished when the batch began), failed, invalid.
    error : str
        What went wrong where there is no run.
    """
    row = {
        "name": task.entry.label,
        "case": str(task.entry.case),
        "scenario": task.scenario,
        "changes": list(task.entry.changes),
        "how": how,
        "id": task.id,
        **dict.fromkeys(COPIED),
        "verified": False,
        "binding": [],
        "binding_count": 0,
        "missed": 0,
        "seconds": 0.0,
        "exit_code": EXIT_INPUT if how == "invalid" else EXIT_FAULT,
        "reason": error,
        "run": None,
        "report": None,
    }
    if how == "invalid":
        return {**row, "status": "invalid"}
    if not task.is_finished:
        return {**row, "status": "failed"}
    return {**row, **of_run(task.place)}


def of_run(place: Path) -> dict[str, Any]:
    """Say what a finished run says of itself, as a part of its row."""
    manifest = store.read_manifest(place)
    names, count = _binding(place)
    report = place / "report.xlsx"
    said = (manifest.get("reason"), manifest.get("order"), manifest.get("fault"))
    return {
        **{name: manifest.get(name) for name in COPIED},
        "status": manifest.get("status") or "failed",
        "verified": bool(manifest.get("verified")),
        "binding": names,
        "binding_count": count,
        "missed": _missed(manifest),
        "seconds": round(sum((manifest.get("seconds") or {}).values()), 3),
        "exit_code": exit_code_of(manifest),
        "reason": "; ".join(str(each) for each in said if each),
        "run": str(place),
        "report": str(report) if report.is_file() else None,
    }


def _missed(manifest: Mapping[str, Any]) -> int:
    """Count the closes at which limits are missed, in the plans of all scenarios."""
    plans = [manifest, *(manifest.get("scenarios") or [])]
    return sum(len(plan.get("violations") or []) for plan in plans)


def _binding(place: Path) -> tuple[list[str], int]:
    """Name the limits that bind at any close, the dearest first, and count them."""
    if not (place / "plan" / "limits.parquet").is_file():
        return [], 0
    limits = store.read_table(place, "limits")
    binding = limits[limits["status"] == "binding"]
    price = pd.to_numeric(binding["price"]).fillna(0.0).groupby(binding["limit"]).max()
    names = price.sort_values(ascending=False, kind="stable").index.tolist()
    return names[:MOST_NAMED], len(names)


def exit_code(rows: Sequence[Mapping[str, Any]]) -> int:
    """Give 6 if any run failed; 4 if all have a verified plan but not all a proven one; else 0."""
    codes = {row["exit_code"] for row in rows}
    if codes - {EXIT_GOOD, EXIT_GAP}:
        return EXIT_PART_FAILED
    return max(codes, default=EXIT_GOOD)


def write_json(path: Path, answer: Mapping[str, Any]) -> None:
    """Write an object aside and put it in its place, so that nobody reads half of it."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    aside.write_text(text + "\n", encoding="utf-8")
    aside.replace(path)
