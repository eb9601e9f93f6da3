"""A run, read and replayed: frozen inputs, plan tables, and everything recomputed from the decisions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, load
from alm.verify.books import Books
from alm.verify.horizon import HorizonValue
from alm.verify.income import Income
from alm.verify.lanes import Lanes
from alm.verify.limits import Limits
from alm.verify.measures import Measures
from alm.verify.objective import Objective
from alm.verify.plan import Plan
from alm.verify.shocks import BASE
from alm.verify.terms import Terms

TABLES = ("positions", "lanes", "limits", "measures", "regions", "objective")


@dataclass(frozen=True, eq=False)
class Replay:
    """One run.

    Parameters
    ----------
    case
        The frozen inputs, loaded.
    tables
        Plan tables by name, as saved; one that is missing has no entry.
    manifest
        What run.json says.
    """

    case: Case
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]

    @cached_property
    def terms(self) -> Terms:
        """The case as arrays."""
        return Terms(self.case, self.scenario)

    @property
    def scenario(self) -> str:
        """The scenario that the plan is for."""
        options = self.manifest.get("options")
        named = options.get("scenario") if isinstance(options, dict) else None
        return named if isinstance(named, str) and named else BASE

    @cached_property
    def plan(self) -> Plan:
        """The plan as arrays."""
        return Plan(self.terms, self.tables)

    @cached_property
    def books(self) -> Books:
        """Legacy books and cohorts."""
        return Books(self.terms, self.plan)

    @cached_property
    def lanes(self) -> Lanes:
        """Outstanding amounts, interest and cost of lanes."""
        return Lanes(self.terms, self.plan)

    @cached_property
    def income(self) -> Income:
        """Income of positions and regions."""
        return Income(self.terms, self.books, self.lanes)

    @cached_property
    def measures(self) -> Measures:
        """Measures of any scope."""
        return Measures(self.terms, self.books, self.lanes, self.income)

    @cached_property
    def limits(self) -> Limits:
        """Limits at every close."""
        return Limits(self.terms, self.plan, self.measures)

    @cached_property
    def objective(self) -> Objective:
        """The objective and its parts."""
        horizon = HorizonValue(self.terms, self.books)
        return Objective(self.terms, self.books, self.income, self.measures, self.limits, horizon)

    @cached_property
    def gross(self) -> float:
        """Sum of all balances and lanes at their largest close, reporting currency: the scale of noise."""
        rates = np.column_stack([self.terms.opening_fx, self.terms.position_fx])
        balances = (np.abs(self.books.written_balance) * rates).sum(axis=0)
        return float(balances.max() + self.lanes.claim.sum())

    def noise(self, figures: np.ndarray) -> np.ndarray:
        """By how much two exact computations of the same figures may differ in floating point."""
        return 1e-9 * np.abs(figures) + 1e-13 * self.gross + 1e-6 * self.terms.quantum


def read(folder: Path) -> Replay:
    """Read a run folder.

    Raises
    ------
    CaseError
        If the frozen inputs are no valid case.
    FileNotFoundError
        If there is no run.json.
    """
    tables = {}
    for name in TABLES:
        path = folder / "plan" / f"{name}.parquet"
        if path.exists():
            tables[name] = pd.read_parquet(path)
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return Replay(load(folder / "inputs"), tables, manifest)
