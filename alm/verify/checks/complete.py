"""Checks that the tables of the run are complete, and hold what this package can confirm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alm.verify.checks.keys import Keys, keys_of
from alm.verify.income import REGIONAL
from alm.verify.measures import knows
from alm.verify.replay import Replay
from alm.verify.shocks import BASE
from alm.verify.terms import POSITION
from alm.verify.verification import Finding, Miss, cells, stated, true_for

STATUSES = ("optimal", "gap")  # the others come without a plan
USES_OF_MEASURES = (
    ("limits", "measure"),
    ("limits", "denominator"),
    ("steps", "measure"),
    ("measures", "term"),
)


@dataclass(frozen=True)
class Shape:
    """What a plan table must hold: its key, columns that are numbers, those that may be blank or missing."""

    key: tuple[str, ...]
    numbers: tuple[str, ...]
    blank: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    optional: bool = False


LIMITS = Shape(
    ("limit", "period"),
    ("numerator", "bound", "headroom", "shortfall"),
    blank=("denominator", "value", "price"),
    texts=("scenario", "status"),
)
MEASURES = Shape(("region", "scope", "measure", "period"), ("value",))
SHAPES = {
    "positions": Shape(
        (*POSITION, "period"),
        ("opening", "matured", "new", "sold", "balance", "income"),
        blank=("rate",),
        missing=("posted",),
    ),
    "lanes": Shape(("lane", "period"), ("transfer", "repaid", "outstanding", "used", "cost")),
    "limits": LIMITS,
    "measures": MEASURES,
    "regions": Shape(("region", "period"), REGIONAL),
    "objective": Shape(("part", "period"), ("value",)),
    "opening": Shape(MEASURES.key, MEASURES.numbers, optional=True),
    "opening_limits": Shape(LIMITS.key, LIMITS.numbers, LIMITS.blank, LIMITS.texts, optional=True),
    "prices": Shape(
        ("kind", "name", "region", "currency", "period"),
        ("price",),
        blank=("price_per_year",),
        optional=True,
    ),
    "baselines": Shape(
        ("baseline",),
        (),
        blank=("objective", "horizon_value", "income", "interest", "broken"),
        texts=("feasible", "verified"),
        optional=True,
    ),
}


def tables_are_complete(replay: Replay) -> Iterator[Finding]:
    """Confirm that every table has its columns and numbers, every key once, none unknown."""
    for name in SHAPES:
        yield from completeness(replay, name)


def completeness(replay: Replay, name: str) -> list[Finding]:
    """Return what `tables_are_complete` finds in one table."""
    shape, table = SHAPES[name], replay.tables.get(name)
    if table is None and shape.optional:
        return []
    faults = list(_faults_of_columns(name, shape, table))
    if faults or table is None:
        return [stated(faults, 1)]
    keys = keys_of(replay, name, table)
    numbers = _numbers_are_given(name, shape, table)
    return [numbers, _keys_are_right(name, table[list(shape.key)], keys)]


def _faults_of_columns(name: str, shape: Shape, table: pd.DataFrame | None) -> Iterator[Miss]:
    if table is None:
        yield Miss(f"plan/{name}.parquet", "no such file", "a plan table", np.nan)
        return
    numbers = {*shape.numbers, *shape.blank, *shape.missing, "period"}
    for column in (*shape.key, *shape.numbers, *shape.blank, *shape.texts, *shape.missing):
        if column not in table:
            if column not in shape.missing:
                yield Miss(f"{name}.{column}", "no such column", "a column", np.nan)
        elif column in numbers and not _holds_numbers(table[column]):
            yield Miss(f"{name}.{column}", str(table[column].dtype), "numbers", np.nan)


def _holds_numbers(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) or not column.notna().any()


def _numbers_are_given(name: str, shape: Shape, table: pd.DataFrame) -> Finding:
    names = [*shape.numbers, *(each for each in shape.missing if each in table)]
    numbers = table[names].to_numpy(float, na_value=np.nan)
    where = cells(name, table[list(shape.key)], by_period=False)
    return true_for(
        lambda cell: f"{where(cell)} column={names[cell[1]]}",
        np.isfinite(numbers),
        numbers,
        "a number",
    )


def _keys_are_right(name: str, found: pd.DataFrame, keys: Keys) -> Finding:
    """Confirm that keys that must be there are there once, and no other ones."""
    where = cells(name, found, by_period=False)
    known = keys.cell >= 0
    times = np.bincount(keys.cell[known], minlength=keys.required.size)
    lacking = np.flatnonzero(keys.required & (times == 0)).tolist()
    again = np.flatnonzero(pd.Series(keys.cell).duplicated() & known).tolist()
    unknown = np.flatnonzero(~known).tolist()
    misses = [
        *(Miss(f"{name} {keys.label(cell)}", "no row", "one row", np.nan) for cell in lacking),
        *(Miss(where((row,)), "a row too many", "one row", np.nan) for row in again),
        *(Miss(where((row,)), "a row", "no row", np.nan) for row in unknown),
    ]
    return stated(misses, int(keys.required.sum()))


def run_can_be_confirmed(replay: Replay) -> Iterator[Finding]:
    """Refuse what this package has no formula for: unknown scenarios, measures that it does not know."""
    manifest, scenario = replay.manifest, replay.scenario
    misses = []
    if scenario not in (BASE, *replay.case.table("scenarios")["scenario"]):
        allowed = "base or a scenario of the case"
        misses.append(Miss("run.json options.scenario", scenario, allowed, np.nan))
    if manifest.get("status") not in STATUSES:
        misses.append(Miss("run.json status", manifest.get("status"), "optimal or gap", np.nan))
    used = [
        (f"{table}.{column}", str(measure))
        for table, column in USES_OF_MEASURES
        for measure in replay.case.table(table)[column].unique()
    ]
    misses += [
        Miss(where, measure, "a measure with a formula here", np.nan)
        for where, measure in used
        if measure != "" and not knows(replay.case, measure)
    ]
    yield stated(misses, len(used) + 2)
