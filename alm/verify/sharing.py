"""Who must have decided the same, by the table `scenarios` alone (contract, section 8)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.case import Case
from alm.verify.replay import Replay
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


def decisions_are_shared(
    replays: dict[str, Replay], deciding: dict[str, list[str]]
) -> Iterator[Finding]:
    """Confirm that scenarios with the same decider have the same decisions, in whole quanta."""
    periods = len(next(iter(deciding.values())))
    for period in range(periods):
        first: dict[str, str] = {}
        for name, each in deciding.items():
            lead = first.setdefault(each[period], name)
            if lead != name:
                when = np.arange(periods) == period
                yield from decisions_agree(replays[lead], replays[name], when, f"scenario={name}")


def decisions_agree(one: Replay, other: Replay, when: np.ndarray, of: str) -> Iterator[Finding]:
    """Confirm that two plans write, sell and place the same in some periods.

    What is sold is the same share of the legacy book where shocks left different ones; each of the two is a whole number of
    quanta, so the shares may be a quantum of each apart.
    """
    rows = one.terms.positions[["region", "currency", "product"]]
    plain = ~one.terms.plug
    where = cells(f"positions.new {of}", rows[plain].reset_index(drop=True))
    yield _same(
        where,
        other.plan.position_quanta("new")[plain],
        one.plan.position_quanta("new")[plain],
        when,
    )
    lanes = cells(f"lanes.transfer {of}", one.terms.lanes[["lane"]].reset_index(drop=True))
    yield _same(lanes, other.plan.lane_quanta("transfer"), one.plan.lane_quanta("transfer"), when)
    yield _same_share(one, other, when, of)


def _same(where: object, found: np.ndarray, expected: np.ndarray, when: np.ndarray) -> Finding:
    found, expected = (np.where(when, each, 0) for each in (found, expected))
    return equal(where, found, expected, 0.0)  # type: ignore[arg-type]


def _same_share(one: Replay, other: Replay, when: np.ndarray, of: str) -> Finding:
    quantum = one.terms.quantum
    there = [replay.books.before_disposals[:, 1:] for replay in (one, other)]
    shares = [replay.books.sold_share[:, 1:] for replay in (one, other)]
    counts = when & (there[0] > 0) & (there[1] > 0) & ~one.terms.plug[:, None]
    least = np.minimum(*(np.where(counts, each, 1.0) for each in there))
    apart = np.where(counts, np.abs(shares[0] - shares[1]), 0.0)
    where = cells(f"positions.sold {of}", one.terms.positions[["region", "currency", "product"]])
    return at_most(where, apart * least, 0.0, 1.5 * quantum)
