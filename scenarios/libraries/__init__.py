"""Standard libraries of scenarios: one small file each, and one line here."""

from __future__ import annotations

from scenarios.libraries import (
    deposit_runoff,
    devaluation,
    downgrade,
    lane_closure,
    rates,
)
from scenarios.library import Library

LIBRARIES: tuple[Library, ...] = (
    rates.LIBRARY,
    deposit_runoff.LIBRARY,
    lane_closure.LIBRARY,
    devaluation.LIBRARY,
    downgrade.LIBRARY,
)
