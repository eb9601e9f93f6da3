"""Checks that every node is funded to the last quantum, and all collateral is held."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.checks.amounts import TIE
from alm.verify.measures import HQLA_CLASSES
from alm.verify.replay import Replay
from alm.verify.scopes import solo_scopes
from alm.verify.verification import Finding, Miss, at_most, cells, stated


def nodes_are_funded(replay: Replay) -> Iterator[Finding]:
    """Confirm assets + lent = liabilities + equity + borrowed, every node and period, in whole quanta.

    The debt of an FX-swap lane is its outstanding at base fx, to the nearest quantum; within `TIE` of a
    tie both neighbours are the nearest.
    """
    terms = replay.terms
    node = terms.position_node
    balance = replay.plan.position_quanta("balance")
    lent = replay.plan.lane_quanta("outstanding")
    debt = replay.lanes.debt_before_rounding
    uses = _sum(replay, node[terms.side("asset")], balance[terms.side("asset")])
    uses += _sum(replay, terms.lender_node, lent)
    funded = terms.side("liability", "equity")
    sources = _sum(replay, node[funded], balance[funded])
    least = sources + _sum(replay, terms.borrower_node, np.ceil(debt - 0.5 - TIE).astype(np.int64))
    most = sources + _sum(replay, terms.borrower_node, np.floor(debt + 0.5 + TIE).astype(np.int64))
    nearest = np.clip(uses, least, most)
    where = cells("funding", terms.nodes)
    misses = [
        Miss(
            where((i, t)),
            uses[i, t] * terms.quantum,
            nearest[i, t] * terms.quantum,
            gap * terms.quantum,
        )
        for (i, t), gap in (
            (cell, int((uses - nearest)[cell]))
            for cell in zip(*np.nonzero(uses - nearest), strict=True)
        )
    ]
    yield stated(misses, uses.size)


def _sum(replay: Replay, node: np.ndarray, quanta: np.ndarray) -> np.ndarray:
    """Sum rows of quanta by node, int64: (node, period)."""
    total = np.zeros((len(replay.terms.nodes), replay.terms.periods), np.int64)
    np.add.at(total, node, quanta)
    return total


def collateral_is_held(replay: Replay) -> Iterator[Finding]:
    """Confirm that in no region and class more collateral is given than held, all currencies."""
    solo = solo_scopes(replay.terms)
    for name in HQLA_CLASSES:
        held = solo.positions(replay.measures.liquid(name, given=False))
        given = solo.positions(replay.measures.liquid(name, given=True))
        where = cells(f"collateral {name}", replay.terms.regions[["region"]])
        near = solo.quanta(replay.terms.position_fx, replay.terms.lane_fx) + replay.noise(held)
        yield at_most(where, given, held, near)
