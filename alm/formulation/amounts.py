"""Amounts: measures of scopes, as symbols for the model and as numbers for the reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.decisions import booked, untouched_balance
from alm.formulation.earnings_rows import region_earnings
from alm.formulation.measures.open_lanes import OPEN_LANES, add_open_lanes
from alm.formulation.measures.outflow_at_risk import AT_RISK, risk_factors
from alm.formulation.measures.piecewise import Piecewise
from alm.formulation.measures.registry import EARNINGS, PIECEWISE, linear_weights
from alm.formulation.measures.usable_hqla import (
    USABLE,
    USABLE_PARTS,
    add_usable_hqla,
    shared_liquidity,
)
from alm.formulation.measures.weights import Weights, addons
from alm.formulation.scopes import Scope, node_mask, region_mask

Expression = Any
NO_TERMS = pd.DataFrame({"term": pd.Series(dtype="str"), "weight": pd.Series(dtype="float64")})


@dataclass(frozen=True)
class Amounts:
    """The (scope, measure) pairs that limits need, parts of derived measures included, in a fixed order.

    `order` lists parts before what is built from them; `pinned` are places of derived measures that must be exact, not
    only on the right side.
    """

    book: Book
    order: tuple[tuple[Scope, str], ...]
    place: dict[tuple[Scope, str], int] = field(repr=False)
    pinned: frozenset[int] = frozenset()

    @cached_property
    def scopes(self) -> list[Scope]:
        """Distinct scopes."""
        return sorted({scope for scope, _ in self.order})

    @cached_property
    def inside(self) -> np.ndarray:
        """Tell which nodes each scope holds: (scope, node)."""
        return node_mask(self.scopes, self.book.nodes, self.book.subtree)

    @cached_property
    def holds(self) -> np.ndarray:
        """Tell which regions each scope holds: (scope, region), in the order of the book."""
        return region_mask(self.scopes, self.book.subtree)

    @cached_property
    def scope_of(self) -> np.ndarray:
        """Row of `scopes` of each pair: (amount)."""
        place = {scope: number for number, scope in enumerate(self.scopes)}
        return np.array([place[scope] for scope, _ in self.order], dtype=int)

    @cached_property
    def rows(self) -> dict[str, np.ndarray]:
        """Places in `order` of each measure's pairs, parts before what is built from them."""
        places: dict[str, list[int]] = {}
        for number, (_, measure) in enumerate(self.order):
            places.setdefault(measure, []).append(number)
        return {measure: np.array(numbers) for measure, numbers in places.items()}

    def parts_at(self, part: str, rows: np.ndarray) -> np.ndarray:
        """Find the places of a part of derived measures, in the scopes of their rows."""
        return np.array([self.place[self.order[row][0], part] for row in rows])


def amounts_of(book: Book, wanted: list[tuple[Scope, str]]) -> Amounts:
    """List what must be computed to know the wanted measures, parts first."""
    place: dict[tuple[Scope, str], int] = {}
    parts = {measure: parts_of(book, measure) for measure in {name for _, name in wanted}}

    def add(scope: Scope, measure: str) -> None:
        if (scope, measure) in place:
            return
        if measure not in parts:
            parts[measure] = parts_of(book, measure)
        for part in parts[measure]:
            add(scope, part)
        if measure == USABLE:
            for solo, _ in shared_liquidity(book, scope):
                for part in USABLE_PARTS:
                    add(solo, part)
        place[scope, measure] = len(place)

    for scope, measure in wanted:
        add(scope, measure)
    return Amounts(book, tuple(place), place)


def parts_of(book: Book, measure: str) -> tuple[str, ...]:
    """Name the measures that a measure is built from; none for a linear one."""
    derived = piecewise(measure)
    if derived is not None:
        return derived.parts
    if measure == AT_RISK:
        return risk_factors(book)
    return tuple(combination(book, measure)["term"])


def piecewise(measure: str) -> Piecewise | None:
    """Find a derived measure by its name."""
    return next((each for each in PIECEWISE if each.name == measure), None)


def combination(book: Book, measure: str) -> pd.DataFrame:
    """Give the rows of the table `measures` that make up a combined measure: `term, weight`."""
    return book.combinations.get(measure, NO_TERMS)


def add_amounts(model: linopy.Model, amounts: Amounts) -> None:
    """Add one column per (scope, measure) and period and the rows that tie it to balances and lanes.

    Linear measures first become one column a node, then sums over nodes less the lanes inside a scope: one term a
    node instead of one a position keeps the rows of wide scopes short.
    """
    if not amounts.order:
        return
    pairs = pd.RangeIndex(len(amounts.order), name="amount")
    periods = pd.RangeIndex(1, amounts.book.periods + 1, name="period")
    model.add_variables(lower=-np.inf, coords=[pairs, periods], name="amount")
    linear = []
    for measure, rows in amounts.rows.items():
        derived = piecewise(measure)
        if derived is not None:
            _piecewise_rows(model, amounts, derived, rows)
        elif len(combination(amounts.book, measure)):
            _combination_rows(model, amounts, measure, rows)
        elif measure == OPEN_LANES:
            add_open_lanes(model, amounts, rows)
        elif measure == AT_RISK:
            # Its norm is a cone; without factors nothing else holds it.
            model.add_constraints(_picked(model, rows) >= 0, name=f"measure {measure}")
        elif measure == USABLE:
            add_usable_hqla(model, amounts, rows)
        elif measure in EARNINGS:
            _earnings_rows(model, amounts, measure, rows)
        else:
            linear.append((linear_weights(amounts.book, measure), rows))
    if linear:
        _linear_rows(model, amounts, linear)


