"""A run, read and replayed: frozen inputs, plan tables, and everything recomputed from the decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, load
from alm.verify.books import Books
from alm.verify.closes import opening, planned
from alm.verify.horizon import HorizonValue
from alm.verify.income import Income
from alm.verify.lanes import Lanes
from alm.verify.limits import Limits
from alm.verify.measures import Measures
from alm.verify.objective import Objective
from alm.verify.plan import Plan
from alm.verify.shocks import BASE
from alm.verify.terms import Terms

TABLES = (
    *("positions", "lanes", "limits", "measures", "regions", "objective"),
    *("opening", "opening_limits", "prices", "baselines"),
)


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
    baselines
        The plans that this one is compared with, as far as the run keeps them.
    given_terms
        The case as arrays, if another plan of the same case has them already.
    """

    case: Case
    tables: dict[str, pd.DataFrame]
    manifest: dict[str, Any]
    baselines: Mapping[str, dict[str, pd.DataFrame]] = field(default_factory=dict)
    given_terms: Terms | None = None

    @cached_property
    def terms(self) -> Terms:
        """The case as arrays."""
        return self.given_terms or Terms(self.case, self.scenario)

    def baseline(self, name: str) -> Replay | None:
        """Return a plan that this one is compared with, None where the run does not keep it."""
        tables = self.baselines.get(name)
        return None if tables is None else replace(self, tables=tables, given_terms=self.terms)

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
        """Measures of any scope at the closes of the plan."""
        return Measures(self.terms, planned(self.terms, self.books, self.lanes, self.income))

    @cached_property
    def opening_measures(self) -> Measures:
        """Measures of any scope of the opening balance sheet."""
        return Measures(self.terms, opening(self.terms))

    @cached_property
    def limits(self) -> Limits:
        """Limits at every close."""
        return Limits(self.terms, self.tables["limits"], self.measures)

    @cached_property
    def opening_limits(self) -> Limits:
        """Limits at the opening."""
        return Limits(self.terms, self.tables["opening_limits"], self.opening_measures)

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


def read(folder: Path, frozen: Terms | None = None) -> Replay:
    """Read a run folder.

    Parameters
    ----------
    frozen
        Terms of the same frozen inputs, where another plan of the case has been read.

    Raises
    ------
    CaseError
        If the frozen inputs are no valid case.
    FileNotFoundError
        If there is no run.json.
    """
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    kept = sorted((folder / "baselines").glob("*/plan"))
    baselines = {plan.parent.name: _tables(plan) for plan in kept}
    case = load(folder / "inputs") if frozen is None else frozen.case
    return Replay(case, _tables(folder / "plan"), manifest, baselines, frozen)


def _tables(plan: Path) -> dict[str, pd.DataFrame]:
    paths = {name: plan / f"{name}.parquet" for name in TABLES}
    return {name: pd.read_parquet(path) for name, path in paths.items() if path.exists()}
