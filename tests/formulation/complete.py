"""Lay decisions out as a vector of the model: every column that follows from them by exact formulas, never by a solver."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.plan import accounts
from alm.plan.decisions import (
    Decisions,
    closing_balance,
    cohort_balance,
    outstanding_amount,
    sold_share,
)
from alm.plan.ledger import Quantities, limit_table, numbers, quantities_of
from alm.plan.rounding import Plan


def random_decisions(book: Book, rng: np.random.Generator) -> Decisions:
    """Draw decisions from the inside of their own bounds; nodes do not balance, nothing is optimal."""
    shape = (len(book.positions), book.periods)
    new = np.where(book.plug[:, None], 0.0, rng.uniform(book.min_new, book.max_new))
    most = np.where(book.plug, 0.0, book.positions["max_disposal"].to_numpy(float))[:, None]
    share = np.sort(rng.uniform(0.0, most, shape), axis=1)
    legacy = book.opening[:, None] * book.legacy[:, 1 : book.periods + 1]
    sold = legacy * np.diff(share, axis=1, prepend=0.0)
    plug = np.where(book.plug[:, None], rng.uniform(0.0, 50.0, shape), 0.0)
    transfer = rng.uniform(0.0, 10.0, (len(book.lanes), book.periods))
    return Decisions(new, sold, plug, transfer)


def unrounded(book: Book, decisions: Decisions) -> Plan:
    """Take decisions for a plan as they are, without whole quanta."""
    outstanding = outstanding_amount(book, decisions.transfer)
    return Plan(
        decisions=decisions,
        balance=closing_balance(book, decisions),
        outstanding=outstanding,
        debt=outstanding * book.lanes.debt_ratio[:, None],
        unsquared=np.zeros((len(book.nodes), book.periods)),
        posted=np.zeros(decisions.new.shape),
    )


def quantities(book: Book, plan: Plan) -> Quantities:
    """What measures weigh, from the plan's accounts."""
    income = accounts.regional_income(
        book, accounts.flows(book, plan), accounts.lane_flows(book, plan)
    )
    return quantities_of(book, plan, income)


def complete(book: Book, formulation: Formulation, plan: Plan) -> np.ndarray:
    """Give the vector of the model that says what the plan says: (column)."""
    vector = np.zeros(formulation.problem.columns)
    for name, value in _columns(book, formulation, plan).items():
        block = formulation.columns.get(name)
        if block is not None:
            vector[block.numbers] = value[block.coords[0].to_numpy()]
    if "cell" in formulation.columns:
        # Sums by node and measure: sum - terms = 0.
        rows = formulation.rows["cells"].numbers
        vector[formulation.columns["cell"].numbers] = -(formulation.problem.A @ vector)[rows]
    return vector


def _columns(book: Book, formulation: Formulation, plan: Plan) -> dict[str, np.ndarray]:
    """Name what each block of columns stands for, over all its possible rows."""
    new, measured = plan.decisions.new, quantities(book, plan)
    reference = book.positions["reference_volume"].to_numpy(float)[:, None]
    last = book.positions["last_new"].to_numpy(float)[:, None]
    before = np.concatenate([np.where(np.isnan(last), new[:, :1], last), new[:, :-1]], axis=1)
    slope = book.positions["price_slope"].to_numpy(float)[:, None]
    paid = cohort_balance(book, (accounts.written_rate(book, new) - book.at_first) * new)
    targets = book.case.table("targets")
    at = book.targeted, targets["period"].to_numpy(int) - 1
    return {
        "balance": plan.balance,
        "new": new,
        "gone": sold_share(book, plan.decisions.sold) * book.opening[:, None],
        "sold": plan.decisions.sold,
        "transfer": plan.decisions.transfer,
        "outstanding": plan.outstanding,
        "concession": slope * new**2,
        "cohort_interest": book.sign[:, None] * paid,
        "over": np.maximum(0.0, new - reference),
        "up": np.maximum(0.0, new - before),
        "down": np.maximum(0.0, before - new),
        "off_target": plan.balance[at] - targets["balance"].to_numpy(float),
        "amount": numbers(formulation.limits.amounts, measured, slice(None)),
        "shortfall": _shortfall(book, formulation, measured),
    }


def _shortfall(book: Book, formulation: Formulation, measured: Quantities) -> np.ndarray:
    table: pd.DataFrame = limit_table(book, formulation.limits, measured)
    return table["shortfall"].to_numpy(float)
