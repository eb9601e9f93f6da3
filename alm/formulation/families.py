"""The rows of the model, one function a family. Symbols are those of DESIGN: B balance, L legacy share, n tenor.

Every function reads the columns by name, adds rows under its own name and returns nothing.
"""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from alm.formulation.book import Book
from alm.formulation.decisions import booked, on, target_positions, untouched_balance

Expression = Any


def cohorts(model: linopy.Model, book: Book, rows: np.ndarray) -> Expression:
    """Express what is there of new business: C = B - B0 L (1 - sold) - posted, over (position, period)."""
    balance = model.variables["balance"].sel(position=rows)
    cohort = balance - on(untouched_balance(book), rows, book)
    disposable = np.intersect1d(book.disposable, rows)
    if len(disposable):
        share = on(book.legacy[:, 1 : book.periods + 1], disposable, book)
        gone = model.variables["gone"].sel(position=disposable) * share
        cohort = cohort + gone.reindex(position=rows).fillna(0)
    posting = np.intersect1d(book.retaining, rows)
    if len(posting):
        posted = model.variables["posted"].sel(position=posting)
        cohort = cohort - (1 * posted).reindex(position=rows).fillna(0)
    return cohort


def roll_forward(model: linopy.Model, book: Book) -> None:
    """Roll cohorts from close to close by the exact recursion of their amortisation.

    bullet, no tenor: C[t] = C[t-1] + new[t] - new[t-n]; decay: C[t] = (1 - 1/n) C[t-1] + new[t];
    linear: C[t] = 2 C[t-1] - C[t-2] + second difference of (1 - k/n) applied to new. Contract, section 3. Each term of
    an earlier period counts at what run-off shocks since have left of it, so a total loss is a clean start (section 8).
    """
    dealt = book.dealt
    if len(dealt):
        left = rolled(book, dealt, cohorts(model, book, dealt), 1 * model.variables["new"])
        model.add_constraints(left == 0, name="roll_forward")
    still = np.setdiff1d(booked(book), np.concatenate([dealt, np.flatnonzero(book.plug)]))
    if len(still):
        model.add_constraints(cohorts(model, book, still) == 0, name="legacy_balance")


def rolled(book: Book, rows: np.ndarray, stock: Expression, written: Expression) -> Expression:
    """Express by how much a stock misses the roll of its cohorts; 0 where it is the sum of what is there of them.

    Parameters
    ----------
    stock, written : expression (position, period)
        Over `rows`: what is there at each close, and what each period adds.
    """
    back, kernel = _recursions(book, rows)
    left = stock
    for lag in range(1, min(back.shape[1], book.periods)):
        weight = _labelled(back[:, lag : lag + 1] * book.left_after(lag)[rows], rows)
        left = left + stock.shift(period=lag).fillna(0) * weight
    for age in np.flatnonzero(kernel.any(axis=0)):
        some = kernel[:, age] != 0
        volume = written.sel(position=rows[some]).shift(period=int(age))
        weight = _labelled(
            kernel[some, age : age + 1] * book.left_after(int(age))[rows[some]], rows[some]
        )
        left = left - (volume.fillna(0) * weight).reindex(position=rows).fillna(0)
    return left


