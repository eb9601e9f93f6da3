"""A run folder, read back as a value."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alm.case import Case, load

PLAN_TABLES = (
    "positions",
    "lanes",
    "limits",
    "measures",
    "regions",
    "objective",
    "prices",
    "baselines",
    "assumptions",
)
OPENING_LIMITS = "opening_limits"


class NoPlanError(Exception):
    """The run folder holds no plan, so there is nothing to report."""


@dataclass(frozen=True)
class Run:
    """What a run froze and answered.

    Parameters
    ----------
    case
        The frozen inputs.
    plan
        The plan tables by name (docs/architecture.md, the run folder).
    manifest
        `run.json`.
    """

    folder: Path
    case: Case
    plan: dict[str, pd.DataFrame]
    manifest: dict[str, Any]


def read_run(folder: Path) -> Run:
    """Read inputs, plan and manifest of a run folder; nothing else is looked at.

    Raises
    ------
    NoPlanError
        The run ended without a plan.
    """
    missing = [name for name in PLAN_TABLES if not (folder / "plan" / f"{name}.parquet").is_file()]
    manifest_path = folder / "run.json"
    if missing or not manifest_path.is_file():
        raise NoPlanError(
            f"{folder} holds no plan to report: {', '.join(missing) or 'run.json'} missing"
        )
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    plan = {name: pd.read_parquet(folder / "plan" / f"{name}.parquet") for name in PLAN_TABLES}
    opening = folder / "plan" / f"{OPENING_LIMITS}.parquet"  # runs of the first format lack it
    plan[OPENING_LIMITS] = (
        pd.read_parquet(opening) if opening.is_file() else plan["limits"].iloc[:0]
    )
    return Run(folder, load(folder / "inputs"), plan, manifest)
