"""Checks that amounts come in whole quanta and balances follow from decisions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.replay import Replay
from alm.verify.terms import POSITION
from alm.verify.verification import Finding, Where, cells, equal

TIE = 1e-6  # quanta: as near to a tie both neighbours are the nearest


def of_positions(replay: Replay, column: str) -> Where:
    """Name cells of a column of plan table positions."""
    return cells(f"positions.{column}", replay.terms.positions[POSITION])


def of_lanes(replay: Replay, column: str) -> Where:
    """Name cells of a column of plan table lanes."""
    return cells(f"lanes.{column}", replay.terms.lanes[["lane"]])


def exact(replay: Replay, amounts: np.ndarray) -> np.ndarray:
    """By how much an amount in whole quanta may be off as a floating point number."""
    return TIE * replay.terms.quantum + 4 * np.finfo(float).eps * np.abs(amounts)


def plan_is_in_whole_quanta(replay: Replay) -> Iterator[Finding]:
    """Confirm that decisions, balances and outstanding amounts are multiples of the quantum."""
    plan, quantum = replay.plan, replay.terms.quantum
    for column in ("new", "sold", "balance"):
        amounts = plan.position(column)
        whole = plan.position_quanta(column) * quantum
        yield equal(of_positions(replay, column), amounts, whole, exact(replay, amounts))
    for column in ("transfer", "outstanding"):
        amounts = plan.lane(column)
        whole = plan.lane_quanta(column) * quantum
        yield equal(of_lanes(replay, column), amounts, whole, exact(replay, amounts))


def rows_add_up(replay: Replay) -> Iterator[Finding]:
    """Confirm opening - matured + new - sold + posted = balance = the next opening.

    Plugs take up, in whole quanta, or give back: what is not whole of their opening balance is given back with it.
    """
    plan, terms = replay.plan, replay.terms
    opening, matured, new, sold, posted, balance = (
        plan.position(column)
        for column in ("opening", "matured", "new", "sold", "posted", "balance")
    )
    near = exact(replay, np.abs(opening) + np.abs(matured) + np.abs(new) + np.abs(balance))
    expected = opening - matured + new - sold + posted
    yield equal(of_positions(replay, "balance"), balance, expected, near)
    before = np.column_stack([terms.opening, balance[:, :-1]])
    half = np.full(balance.shape, exact(replay, before))
    half[:, 0] += terms.quantum / 2  # the opening balance sheet need not be in whole quanta
    yield equal(of_positions(replay, "opening"), opening, before, half)
    plug = terms.plug[:, None]
    moved = balance - opening
    quanta = np.ceil(np.maximum(moved, 0) / terms.quantum - TIE)
    taken_up = np.where(plug, quanta * terms.quantum, new)
    yield equal(of_positions(replay, "new"), new, taken_up, near)
    given_back = np.where(plug, taken_up - moved, matured)
    yield equal(of_positions(replay, "matured"), matured, given_back, near)


def balances_follow_from_decisions(replay: Replay) -> Iterator[Finding]:
    """Confirm that balances are the formula of section 5 from new and sold alone, to the nearest quantum.

    Cohort by cohort, the legacy book by residual_months or runoff, and what is posted. The expected
    figure is the formula before rounding; half a quantum is all that rounding can add.
    """
    formula = replay.books.legacy[:, 1:] + replay.books.cohorts + replay.income.posted
    balance = replay.plan.position("balance")
    formula = np.where(replay.terms.plug[:, None], balance, formula)
    rounding = replay.terms.quantum / 2 + exact(replay, formula)
    yield equal(of_positions(replay, "balance"), balance, formula, rounding)


def posted_income_is_right(replay: Replay) -> Iterator[Finding]:
    """Confirm that by each close retained x income after tax / fx has been posted, and nothing else.

    Half a quantum is all that rounding can add to the sum so far.
    """
    posted, expected = np.cumsum(replay.plan.position("posted"), axis=1), replay.income.posted
    takes = replay.income.takes_posted[:, None]
    rounding = np.where(takes, replay.terms.quantum / 2, 0.0) + exact(replay, expected)
    near = rounding + takes * replay.noise(replay.income.of_regions["income"]).max(initial=0.0)
    yield equal(of_positions(replay, "posted so far"), posted, expected, near)
