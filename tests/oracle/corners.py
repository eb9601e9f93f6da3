"""Corners of the contract that the plain random book leaves out: nodes without positions, dated rules, bounds by period."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from .products import maybe, pick

if TYPE_CHECKING:
    from .cases import Draft

POST = "post"  # a region that holds nothing
DATED = {  # attribute: products that carry it, largest value
    "expected_loss": (["loan", "mortgage", "line"], 0.01),
    "operating_cost": (["loan", "demand", "equity", "cash"], 0.004),
    "risk_weight": (["gilt", "claim", "line"], 1.2),
    "lcr_outflow": (["demand", "debt"], 0.5),
    "lcr_inflow": (["mortgage", "claim"], 0.6),
    "asf": (["demand", "hybrid"], 1),
}


def draw_passing(draft: Draft, rng: Random) -> None:
    """Draw a region that only passes money on (section 4), in one currency or turning it into another."""
    above = rng.choice(draft.tables["regions"])["region"]
    currency = rng.choice(draft.currencies)
    own = {"region": POST, "parent": above, "currency": currency, "jurisdiction": "east"}
    draft.tables["regions"].append(own | {"tax_rate": rng.choice([0, 0.3])})
    nodes = draft.nodes()
    same = [node for node in nodes if node[1] == currency] or nodes
    ends = [(rng.choice(same), (POST, currency)), ((POST, currency), rng.choice(nodes))]
    ends += [((POST, currency), rng.choice(same))] * rng.randint(0, 1)
    for number, (lender, borrower) in enumerate(ends):
        draft.tables["lanes"].append({
            "lane": f"by-post{number}", "lender": lender[0], "borrower": borrower[0], "currency": lender[1],
            "borrower_currency": borrower[1], "rate": pick(rng, 0, 0.03), "capacity": pick(rng, 5, 60, 1),
            "tenor_months": maybe(rng, 0.4, draft.months * rng.randint(1, 3)), "cost": pick(rng, 0, 0.001),
            "tax": maybe(rng, 0.3, 0.1), "asset_product": "claim", "liability_product": "debt",
        })  # fmt: skip


def draw_dated(draft: Draft, rng: Random) -> None:
    """Draw rules that begin or end, so that what holds after the horizon is what held in its last period."""
    for attribute, (products, most) in DATED.items():
        for region in draft.tables["regions"]:
            cut = rng.randint(1, draft.last)
            when = rng.choice([{"start": cut}, {"end": cut}, {"start": cut, "end": cut}])
            draft.tables["rules"].append({
                "attribute": attribute, "product": rng.choice(products), "region": region["region"],
                "jurisdiction": region["jurisdiction"], "value": pick(rng, 0, most),
            } | when)  # fmt: skip


def draw_balance_bounds(draft: Draft, rng: Random) -> None:
    """Draw bounds on balances that hold for some periods, of plugs too; they replace the position's own."""
    for row in draft.tables["positions"]:
        if rng.random() < 0.5 or row["product"] in ("equity", "hybrid"):
            continue
        cut = rng.randint(1, draft.last)
        own = {c: row[c] for c in ("region", "currency", "product")} | {"start": cut}
        low = rng.choice([None, 0, pick(rng, 0, 4, 1)])
        high = 500 if row["product"] == "overnight" else row["balance"] + pick(rng, 20, 60, 1)
        bounds = {"max_balance": high} if row["product"] != "cash" else {}
        if row.get("plug") or not row.get("residual_months"):
            bounds |= {"min_balance": low}
        if bounds.get("max_balance") is not None or bounds.get("min_balance") is not None:
            draft.tables["bounds"].append(own | bounds | {"end": maybe(rng, 0.5, cut)})


CORNERS: dict[str, Callable[[Draft, Random], None]] = {
    "balance_bounds": draw_balance_bounds,
    "dated": draw_dated,
    "passing": draw_passing,
}
