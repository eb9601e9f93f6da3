"""Interest and income of a period by node, as symbols; only limits on them and retained income need these rows.

Income is concave in the volumes: what a price slope gives away, a change of volume or a back book cost are columns that
are at least their true amount. So the symbols are never more than what is earned (contract, section 5, retained income).
"""

from __future__ import annotations

from collections.abc import Iterator

import linopy
import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.decisions import most_written, on
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
from alm.formulation.symbols import Symbols, columns, hold
from alm.formulation.tiers import tier_extra


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
    written = columns(model, "new") * base[rows]
    sloped = rows[slope[rows] > 0]
    if len(sloped):
        most = np.zeros_like(base)
        most[sloped] = slope[sloped, None] * most_written(book)[sloped] ** 2
        model.add_variables(lower=0, upper=on(most, sloped, book), name="concession")
        written = written - columns(model, "concession").onto(rows)
    if "tier" in model.variables:
        written = written + tier_extra(model, book, rows)
    coords = on(base, rows, book).coords
    model.add_variables(lower=-np.inf, coords=coords, name="cohort_interest")
    left = rolled(book, rows, columns(model, "cohort_interest"), written)
    hold(model, "cohort_interest", left, "==")


def region_earnings(model: linopy.Model, book: Book, measure: str) -> tuple[Symbols, np.ndarray]:
    """Express net interest income or income after tax by node.

    Parameters
    ----------
    measure : {"net_interest_income", "income"}
        Interest after back-book cost, before all other costs; income after tax. Contract, section 7.

    Returns
    -------
    symbols : Symbols (node, period)
    constant : array (node, period)
        What positions and opening balances outside the model earn. Reporting currency.
    """
    add_cohort_interest(model, book)
    taxed = measure == "income"
    every = pd.RangeIndex(len(book.nodes), name="node")
    fixed = _constant(book, taxed)
    total = columns(model, "balance", book.booked[:0]).into([], every)
    for symbols in _position_income(model, book, taxed):
        total = total + symbols.into(book.node[symbols.rows], every)
    moved = _moved(book)
    if len(moved):
        symbols, constant = _moving_rates(model, book, taxed, moved)
        total = total + symbols.into(book.node[moved], every)
        np.add.at(fixed, book.node[moved], constant)
    if len(book.lanes):
        for end in ("lender", "borrower"):
            unit = _lane_units(book, end, taxed)
            earned = _averaged(columns(model, "outstanding"), book, unit)
            total = total + earned.into(book.end_nodes[end], every)
    if taxed:
        total = total - _fixed_lane_costs(model, book, every)
    return total, fixed


def _position_income(model: linopy.Model, book: Book, taxed: bool) -> Iterator[Symbols]:
    """List what positions earn by the columns of their own, after tax where that is asked: (position, period)."""
    held = columns(model, "balance")
    yield _averaged(held, book, _on_balance(book, taxed)[held.rows])
    if "cohort_interest" in model.variables:
        stock = columns(model, "cohort_interest")
        yield _averaged(stock, book, _interest_unit(book, taxed)[stock.rows])
    if len(book.disposable):
        yield _disposal_effect(model, book, taxed)
    if "over" in model.variables:
        yield _priced(model, "over", _back_book(book, taxed))
    if taxed and "up" in model.variables:
        yield _priced(model, "up", _change_cost(book))
        yield _priced(model, "down", _change_cost(book))
    if taxed and "written" in model.variables:
        fixed = product_fixed_cost(book) * (1.0 - book.tax_rate)
        yield _priced(model, "written", np.repeat(fixed[:, None], book.periods, 1))


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


def _averaged(block: Symbols, book: Book, unit: np.ndarray) -> Symbols:
    """Weigh opening and closing balances of columns with an income per unit: (row, period)."""
    opening, closing = book.average
    return block * (unit * closing) + block.after(1) * (unit * opening)


def _moved(book: Book) -> np.ndarray:
    """Find the positions whose cohorts earn another rate later than at first, as row numbers."""
    moves = (book.at_first != 0) | (book.passed_on != 0)
    return np.intersect1d(np.flatnonzero(moves.any(axis=1)), book.dealt)


def _moving_rates(
    model: linopy.Model, book: Book, taxed: bool, rows: np.ndarray
) -> tuple[Symbols, np.ndarray]:
    """Add what floating cohorts earn in their first period alone, and later what is passed on. Contract, section 8.

    Returns
    -------
    symbols : Symbols (position, period)
    constant : array (position, period)
    """
    opening, closing = book.average
    unit = book.sign[:, None] * _interest_unit(book, taxed)
    later, first = (unit * book.passed_on)[rows], (unit * book.at_first)[rows]
    cohort, constant = cohorts(model, book, rows)
    earned = _averaged(cohort, book, later)
    earned = earned + columns(model, "new", rows) * ((first - later) * closing)
    known = constant * (later * closing)
    known[:, 1:] += (constant[:, :-1] * later[:, 1:]) * opening
    return earned, known


def _disposal_effect(model: linopy.Model, book: Book, taxed: bool) -> Symbols:
    """Take off the interest that disposed legacy balances no longer earn, and the loss on the sale."""
    opening, closing = book.average
    rows, gone = book.disposable, columns(model, "gone")
    unit, share = _legacy_unit(book, taxed)[rows], book.legacy[rows]
    now = unit * share[:, 1 : book.periods + 1] * closing
    before = unit * share[:, : book.periods] * opening
    effect = gone * -now - gone.after(1) * before
    if taxed:
        loss = book.positions["disposal_haircut"].to_numpy(float) * (1.0 - book.tax_rate)
        effect = effect - columns(model, "sold") * (loss[:, None] * book.fx)[rows]
    return effect


def _back_book(book: Book, taxed: bool) -> np.ndarray:
    """Cost of one unit of volume above its reference: (position, period)."""
    after = (1.0 - book.tax_rate) if taxed else np.ones(len(book.positions))
    return np.asarray(back_book_cost(book) * after[:, None] * _when(book))


def _change_cost(book: Book) -> np.ndarray:
    """Cost of one unit of change of volume, after tax: (position, period)."""
    each = book.positions["adjustment_cost"].to_numpy(float) * (1.0 - book.tax_rate)
    return np.asarray(each[:, None] * book.fx)


def _priced(model: linopy.Model, name: str, cost: np.ndarray) -> Symbols:
    block = columns(model, name)
    return block * -cost[block.rows]


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


def _fixed_lane_costs(model: linopy.Model, book: Book, every: pd.Index) -> Symbols:
    """Charge what carrying anything costs, after tax, to the nodes of the lenders that bear it."""
    after, lender = after_lender_tax(book), book.end_nodes["lender"]
    cost, bearer = corridor_fixed_cost(book)
    total = columns(model, "balance", book.booked[:0]).into([], every)
    for name, lane, each in (
        ("carries", np.arange(len(after)), lane_fixed_cost(book)),
        ("corridor_carries", bearer, cost),
    ):
        if name in model.variables:
            block = columns(model, name)
            borne = block * (each[block.rows] * after[lane[block.rows]])[:, None]
            total = total + borne.into(lender[lane[block.rows]], every)
    return total


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
    held[book.booked] = True
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
