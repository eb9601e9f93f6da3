"""Limits as rows: measure - bound x denominator on the right side of zero, or short of it at a price."""

from __future__ import annotations

from dataclasses import dataclass

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.case import Case
from alm.case.calendar import period_ends
from alm.formulation.amounts import Amounts, add_amounts, amounts_of
from alm.formulation.book import Book
from alm.formulation.scopes import Scope


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

    `table` is `limits_by_period` with `numerator` and `denominator` (places in `amounts`, -1 for none).
    """

    table: pd.DataFrame
    amounts: Amounts


def limit_amounts(book: Book, table: pd.DataFrame) -> LimitRows:
    """Find the measures that the limits read."""
    scopes = [Scope(*key) for key in table[["region", "scope", "currency"]].itertuples(index=False)]
    wanted = list(zip(scopes, table["measure"], strict=True))
    below = list(zip(scopes, table["denominator"], strict=True))
    every = {*wanted, *(pair for pair in below if pair[1]), *collateral_pairs(book)}
    amounts = amounts_of(book, sorted(every))
    placed = table.assign(
        numerator=[amounts.place[pair] for pair in wanted],
        denominator_at=[amounts.place[pair] if pair[1] else -1 for pair in below],
    ).rename(columns={"numerator": "numerator_at"})
    return LimitRows(placed, amounts)


def add_limits(model: linopy.Model, book: Book) -> LimitRows:
    """Add one row per enforced limit and period: min N - b D + shortfall >= 0, max N - b D - shortfall <= 0."""
    rows = limit_amounts(book, limits_by_period(book.case, book.scenario))
    add_amounts(model, rows.amounts)
    _collateral_rows(model, rows, collateral_pairs(book))
    table = rows.table
    soft = table.index[table["enforced"] & (table["enforcement"] == "soft")]
    if len(soft):
        model.add_variables(lower=0, coords=[pd.Index(soft, name="row")], name="shortfall")
    for sense, ratio in ((s, r) for s in ("min", "max") for r in (False, True)):
        chosen = table[
            table["enforced"]
            & (table["sense"] == sense)
            & ((table["denominator_at"] >= 0) == ratio)
        ]
        if len(chosen):
            _limit_rows(model, chosen, sense, ratio)
    return rows


def _limit_rows(model: linopy.Model, chosen: pd.DataFrame, sense: str, ratio: bool) -> None:
    index = pd.Index(chosen.index, name="row")

    def labelled(values: pd.Series) -> xr.DataArray:
        return xr.DataArray(values.to_numpy(), coords=[index])

    def picked(at: str) -> linopy.LinearExpression:
        columns = (1 * model.variables["amount"]).sel(
            amount=labelled(chosen[at]), period=labelled(chosen["period"])
        )
        return columns.drop_vars(["amount", "period"])

    bound = labelled(chosen["bound"].astype(float))
    left = picked("numerator_at")
    right = xr.zeros_like(bound) if ratio else bound
    if ratio:
        left = left - picked("denominator_at") * bound
    soft = chosen.index[chosen["enforcement"] == "soft"]
    if len(soft):
        missing = (1 * model.variables["shortfall"].sel(row=soft)).reindex(row=index).fillna(0)
        left = left + missing if sense == "min" else left - missing
    name = f"limit {sense} {'ratio' if ratio else 'amount'}"
    model.add_constraints(left >= right if sense == "min" else left <= right, name=name)


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
        model.add_constraints(1 * model.variables["amount"].sel(amount=at) >= 0, name="collateral")
