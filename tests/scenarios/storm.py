"""Scenarios for tests: a case with shocks, and its plan without the workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alm.case import load
from alm.formulation.book import Book, open_book
from alm.formulation.formulate import formulate
from alm.plan.canonicalise import canonicalise
from alm.plan.decisions import read_decisions
from alm.plan.ledger import Ledger, keep_ledger, opening_tables
from alm.plan.rounding import round_plan
from scenarios import shocked
from solvers import solve
from tests.oracle.hand import CASH, DEPOSIT, EQUITY, LOAN, write_case

NAME = "storm"
PRODUCTS = [CASH, LOAN, DEPOSIT, EQUITY]


def balances(ledger: Ledger, product: str) -> list[float]:
    """Closing balances of a product, period by period."""
    rows = ledger.tables["positions"]
    return rows.loc[rows["product"] == product, "balance"].tolist()


def book_of(folder: Path, scenario: str = NAME) -> Book:
    """The book of a case under a scenario."""
    return shocked(open_book(load(folder)), scenario)


def planned(book: Book) -> Ledger:
    """Solve, make unique, round, write up; the accounts must confirm the model to the cent."""
    formulation = formulate(book)
    solution = solve(formulation.problem)
    assert solution.status == "optimal", solution.status
    vector = canonicalise(book, formulation, solution).x
    plan = round_plan(book, read_decisions(book, formulation, vector))
    assert not plan.unsquared.any()
    ledger = keep_ledger(book, plan, formulation.limits)
    broken = ledger.tables["limits"]["status"] == "broken"
    assert not broken.any(), ledger.tables["limits"][broken]
    assert abs(ledger.objective + solution.objective) < 0.01 * book.periods
    return replace(ledger, tables=ledger.tables | opening_tables(book, formulation.limits))


def under(
    folder: Path,
    settings: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *shocks: Mapping[str, Any],
) -> Ledger:
    """The plan of a case under one scenario that consists of these shocks."""
    rows = [{"scenario": NAME, **shock} for shock in shocks]
    given = {**tables, "scenarios": [{"scenario": NAME}], "shocks": rows}
    return planned(book_of(write_case(folder, settings, given)))
