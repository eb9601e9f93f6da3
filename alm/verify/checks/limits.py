"""Checks that the figures of limits are right, and the hard ones kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.limits import Limits
from alm.verify.replay import Replay
from alm.verify.verification import Finding, Where, at_least, equal, true_for

FIGURES = ("numerator", "denominator", "value", "bound", "headroom", "shortfall")


def named(limits: Limits, table: str, column: str) -> Where:
    """Name cells of a column of plan table limits or opening_limits."""
    names, closes = limits.rows["limit"].tolist(), limits.closes
    return lambda cell: f"{table}.{column} limit={names[cell[0]]} period={closes[cell[1]]}"


def limits_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm numerator, denominator, value, bound, headroom, shortfall and scenario of every row."""
    yield from figures(replay, replay.limits, "limits")


def figures(replay: Replay, limits: Limits, table: str) -> list[Finding]:
    """Confirm the figures of plan table limits or opening_limits, and that they name the scenario."""
    said = limits.found_text("scenario")
    right = ~limits.stated | (said == replay.scenario)
    scenario = true_for(named(limits, table, "scenario"), right, said, replay.scenario)
    return [scenario, *(each for name in FIGURES for each in _figure(replay, limits, table, name))]


def _figure(replay: Replay, limits: Limits, table: str, column: str) -> tuple[Finding, Finding]:
    """Compare one column; blank where there is nothing to state."""
    found, expected = limits.found(column), getattr(limits, column)
    blank = ~limits.stated | np.isnan(expected)
    where = named(limits, table, column)
    filled = blank & limits.stated & ~np.isnan(found)
    near = replay.noise(np.where(blank, 0.0, expected))
    if column in ("headroom", "shortfall"):
        near = near + replay.noise(limits.numerator)
    if column == "value":
        size = np.where(limits.denominator > 0, limits.denominator, np.inf)
        near = near + replay.noise(limits.numerator) / size
    return (
        true_for(where, ~filled, found, "blank"),
        equal(where, np.where(blank, 0.0, found), np.where(blank, 0.0, expected), near),
    )


def hard_limits_are_kept(replay: Replay) -> Iterator[Finding]:
    """Confirm that hard limits are missed by at most a quantum per position and lane in scope.

    From start to end, in the plan's scenario, closes before waiver_until left out.
    """
    limits = replay.limits
    headroom = np.where(limits.hard, limits.headroom, 0.0)
    where = named(limits, "limits", "headroom")
    yield at_least(where, headroom, 0.0, limits.allowance + limits.noise)


def statuses_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm what each limit is called: waived, short, broken, binding, amber or met."""
    yield statuses(replay.limits, "limits")


def statuses(limits: Limits, table: str) -> Finding:
    """Confirm column status, up to what rounding and floating point leave open.

    waived before waiver_until; short (soft) or broken (hard) where missed by more than rounding may;
    binding within it; amber from the early warning on; met.
    """
    said, headroom = limits.found_text("status").astype(str), limits.headroom
    most, least = limits.allowance + limits.noise, limits.sure_allowance - limits.noise
    soft = (limits.rows["enforcement"] == "soft").to_numpy()[:, None]
    warning = limits.rows["early_warning"].to_numpy(float)[:, None]
    beyond, size = limits.turn * (limits.value - warning), 1e-9 * np.abs(warning)
    with np.errstate(invalid="ignore"):
        may = {
            "short": soft & (headroom < -least),
            "broken": ~soft & (headroom < -least),
            "binding": np.abs(headroom) <= most,
            "amber": (headroom > least) & (beyond <= size),
            "met": (headroom > least) & ~(beyond <= -size),
        }
    fits = np.logical_or.reduce([(said == word) & possible for word, possible in may.items()])
    fits = np.where(limits.waived, said == "waived", fits)
    expected = "what headroom, enforcement and early warning say"
    return true_for(named(limits, table, "status"), ~limits.stated | fits, said, expected)
