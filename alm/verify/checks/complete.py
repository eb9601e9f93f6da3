"""Checks that the tables of the run are complete, and hold what this package can confirm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alm.verify.measures import FORMULAS
from alm.verify.objective import PARTS
from alm.verify.replay import Replay
from alm.verify.shocks import BASE
from alm.verify.terms import POSITION, Terms
from alm.verify.verification import Finding, Miss, cells, stated, true_for

STATUSES = ("optimal", "gap")  # the others come without a plan
USES_OF_MEASURES = (
    ("limits", "measure"),
    ("limits", "denominator"),
    ("steps", "measure"),
    ("measures", "term"),
)
# A case need not give table volatility.
OPTIONAL_MEASURES = ("outflow_at_risk",)


@dataclass(frozen=True)
class Shape:
    """What a plan table must hold: its key, columns that are numbers, and columns that may be blank or missing."""

    key: tuple[str, ...]
    numbers: tuple[str, ...]
    blank: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


SHAPES = {
    "positions": Shape(
        (*POSITION, "period"),
        ("opening", "matured", "new", "sold", "balance", "income"),
        blank=("rate",),
        optional=("posted",),
    ),
    "lanes": Shape(("lane", "period"), ("transfer", "repaid", "outstanding", "used", "cost")),
    "limits": Shape(
        ("limit", "period"),
        ("numerator", "bound", "headroom", "shortfall"),
        blank=("denominator", "value"),
        texts=("scenario", "status"),
    ),
    "measures": Shape(("region", "scope", "measure", "period"), ("value",)),
    "regions": Shape(
        ("region", "period"),
        (
            *("interest", "expected_loss", "operating_cost", "back_book", "adjustment"),
            *("disposal_loss", "lane_interest", "lane_cost", "income_before_tax", "tax", "income"),
        ),
    ),
    "objective": Shape(("part", "period"), ("value",)),
}


def tables_are_complete(replay: Replay) -> Iterator[Finding]:
    """Confirm that every table has its columns and numbers, every key once, none unknown."""
    for name, shape in SHAPES.items():
        table = replay.tables.get(name)
        faults = list(_faults_of_columns(name, shape, table))
        if faults or table is None:
            yield stated(faults, 1)
            continue
        given = [each for each in shape.optional if each in table]
        yield _numbers_are_given(name, [*shape.numbers, *given], table[list(shape.key)], table)
        found = table[list(shape.key)].astype({"period": float})
        found = found.astype({key: "str" for key in shape.key if key != "period"})
        yield _keys_are_right(
            name, found, _required(replay.terms, name), _known(replay, name, found)
        )


def _faults_of_columns(name: str, shape: Shape, table: pd.DataFrame | None) -> Iterator[Miss]:
    if table is None:
        yield Miss(f"plan/{name}.parquet", "no such file", "a plan table", np.nan)
        return
    for column in (*shape.key, *shape.numbers, *shape.blank, *shape.texts, *shape.optional):
        number = column in (*shape.numbers, *shape.blank, *shape.optional, "period")
        if column not in table:
            if column in shape.optional:
                continue
            yield Miss(f"{name}.{column}", "no such column", "a column", np.nan)
        elif (
            number
            and not pd.api.types.is_numeric_dtype(table[column])
            and table[column].notna().any()
        ):
            yield Miss(f"{name}.{column}", str(table[column].dtype), "numbers", np.nan)


def _numbers_are_given(
    name: str, names: Sequence[str], keys: pd.DataFrame, table: pd.DataFrame
) -> Finding:
    numbers = table[list(names)].to_numpy(float, na_value=np.nan)
    where = cells(name, keys, by_period=False)
    return true_for(
        lambda cell: f"{where(cell)} column={names[cell[1]]}",
        np.isfinite(numbers),
        numbers,
        "a number",
    )


def _keys_are_right(
    name: str, found: pd.DataFrame, required: pd.DataFrame, known: np.ndarray
) -> Finding:
    """Compare keys: `known` says of each row whether its key may be there."""
    keys = list(found.columns)
    required = required[keys].astype({"period": float})
    twice = found.duplicated().to_numpy()
    sought = required.merge(found.drop_duplicates(), on=keys, how="left", indicator=True)
    missing = (sought["_merge"] == "left_only").to_numpy()
    misses = [
        *_named(name, required[missing], "no row", "one row"),
        *_named(name, found[twice], "more than one row", "one row"),
        *_named(name, found[~known], "a row", "no row: unknown key"),
    ]
    return stated(misses, len(required))


def _named(name: str, rows: pd.DataFrame, found: str, expected: str) -> list[Miss]:
    where = cells(name, rows, by_period=False)
    return [Miss(where((i,)), found, expected, np.nan) for i in range(len(rows))]


def _times(rows: pd.DataFrame, column: str, values: Sequence[object]) -> pd.DataFrame:
    """Repeat every row for each value of a further column."""
    return rows.merge(pd.DataFrame({column: values}), how="cross")


def _required(terms: Terms, name: str) -> pd.DataFrame:
    """Return the keys that must be in a table."""
    periods = list(range(1, terms.periods + 1))
    if name == "limits":
        rows = _times(terms.case.table("limits"), "period", periods)
        applies = rows["scenarios"].isin(["all", terms.scenario])
        return rows.loc[applies & rows["period"].between(rows["start"], rows["end"])]
    if name == "measures":
        names = [*FORMULAS, *terms.case.settings.custom_measures]
        rows = _times(terms.regions[["region"]], "scope", ["subtree", "solo"])
        rows = _times(rows, "measure", [n for n in names if n not in OPTIONAL_MEASURES])
        return _times(rows, "period", periods)
    if name == "objective":
        return pd.DataFrame({"part": pd.Series(dtype=str), "period": pd.Series(dtype=float)})
    axes = {"positions": terms.positions, "lanes": terms.lanes, "regions": terms.regions}
    return _times(axes[name], "period", periods)


def _known(replay: Replay, name: str, found: pd.DataFrame) -> np.ndarray:
    """Tell of each row whether its key may be in the table."""
    terms = replay.terms
    within = found["period"].isin(range(1, terms.periods + 1)).to_numpy()
    if name == "objective":
        horizon = (found["part"] == "horizon_value") & (found["period"] == 0)
        return horizon.to_numpy() | (found["part"].isin(PARTS).to_numpy() & within)
    if name == "measures":
        known = {measure: replay.measures.knows(measure) for measure in found["measure"].unique()}
        regions = terms.region_index(found["region"]) >= 0
        scopes = found["scope"].isin(["subtree", "solo"]).to_numpy()
        return within & regions & scopes & found["measure"].map(known).to_numpy(bool)
    if name == "positions":
        return within & (terms.position_index(found) >= 0)
    if name == "limits":
        held = pd.MultiIndex.from_frame(_required(terms, name)[["limit", "period"]])
        return pd.MultiIndex.from_frame(found[["limit", "period"]]).isin(held)
    names = {"lanes": "lane", "regions": "region"}[name]
    return within & found[names].isin(terms.case.table(name)[names]).to_numpy()


def run_can_be_confirmed(replay: Replay) -> Iterator[Finding]:
    """Refuse what this package has no formula for: unknown scenarios, measures that it does not know."""
    manifest, scenario = replay.manifest, replay.scenario
    misses = []
    if scenario not in (BASE, *replay.case.table("scenarios")["scenario"]):
        allowed = "base or a scenario of the case"
        misses.append(Miss("run.json options.scenario", scenario, allowed, np.nan))
    if manifest.get("status") not in STATUSES:
        misses.append(Miss("run.json status", manifest.get("status"), "optimal or gap", np.nan))
    named = [
        (f"{table}.{column}", str(measure))
        for table, column in USES_OF_MEASURES
        for measure in replay.case.table(table)[column].unique()
    ]
    misses += [
        Miss(where, measure, "a measure with a formula here", np.nan)
        for where, measure in named
        if measure != "" and not replay.measures.knows(measure)
    ]
    yield stated(misses, len(named) + 2)
