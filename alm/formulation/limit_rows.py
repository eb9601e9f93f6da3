"""Limits as rows: measure - bound x denominator on the right side of zero, or short of it at a price."""

from __future__ import annotations

from dataclasses import dataclass, replace

import linopy
import numpy as np
import pandas as pd

from alm.case import Case
from alm.case.calendar import period_ends
from alm.formulation.amounts import Amounts, add_amounts, amounts_of
from alm.formulation.book import Book
from alm.formulation.pinned import add_pieces, with_parts, wrong_side
from alm.formulation.scopes import Scope
from alm.formulation.steps import add_steps, step_pairs, step_rows
from alm.formulation.symbols import columns, hold, picked


def limits_by_period(case: Case, scenario: str = "base") -> pd.DataFrame:
    """Spread the limits over the periods in which they hold.

    Returns
    -------
    DataFrame
        The columns of `limits` with `period` and `enforced` (False where a waiver runs), in the order of
        limit and period. Limits of other scenarios are left out.

    References
    ----------
    Contract, section 7: closes before `waiver_until` are reported, not enforced.
    """
    limits = case.table("limits")
    limits = limits[limits["scenarios"].isin(["all", scenario])].reset_index(drop=True)
    periods = np.arange(1, case.settings.periods + 1)
    row, column = np.nonzero(
        (periods >= limits["start"].to_numpy()[:, None])
        & (periods <= limits["end"].to_numpy()[:, None])
    )
    spread = limits.iloc[row].reset_index(drop=True)
    spread["period"] = periods[column]
    closes = pd.to_datetime(pd.Series(period_ends(case.settings)[1:]))
    close = closes.iloc[spread["period"].to_numpy() - 1].reset_index(drop=True)
    spread["enforced"] = ~(close < pd.to_datetime(spread["waiver_until"])).to_numpy()
    return spread


@dataclass(frozen=True)
class LimitRows:
    """Which rows of the model keep which limit.

    `table` is `limits_by_period` with `numerator_at` and `denominator_at` (places in `amounts`, -1 for none), `steps` is
    `step_rows` with `at`, the place of the measure that decides.
    """

    table: pd.DataFrame
    amounts: Amounts
    steps: pd.DataFrame


def limit_amounts(book: Book, table: pd.DataFrame) -> LimitRows:
    """Find the measures that the limits read."""
    scopes = [Scope(*key) for key in table[["region", "scope", "currency"]].itertuples(index=False)]
    wanted = list(zip(scopes, table["measure"], strict=True))
    below = list(zip(scopes, table["denominator"], strict=True))
    steps = step_rows(book.case, table)
    deciding = step_pairs(table, steps)
    every = {*wanted, *(pair for pair in below if pair[1]), *collateral_pairs(book), *deciding}
    amounts = amounts_of(book, sorted(every))
    exact = with_parts(amounts, wrong_side(book.case, table))
    amounts = replace(amounts, pinned=exact)
    placed = table.assign(
        numerator=[amounts.place[pair] for pair in wanted],
        denominator_at=[amounts.place[pair] if pair[1] else -1 for pair in below],
    ).rename(columns={"numerator": "numerator_at"})
    return LimitRows(placed, amounts, steps.assign(at=[amounts.place[pair] for pair in deciding]))


def add_limits(model: linopy.Model, book: Book) -> LimitRows:
    """Add one row per enforced limit and period: min N - b D + shortfall >= 0, max N - b D - shortfall <= 0."""
    rows = limit_amounts(book, limits_by_period(book.case, book.scenario))
    add_amounts(model, rows.amounts)
    add_pieces(model, rows.amounts)
    add_steps(model, enforced_steps(rows))
    _collateral_rows(model, rows, collateral_pairs(book))
    table = rows.table
    soft = table.index[table["enforced"] & (table["enforcement"] == "soft")]
    if len(soft):
        model.add_variables(lower=0, coords=[pd.Index(soft, name="row")], name="shortfall")
    plain = table["enforced"] & ~table.index.isin(rows.steps["row"])
    for sense, ratio in ((s, r) for s in ("min", "max") for r in (False, True)):
        chosen = table[
            plain & (table["sense"] == sense) & ((table["denominator_at"] >= 0) == ratio)
        ]
        if len(chosen):
            _limit_rows(model, chosen, sense, ratio)
    return rows


def enforced_steps(rows: LimitRows) -> pd.DataFrame:
    """Give the steps of limits that are enforced, numbered as their columns are."""
    kept = rows.table["enforced"].loc[rows.steps["row"]].to_numpy(bool)
    return rows.steps[kept].reset_index(drop=True)


def _limit_rows(model: linopy.Model, chosen: pd.DataFrame, sense: str, ratio: bool) -> None:
    index, bound = pd.Index(chosen.index, name="row"), chosen["bound"].to_numpy(float)
    when = chosen["period"].to_numpy(int)
    left = picked(model, "amount", chosen["numerator_at"].to_numpy(int), when, index)
    if ratio:
        below = picked(model, "amount", chosen["denominator_at"].to_numpy(int), when, index)
        left = left - below * bound
    soft = chosen.index[chosen["enforcement"] == "soft"]
    if len(soft):
        missing = columns(model, "shortfall", soft).onto(index)
        left = left + missing if sense == "min" else left - missing
    name = f"limit {sense} {'ratio' if ratio else 'amount'}"
    hold(model, name, left, ">=" if sense == "min" else "<=", 0.0 if ratio else bound)


def collateral_pairs(book: Book) -> list[tuple[Scope, str]]:
    """List where liabilities are backed by liquid assets: each region and class. Contract, section 3."""
    positions = book.positions
    given = positions[(positions["side"] == "liability") & (positions["hqla_class"] != "")]
    pairs = given[["region", "hqla_class"]].itertuples(index=False)
    return sorted({(Scope(region, "solo", ""), f"hqla:{level}") for region, level in pairs})


def _collateral_rows(model: linopy.Model, rows: LimitRows, pairs: list[tuple[Scope, str]]) -> None:
    """Give no more collateral than is held: what is left of the class is not negative."""
    if pairs:
        at = np.array([rows.amounts.place[pair] for pair in pairs])
        hold(model, "collateral", columns(model, "amount", at), ">=")
