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
)
OPTIONAL_TABLES = {
    "prices": ("kind", "name", "region", "currency", "period", "price", "price_per_year"),
    "assumptions": ("table", "row", "key", "column", "value", "origin", "status", "source"),
    "baselines": (
        "baseline",
        "objective",
        "horizon_value",
        "income",
        "interest",
        "feasible",
        "broken",
    ),
    "opening_limits": ("limit", "value"),
}
TEXT = frozenset(
    (
        "lane",
        "limit",
        "scenario",
        "status",
        "region",
        "currency",
        "product",
        "kind",
        "name",
        "baseline",
        "table",
        "key",
        "column",
        "origin",
        "source",
    )
)


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

    def lacks(self, table: str) -> bool:
        """Tell whether a plan table could not be made when the plan was."""
        return not (self.folder / "plan" / f"{table}.parquet").is_file()


def read_run(folder: Path, case: Case | None = None) -> Run:
    """Read inputs, plan and manifest of a run folder; nothing else is looked at.

    Parameters
    ----------
    case
        Its inputs, where they have been read already.

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
    plan = {name: _table(folder, name) for name in (*PLAN_TABLES, *OPTIONAL_TABLES)}
    return Run(folder, case or load(folder / "inputs"), plan, manifest)


def _table(folder: Path, name: str) -> pd.DataFrame:
    """Read a plan table; one that is optional and missing is empty, and an empty one has types to join on."""
    path = folder / "plan" / f"{name}.parquet"
    if name in OPTIONAL_TABLES and not path.is_file():
        frame = pd.DataFrame(columns=list(OPTIONAL_TABLES[name]))
    else:
        frame = pd.read_parquet(path)
    if frame.empty:
        frame = frame.astype(
            {column: "str" if column in TEXT else "float64" for column in frame.columns}
        )
    return frame
