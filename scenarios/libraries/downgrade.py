"""Library `downgrade`: borrowers lose a rating class, or the group itself does."""

from __future__ import annotations

from typing import Any

import numpy as np

from alm.case import Case
from scenarios.library import Library, Rows, is_wholesale, products_held, scenario, shock

# Risk weights of corporates by rating, AAA-AA to below BB: CRE20.42. Each falls to the next; none to 0 and none from the last.
CLASS, NEXT = (0.0, 0.2, 0.5, 0.75, 1.0, 1.5), (0.0, 0.5, 0.75, 1.0, 1.5, 1.5)
BORROWERS, GROUP = "downgrade-borrowers", "downgrade-group"
TITLES = {
    BORROWERS: ("Every borrower is rated one class lower", "risk weights by rating, CRE20.42"),
    GROUP: ("The group is downgraded by three notches", "LCR40.42, LCR40.51"),
}


def downgrade(case: Case) -> Rows:
    """Rate borrowers one class lower, and, in a scenario of its own, the group.

    Borrowers: the risk weight of assets and commitments moves to that of the next class of corporates (mixes between classes move in
    proportion), and expected loss in the same proportion, which is an assumption. Group: wholesale funding without collateral counts as
    leaving within thirty days.

    References
    ----------
    CRE20.42 (risk weights of corporates by rating); LCR40.42 (unsecured wholesale funding leaves), LCR40.51 (three notches).
    """
    products = products_held(case)
    lent = products[products["side"].isin(["asset", "off_balance"]) & (products["risk_weight"] > 0)]
    weight = lent["risk_weight"].to_numpy(float)
    lower = np.maximum(np.interp(weight, CLASS, NEXT), weight)
    shocks: list[dict[str, Any]] = []
    for name, before, after, loss in zip(
        lent["product"], weight, lower, lent["expected_loss"], strict=True
    ):
        if after - before >= 5e-7:
            source = f"from {before:g} to {after:.6g}: {TITLES[BORROWERS][1]}"
            shocks.append(shock(BORROWERS, "risk_weight", after - before, source, product=name))
        added = loss * (after / before - 1)
        if added >= 5e-7:
            source = f"assumed: {loss:g} rises as the risk weight does"
            shocks.append(shock(BORROWERS, "expected_loss", added, source, product=name))
    called = products[is_wholesale(products) & (products["hqla_class"] == "")]
    for name, outflow in zip(called["product"], called["lcr_outflow"], strict=True):
        if outflow < 1:
            source = f"from {outflow:g} to 1: {TITLES[GROUP][1]}"
            shocks.append(shock(GROUP, "lcr_outflow", 1 - outflow, source, product=name))
    used = {row["scenario"] for row in shocks}
    titles = [scenario(name, *words) for name, words in TITLES.items() if name in used]
    missing = {
        BORROWERS: "borrowers: no asset with a risk weight that could rise",
        GROUP: "the group: no wholesale funding without collateral whose outflow could rise",
    }
    left_out = tuple(words for name, words in missing.items() if name not in used)
    return Rows(tuple(titles), tuple(shocks), left_out)


LIBRARY = Library(
    "downgrade", "Borrowers lose a rating class; the group loses three notches", downgrade
)
