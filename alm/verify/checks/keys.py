"""Keys of plan tables: which rows must be there, and which cell of the plan each row is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alm.verify.limits import applies_in_periods
from alm.verify.measures import FORMULAS, knows
from alm.verify.objective import PARTS
from alm.verify.replay import Replay
from alm.verify.terms import POSITION, Terms

# A case need not give table volatility.
OPTIONAL_MEASURES = ("outflow_at_risk",)
BASELINES = ("plan", "hold", "pro_rata", "frozen_lanes")
OF_PRODUCT = (" (balance)", " (new)")  # ends of names of priced bounds


@dataclass(frozen=True)
class Keys:
    """Rows of a plan table as numbers of cells.

    Parameters
    ----------
    cell : (row)
        Number of the cell that a row speaks of, -1 where nothing may stand.
    required : (cell)
        Whether there must be a row.
    label
        Names the key of a cell.
    """

    cell: np.ndarray
    required: np.ndarray
    label: Callable[[int], str]


def keys_of(replay: Replay, name: str, table: pd.DataFrame) -> Keys:
    """Return the keys of a plan table, whose columns are known to be there."""
    return READERS[name](replay, table)


def _by_period(rows: pd.DataFrame, at: np.ndarray, table: pd.DataFrame, periods: range) -> Keys:
    """Keys of tables with one row for each of some rows and each period."""
    close = pd.Index(periods).get_indexer(pd.Index(table["period"].to_numpy(float)))
    cell = np.where((at >= 0) & (close >= 0), at * len(periods) + close, -1)

    def label(cell: int) -> str:
        row, period = divmod(cell, len(periods))
        key = " ".join(f"{name}={value}" for name, value in rows.iloc[row].items())
        return f"{key} period={periods[period]}"

    return Keys(cell, np.ones(len(rows) * len(periods), bool), label)


def _closes(terms: Terms, *, opening: bool) -> range:
    return range(1) if opening else range(1, terms.periods + 1)


def _positions(replay: Replay, table: pd.DataFrame) -> Keys:
    terms = replay.terms
    at = terms.position_index(table[POSITION].astype(str))
    return _by_period(terms.positions[POSITION], at, table, _closes(terms, opening=False))


def _named(axis: str, column: str) -> Callable[[Replay, pd.DataFrame], Keys]:
    def read(replay: Replay, table: pd.DataFrame) -> Keys:
        terms: Terms = replay.terms
        rows: pd.DataFrame = getattr(terms, axis)[[column]]
        at = pd.Index(rows[column]).get_indexer(pd.Index(table[column].astype(str)))
        return _by_period(rows, at, table, _closes(terms, opening=False))

    return read


def _limits(opening: bool) -> Callable[[Replay, pd.DataFrame], Keys]:
    def read(replay: Replay, table: pd.DataFrame) -> Keys:
        terms = replay.terms
        rows = terms.case.table("limits")
        applies = applies_in_periods(terms, rows)
        if opening:
            applies = np.asarray(applies.any(axis=1))[:, None]
        at = pd.Index(rows["limit"]).get_indexer(pd.Index(table["limit"].astype(str)))
        keys = _by_period(rows[["limit"]], at, table, _closes(terms, opening=opening))
        required = applies.ravel()
        held = (keys.cell >= 0) & required[keys.cell]
        return Keys(np.where(held, keys.cell, -1), required, keys.label)

    return read


def _measures(opening: bool) -> Callable[[Replay, pd.DataFrame], Keys]:
    def read(replay: Replay, table: pd.DataFrame) -> Keys:
        """Every measure of the contract; any other one whole or not at all."""
        terms = replay.terms
        given = table["measure"].astype(str)
        names = [n for n in FORMULAS if n not in OPTIONAL_MEASURES]
        names += terms.case.settings.custom_measures
        more = [n for n in pd.unique(given) if n not in names and knows(terms.case, n)]
        rows = pd.MultiIndex.from_product(
            [terms.regions["region"], ["subtree", "solo"], [*names, *more]],
            names=["region", "scope", "measure"],
        )
        wanted = pd.MultiIndex.from_frame(table[list(rows.names)].astype(str))
        at = rows.get_indexer(wanted)
        return _by_period(rows.to_frame(index=False), at, table, _closes(terms, opening=opening))

    return read


def _objective(replay: Replay, table: pd.DataFrame) -> Keys:
    """Require nothing: a part without a row is 0."""
    periods = range(replay.terms.periods + 1)
    parts = pd.DataFrame({"part": [*PARTS, "horizon_value"]})
    at = pd.Index(parts["part"]).get_indexer(pd.Index(table["part"].astype(str)))
    horizon = at == len(PARTS)
    at = np.where(horizon == (table["period"] == 0).to_numpy(), at, -1)
    keys = _by_period(parts, at, table, periods)
    return Keys(keys.cell, np.zeros(keys.required.size, bool), keys.label)


def _baselines(replay: Replay, table: pd.DataFrame) -> Keys:
    at = pd.Index(BASELINES).get_indexer(pd.Index(table["baseline"].astype(str)))
    return Keys(at, np.arange(len(BASELINES)) == 0, lambda cell: f"baseline={BASELINES[cell]}")


def _prices(replay: Replay, table: pd.DataFrame) -> Keys:
    """Allow what may bind: limits, capacities, bounds of positions. Require the funds of every node."""
    terms = replay.terms
    priced = _priceable(terms)
    wanted = pd.MultiIndex.from_frame(table[list(priced.columns)].astype(str))
    at = pd.MultiIndex.from_frame(priced).get_indexer(wanted)
    keys = _by_period(priced, at, table, _closes(terms, opening=False))
    funds = (priced["kind"] == "funds").to_numpy()
    return Keys(keys.cell, np.repeat(funds, terms.periods), keys.label)


def _priceable(terms: Terms) -> pd.DataFrame:
    """Everything that may have a price: kind, name, region, currency."""
    limits = terms.case.table("limits")[["limit", "region", "currency"]]
    lanes = terms.lanes[["lane", "lender", "currency"]]
    nodes = terms.nodes.assign(name=terms.nodes["region"])[["name", "region", "currency"]]
    bounds = [
        terms.positions.assign(name=terms.positions["product"] + end)[
            ["name", "region", "currency"]
        ]
        for end in OF_PRODUCT
    ]
    kinds = {"limit": [limits], "lane": [lanes], "funds": [nodes], "bound": bounds}
    parts = [
        part.set_axis(["name", "region", "currency"], axis=1).assign(kind=kind)
        for kind, each in kinds.items()
        for part in each
    ]
    return pd.concat(parts, ignore_index=True)[["kind", "name", "region", "currency"]]


READERS: dict[str, Callable[[Replay, pd.DataFrame], Keys]] = {
    "positions": _positions,
    "lanes": _named("lanes", "lane"),
    "limits": _limits(opening=False),
    "measures": _measures(opening=False),
    "regions": _named("regions", "region"),
    "objective": _objective,
    "opening": _measures(opening=True),
    "opening_limits": _limits(opening=True),
    "prices": _prices,
    "baselines": _baselines,
}
