"""A scenario made milder or harsher: every shock times a factor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alm.case import Case

MULTIPLES = ("new_business", "lane_capacity", "fx")  # 1 is no shock
LEAST_RATE = 1e-3  # of an exchange rate: a currency is never worth nothing


def scaled(case: Case, scenario: str, factor: float) -> Case:
    """Scale the shocks of one scenario; 1 leaves it as it is, 0 is no shock.

    What is added (`rate`, `expected_loss`, `haircut`, `lcr_outflow`, `risk_weight`) and what runs off is multiplied by the factor; of what
    multiplies (`new_business`, `lane_capacity`, `fx`) the distance from 1 is. No more runs off than is there, nothing is multiplied by less than 0, and an
    exchange rate by no less than a thousandth.
    """
    shocks = case.table("shocks")
    value, kind = shocks["value"].to_numpy(float), shocks["shock"]
    moved = np.where(kind.isin(MULTIPLES), 1 + factor * (value - 1), factor * value)
    moved = np.where(kind == "runoff", np.clip(moved, 0, 1), moved)
    moved = np.where(kind.isin(MULTIPLES), np.maximum(moved, 0), moved)
    moved = np.where(kind == "fx", np.maximum(moved, LEAST_RATE), moved)
    shocks["value"] = np.where(shocks["scenario"] == scenario, moved, value)
    return replace(case, tables={**case.tables, "shocks": shocks})
