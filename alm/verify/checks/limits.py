"""Checks that the figures of limits are right, and the hard ones kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.replay import Replay
from alm.verify.verification import Finding, Where, at_least, cells, equal, true_for

FIGURES = ("numerator", "denominator", "value", "bound", "headroom", "shortfall")


def _where(replay: Replay, column: str) -> Where:
    return cells(f"limits.{column}", replay.limits.rows[["limit"]])


def limits_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm numerator, denominator, value, bound, headroom and shortfall of every row."""
    limits = replay.limits
    named = limits.found_text("scenario")
    right = ~limits.stated | (named == replay.scenario)
    yield true_for(_where(replay, "scenario"), right, named, replay.scenario)
    for column in FIGURES:
        found, expected = limits.found(column), getattr(limits, column)
        blank = ~limits.stated | np.isnan(expected)
        where = _where(replay, column)
        filled = blank & limits.stated & ~np.isnan(found)
        yield true_for(where, ~filled, found, "blank")
        near = replay.noise(np.where(blank, 0.0, expected))
        if column == "headroom" or column == "shortfall":
            near = near + replay.noise(limits.numerator)
        if column == "value":
            size = np.where(limits.denominator > 0, limits.denominator, np.inf)
            near = near + replay.noise(limits.numerator) / size
        yield equal(where, np.where(blank, 0.0, found), np.where(blank, 0.0, expected), near)


def hard_limits_are_kept(replay: Replay) -> Iterator[Finding]:
    """Confirm that hard limits are missed by at most a quantum per position and lane in scope.

    From start to end, in the plan's scenario, closes before waiver_until left out.
    """
    limits = replay.limits
    headroom = np.where(limits.hard, limits.headroom, 0.0)
    yield at_least(_where(replay, "headroom"), headroom, 0.0, limits.allowance)


def statuses_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm that what is missed, and only that, is called short (soft), waived or broken."""
    limits, status = replay.limits, replay.limits.found_text("status")
    missed = limits.headroom < -limits.allowance
    kept = limits.headroom >= 0
    says_missed = np.isin(status.astype(str), ["short", "broken"])
    says_kept = np.isin(status.astype(str), ["met", "binding", "amber"])
    waived = (status.astype(str) == "waived") & limits.waived
    fits = waived | (says_missed & ~kept) | (says_kept & ~missed)
    wrong_kind = ((status == "short") & limits.hard) | ((status == "broken") & limits.soft)
    where = _where(replay, "status")
    checked = limits.stated & limits.active
    yield true_for(
        where, ~checked | (fits & ~wrong_kind), status, "what headroom and enforcement say"
    )
