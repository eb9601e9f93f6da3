"""Amounts: measures of scopes, as symbols for the model and as numbers for the reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.decisions import on, untouched_balance
from alm.formulation.earnings_rows import region_earnings
from alm.formulation.measures.piecewise import Piecewise
from alm.formulation.measures.registry import EARNINGS, PIECEWISE, linear_weights
from alm.formulation.measures.weights import Weights, addons
from alm.formulation.scopes import Scope, node_mask

Expression = Any


@dataclass(frozen=True)
class Amounts:
    """The (scope, measure) pairs that limits need, parts of derived measures included, in a fixed order.

    `order` lists parts before what is built from them.
    """

    book: Book
    order: tuple[tuple[Scope, str], ...]
    place: dict[tuple[Scope, str], int] = field(repr=False)

    @cached_property
    def scopes(self) -> list[Scope]:
        """Distinct scopes."""
        return sorted({scope for scope, _ in self.order})

    @cached_property
    def inside(self) -> np.ndarray:
        """Tell which nodes each scope holds: (scope, node)."""
        return node_mask(self.scopes, self.book.nodes, self.book.subtree)

    def regions_inside(self, scope: Scope) -> np.ndarray:
        """Tell which regions a scope holds: (region), in the order of the book."""
        if scope.scope == "solo":
            return np.asarray(self.book.subtree.index == scope.region)
        return self.book.subtree.loc[scope.region].to_numpy()


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
        place[scope, measure] = len(place)

    for scope, measure in wanted:
        add(scope, measure)
    return Amounts(book, tuple(place), place)


def parts_of(book: Book, measure: str) -> tuple[str, ...]:
    """Name the measures that a measure is built from; none for a linear one."""
    derived = piecewise(measure)
    if derived is not None:
        return derived.parts
    return tuple(combination(book, measure)["term"])


def piecewise(measure: str) -> Piecewise | None:
    """Find a derived measure by its name."""
    return next((each for each in PIECEWISE if each.name == measure), None)


def combination(book: Book, measure: str) -> pd.DataFrame:
    """Give the rows of the table `measures` that make up a combined measure: `term, weight`."""
    table = book.case.table("measures")
    return table.loc[table["measure"] == measure, ["term", "weight"]]


def add_amounts(model: linopy.Model, amounts: Amounts) -> None:
    """Add one column per (scope, measure) and period and the rows that tie it to balances and lanes.

    Linear measures first become one column a node, then sums over nodes less the lanes inside a scope: one term a
    node instead of one a position keeps the rows of wide scopes short.
    """
    if not amounts.order:
        return
    book = amounts.book
    pairs = pd.RangeIndex(len(amounts.order), name="amount")
    periods = pd.RangeIndex(1, book.periods + 1, name="period")
    model.add_variables(lower=-np.inf, coords=[pairs, periods], name="amount")
    for measure in dict.fromkeys(measure for _, measure in amounts.order):
        rows = np.array([i for i, pair in enumerate(amounts.order) if pair[1] == measure])
        derived = piecewise(measure)
        if derived is not None:
            _piecewise_rows(model, amounts, derived, rows)
        elif len(combination(book, measure)):
            _combination_rows(model, amounts, measure, rows)
        else:
            _linear_rows(model, amounts, measure, rows)


def _fixed(amounts: Amounts, measure: str, rows: np.ndarray) -> np.ndarray:
    """Sum the add-ons of a measure over the regions of each scope: (row, period)."""
    book = amounts.book
    each = addons(book, measure)
    return np.array(
        [each[amounts.regions_inside(amounts.order[row][0])].sum(axis=0) for row in rows]
    )


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
            at = np.array([amounts.place[amounts.order[row][0], part] for row in rows])
            picked = _picked(model, at).assign_coords(amount=rows)
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
        at = np.array([amounts.place[amounts.order[row][0], term] for row in rows])
        left = left - float(weight) * _picked(model, at).assign_coords(amount=rows)
    model.add_constraints(left == 0, name=f"measure {measure}")


def _linear_rows(model: linopy.Model, amounts: Amounts, measure: str, rows: np.ndarray) -> None:
    """Tie a linear measure to the balances of its nodes and the lanes that cross its border."""
    book = amounts.book
    scope_rows = np.array([amounts.scopes.index(amounts.order[row][0]) for row in rows])
    inside = amounts.inside[scope_rows]
    if measure in EARNINGS:
        symbols, constant = region_earnings(model, book, measure)
        fixed = inside @ constant
        left = _picked(model, rows) - _over_nodes(model, book, symbols, inside, rows)
    else:
        weight = linear_weights(book, measure)
        by_node = _node_sums(model, book, weight, f"node {measure}")
        fixed = inside @ _untouched(book, weight) + _fixed_of(amounts, weight, rows)
        left = 1 * _picked(model, rows)
        if by_node is not None:
            left = left - _over_nodes(model, book, by_node, inside, rows)
        for edge in lane_edges(book, weight, inside):
            left = left - _over_lanes(model, book, edge, rows)
    model.add_constraints(left == _array(book, fixed, rows), name=f"measure {measure}")


def _fixed_of(amounts: Amounts, weight: Weights, rows: np.ndarray) -> np.ndarray:
    inside = np.array([amounts.regions_inside(amounts.order[row][0]) for row in rows])
    return np.asarray(inside @ weight.fixed)


def _array(book: Book, values: np.ndarray, rows: np.ndarray) -> xr.DataArray:
    periods = pd.RangeIndex(1, book.periods + 1, name="period")
    return xr.DataArray(values, coords=[pd.Index(rows, name="amount"), periods])


def _untouched(book: Book, weight: Weights) -> np.ndarray:
    """Sum what positions outside the model contribute: (node, period)."""
    from alm.formulation.decisions import booked

    fixed = np.zeros((len(book.nodes), book.periods))
    if weight.quantity == "balance":
        rest = np.setdiff1d(np.arange(len(book.positions)), booked(book))
        np.add.at(fixed, book.node[rest], (untouched_balance(book) * weight.position)[rest])
    return fixed


def _node_sums(
    model: linopy.Model, book: Book, weight: Weights, name: str
) -> linopy.Variable | None:
    """Add one column per node that holds weighted columns, equal to their sum."""
    if weight.quantity not in model.variables:
        return None
    columns = model.variables[weight.quantity]
    rows = columns.indexes["position"].to_numpy()
    rows = rows[(weight.position[rows] != 0).any(axis=1)]
    if not len(rows):
        return None
    node = xr.DataArray(book.node[rows], coords=[pd.Index(rows, name="position")], name="node")
    total = (columns.sel(position=rows) * on(weight.position, rows, book)).groupby(node).sum()
    held = model.add_variables(
        lower=-np.inf,
        coords=[total.indexes["node"], pd.RangeIndex(1, book.periods + 1, name="period")],
        name=name,
    )
    model.add_constraints(held - total == 0, name=name)
    return held


def _over_nodes(
    model: linopy.Model, book: Book, by_node: Expression, inside: np.ndarray, rows: np.ndarray
) -> Expression:
    """Sum columns by node over the nodes of each row's scope."""
    known = by_node.indexes["node"].to_numpy()
    at, node = np.nonzero(inside[:, known])
    edge = pd.RangeIndex(len(at), name="edge")
    if not len(at):
        return xr.DataArray(
            np.zeros((len(rows), book.periods)),
            coords=_array(book, np.zeros((len(rows), book.periods)), rows).coords,
        )
    picked = (1 * by_node).sel(node=xr.DataArray(known[node], coords=[edge])).drop_vars("node")
    group = xr.DataArray(rows[at], coords=[edge], name="amount")
    return picked.groupby(group).sum().reindex(amount=rows).fillna(0)


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


def _over_lanes(model: linopy.Model, book: Book, edge: LaneEdge, rows: np.ndarray) -> Expression:
    """Sum weighted lanes over each row's scope."""
    index = pd.RangeIndex(len(edge.row), name="edge")
    periods = pd.RangeIndex(1, book.periods + 1, name="period")
    # Symbols know no rounding: what is owed is what is outstanding.
    columns = 1 * model.variables["transfer" if edge.quantity == "transfer" else "outstanding"]
    picked = columns.sel(lane=xr.DataArray(edge.lane, coords=[index])).drop_vars("lane")
    group = xr.DataArray(rows[edge.row], coords=[index], name="amount")
    weighted = picked * xr.DataArray(edge.weight, coords=[index, periods])
    return weighted.groupby(group).sum().reindex(amount=rows).fillna(0)
