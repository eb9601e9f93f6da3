"""Checks that lanes carry what was placed on them, within their terms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.checks.amounts import exact, of_lanes
from alm.verify.checks.bounds import to_lots
from alm.verify.replay import Replay
from alm.verify.verification import Finding, at_least, at_most, cells, equal, true_for


def lanes_follow_from_transfers(replay: Replay) -> Iterator[Finding]:
    """Confirm that outstanding is the opening and the transfers still there; repaid; used."""
    plan, lanes = replay.plan, replay.lanes
    outstanding, near = lanes.outstanding[:, 1:], exact(replay, lanes.outstanding[:, 1:])
    rounding = replay.terms.quantum / 2 + near
    yield equal(of_lanes(replay, "outstanding"), outstanding, lanes.formula, rounding)
    repaid = lanes.outstanding[:, :-1] + plan.lane("transfer") - outstanding
    slack = 2 * exact(replay, repaid) + near
    slack[:, 0] += replay.terms.quantum / 2  # the opening need not be in whole quanta
    yield equal(of_lanes(replay, "repaid"), plan.lane("repaid"), repaid, slack)
    yield equal(of_lanes(replay, "used"), plan.lane("used"), lanes.carries, 0.0)


def lanes_keep_their_terms(replay: Replay) -> Iterator[Finding]:
    """Confirm transfers only from start to end, in lots and tickets; outstanding within capacity."""
    terms, lanes = replay.terms, replay.terms.lanes
    transfer, where = replay.plan.lane("transfer"), of_lanes(replay, "transfer")
    period = np.arange(1, terms.periods + 1)
    opens = (lanes["start"].to_numpy()[:, None] <= period) & (
        period <= lanes["end"].to_numpy()[:, None]
    )
    opens &= terms.capacity != 0
    yield at_least(where, transfer, 0.0, 0.0)
    yield true_for(where, opens | (transfer == 0), transfer, "0: the lane is closed")
    near = exact(replay, transfer)
    ticket = lanes["minimum_ticket"].to_numpy(float)[:, None]
    yield at_least(where, transfer, np.where(transfer == 0, 0.0, ticket), near)
    yield equal(where, transfer, to_lots(transfer, lanes["lot"].to_numpy(float)), near)
    outstanding = replay.lanes.outstanding[:, 1:]
    # A bound may be missed by a quantum; a closed lane carries exactly 0.
    allowance = np.where(terms.capacity != 0, terms.quantum, 0.0) + exact(replay, outstanding)
    yield at_most(of_lanes(replay, "outstanding"), outstanding, terms.capacity, allowance)
    yield from _corridors(replay)


def _corridors(replay: Replay) -> Iterator[Finding]:
    """Confirm a corridor's lanes together, reporting currency: within capacity, 0 or at least minimum."""
    corridors = replay.case.table("corridors").reset_index(drop=True)
    where = cells("corridors outstanding", corridors[["corridor"]])
    together = replay.lanes.by_corridor(replay.lanes.claim)
    one_quantum = replay.lanes.by_corridor(replay.terms.lane_fx) * replay.terms.quantum
    near = one_quantum + exact(replay, together)
    capacity = corridors["capacity"].fillna(np.inf).to_numpy(float)[:, None]
    yield at_most(where, together, capacity, near)
    carries = replay.lanes.by_corridor(replay.lanes.carries.astype(float)) > 0
    least = corridors["minimum"].to_numpy(float)[:, None]
    yield at_least(where, together, np.where(carries, least, 0.0), near)
