"""Check of the opening balance sheet, where a run shows it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alm.verify.checks.limits import figures, named, statuses
from alm.verify.checks.measures import every_row
from alm.verify.replay import Replay
from alm.verify.verification import Finding, equal


def opening_is_right(replay: Replay) -> Iterator[Finding]:
    """Confirm measures and limits at as_of: the case's balances at base fx, the weights of period 1.

    Nothing of the opening has a price.
    """
    if "opening" in replay.tables:
        yield every_row(replay, replay.opening_measures, "opening")
    if "opening_limits" in replay.tables:
        limits = replay.opening_limits
        yield from figures(replay, limits, "opening_limits")
        yield statuses(limits, "opening_limits")
        price = np.where(limits.stated, limits.found("price"), 0.0)
        yield equal(named(limits, "opening_limits", "price"), price, 0.0, 0.0)
