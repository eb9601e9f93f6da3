"""Interest and income of a period by node, as symbols; only limits that name them need these rows.

Written for positions without price slope: with one, income is concave in the volume, and limits on it are refused.
"""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.decisions import booked, on
from alm.formulation.earnings import after_tax_interest, lane_unit_income, running_costs

Expression = Any


def region_earnings(model: linopy.Model, book: Book, measure: str) -> tuple[Expression, np.ndarray]:
    """Express net interest income or income after tax by node.

    Parameters
    ----------
    measure : {"net_interest_income", "income"}
        Interest before all other costs; income after tax. Contract, section 7.

    Returns
    -------
    symbols : expression (node, period)
    constant : array (node, period)
        What positions and opening balances outside the model earn. Reporting currency.
    """
    taxed = measure == "income"
    legacy, cohort = _unit_income(book, taxed)
    every = pd.RangeIndex(len(book.nodes), name="node")
    held = booked(book)
    node = xr.DataArray(book.node[held], coords=[pd.Index(held, name="position")], name="node")
    total = _averaged(model.variables["balance"], book, cohort, held).groupby(node).sum()
    total = total.reindex(node=every).fillna(0)
    if len(book.disposable):
        total = total + _disposal_effect(model, book, legacy - cohort, taxed, every)
    if taxed and "up" in model.variables:
        total = total - _change_cost(model, book, every)
    if len(book.lanes):
        for end in ("lender", "borrower"):
            total = total + _lane_income(model, book, end, taxed, every)
    return total, _constant(book, legacy, cohort, held, taxed)


def _unit_income(book: Book, taxed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Income per unit of average balance of the legacy book and of cohorts: (position, period), reporting currency."""
    years, fx = book.year_fraction[1 : book.periods + 1], book.fx
    kept = after_tax_interest(book) if taxed else np.ones(len(book.positions))
    cost = running_costs(book) * (1.0 - book.tax_rate)[:, None] if taxed else 0.0
    signed = (kept * book.sign)[:, None]
    new = np.where(book.plug[:, None], book.own_rate, book.new_rate)
    return (signed * book.own_rate - cost) * fx * years, (signed * new - cost) * fx * years


def _averaged(
    columns: Expression, book: Book, unit: np.ndarray, rows: np.ndarray, dim: str = "position"
) -> Expression:
    """Weigh opening and closing balances of columns with an income per unit."""
    opening, closing = book.average
    weight = on(unit, rows, book, dim)
    earned = columns * (weight * closing)
    return earned + (columns.shift(period=1).fillna(0) * (weight * opening)) if opening else earned


def _disposal_effect(
    model: linopy.Model, book: Book, unit: np.ndarray, taxed: bool, every: pd.Index
) -> Expression:
    """Take off what disposed legacy balances no longer earn, and the loss on the sale.

    The balance already counts at the cohorts' rate; what is gone corrects that to the legacy rate.
    """
    opening, closing = book.average
    rows, gone = book.disposable, model.variables["gone"]
    share = book.legacy
    now = on(unit * share[:, 1 : book.periods + 1] * closing, rows, book)
    before = on(unit * share[:, : book.periods] * opening, rows, book)
    effect = gone * (-now) - gone.shift(period=1).fillna(0) * before
    if taxed:
        loss = book.positions["disposal_haircut"].to_numpy(float) * (1.0 - book.tax_rate)
        effect = effect - model.variables["sold"] * on(loss[:, None] * book.fx, rows, book)
    node = xr.DataArray(book.node[rows], coords=[pd.Index(rows, name="position")], name="node")
    return effect.groupby(node).sum().reindex(node=every).fillna(0)


def _change_cost(model: linopy.Model, book: Book, every: pd.Index) -> Expression:
    """Cost of changing volumes, after tax."""
    rows = model.variables["up"].indexes["position"].to_numpy()
    each = book.positions["adjustment_cost"].to_numpy(float) * (1.0 - book.tax_rate)
    cost = on(each[:, None] * book.fx, rows, book)
    node = xr.DataArray(book.node[rows], coords=[pd.Index(rows, name="position")], name="node")
    moved = (model.variables["up"] + model.variables["down"]) * cost
    return moved.groupby(node).sum().reindex(node=every).fillna(0)


def _lane_units(book: Book, end: str, taxed: bool) -> np.ndarray:
    """Income of one end per unit of average outstanding: (lane, period), reporting currency."""
    received, paid, _ = lane_unit_income(book)
    table = book.lanes.table
    if not taxed:
        received = table["rate"].to_numpy(float)
    unit = received if end == "lender" else -paid
    tax = table[end].map(book.regions.set_index("region")["tax_rate"]).to_numpy(float)
    after = (1.0 - tax) if taxed else 1.0
    years = book.year_fraction[1 : book.periods + 1]
    return np.asarray((unit * after)[:, None] * book.lanes.fx * years)


def _lane_income(
    model: linopy.Model, book: Book, end: str, taxed: bool, every: pd.Index
) -> Expression:
    """Interest on lanes by the node of one end."""
    rows = np.arange(len(book.lanes))
    unit = _lane_units(book, end, taxed)
    earned = _averaged(model.variables["outstanding"], book, unit, rows, "lane")
    node = xr.DataArray(book.end_nodes[end], coords=[pd.Index(rows, name="lane")], name="node")
    return earned.groupby(node).sum().reindex(node=every).fillna(0)


def _constant(
    book: Book, legacy: np.ndarray, cohort: np.ndarray, held: np.ndarray, taxed: bool
) -> np.ndarray:
    """Sum what no column earns: (node, period)."""
    opening, closing = book.average
    fixed = np.zeros((len(book.nodes), book.periods))
    share = (
        book.legacy[:, : book.periods] * opening + book.legacy[:, 1 : book.periods + 1] * closing
    )
    # In the model the whole balance counts at the cohorts' rate: the legacy book's difference is constant.
    unit = legacy.copy()
    unit[held] -= cohort[held]
    earned = np.where(book.plug[:, None], 0.0, unit * share * book.opening[:, None])
    earned[held, 0] += opening * cohort[held, 0] * book.opening[held]
    np.add.at(fixed, book.node, earned)
    for end in ("lender", "borrower"):
        first = opening * _lane_units(book, end, taxed)[:, 0]
        np.add.at(
            fixed[:, 0], book.end_nodes[end], first * book.lanes.table["opening"].to_numpy(float)
        )
    return fixed
