"""Who must have decided the same, by the table `scenarios` alone (contract, section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alm.case import Case
from alm.verify.replay import Replay
from alm.verify.terms import POSITION
from alm.verify.verification import Finding, at_most, cells, equal

TRUNK = ""


def deciders(case: Case, mode: str) -> dict[str, list[str]]:
    """Name, for each scenario and period, who decides: itself, a scenario above it, or the common trunk."""
    rows = case.table("scenarios").set_index("scenario")
    starts, parents = rows["start"].astype(int).to_dict(), rows["parent"].astype(str).to_dict()
    periods = range(1, case.settings.periods + 1)

    def decides(scenario: str, period: int) -> str:
        while scenario != TRUNK and period < starts[scenario]:
            scenario = parents[scenario]
        return scenario

    if mode == "sweep":
        return {str(name): [str(name)] * len(periods) for name in rows.index}
    if mode == "robust":
        return {str(name): [TRUNK] * len(periods) for name in rows.index}
    return {str(name): [decides(str(name), period) for period in periods] for name in rows.index}


def shared_periods(deciding: dict[str, list[str]]) -> dict[str, np.ndarray]:
    """Tell in which periods a scenario shares its decisions with another one, or with one above it: (period)."""
    count: dict[tuple[str, int], int] = {}
    for each in deciding.values():
        for period, who in enumerate(each):
            count[who, period] = count.get((who, period), 0) + 1
    return {
        name: np.array([who != name or count[who, period] > 1 for period, who in enumerate(each)])
        for name, each in deciding.items()
    }


@dataclass(frozen=True, eq=False)
class Decided:
    """What a plan decided, on the axes of its case.

    Parameters
    ----------
    positions, lanes
        Their keys; plugs are left out of the first.
    new, transfer
        In whole quanta: (row, period).
    share, there
        Share of the legacy book sold so far, and that book as if nothing were sold: (position, period).
    """

    positions: pd.DataFrame
    lanes: pd.DataFrame
    new: np.ndarray
    transfer: np.ndarray
    share: np.ndarray
    there: np.ndarray
    quantum: float


def decided(replay: Replay) -> Decided:
    """Read the decisions of a plan whose tables are complete."""
    terms, plain = replay.terms, ~replay.terms.plug
    return Decided(
        positions=terms.positions.loc[plain, POSITION].reset_index(drop=True),
        lanes=terms.lanes[["lane"]].reset_index(drop=True),
        new=replay.plan.position_quanta("new")[plain],
        transfer=replay.plan.lane_quanta("transfer"),
        share=replay.books.sold_share[plain, 1:],
        there=replay.books.before_disposals[plain, 1:],
        quantum=terms.quantum,
    )


def decisions_are_shared(
    plans: dict[str, Decided], deciding: dict[str, list[str]]
) -> Iterator[Finding]:
    """Confirm that scenarios with the same decider have the same decisions, in whole quanta."""
    periods = len(next(iter(deciding.values())))
    together: dict[tuple[str, str], list[int]] = {}
    for period in range(periods):
        first: dict[str, str] = {}
        for name, each in deciding.items():
            lead = first.setdefault(each[period], name)
            if lead != name:
                together.setdefault((lead, name), []).append(period)
    for (lead, name), when in together.items():
        shared = np.isin(np.arange(periods), when)
        yield from decisions_agree(plans[lead], plans[name], shared, f"scenario={name}")


def decisions_agree(one: Decided, other: Decided, when: np.ndarray, of: str) -> Iterator[Finding]:
    """Confirm that two plans write, sell and place the same in some periods.

    What is sold is the same share of the legacy book where shocks left different ones; each of the two is a whole number of
    quanta, so the shares may be a quantum of each apart.
    """
    where = cells(f"positions.new {of}", one.positions)
    yield equal(where, np.where(when, other.new, 0), np.where(when, one.new, 0), 0.0)
    where = cells(f"lanes.transfer {of}", one.lanes)
    yield equal(where, np.where(when, other.transfer, 0), np.where(when, one.transfer, 0), 0.0)
    counts = when & (one.there > 0) & (other.there > 0)
    least = np.where(counts, np.minimum(one.there, other.there), 0.0)
    where = cells(f"positions.sold {of}", one.positions)
    yield at_most(where, np.abs(one.share - other.share) * least, 0.0, 1.5 * one.quantum)
