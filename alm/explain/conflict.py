"""Bounds that contradict each other: no plan keeps them, even with all limits off."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from alm.explain.elastic import Allowance, Misses, least_misses
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from solvers import Problem

LISTED = 5
# Of the largest dual: a bound with a smaller one takes no part in the conflict.
TAKES_PART = 1e-6
KEY = ["region", "currency", "product"]
# Columns whose bounds follow from those of volumes and balances, with the least that they can be.
FOLLOWING = {
    **dict.fromkeys(("amount", "own_liquidity"), -np.inf),
    **dict.fromkeys(("over", "up", "down", "concession"), 0.0),
}
BOUNDS = {"balance": ("min_balance", "max_balance"), "new": ("min_new", "max_new")}
UNEXPLAINED = (
    "no plan keeps the bounds of positions and lanes together with the funding of every node, even with all limits"
    " off: compare min_new, min_balance, max_balance and capacity"
)


def contradicting_bounds(book: Book, formulation: Formulation, allowance: Allowance) -> str:
    """Name the bounds that stand in each other's way, where they are written, and the least that must give way.

    Every bound of a position or lane may be missed at the same cost per unit in reporting currency, limits are off.
    Bounds whose dual is not 0 in the cheapest plan are those in conflict.

    Raises
    ------
    UnfinishedError
        What gives way least is not known.
    """
    items = _bounds(book, formulation)
    # No balance can be below 0: only where nothing that was written can give way, is that what is said.
    for floor in (0.0, -np.inf):
        problem, rows = _elastic_bounds(formulation, items, floor)
        weight, rank = items["fx"].to_numpy(float), np.zeros(len(rows), dtype=int)
        misses = least_misses(problem, rows, weight, rank, allowance)
        if misses is not None and misses.missed.any():
            break
    else:
        return UNEXPLAINED
    listed = _spread(items, rows, misses)
    held = listed[listed["takes_part"]]
    nodes = _nodes(book, formulation, misses)
    funding = f", together with the funding of {nodes}," if nodes else ""
    return (
        f"no plan keeps the bounds of positions and lanes{funding} even with all limits off. "
        f"These stand in each other's way: {_places(book, held)}. "
        f"The least that must give way: {_least(listed)}"
    )


def _bounds(book: Book, formulation: Formulation) -> pd.DataFrame:
    """List what may give way: `block` (of columns or rows), `number` in the problem, row of the book, period, fx."""
    parts = []
    lanes = book.lanes.fx
    for block, fx in (
        *(("balance", book.fx), ("new", book.fx), ("outstanding", lanes)),
        *(("min_renewal", book.fx), ("max_renewal", book.fx)),
    ):
        at = formulation.columns.get(block) or formulation.rows.get(block)
        if at is None:
            continue
        row, period = (each.ravel() for each in np.meshgrid(*at.coords, indexing="ij"))
        known = {"number": at.numbers.ravel(), "row": row, "period": period}
        parts.append(pd.DataFrame({"block": block, **known, "fx": fx[row, period - 1]}))
    items = pd.concat(parts, ignore_index=True)
    return items.assign(thing=_things(book, items))


def _things(book: Book, items: pd.DataFrame) -> list[str]:
    """Name the position or lane of each item."""
    positions = [" ".join(key) for key in book.positions[KEY].itertuples(index=False, name=None)]
    lanes = [f"lane {lane}" for lane in book.lanes.table["lane"]]
    return [
        (lanes if block == "outstanding" else positions)[row]
        for block, row in items[["block", "row"]].itertuples(index=False, name=None)
    ]


def _elastic_bounds(
    formulation: Formulation, items: pd.DataFrame, floor: float
) -> tuple[Problem, np.ndarray]:
    """Turn the bounds of columns into rows that may be missed, and take the limits off.

    Volumes and what is outstanding never fall below 0, balances not below `floor`.
    """
    problem = formulation.problem
    off = [b.numbers.ravel() for name, b in formulation.rows.items() if name.startswith("limit ")]
    limits = np.concatenate([np.array([], dtype=int), *off])
    row_lower, row_upper = problem.row_lower.copy(), problem.row_upper.copy()
    row_lower[limits], row_upper[limits] = -np.inf, np.inf
    is_column = items["block"].isin(formulation.columns).to_numpy()
    columns = items.loc[is_column, "number"].to_numpy(int)
    is_balance = (items.loc[is_column, "block"] == "balance").to_numpy()
    lower, upper = problem.lower.copy(), problem.upper.copy()
    # These are bounded by what the bounds of others leave them.
    for name, least in FOLLOWING.items():
        if name in formulation.columns:
            followed = formulation.columns[name].numbers.ravel()
            lower[followed], upper[followed] = least, np.inf
    low, high = lower[columns], upper[columns]
    lower[columns], upper[columns] = np.where(is_balance, floor, 0.0), np.inf
    picked = sparse.csr_array(
        (np.ones(len(columns)), (np.arange(len(columns)), columns)),
        shape=(len(columns), problem.columns),
    )
    elastic = problem.replace(
        A=sparse.vstack([problem.A, picked], format="csr"),
        row_lower=np.concatenate([row_lower, low]),
        row_upper=np.concatenate([row_upper, high]),
        lower=lower,
        upper=upper,
    )
    rows = items["number"].to_numpy(int).copy()
    rows[is_column] = problem.rows + np.arange(len(columns))
    return elastic, rows


def _spread(items: pd.DataFrame, rows: np.ndarray, misses: Misses) -> pd.DataFrame:
    """Say of each item which side is in the way and by how much it is missed."""
    dual = misses.dual[rows]
    is_low = (dual > 0) | (misses.short > 0)
    names = [_name(block, low) for block, low in zip(items["block"], is_low, strict=True)]
    takes_part = np.abs(dual) > TAKES_PART * np.abs(misses.dual).max(initial=0.0)
    return items.assign(
        bound=names,
        missed=misses.missed,
        takes_part=takes_part | (misses.missed > 0),
    )


def _name(block: str, is_low: bool) -> str:
    if block == "outstanding":
        return "capacity"
    return BOUNDS[block][0 if is_low else 1] if block in BOUNDS else block


def _nodes(book: Book, formulation: Formulation, misses: Misses) -> str:
    """Name the nodes whose funding takes part in the conflict."""
    dual = np.abs(misses.dual[formulation.rows["funding"].numbers])
    inside = (dual > TAKES_PART * np.abs(misses.dual).max(initial=0.0)).any(axis=1)
    named = [" ".join(each) for each in book.nodes[inside].itertuples(index=False, name=None)]
    more = f" and {len(named) - LISTED} more nodes" if len(named) > LISTED else ""
    return ", ".join(named[:LISTED]) + more


def _places(book: Book, held: pd.DataFrame) -> str:
    """Name each bound once, with its value, its table and row, and its first period."""
    said: dict[str, None] = {}
    order = held.sort_values(["period", "missed"], ascending=[True, False], kind="stable")
    for bound, thing, row, period in order[["bound", "thing", "row", "period"]].itertuples(
        index=False, name=None
    ):
        table, line = _written(book, bound, row, period)
        value = f"{_value(book, bound, row, period):,.6g}"
        said.setdefault(f"{bound} {value} of {thing} (row {line} of {table})")
    more = f" and {len(said) - LISTED} more" if len(said) > LISTED else ""
    return "; ".join(list(said)[:LISTED]) + more


def _value(book: Book, bound: str, row: int, period: int) -> float:
    """Give a bound as it holds in a period, shocks included."""
    if bound.endswith("renewal"):
        return float(book.positions[bound].iloc[row])
    values = book.lanes.capacity if bound == "capacity" else getattr(book, bound)
    return float(values[row, period - 1])


def _written(book: Book, bound: str, row: int, period: int) -> tuple[str, int]:
    """Find the table and row of a bound: a row of `bounds` goes before that of the position."""
    table = "lanes" if bound == "capacity" else "positions"
    rows = book.case.table(table)
    if table == "positions" and not bound.endswith("renewal"):
        given = book.case.table("bounds")
        key = rows.iloc[row][KEY]
        same = (given[KEY] == key.to_numpy()).all(axis=1) & given[bound].notna()
        same &= (given["start"] <= period) & (given["end"] >= period)
        if same.any():
            return "bounds", int(given.index[same][0])
    return table, int(rows.index[row])


def _least(listed: pd.DataFrame) -> str:
    missed = listed[listed["missed"] > 0].sort_values("missed", ascending=False, kind="stable")
    worst = missed.drop_duplicates(["bound", "thing"])
    terms = worst[["bound", "thing", "missed", "period"]].head(LISTED)
    named = [
        f"{bound} of {thing} by {amount:,.6g} in period {period}"
        for bound, thing, amount, period in terms.itertuples(index=False, name=None)
    ]
    more = f" and {len(worst) - LISTED} more" if len(worst) > LISTED else ""
    return "; ".join(named) + more
