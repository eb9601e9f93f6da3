"""Formulate: a book becomes a problem of matrices whose blocks keep their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.case import CaseError, Fault
from alm.formulation import families
from alm.formulation.alternatives import NoBoundError, with_alternatives
from alm.formulation.book import Book
from alm.formulation.cones import cones_of
from alm.formulation.decisions import (
    add_decisions,
    add_price_columns,
    untouched_balance,
)
from alm.formulation.earnings import Earnings, earnings
from alm.formulation.fixed_costs import fixed_cost_values
from alm.formulation.integers import whole_decisions
from alm.formulation.limit_rows import LimitRows, add_limits
from alm.formulation.open_ends import with_ends
from alm.formulation.retained import retained_income
from alm.formulation.switches import switches
from alm.formulation.tiers import premiums, rates_by_volume
from solvers import Problem

FAMILIES: tuple[Callable[[linopy.Model, Book], None], ...] = (
    families.roll_forward,
    families.disposals,
    families.renewal,
    families.outstanding,
    families.funding,
    families.volume_prices,
    whole_decisions,
    rates_by_volume,
    retained_income,
)


@dataclass(frozen=True)
class Block:
    """A named run of columns or rows: `start` its first number, `coords` what its cells stand for."""

    start: int
    coords: tuple[pd.Index, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return tuple(len(index) for index in self.coords)

    @property
    def numbers(self) -> np.ndarray:
        """Numbers of the columns or rows, in the block's shape."""
        return self.start + np.arange(int(np.prod(self.shape))).reshape(self.shape)


@dataclass(frozen=True)
class Formulation:
    """A problem (profit with its sign turned: backends minimise) and what its columns and rows stand for.

    Attributes
    ----------
    undecided : Problem, optional
        The problem before its whole decisions were fixed at what was found.
    """

    problem: Problem
    columns: dict[str, Block]
    rows: dict[str, Block]
    earnings: Earnings
    limits: LimitRows
    undecided: Problem | None = None

    def values(self, vector: np.ndarray, name: str) -> xr.DataArray | None:
        """Read one block of columns out of a vector; None where the case has no such decision."""
        block = self.columns.get(name)
        if block is None:
            return None
        return xr.DataArray(vector[block.numbers], coords=list(block.coords))


def formulate(book: Book) -> Formulation:
    """Write the whole model of a book.

    Returns
    -------
    Formulation
        Amounts in table units of their own currency; the objective in reporting currency, table units.

    Raises
    ------
    CaseError
        A measure that decides over a step, or stands on its wrong side, has no bound.

    Notes
    -----
    linopy's strict semantics hold inside: labels that do not match raise, nothing is filled silently.
    """
    with linopy.options as options:
        options["semantics"] = "v1"
        model = linopy.Model(sparse=True)
        add_decisions(model, book)
        add_price_columns(model, book)
        for family in FAMILIES:
            family(model, book)
        limits = add_limits(model, book)
        known = earnings(book)
        columns = _blocks(model.variables)
        written = Formulation(
            problem=_problem(model, book, known, columns, limits),
            columns=columns,
            rows=_blocks(model.constraints),
            earnings=known,
            limits=limits,
        )
    return _with_switches(book, written)


def _with_switches(book: Book, formulation: Formulation) -> Formulation:
    """Append rows that hold only while something whole says so: steps, and measures held on both sides."""
    numbers = {name: block.numbers for name, block in formulation.columns.items()}
    if "shortfall" in formulation.columns:
        numbers["soft rows"] = formulation.columns["shortfall"].coords[0].to_numpy()
    held, stepped = switches(book, formulation.limits, numbers)
    every = [*held, *(each for _, each in stepped)]
    try:
        bounded = with_ends(formulation.problem, formulation.limits, numbers)
        problem = with_alternatives(bounded, every)
    except NoBoundError as error:
        hint = "give max_balance of plugs and capacity of lanes, so that it is known how far it can move"
        fault = Fault("limits", None, "measure", error.what, "measures with bounds", hint)
        raise CaseError((fault,)) from error
    block = Block(
        formulation.problem.rows + len(held), (pd.Index([row for row, _ in stepped], dtype=int),)
    )
    rows = {**formulation.rows, "limit steps": block} if stepped else formulation.rows
    return replace(formulation, problem=problem, rows=rows)


def _blocks(
    parts: linopy.variables.Variables | linopy.constraints.Constraints,
) -> dict[str, Block]:
    """Find each name's run of columns or rows: the matrices keep the order in which they were added."""
    blocks, start = {}, 0
    for name in parts:
        labels = parts[name].labels
        coords = tuple(labels.indexes[dim] for dim in labels.dims)
        blocks[name] = Block(start, coords)
        start += labels.size
    return blocks


def _problem(
    model: linopy.Model,
    book: Book,
    known: Earnings,
    columns: dict[str, Block],
    limits: LimitRows,
) -> Problem:
    matrices = model.matrices
    A, b, sense = matrices.A.tocsr(), matrices.b, matrices.sense
    c, q = _objective(book, known, columns, limits)
    fixed = np.setdiff1d(np.arange(len(book.positions)), book.booked)
    constant = known.constant + float((known.balance * untouched_balance(book))[fixed].sum())
    return Problem(
        c=-c,
        q=q,
        A=A,
        row_lower=np.where(sense == "<", -np.inf, b),
        row_upper=np.where(sense == ">", np.inf, b),
        lower=matrices.lb,
        upper=matrices.ub,
        integer=np.isin(np.asarray(matrices.vtypes), ["B", "I"]),
        offset=-constant,
        cones=cones_of(book, columns, limits),
    )


def _objective(
    book: Book, known: Earnings, columns: dict[str, Block], limits: LimitRows
) -> tuple[np.ndarray, np.ndarray]:
    """Lay out the value of one unit of each column, and the curvature of its cost."""
    size = sum(int(np.prod(block.shape)) for block in columns.values())
    c, q = np.zeros(size), np.zeros(size)
    for name, value in {**_linear_values(book, known), **fixed_cost_values(book)}.items():
        if name in columns:
            block = columns[name]
            c[block.numbers] = value[block.coords[0]]
    if "new" in columns:
        rows = columns["new"].coords[0]
        slope = (known.price * book.positions["price_slope"].to_numpy(float)[:, None])[rows]
        q[columns["new"].numbers] = 2.0 * slope
    if "tier" in columns:
        c[columns["tier"].numbers] = premiums(book, known.price)
    if "shortfall" in columns:
        block, table = columns["shortfall"], limits.table
        missed = table.loc[block.coords[0]]
        when = (book.year_fraction * book.discount)[missed["period"].to_numpy()]
        c[block.numbers] = -missed["penalty"].to_numpy(float) * when
    if "off_target" in columns:
        targets = book.case.table("targets")
        charge = targets["weight"].to_numpy(float) * book.discount[targets["period"].to_numpy()]
        q[columns["off_target"].numbers] = 2.0 * charge
    return c, q


def _linear_values(book: Book, known: Earnings) -> dict[str, np.ndarray]:
    """Name the value of one unit of each column: (row, period)."""
    slope = book.positions["price_slope"].to_numpy(float)[:, None]
    reference = book.positions["reference_volume"].to_numpy(float)[:, None]
    return {
        "balance": known.balance,
        "new": known.new + known.price * slope * reference,
        "gone": known.gone,
        "sold": known.sold,
        "over": -known.back_book,
        "up": -known.adjustment,
        "down": -known.adjustment,
        "outstanding": known.outstanding,
        "posted": known.posted,
    }
