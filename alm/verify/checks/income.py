"""Checks of rates, income of positions and regions, and the cost of lanes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.checks.amounts import of_lanes, of_positions
from alm.verify.replay import Replay
from alm.verify.verification import Finding, cells, equal


def rates_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm that column rate is the average rate of the closing balance; where nothing is left it says nothing."""
    balance, rate = replay.plan.position("balance"), replay.plan.position("rate")
    left = replay.plan.position_quanta("balance") != 0
    unrounded = replay.books.legacy[:, 1:] + replay.books.cohorts
    carried = np.where(replay.terms.plug[:, None], balance, unrounded) + replay.income.posted
    expected = np.divide(
        replay.books.interest_rate_run,
        carried,
        out=np.zeros(rate.shape),
        where=left & (carried > 0),
    )
    # Over the rounded balance or over the unrounded one is the same average.
    rounding = np.divide(
        np.abs(expected) * replay.terms.quantum,
        np.abs(balance),
        out=np.zeros(rate.shape),
        where=left,
    )
    found = np.where(left, rate, expected)
    yield equal(of_positions(replay, "rate"), found, expected, rounding + 1e-9)


def income_of_positions_is_right(replay: Replay) -> Iterator[Finding]:
    """Confirm signed interest less expected loss, operating, back-book and adjustment costs and disposal loss."""
    expected = replay.income.of_positions
    found = replay.plan.position("income")
    yield equal(of_positions(replay, "income"), found, expected, replay.noise(expected))


def cost_of_lanes_is_right(replay: Replay) -> Iterator[Finding]:
    """Confirm cost, withholding tax and fixed costs of each lane, reporting currency."""
    expected = replay.lanes.cost
    yield equal(
        of_lanes(replay, "cost"), replay.plan.lane("cost"), expected, replay.noise(expected)
    )


def income_of_regions_is_right(replay: Replay) -> Iterator[Finding]:
    """Confirm every column of plan table regions."""
    for column, expected in replay.income.of_regions.items():
        where = cells(f"regions.{column}", replay.terms.regions[["region"]])
        near = replay.noise(expected) + replay.noise(replay.income.of_regions["interest"])
        yield equal(where, replay.plan.region(column), expected, near)
