"""The rows of the model, one function a family. Symbols are those of DESIGN: B balance, L legacy share, n tenor.

Every function reads the columns by name, adds rows under its own name and returns nothing.
"""

from __future__ import annotations

from typing import Literal

import linopy
import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.decisions import untouched_balance
from alm.formulation.symbols import Symbols, columns, hold, picked


def cohorts(model: linopy.Model, book: Book, rows: np.ndarray) -> tuple[Symbols, np.ndarray]:
    """Express what is there of new business: C = B - B0 L (1 - sold) - posted.

    Returns
    -------
    symbols : Symbols (position, period)
    constant : array (position, period)
        To be added: what is there of the legacy book if nothing is sold, with its sign turned.
    """
    cohort = columns(model, "balance", rows)
    disposable = np.intersect1d(book.disposable, rows)
    if len(disposable):
        share = book.legacy[disposable, 1 : book.periods + 1]
        cohort = cohort + (columns(model, "gone", disposable) * share).onto(rows)
    posting = np.intersect1d(book.retaining, rows)
    if len(posting):
        cohort = cohort - columns(model, "posted", posting).onto(rows)
    return cohort, -untouched_balance(book)[rows]


def roll_forward(model: linopy.Model, book: Book) -> None:
    """Roll cohorts from close to close by the exact recursion of their amortisation.

    bullet, no tenor: C[t] = C[t-1] + new[t] - new[t-n]; decay: C[t] = (1 - 1/n) C[t-1] + new[t];
    linear: C[t] = 2 C[t-1] - C[t-2] + second difference of (1 - k/n) applied to new. Contract, section 3. Each term of
    an earlier period counts at what run-off shocks since have left of it, so a total loss is a clean start (section 8).
    """
    dealt = book.dealt
    if len(dealt):
        stock, constant = cohorts(model, book, dealt)
        left = rolled(book, dealt, stock, columns(model, "new"))
        hold(model, "roll_forward", left, "==", -rolled_back(book, dealt, constant))
    still = np.setdiff1d(book.booked, np.concatenate([dealt, np.flatnonzero(book.plug)]))
    if len(still):
        stock, constant = cohorts(model, book, still)
        hold(model, "legacy_balance", stock, "==", -constant)


def rolled(book: Book, rows: np.ndarray, stock: Symbols, written: Symbols) -> Symbols:
    """Express by how much a stock misses the roll of its cohorts; 0 where it is the sum of what is there of them.

    Parameters
    ----------
    stock, written : Symbols (position, period)
        Over `rows`: what is there at each close, and what each period adds.
    """
    _, kernel = _recursions(book, rows)
    left = stock
    for lag, weight in _weights_back(book, rows):
        left = left + stock.after(lag) * weight
    for age in np.flatnonzero(kernel.any(axis=0)).tolist():
        weight = kernel[:, age : age + 1] * book.left_after(age)[rows]
        left = left - written.at(rows).after(age) * weight
    return left


def rolled_back(book: Book, rows: np.ndarray, stock: np.ndarray) -> np.ndarray:
    """Apply the recursion of a stock to a known one: (position, period)."""
    left = stock.copy()
    for lag, weight in _weights_back(book, rows):
        left[:, lag:] += stock[:, :-lag] * weight[:, lag:]
    return left


