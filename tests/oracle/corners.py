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


def draw_collateral(draft: Draft, rng: Random) -> None:
    """Draw liabilities that are backed by liquid assets of every class, in regions that hold some."""
    for product in ("repo", "term", "sub"):
        draft.products[product] |= {
            "hqla_class": rng.choice(["L1", "L2A", "L2B"]),
            "haircut": rng.choice([None, 0, 0.15, 0.5]),
        }
    for region, currency in draft.nodes():
        for product in ("gilt", "covered"):
            if not _held(draft, region, currency, product):
                own = {"region": region, "currency": currency, "product": product}
                draft.tables["positions"].append(
                    own | {"balance": 60, "rate": 0.02, "max_new": pick(rng, 5, 30, 1)}
                )


def draw_odd_sides(draft: Draft, rng: Random) -> None:
    """Draw disposals of funding, equity and commitments, and equity that is a plug."""
    for product in ("hybrid", "line", "demand", "term"):
        draft.products[product] |= {"max_disposal": 0.4, "disposal_haircut": pick(rng, 0.001, 0.02)}
    for row in draft.tables["positions"]:
        if row["product"] == "hybrid" and rng.random() < 0.5:
            key = {c: row[c] for c in ("region", "currency", "product")}
            row.clear()
            # Dearer than what it could fund: no money machine.
            row |= key | {"balance": 4, "rate": 0.09, "plug": True, "max_balance": 20}


def draw_rules_of_lanes(draft: Draft, rng: Random) -> None:
    """Draw rules on what lanes carry, by class and region: each end follows its own region."""
    for attribute, most in {
        "asf": 1, "lcr_inflow": 1, "lcr_outflow": 1, "reserve_ratio": 0.2, "leverage_factor": 1, "rsf": 1, "risk_weight": 1,
    }.items():  # fmt: skip
        for region in draft.tables["regions"]:
            if rng.random() < 0.7:
                where = {"region": region["region"], "class": "interbank"}
                draft.tables["rules"].append(
                    {"attribute": attribute, "value": pick(rng, 0, most)} | where
                )
    for row in draft.tables["lanes"]:
        row |= {"asset_product": "claim", "liability_product": "debt"}


def draw_coarse(draft: Draft, rng: Random) -> None:
    """Draw a coarse quantum."""
    draft.settings["quantum"] = rng.choice([0.1, 0.5])


def _held(draft: Draft, *key: str) -> bool:
    columns = ("region", "currency", "product")
    return any(tuple(row[c] for c in columns) == key for row in draft.tables["positions"])


CORNERS: dict[str, Callable[[Draft, Random], None]] = {
    "balance_bounds": draw_balance_bounds,
    "coarse": draw_coarse,
    "collateral": draw_collateral,
    "dated": draw_dated,
    "odd_sides": draw_odd_sides,
    "passing": draw_passing,
    "rules_of_lanes": draw_rules_of_lanes,
}
