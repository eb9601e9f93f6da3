"""Interest and income of a period by node, as symbols; only limits on them and retained income need these rows.

Income is concave in the volumes: what a price slope gives away, a change of volume or a back book cost are columns that
are at least their true amount. So the symbols are never more than what is earned (contract, section 5, retained income).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.decisions import booked, on
from alm.formulation.earnings import (
    after_tax_interest,
    back_book_cost,
    lane_unit_income,
    running_costs,
)
from alm.formulation.families import cohorts, rolled
from alm.formulation.fixed_costs import (
    after_lender_tax,
    corridor_fixed_cost,
    lane_fixed_cost,
    product_fixed_cost,
)
from alm.formulation.tiers import tier_extra

Expression = Any


def add_cohort_interest(model: linopy.Model, book: Book) -> None:
    """Add what cohorts pay in a year at the rates they were written at, signed: one column a position and close.

    With a price slope s a volume v earns `(sign x new_rate + s x reference) v - s v^2`; the square is the column
    `concession`, at least that by a cone. The column rolls from close to close as the cohorts do. Contract, section 4.
    """
    rows = book.dealt
    if not len(rows) or "cohort_interest" in model.variables:
        return
    slope = book.positions["price_slope"].to_numpy(float)
    reference = book.positions["reference_volume"].to_numpy(float)
    base = book.sign[:, None] * book.new_rate + (slope * reference)[:, None]
    # What a floating cohort earns in its first period alone, and in later ones, is added by `_moving_rates`.
    base = base - book.sign[:, None] * book.at_first
    written = model.variables["new"] * on(base, rows, book)
    sloped = rows[slope[rows] > 0]
    if len(sloped):
        given = on(np.zeros_like(base), sloped, book)
        concession = model.add_variables(lower=0, coords=given.coords, name="concession")
        written = written - (1 * concession).reindex(position=rows).fillna(0)
    if "tier" in model.variables:
        written = written + tier_extra(model, book).reindex(position=rows).fillna(0)
    stock = model.add_variables(
        lower=-np.inf, coords=on(base, rows, book).coords, name="cohort_interest"
    )
    model.add_constraints(rolled(book, rows, 1 * stock, written) == 0, name="cohort_interest")


def region_earnings(model: linopy.Model, book: Book, measure: str) -> tuple[Expression, np.ndarray]:
    """Express net interest income or income after tax by node.

    Parameters
    ----------
    measure : {"net_interest_income", "income"}
        Interest after back-book cost, before all other costs; income after tax. Contract, section 7.

    Returns
    -------
    symbols : expression (node, period)
    constant : array (node, period)
        What positions and opening balances outside the model earn. Reporting currency.
    """
    add_cohort_interest(model, book)
    taxed = measure == "income"
    every = pd.RangeIndex(len(book.nodes), name="node")
    parts = [_averaged(model.variables["balance"], book, _on_balance(book, taxed), booked(book))]
    if "cohort_interest" in model.variables:
        stock = model.variables["cohort_interest"]
        parts.append(_averaged(stock, book, _interest_unit(book, taxed), book.dealt))
    moved = _moved(book)
    if len(moved):
        parts.append(_moving_rates(model, book, taxed, moved))
    if len(book.disposable):
        parts.append(_disposal_effect(model, book, taxed))
    if "over" in model.variables:
        parts.append(_priced(model, book, "over", _back_book(book, taxed)))
    if taxed and "up" in model.variables:
        parts += [_priced(model, book, name, _change_cost(book)) for name in ("up", "down")]
    if taxed and "written" in model.variables:
        fixed = product_fixed_cost(book) * (1.0 - book.tax_rate)
        parts.append(_priced(model, book, "written", np.repeat(fixed[:, None], book.periods, 1)))
    total: Expression = 0
    for symbols in parts:
        rows = symbols.indexes["position"]
        node = xr.DataArray(book.node[rows], coords=[rows], name="node")
        total = total + symbols.groupby(node).sum().reindex(node=every).fillna(0)
    if len(book.lanes):
        for end in ("lender", "borrower"):
            total = total + _lane_income(model, book, end, taxed, every)
    if taxed:
        for symbols in _fixed_lane_costs(model, book):
            total = total - symbols.reindex(node=every).fillna(0)
    return total, _constant(book, taxed)


def _when(book: Book) -> np.ndarray:
    """Give reporting currency per unit of own currency and year: (position, period)."""
    return np.asarray(book.fx * book.year_fraction[1 : book.periods + 1])


def _interest_unit(book: Book, taxed: bool) -> np.ndarray:
    """Income of one unit of interest a year: (position, period)."""
    kept = after_tax_interest(book) if taxed else np.ones(len(book.positions))
    return np.asarray(kept[:, None] * _when(book))


def _legacy_unit(book: Book, taxed: bool) -> np.ndarray:
    """Income of one unit of average balance at the rate of the legacy book: (position, period)."""
    return np.asarray(book.sign[:, None] * book.own_rate * _interest_unit(book, taxed))


def _cost_unit(book: Book, taxed: bool) -> np.ndarray:
    """Charge running costs on one unit of average balance, after tax: (position, period); interest bears none."""
    if not taxed:
        return np.zeros((len(book.positions), book.periods))
    return np.asarray(running_costs(book) * (1.0 - book.tax_rate)[:, None] * _when(book))


def _on_balance(book: Book, taxed: bool) -> np.ndarray:
    """Income of one unit of average balance: plugs earn their rate, all bear running costs: (position, period)."""
    earned = np.where(book.plug[:, None], _legacy_unit(book, taxed), 0.0)
    return np.asarray(earned - _cost_unit(book, taxed))


def _averaged(
    columns: Expression, book: Book, unit: np.ndarray, rows: np.ndarray, dim: str = "position"
) -> Expression:
    """Weigh opening and closing balances of columns with an income per unit."""
    opening, closing = book.average
    weight = on(unit, rows, book, dim)
    earned = columns * (weight * closing)
    return earned + (columns.shift(period=1).fillna(0) * (weight * opening)) if opening else earned


def _moved(book: Book) -> np.ndarray:
    """Find the positions whose cohorts earn another rate later than at first, as row numbers."""
    moves = (book.at_first != 0) | (book.passed_on != 0)
    return np.intersect1d(np.flatnonzero(moves.any(axis=1)), book.dealt)


def _moving_rates(model: linopy.Model, book: Book, taxed: bool, rows: np.ndarray) -> Expression:
    """Add what floating cohorts earn in their first period alone, and later what is passed on. Contract, section 8."""
    opening, closing = book.average
    unit = book.sign[:, None] * _interest_unit(book, taxed)
    later, first = on(unit * book.passed_on, rows, book), on(unit * book.at_first, rows, book)
    cohort = cohorts(model, book, rows)
    new = model.variables["new"].sel(position=rows)
    earned = cohort * (later * closing) + new * ((first - later) * closing)
    return earned + cohort.shift(period=1).fillna(0) * (later * opening) if opening else earned


def _disposal_effect(model: linopy.Model, book: Book, taxed: bool) -> Expression:
    """Take off the interest that disposed legacy balances no longer earn, and the loss on the sale."""
    opening, closing = book.average
    rows, gone = book.disposable, model.variables["gone"]
    unit, share = _legacy_unit(book, taxed), book.legacy
    now = on(unit * share[:, 1 : book.periods + 1] * closing, rows, book)
    before = on(unit * share[:, : book.periods] * opening, rows, book)
    effect = gone * (-now) - gone.shift(period=1).fillna(0) * before
    if taxed:
        loss = book.positions["disposal_haircut"].to_numpy(float) * (1.0 - book.tax_rate)
        effect = effect - model.variables["sold"] * on(loss[:, None] * book.fx, rows, book)
    return effect


def _back_book(book: Book, taxed: bool) -> np.ndarray:
    """Cost of one unit of volume above its reference: (position, period)."""
    after = (1.0 - book.tax_rate) if taxed else np.ones(len(book.positions))
    return np.asarray(back_book_cost(book) * after[:, None] * _when(book))


def _change_cost(book: Book) -> np.ndarray:
    """Cost of one unit of change of volume, after tax: (position, period)."""
    each = book.positions["adjustment_cost"].to_numpy(float) * (1.0 - book.tax_rate)
    return np.asarray(each[:, None] * book.fx)


def _priced(model: linopy.Model, book: Book, name: str, cost: np.ndarray) -> Expression:
    rows = model.variables[name].indexes["position"].to_numpy()
    return model.variables[name] * (-on(cost, rows, book))


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


def _fixed_lane_costs(model: linopy.Model, book: Book) -> Iterator[Expression]:
    """Charge what carrying anything costs, after tax, to the nodes of the lenders that bear it."""
    after, lender = after_lender_tax(book), book.end_nodes["lender"]
    cost, bearer = corridor_fixed_cost(book)
    for name, dim, lane, each in (
        ("carries", "lane", np.arange(len(after)), lane_fixed_cost(book)),
        ("corridor_carries", "corridor", bearer, cost),
    ):
        if name in model.variables:
            rows = model.variables[name].indexes[dim]
            unit = xr.DataArray((each[rows] * after[lane[rows]]), coords=[rows])
            node = xr.DataArray(lender[lane[rows]], coords=[rows], name="node")
            yield (model.variables[name] * unit).groupby(node).sum()


def _constant(book: Book, taxed: bool) -> np.ndarray:
    """Sum what no column earns: (node, period).

    Legacy books unsold earn their interest; positions outside the model bear their costs; what columns are at the
    opening is no column.
    """
    opening, closing = book.average
    share = (
        book.legacy[:, : book.periods] * opening + book.legacy[:, 1 : book.periods + 1] * closing
    )
    there = share * book.opening[:, None]
    earned = np.where(book.plug[:, None], 0.0, _legacy_unit(book, taxed) * there)
    held = np.zeros(len(book.positions), dtype=bool)
    held[booked(book)] = True
    earned -= np.where(held[:, None], 0.0, _cost_unit(book, taxed) * there)
    earned[held, 0] += opening * (_on_balance(book, taxed)[:, 0] * book.opening)[held]
    fixed = np.zeros((len(book.nodes), book.periods))
    np.add.at(fixed, book.node, earned)
    for end in ("lender", "borrower"):
        first = opening * _lane_units(book, end, taxed)[:, 0]
        np.add.at(
            fixed[:, 0], book.end_nodes[end], first * book.lanes.table["opening"].to_numpy(float)
        )
    return fixed