def _recursions(book: Book, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the recursion of each position's cohorts.

    Returns
    -------
    back : array (position, lag 0..2)
        Weights on C[t], C[t-1], C[t-2] whose sum depends on few volumes only.
    kernel : array (position, age)
        Weights on the volumes of each age, in that sum.
    """
    positions = book.positions.iloc[rows]
    tenor = positions["tenor_months"].to_numpy(float) / book.step
    kind = positions["amortisation"].to_numpy(object)
    back = np.tile([1.0, -1.0, 0.0], (len(rows), 1))
    back[(kind == "linear") & ~np.isnan(tenor)] = 1.0, -2.0, 1.0
    decay = (kind == "decay") & ~np.isnan(tenor)
    back[decay, 1] = -np.maximum(0.0, 1.0 - 1.0 / tenor[decay])
    survival = book.survival[rows, : book.periods]
    kernel = back[:, :1] * survival
    for lag in range(1, min(back.shape[1], book.periods)):
        kernel[:, lag:] += back[:, lag : lag + 1] * survival[:, :-lag]
    return back, np.where(np.abs(kernel) > 1e-12, kernel, 0.0)


def _labelled(values: np.ndarray, rows: np.ndarray) -> xr.DataArray:
    periods = pd.RangeIndex(1, values.shape[1] + 1, name="period")
    return xr.DataArray(values, coords=[pd.Index(rows, name="position"), periods])


def disposals(model: linopy.Model, book: Book) -> None:
    """Sell of the legacy book: sold[t] = L[t] (gone[t] - gone[t-1]), gone never falls. Contract, section 5."""
    rows = book.disposable
    if not len(rows):
        return
    gone, sold = model.variables["gone"], model.variables["sold"]
    step = gone - gone.shift(period=1).fillna(0)
    share = on(book.legacy[:, 1 : book.periods + 1], rows, book)
    model.add_constraints(step * share - sold == 0, name="disposal_amount")
    # Of a book that is no longer there nothing can be sold, so its share cannot grow either.
    nothing_left = on((book.legacy[:, 1 : book.periods + 1] == 0).astype(float), rows, book)
    model.add_constraints(step >= 0, name="disposal_is_final")
    model.add_constraints(step * nothing_left == 0, name="disposal_of_what_is_there")


def renewal(model: linopy.Model, book: Book) -> None:
    """Keep new business within multiples of what ran off in its period. Contract, section 4.

    Ran off: (L[t-1] - L[t]) (B0 - gone[t]) of the legacy book, C[t-1] - C[t] + new[t] of cohorts.
    """
    for name, sense in (("min_renewal", ">="), ("max_renewal", "<=")):
        multiple = book.positions[name].to_numpy(float)
        rows = book.dealt[~np.isnan(multiple[book.dealt])]
        if not len(rows):
            continue
        new = model.variables["new"].sel(position=rows)
        cohort = cohorts(model, book, rows)
        ran_off = (
            cohort.shift(period=1).fillna(0) - cohort + new + _legacy_run_off(model, book, rows)
        )
        factor = xr.DataArray(multiple[rows], coords=[pd.Index(rows, name="position")])
        left = new - ran_off * factor
        model.add_constraints(left >= 0 if sense == ">=" else left <= 0, name=name)


def _legacy_run_off(model: linopy.Model, book: Book, rows: np.ndarray) -> Expression:
    """Express what runs off the legacy book in each period, less what was sold by its close."""
    fall = book.legacy[:, : book.periods] - book.legacy[:, 1 : book.periods + 1]
    ran = on(fall * book.opening[:, None], rows, book)
    disposable = np.intersect1d(book.disposable, rows)
    if not len(disposable):
        return ran
    gone = model.variables["gone"].sel(position=disposable) * on(fall, disposable, book)
    return ran - gone.reindex(position=rows).fillna(0)


def outstanding(model: linopy.Model, book: Book) -> None:
    """Repay every transfer after its tenor: O[t] = O[t-1] + transfer[t] - transfer[t-n], and the opening amount."""
    lanes = book.lanes
    for months in np.unique(lanes.tenor):
        rows = np.flatnonzero(lanes.tenor == months)
        transfer = model.variables["transfer"].sel(lane=rows)
        stock = model.variables["outstanding"].sel(lane=rows)
        fall = on(np.diff(lanes.opening, axis=1), rows, book, "lane")
        first = on(
            np.eye(1, book.periods).repeat(len(lanes), 0) * lanes.opening[:, :1], rows, book, "lane"
        )
        left = stock - stock.shift(period=1).fillna(0) - transfer
        left = left + transfer.shift(period=int(months)).fillna(0)
        model.add_constraints(left == fall + first, name=f"outstanding {months}")


def funding(model: linopy.Model, book: Book) -> None:
    """Fund every node at every close: assets + lent = liabilities + equity + borrowed. Contract, section 5."""
    every = pd.RangeIndex(len(book.nodes), name="node")
    held = booked(book)
    node = xr.DataArray(book.node[held], coords=[pd.Index(held, name="position")], name="node")
    sign = xr.DataArray(book.funding_sign[held], coords=node.coords)
    balance = model.variables["balance"] * sign
    left = balance.groupby(node).sum().reindex(node=every).fillna(0)
    for end, share in (("lender", 1.0), ("borrower", -book.lanes.debt_ratio)):
        if len(book.lanes):
            left = left + _at_ends(model, book, end, np.broadcast_to(share, len(book.lanes)), every)
    rest = np.setdiff1d(np.arange(len(book.positions)), held)
    fixed = np.zeros((len(every), book.periods))
    np.add.at(fixed, book.node[rest], (untouched_balance(book) * book.funding_sign[:, None])[rest])
    model.add_constraints(left == -on(fixed, np.arange(len(every)), book, "node"), name="funding")


def _at_ends(
    model: linopy.Model, book: Book, end: str, share: np.ndarray, every: pd.Index
) -> Expression:
    """Sum what is outstanding over the nodes of one end."""
    lane = pd.RangeIndex(len(book.lanes), name="lane")
    node = xr.DataArray(book.end_nodes[end], coords=[lane], name="node")
    stock = model.variables["outstanding"] * xr.DataArray(share, coords=[lane])
    return stock.groupby(node).sum().reindex(node=every).fillna(0)


def volume_prices(model: linopy.Model, book: Book) -> None:
    """Bound volume above its reference, changes of volume, and distances from targets. Contract, section 4."""
    columns = model.variables
    if "over" in columns:
        rows = columns["over"].indexes["position"].to_numpy()
        reference = book.positions["reference_volume"].to_numpy(float)[rows]
        left = columns["over"] - columns["new"].sel(position=rows)
        model.add_constraints(
            left >= -xr.DataArray(reference, coords=[pd.Index(rows, name="position")]),
            name="volume_above_reference",
        )
    if "up" in columns:
        _changes(model, book)
    targets = book.case.table("targets")
    if len(targets):
        index = pd.RangeIndex(len(targets), name="target")
        picked = (1 * columns["balance"]).sel(
            position=xr.DataArray(target_positions(book), coords=[index]),
            period=xr.DataArray(targets["period"].to_numpy(), coords=[index]),
        )
        picked = picked.drop_vars(["position", "period"])
        wanted = xr.DataArray(targets["balance"].to_numpy(float), coords=[index])
        model.add_constraints(
            columns["off_target"] - picked == -wanted, name="distance_from_target"
        )


def _changes(model: linopy.Model, book: Book) -> None:
    """Split the change of volume against the period before into up and down."""
    columns = model.variables
    rows = columns["up"].indexes["position"].to_numpy()
    new = columns["new"].sel(position=rows)
    last = book.positions["last_new"].to_numpy(float)[rows]
    change = new - new.shift(period=1).fillna(0) - columns["up"] + columns["down"]
    before = np.zeros((len(rows), book.periods))
    before[:, 0] = np.nan_to_num(last)
    # Without a volume of the period before, the first one is free: nothing ties it.
    free = np.isnan(last)
    right = xr.DataArray(before, coords=columns["up"].coords, dims=["position", "period"])
    if (~free).any():
        known = rows[~free]
        model.add_constraints(
            change.sel(position=known) == right.sel(position=known), name="change_of_volume"
        )
    if free.any() and book.periods > 1:
        later = {"position": rows[free], "period": np.arange(2, book.periods + 1)}
        model.add_constraints(
            change.sel(**later) == right.sel(**later), name="change_of_volume_free_start"
        )
