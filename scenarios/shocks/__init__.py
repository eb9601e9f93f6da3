"""Every shock, by name: one small file each, and one line here."""

from __future__ import annotations

from collections.abc import Callable

from alm.formulation.book import Book
from scenarios.hit import Hit
from scenarios.shocks.expected_loss import expected_loss
from scenarios.shocks.fx import fx
from scenarios.shocks.haircut import haircut
from scenarios.shocks.lane_capacity import lane_capacity
from scenarios.shocks.lcr_outflow import lcr_outflow
from scenarios.shocks.new_business import new_business
from scenarios.shocks.rate import rate
from scenarios.shocks.risk_weight import risk_weight
from scenarios.shocks.runoff import runoff

SHOCKS: tuple[tuple[str, Callable[[Book, Hit, float], Book]], ...] = (
    ("runoff", runoff),
    ("rate", rate),
    ("new_business", new_business),
    ("lane_capacity", lane_capacity),
    ("expected_loss", expected_loss),
    ("haircut", haircut),
    ("lcr_outflow", lcr_outflow),
    ("risk_weight", risk_weight),
    ("fx", fx),
)