def _weights_back(book: Book, rows: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Weigh the stocks of earlier closes: by lag, (position, period)."""
    back, _ = _recursions(book, rows)
    lags = range(1, min(back.shape[1], book.periods))
    return [(lag, back[:, lag : lag + 1] * book.left_after(lag)[rows]) for lag in lags]


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


def disposals(model: linopy.Model, book: Book) -> None:
    """Sell of the legacy book: sold[t] = L[t] (gone[t] - gone[t-1]), gone never falls. Contract, section 5."""
    rows = book.disposable
    if not len(rows):
        return
    gone = columns(model, "gone")
    step = gone - gone.after(1)
    share = book.legacy[rows, 1 : book.periods + 1]
    hold(model, "disposal_amount", step * share - columns(model, "sold"), "==")
    hold(model, "disposal_is_final", step, ">=")
    # Of a book that is no longer there nothing can be sold, so its share cannot grow either.
    hold(model, "disposal_of_what_is_there", step * (share == 0), "==")


def renewal(model: linopy.Model, book: Book) -> None:
    """Keep new business within multiples of what ran off in its period. Contract, section 4.

    Ran off: (L[t-1] - L[t]) (B0 - gone[t]) of the legacy book, C[t-1] - C[t] + new[t] of cohorts.
    """
    senses: tuple[tuple[str, Literal[">=", "<="]], ...] = (
        ("min_renewal", ">="),
        ("max_renewal", "<="),
    )
    for name, sense in senses:
        multiple = book.positions[name].to_numpy(float)
        rows = book.dealt[~np.isnan(multiple[book.dealt])]
        if not len(rows):
            continue
        new = columns(model, "new", rows)
        cohort, constant = cohorts(model, book, rows)
        ran_off = cohort.after(1) - cohort + new
        fall = book.legacy[:, : book.periods] - book.legacy[:, 1 : book.periods + 1]
        disposable = np.intersect1d(book.disposable, rows)
        if len(disposable):
            sold = columns(model, "gone", disposable) * fall[disposable]
            ran_off = ran_off - sold.onto(rows)
        fixed = (fall * book.opening[:, None])[rows] - constant
        fixed[:, 1:] += constant[:, :-1]
        factor = multiple[rows, None]
        hold(model, name, new - ran_off * factor, sense, fixed * factor)


def outstanding(model: linopy.Model, book: Book) -> None:
    """Repay every transfer after its tenor: O[t] = O[t-1] + transfer[t] - transfer[t-n], and the opening amount."""
    lanes = book.lanes
    for months in np.unique(lanes.tenor).tolist():
        rows = np.flatnonzero(lanes.tenor == months)
        transfer, stock = (columns(model, name, rows) for name in ("transfer", "outstanding"))
        there = np.diff(lanes.opening, axis=1)
        there[:, 0] += lanes.opening[:, 0]
        left = stock - stock.after(1) - transfer + transfer.after(int(months))
        hold(model, f"outstanding {months}", left, "==", there[rows])


def funding(model: linopy.Model, book: Book) -> None:
    """Fund every node at every close: assets + lent = liabilities + equity + borrowed. Contract, section 5."""
    every = pd.RangeIndex(len(book.nodes), name="node")
    held = book.booked
    signed = columns(model, "balance") * book.funding_sign[held, None]
    left = signed.into(book.node[held], every)
    for end, share in (("lender", 1.0), ("borrower", -book.lanes.debt_ratio[:, None])):
        if len(book.lanes):
            stock = columns(model, "outstanding") * share
            left = left + stock.into(book.end_nodes[end], every)
    rest = np.setdiff1d(np.arange(len(book.positions)), held)
    fixed = np.zeros((len(every), book.periods))
    np.add.at(fixed, book.node[rest], (untouched_balance(book) * book.funding_sign[:, None])[rest])
    hold(model, "funding", left, "==", -fixed)


def volume_prices(model: linopy.Model, book: Book) -> None:
    """Bound volume above its reference, changes of volume, and distances from targets. Contract, section 4."""
    if "over" in model.variables:
        over = columns(model, "over")
        reference = book.positions["reference_volume"].to_numpy(float)[over.rows, None]
        left = over - columns(model, "new", over.rows)
        hold(model, "volume_above_reference", left, ">=", -reference)
    if "up" in model.variables:
        _changes(model, book)
    targets = book.case.table("targets")
    if len(targets):
        away = columns(model, "off_target")
        when = targets["period"].to_numpy(int)
        balance = picked(model, "balance", book.targeted, when, away.coords[0])
        wanted = targets["balance"].to_numpy(float)
        hold(model, "distance_from_target", away - balance, "==", -wanted)


def _changes(model: linopy.Model, book: Book) -> None:
    """Split the change of volume against the period before into up and down."""
    up, down = columns(model, "up"), columns(model, "down")
    rows = up.rows
    new = columns(model, "new", rows)
    last = book.positions["last_new"].to_numpy(float)[rows]
    change = new - new.after(1) - up + down
    # Without a volume of the period before, the first one is free: nothing ties it.
    free = np.isnan(last)
    before = np.zeros((len(rows), book.periods))
    before[:, 0] = np.nan_to_num(last)
    if (~free).any():
        hold(model, "change_of_volume", change.at(rows[~free]), "==", before[~free])
    if free.any() and book.periods > 1:
        later = change.at(rows[free]).without_first()
        hold(model, "change_of_volume_free_start", later, "==")
