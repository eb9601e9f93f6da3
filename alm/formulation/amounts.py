"""Amounts: measures of scopes, as symbols for the model and as numbers for the reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import linopy
import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.decisions import period_index, untouched_balance
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
from alm.formulation.symbols import Symbols, columns, gathered, hold

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
    periods = period_index(amounts.book)
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
            hold(model, f"measure {measure}", columns(model, "amount", rows), ">=")
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


def _piecewise_rows(
    model: linopy.Model, amounts: Amounts, derived: Piecewise, rows: np.ndarray
) -> None:
    """Hold the amount on the right side of every piece."""
    fixed = _fixed(amounts, derived.addon, rows)
    sense: Literal["<=", ">="] = "<=" if derived.curvature == "concave" else ">="
    for number, piece in enumerate(derived.pieces, start=1):
        left = _less_parts(model, amounts, rows, zip(derived.parts, piece, strict=True))
        hold(model, f"{derived.name} piece {number}", left, sense, fixed)


def _combination_rows(
    model: linopy.Model, amounts: Amounts, measure: str, rows: np.ndarray
) -> None:
    """Tie a combined measure to its terms."""
    terms = combination(amounts.book, measure).itertuples(index=False, name=None)
    hold(model, f"measure {measure}", _less_parts(model, amounts, rows, terms), "==")


def _less_parts(
    model: linopy.Model, amounts: Amounts, rows: np.ndarray, terms: Iterable[tuple[str, float]]
) -> Symbols:
    """Take weighted parts off derived measures, each in its own scope."""
    left = columns(model, "amount", rows)
    for part, weight in terms:
        picked = columns(model, "amount", amounts.parts_at(part, rows))
        left = left - picked.named(left.coords[0]) * weight
    return left


def _earnings_rows(model: linopy.Model, amounts: Amounts, measure: str, rows: np.ndarray) -> None:
    """Tie interest or income to what the nodes of each scope earn."""
    inside = _inside(amounts, rows)
    symbols, constant = region_earnings(model, amounts.book, measure)
    row, node = np.nonzero(inside)
    left = columns(model, "amount", rows)
    left = left - gathered(symbols, node, rows[row], left.coords[0])
    hold(model, f"measure {measure}", left, "==", inside @ constant)


def _linear_rows(
    model: linopy.Model, amounts: Amounts, linear: list[tuple[Weights, np.ndarray]]
) -> None:
    """Tie all linear measures to the balances of their nodes and the lanes that cross their borders.

    One block of cells (measure x node) and one of rows serve every measure: the cost of writing the model then goes
    with its size, not with the number of measures.
    """
    book = amounts.book
    cells = _add_cells(model, book, [weight for weight, _ in linear])
    left = columns(model, "amount", np.concatenate([rows for _, rows in linear]))
    every = left.coords[0]
    names = [name for name in ("cell", "outstanding", "transfer") if name in model.variables]
    blocks, fixed = {name: columns(model, name) for name in names}, []
    for number, (weight, rows) in enumerate(linear):
        inside = _inside(amounts, rows)
        fixed.append(inside @ _untouched(book, weight) + _fixed_of(amounts, weight, rows))
        held = cells[number][None, :]
        row, node = np.nonzero(inside & (held >= 0))
        if len(row):
            left = left - gathered(blocks["cell"], held[0, node], rows[row], every)
        for edge in lane_edges(book, weight, inside):
            # Symbols know no rounding: what is owed is what is outstanding.
            block = blocks["transfer" if edge.quantity == "transfer" else "outstanding"]
            left = left - gathered(block, edge.lane, rows[edge.row], every, edge.weight)
    hold(model, "linear measures", left, "==", np.concatenate(fixed))


def _inside(amounts: Amounts, rows: np.ndarray) -> np.ndarray:
    """Tell which nodes the scope of each row holds: (row, node)."""
    return np.asarray(amounts.inside[amounts.scope_of[rows]])


def _fixed_of(amounts: Amounts, weight: Weights, rows: np.ndarray) -> np.ndarray:
    return np.asarray(amounts.holds[amounts.scope_of[rows]] @ weight.fixed)


def _untouched(book: Book, weight: Weights) -> np.ndarray:
    """Sum what no decision touches, positions outside the model and legacy books unsold: (node, period)."""
    fixed = np.zeros((len(book.nodes), book.periods))
    if weight.quantity == "balance":
        rest = np.setdiff1d(np.arange(len(book.positions)), book.booked)
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
    parts: list[tuple[int, Symbols, np.ndarray]] = []
    for number, measure in enumerate(measures):
        for quantity, lag, unit in _terms(measure):
            if quantity in model.variables:
                block = columns(model, quantity)
                rows = block.rows[(unit[block.rows] != 0).any(axis=1)]
                cells[number, book.node[rows]] = 0
                parts.append((number, block.at(rows).after(lag) * unit[rows], book.node[rows]))
    used = cells >= 0
    cells[used] = np.arange(used.sum())
    if not used.any():
        return cells
    every = pd.RangeIndex(int(used.sum()), name="cell")
    periods = period_index(book)
    model.add_variables(lower=-np.inf, coords=[every, periods], name="cell")
    left = columns(model, "cell")
    for number, weighed, node in parts:
        left = left - weighed.into(cells[number, node], every)
    hold(model, "cells", left, "==")
    return cells


def _terms(weight: Weights) -> Iterator[tuple[str, int, np.ndarray]]:
    """List what a measure weighs: columns, how many periods ago, and weights (position, period)."""
    yield weight.quantity, 0, weight.position
    if weight.ladder is not None:
        yield "gone", 0, -weight.ladder.legacy[:, 1:]
        for age in range(weight.ladder.cohort.shape[2]):
            yield "new", age, weight.ladder.cohort[:, :, age]


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