def _fixed(amounts: Amounts, measure: str, rows: np.ndarray) -> np.ndarray:
    """Sum the add-ons of a measure over the regions of each scope: (row, period)."""
    return np.asarray(amounts.holds[amounts.scope_of[rows]] @ addons(amounts.book, measure))


def _picked(model: linopy.Model, rows: np.ndarray) -> Expression:
    return model.variables["amount"].sel(amount=rows)


def _piecewise_rows(
    model: linopy.Model, amounts: Amounts, derived: Piecewise, rows: np.ndarray
) -> None:
    """Hold the amount on the right side of every piece."""
    fixed = _array(amounts.book, _fixed(amounts, derived.addon, rows), rows)
    for number, piece in enumerate(derived.pieces, start=1):
        left = 1 * _picked(model, rows)
        for part, weight in zip(derived.parts, piece, strict=True):
            picked = _picked(model, amounts.parts_at(part, rows)).assign_coords(amount=rows)
            left = left - weight * picked if weight else left
        name = f"{derived.name} piece {number}"
        if derived.curvature == "concave":
            model.add_constraints(left <= fixed, name=name)
        else:
            model.add_constraints(left >= fixed, name=name)


def _combination_rows(
    model: linopy.Model, amounts: Amounts, measure: str, rows: np.ndarray
) -> None:
    """Tie a combined measure to its terms."""
    left = 1 * _picked(model, rows)
    for term, weight in combination(amounts.book, measure).itertuples(index=False):
        picked = _picked(model, amounts.parts_at(term, rows)).assign_coords(amount=rows)
        left = left - float(weight) * picked
    model.add_constraints(left == 0, name=f"measure {measure}")


def _earnings_rows(model: linopy.Model, amounts: Amounts, measure: str, rows: np.ndarray) -> None:
    """Tie interest or income to what the nodes of each scope earn."""
    inside = _inside(amounts, rows)
    symbols, constant = region_earnings(model, amounts.book, measure)
    row, node = np.nonzero(inside)
    left = _picked(model, rows) - _gathered(symbols, "node", node, rows[row], rows)
    model.add_constraints(
        left == _array(amounts.book, inside @ constant, rows), name=f"measure {measure}"
    )


def _linear_rows(
    model: linopy.Model, amounts: Amounts, linear: list[tuple[Weights, np.ndarray]]
) -> None:
    """Tie all linear measures to the balances of their nodes and the lanes that cross their borders.

    One block of cells (measure x node) and one of rows serve every measure: the cost of writing the model then goes
    with its size, not with the number of measures.
    """
    book = amounts.book
    cells = _add_cells(model, book, [weight for weight, _ in linear])
    every = np.concatenate([rows for _, rows in linear])
    left = 1 * _picked(model, every)
    fixed, seen, lanes = [], [], []
    for number, (weight, rows) in enumerate(linear):
        inside = _inside(amounts, rows)
        fixed.append(inside @ _untouched(book, weight) + _fixed_of(amounts, weight, rows))
        held = cells[number][None, :]
        row, node = np.nonzero(inside & (held >= 0))
        seen.append((rows[row], held[0, node]))
        lanes += [(edge, rows) for edge in lane_edges(book, weight, inside)]
    row, cell = (np.concatenate(each) for each in zip(*seen, strict=True))
    if len(row):
        left = left - _gathered(1 * model.variables["cell"], "cell", cell, row, every)
    for quantity in ("outstanding", "transfer"):
        # Symbols know no rounding: what is owed is what is outstanding.
        chosen = [
            each for each in lanes if (each[0].quantity == "transfer") == (quantity == "transfer")
        ]
        if chosen:
            lane = np.concatenate([edge.lane for edge, _ in chosen])
            at = np.concatenate([rows[edge.row] for edge, rows in chosen])
            unit = np.concatenate([edge.weight for edge, _ in chosen])
            left = left - _gathered(1 * model.variables[quantity], "lane", lane, at, every, unit)
    model.add_constraints(
        left == _array(book, np.concatenate(fixed), every), name="linear measures"
    )


def _inside(amounts: Amounts, rows: np.ndarray) -> np.ndarray:
    """Tell which nodes the scope of each row holds: (row, node)."""
    return np.asarray(amounts.inside[amounts.scope_of[rows]])


def _fixed_of(amounts: Amounts, weight: Weights, rows: np.ndarray) -> np.ndarray:
    return np.asarray(amounts.holds[amounts.scope_of[rows]] @ weight.fixed)


