"""Bounds of a position leave room between them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from alm.case.checks.cells import faults_at
from alm.case.checks.positions import position_ids
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.spec.positions import BOUNDS_OF_A_POSITION

PAIRS = (("min_balance", "max_balance"), ("min_new", "max_new"), ("min_renewal", "max_renewal"))


def bounds_do_not_cross(draft: Draft) -> Iterator[Fault]:
    """Refuse a lower bound of a position above the upper one."""
    positions = draft.tables["positions"]
    for low, high in PAIRS:
        wrong = (positions[low] > positions[high]) & draft.sound("positions", low, high)
        yield from faults_at(
            draft,
            "positions",
            low,
            wrong,
            f"at most {high}",
            _at(high, positions.loc[wrong, high]),
        )


def _at(name: str, values: pd.Series) -> pd.Series:
    return pd.Series([f"{name} is {value:g}" for value in values], index=values.index, dtype="str")


def bounds_are_given_once(draft: Draft) -> Iterator[Fault]:
    """Refuse the same bound of a position twice in one period of table `bounds`."""
    if draft.tables["bounds"].empty:
        return
    periods = overrides(draft)
    for name in BOUNDS_OF_A_POSITION:
        given = periods[periods[name].notna()].sort_values(["row", "period"])
        again = given[given.duplicated(["position", "period"])]
        first = given.drop_duplicates(["position", "period"]).set_index(["position", "period"])[
            "row"
        ]
        repeated = again.drop_duplicates("row")[["row", "position", "period"]]
        for row, position, period in repeated.itertuples(index=False):
            hint = f"period {period} as in row {first[position, period]}"
            yield Fault(
                "bounds",
                int(row),
                name,
                draft.found("bounds", row, name),
                "each bound once a period",
                hint,
            )


def overrides_do_not_cross(draft: Draft) -> Iterator[Fault]:
    """Refuse a lower bound above the upper one in any period, overrides counted."""
    if draft.tables["bounds"].empty:
        return
    positions = draft.tables["positions"]
    sound = draft.sound("positions", *BOUNDS_OF_A_POSITION)
    periods = overrides(draft)
    for low, high in PAIRS[:2]:
        joint = _in_force(periods, low).join(_in_force(periods, high), how="outer")
        joint = joint[sound.to_numpy()[joint.index.get_level_values("position")]]
        at = joint.index.get_level_values("position")
        for name in (low, high):
            joint[name] = joint[name].fillna(
                pd.Series(positions[name].to_numpy()[at], index=joint.index)
            )
        yield from _crossings(draft, joint[joint[low] > joint[high]], low, high)


def overrides(draft: Draft) -> pd.DataFrame:
    """Write table `bounds` out, one row per row of it and period of the plan.

    Columns: position (place in table `positions`), period, row, and the four bounds.
    """
    sound = draft.sound("bounds", *draft.spec["bounds"].names)
    rows = draft.tables["bounds"][sound]
    ids = position_ids(draft.tables["positions"])
    first = np.append(np.flatnonzero(~ids.duplicated()), -1)
    # An unknown position is -1, and finds the -1 that was appended.
    at = first[ids[first[:-1]].get_indexer(position_ids(rows))]
    last = np.minimum(rows["end"], draft.settings.periods)
    times = np.maximum(last - rows["start"] + 1, 0).to_numpy()
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    written = pd.DataFrame(
        {
            "position": np.repeat(at, times),
            "period": np.repeat(rows["start"].to_numpy(), times) + within,
            "row": np.repeat(rows.index.to_numpy(), times),
            **{name: np.repeat(rows[name].to_numpy(), times) for name in BOUNDS_OF_A_POSITION},
        }
    )
    return written[written["position"] >= 0]


def _in_force(periods: pd.DataFrame, name: str) -> pd.DataFrame:
    given = periods[periods[name].notna()].drop_duplicates(["position", "period"])
    given = given.set_index(["position", "period"])[[name, "row"]]
    return given.rename(columns={"row": f"row of {name}"})


def _crossings(draft: Draft, crossed: pd.DataFrame, low: str, high: str) -> Iterator[Fault]:
    seen: set[tuple[int, str]] = set()
    for line in crossed.reset_index().to_dict("records"):
        period = line["period"]
        name = low if pd.notna(line[f"row of {low}"]) else high
        row = int(line[f"row of {name}"])
        if (row, name) in seen:
            continue
        seen.add((row, name))
        allowed = f"at most {high}" if name == low else f"at least {low}"
        hint = f"in period {period} {low} is {line[low]:g} and {high} {line[high]:g}"
        yield Fault("bounds", row, name, draft.found("bounds", row, name), allowed, hint)
