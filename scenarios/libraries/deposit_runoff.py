"""Library `deposit-runoff`: customers leave this bank, all banks, or both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case
from scenarios.library import (
    Library,
    Rows,
    is_deposit,
    is_wholesale,
    products_held,
    scenario,
    shock,
)

STABLE = 0.05  # stable retail deposits: LCR40.6-40.10
LESS_STABLE = 0.10  # less stable retail deposits: LCR40.13-40.14
# Classes of deposits by their outflow: LCR40.12, 40.6, 40.14, 40.26 (operational), 40.40 (corporate).
CLASSES = np.array([0.03, STABLE, LESS_STABLE, 0.25, 0.40])
IDIOSYNCRATIC, MARKET, COMBINED = "runoff-idiosyncratic", "runoff-market", "runoff-combined"
OWN = "30 days of LCR stress: lcr_outflow of the case"
TITLES = {
    IDIOSYNCRATIC: "Run on this bank: depositors leave",
    MARKET: "Run on all banks: wholesale funding is not renewed",
    COMBINED: "Run on this bank and on all banks",
}


def deposit_runoff(case: Case) -> Rows:
    """Let funding leave in period 1 by what thirty days of LCR stress take, split into its two causes.

    Idiosyncratic: deposits lose their `lcr_outflow`, and what stays counts as one class less stable (3 %, 5 %, 10 %, 25 %, 40 %).
    Market: wholesale funding loses its `lcr_outflow`, deposits what stable retail deposits lose, 5 %, or less. Combined: deposits as
    in the first, wholesale as in the second. Where no deposit of the case has an outflow each takes 10 %, and says so in its note.

    References
    ----------
    BCBS 238, paragraph 19 (elements of the combined stress); LCR40 (factors).
    """
    products = products_held(case)
    deposits, wholesale = products[is_deposit(products)], products[is_wholesale(products)]
    shocks: list[dict[str, Any]] = []
    left_out: list[str] = []
    for name, share, source, step in _shares(deposits):
        for title in (IDIOSYNCRATIC, COMBINED):
            shocks.append(shock(title, "runoff", share, source, product=name))
            if step > 0:
                less = "what stays counts as one class less stable, LCR40"
                shocks.append(shock(title, "lcr_outflow", step, less, product=name))
        less = f"stable retail deposits, LCR40.6: {STABLE:g} at most"
        shocks.append(shock(MARKET, "runoff", min(share, STABLE), less, product=name))
    for name, outflow in zip(wholesale["product"], wholesale["lcr_outflow"], strict=True):
        shocks += [
            shock(title, "runoff", min(outflow, 1.0), OWN, product=name)
            for title in (MARKET, COMBINED)
        ]
    if deposits.empty:
        left_out.append("deposits: no liability whose class or name says deposit")
    if wholesale.empty:
        left_out.append("wholesale funding: no other liability with an lcr_outflow")
    left_out += [f"{name}: {source}" for name, _, source, _ in _shares(deposits) if source != OWN]
    used = {row["scenario"] for row in shocks}
    titles = [
        scenario(name, title, "elements of BCBS 238, paragraph 19")
        for name, title in TITLES.items()
        if name in used
    ]
    order = list(TITLES)
    shocks.sort(key=lambda row: order.index(row["scenario"]))
    return Rows(tuple(titles), tuple(shocks), tuple(left_out))


def _shares(deposits: pd.DataFrame) -> list[tuple[str, float, str, float]]:
    """Give for each deposit its name, the share that leaves, the source, and what its outflow rises by."""
    found = []
    some = (deposits["lcr_outflow"] > 0).any()
    for name, outflow in zip(deposits["product"], deposits["lcr_outflow"], strict=True):
        known = outflow > 0
        if some and not known:  # the case says that it stays
            continue
        higher = CLASSES[outflow + 1e-9 < CLASSES] if known else np.zeros(0)
        step = float(higher[0] - outflow) if len(higher) else 0.0
        assumed = (
            f"no lcr_outflow in the case: {LESS_STABLE:g} of less stable retail deposits, LCR40.14"
        )
        share = min(float(outflow), 1.0) if known else LESS_STABLE
        found.append((str(name), share, OWN if known else assumed, step))
    return found


LIBRARY = Library(
    "deposit-runoff",
    "Deposits and wholesale funding leave: this bank, all banks, both",
    deposit_runoff,
)