def _array(book: Book, values: np.ndarray, rows: np.ndarray) -> xr.DataArray:
    periods = pd.RangeIndex(1, book.periods + 1, name="period")
    return xr.DataArray(values, coords=[pd.Index(rows, name="amount"), periods])


def _untouched(book: Book, weight: Weights) -> np.ndarray:
    """Sum what no decision touches, positions outside the model and legacy books unsold: (node, period)."""
    fixed = np.zeros((len(book.nodes), book.periods))
    if weight.quantity == "balance":
        rest = np.setdiff1d(np.arange(len(book.positions)), booked(book))
        np.add.at(fixed, book.node[rest], (untouched_balance(book) * weight.position)[rest])
    if weight.ladder is not None:
        np.add.at(fixed, book.node, weight.ladder.legacy[:, 1:] * book.opening[:, None])
    return fixed


def _add_cells(model: linopy.Model, book: Book, measures: list[Weights]) -> np.ndarray:
    """Add one column per measure and node that holds weighted columns, equal to their sum.

    Returns
    -------
    array of int (measure, node)
        Number of the cell; -1 where a node holds nothing of the measure.
    """
    cells = np.full((len(measures), len(book.nodes)), -1)
    edges: dict[tuple[str, int], list[tuple[np.ndarray, np.ndarray, np.ndarray]]] = {}
    for number, measure in enumerate(measures):
        for quantity, lag, unit in _terms(measure):
            if quantity in model.variables:
                rows = model.variables[quantity].indexes["position"].to_numpy()
                rows = rows[(unit[rows] != 0).any(axis=1)]
                cells[number, book.node[rows]] = 0
                each = (np.full(len(rows), number), rows, unit[rows])
                edges.setdefault((quantity, lag), []).append(each)
    used = cells >= 0
    cells[used] = np.arange(used.sum())
    if not used.any():
        return cells
    every = np.arange(used.sum())
    periods = pd.RangeIndex(1, book.periods + 1, name="period")
    held = model.add_variables(
        lower=-np.inf, coords=[pd.Index(every, name="cell"), periods], name="cell"
    )
    left = 1 * held
    for (quantity, lag), parts in edges.items():
        number_of, rows, unit = (np.concatenate(each) for each in zip(*parts, strict=True))
        at = cells[number_of, book.node[rows]]
        if len(rows):
            columns = 1 * model.variables[quantity]
            columns = columns.shift(period=lag).fillna(0) if lag else columns
            left = left - _gathered(columns, "position", rows, at, every, unit, "cell")
    model.add_constraints(left == 0, name="cells")
    return cells


def _terms(weight: Weights) -> Iterator[tuple[str, int, np.ndarray]]:
    """List what a measure weighs: columns, how many periods ago, and weights (position, period)."""
    yield weight.quantity, 0, weight.position
    if weight.ladder is not None:
        yield "gone", 0, -weight.ladder.legacy[:, 1:]
        for age in range(weight.ladder.cohort.shape[2]):
            yield "new", age, weight.ladder.cohort[:, :, age]


def _gathered(
    columns: Expression,
    dim: str,
    source: np.ndarray,
    target: np.ndarray,
    every: np.ndarray,
    unit: np.ndarray | None = None,
    name: str = "amount",
) -> Expression:
    """Sum columns over edges from `source` (a label of `dim`) to `target` (a label of `name`).

    Parameters
    ----------
    every : array
        Labels of the result; those without an edge are 0.
    unit : array (edge, period), optional
        Weight of each edge.
    """
    edge = pd.RangeIndex(len(source), name="edge")
    picked = columns.sel({dim: xr.DataArray(source, coords=[edge])}).drop_vars(dim)
    if unit is not None:
        periods = pd.RangeIndex(1, unit.shape[1] + 1, name="period")
        picked = picked * xr.DataArray(unit, coords=[edge, periods])
    group = xr.DataArray(target, coords=[edge], name=name)
    return picked.groupby(group).sum().reindex({name: every}).fillna(0)


@dataclass(frozen=True)
class LaneEdge:
    """Lanes seen by scopes: `row` sees `lane` with `weight` (edge, period).

    `quantity` is `outstanding` for claims, `debt` for debts, `transfer` for what is placed.
    """

    row: np.ndarray
    lane: np.ndarray
    weight: np.ndarray
    quantity: str


def lane_edges(book: Book, weight: Weights, inside: np.ndarray) -> list[LaneEdge]:
    """List the lanes that count in each scope: claims and debts that cross its border, transfers that touch it.

    Parameters
    ----------
    inside : array of bool (row, node)
    """
    if not len(book.lanes):
        return []
    lends, owes = inside[:, book.end_nodes["lender"]], inside[:, book.end_nodes["borrower"]]
    edges = []
    for seen, by_lane, quantity in (
        (lends & ~owes, weight.claim, "outstanding"),
        (owes & ~lends, weight.debt, "debt"),
        (lends | owes, weight.placed, "transfer"),
    ):
        row, lane = np.nonzero(seen & (by_lane != 0).any(axis=1))
        if len(row):
            edges.append(LaneEdge(row, lane, by_lane[lane], quantity))
    return edges
