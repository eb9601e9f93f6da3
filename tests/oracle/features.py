"""What random cases may use beyond the plain book: each feature is drawn by its own dice, so it changes no other draw.

A feature is in `ENABLED` once the model can solve it; until then cases with it can only be put to the oracle.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from .corners import CORNERS
from .products import pick
from .stress import STRESSES
from .whole_features import WHOLE_KINDS, WHOLES

if TYPE_CHECKING:
    from .cases import Draft

Kind = tuple[str, str | None, str]  # measure, denominator, sense

ENABLED: frozenset[str] = frozenset(
    {
        "gone",
        "income_slopes",
        "ladder",
        "negative_rates",
        "nested",
        "outflow_at_risk",
        "retained",
        "short",
        "swaps_inside",
        *STRESSES,
        *CORNERS,
        "ratios",
    }
)
"""`usable_hqla` stays out: the program holds it exactly, by columns that are 0 or 1, and the oracle by a safe form."""


def features_of(seed: int) -> frozenset[str]:
    """Draw some of the features that are enabled."""
    rng = Random(f"features {seed}")
    drawn = frozenset(name for name in sorted(ENABLED) if rng.random() < 0.2)
    # A region that keeps income holds equity, and no longer passes money on.
    return drawn - {"passing"} if "retained" in drawn else drawn


def draw_ladder(draft: Draft, rng: Random) -> None:
    """Draw weights by time left, of products that run off and of some that do not."""
    weighed = {
        "lcr_inflow": ["loan", "mortgage", "gilt", "claim"],
        "lcr_outflow": ["demand", "term", "repo", "line"],
        "asf": ["demand", "term", "sub", "hybrid"],
        "rsf": ["loan", "mortgage", "gilt", "covered", "line"],
    }
    for attribute, products in weighed.items():
        for product in rng.sample(products, rng.randint(1, len(products))):
            months = rng.sample([1, 3, 6, 7, 12, 24], rng.randint(1, 3))
            draft.tables["ladder"] += [
                {"attribute": attribute, "product": product, "months_left": m, "value": pick(rng, 0, 1.2, 2)}
                for m in months
            ]  # fmt: skip


def draw_retained(draft: Draft, rng: Random) -> None:
    """Draw a share of income that is kept, and the rows that take it."""
    product = rng.choice(["equity", "equity", "hybrid"])
    if any(row["product"] == product and row.get("plug") for row in draft.tables["positions"]):
        product = "equity"  # what a plug takes is no income
    draft.settings["earnings"] = {"retained": rng.choice([0.3, 0.65, 1.0]), "product": product}
    rows = draft.tables["positions"]
    held = {(row["region"], row["currency"], row["product"]) for row in rows}
    for region in draft.tables["regions"]:
        key = {"region": region["region"], "currency": region["currency"], "product": product}
        if tuple(key.values()) not in held:
            rows.append(key | {"balance": 0, "rate": 0.01, "max_new": 0})
    for row in rows:
        if (
            row["product"] == product
        ):  # a balance below 0 would break its bound: let there be enough for losses
            row |= {"balance": max(row["balance"], rng.choice([20, 40])), "residual_months": None}
        # Money that costs nothing to hold is never turned away, so that all income is posted.
        if row["product"] == "cash" and draft.curved:
            row["rate"] = abs(row["rate"])


def draw_transferable(draft: Draft, rng: Random) -> None:
    """Draw what of the liquidity of each region an ancestor may count."""
    for row in draft.tables["regions"]:
        row["transferable"] = rng.choice([None, 0, 0.5, 0.8])


def draw_volatility(draft: Draft, rng: Random) -> None:
    """Draw loadings of funding on up to three factors, a few negative, and of assets too."""
    factors = ["rates", "run", "market"][: rng.randint(1, 3)]
    draft.settings["risk"] = {"outflow_confidence": rng.choice([1.0, 1.645, 2.326])}
    for row in draft.tables["positions"]:
        key = {c: row[c] for c in ("region", "currency", "product")}
        for factor in factors:
            if rng.random() < 0.45:
                loading = pick(rng, -0.05, 0.2, 3)
                draft.tables["volatility"].append(key | {"factor": factor, "loading": loading})


def draw_nested(draft: Draft, _: Random) -> None:
    """Combine combinations: one convex, one concave, as the limits on them need it."""
    draft.tables["measures"] += [
        {"measure": "burden", "term": "blend", "weight": 0.8},
        {"measure": "burden", "term": "cushion", "weight": -0.5},
        {"measure": "burden", "term": "assets", "weight": 0.1},
        {"measure": "strength", "term": "burden", "weight": -1},
        {"measure": "strength", "term": "hqla", "weight": 0.3},
        {"measure": "strength", "term": "equity", "weight": 2},
    ]


def draw_gone(draft: Draft, rng: Random) -> None:
    """Let books be gone at the first close."""
    for row in draft.tables["positions"]:
        if row.get("residual_months") and rng.random() < 0.4:
            row["residual_months"] = 0


def draw_negative_rates(draft: Draft, rng: Random) -> None:
    """Shift rates of clients and curves down; borrowing day by day stays dearer than cash."""
    down = pick(rng, 0.01, 0.04)
    for table in ("positions", "curves"):
        for row in draft.tables[table]:
            if row.get("product") not in ("cash", "overnight"):
                for column in {"rate", "new_rate", "ftp_rate"} & row.keys():
                    row[column] = None if row[column] is None else round(row[column] - down, 4)
    for row in draft.tables["lanes"]:
        row["rate"] = round(row["rate"] - down, 4)


def draw_swaps_inside(draft: Draft, rng: Random) -> None:
    """Join the two currencies of each region that has both, at the price that parity asks."""
    for region in draft.tables["regions"]:
        currencies = [c for r, c in draft.nodes() if r == region["region"]]
        for lender in currencies:
            for borrower in set(currencies) - {lender}:
                draft.tables["lanes"].append({
                    "lane": f"swap-{region['region']}-{lender}", "lender": region["region"],
                    "borrower": region["region"], "currency": lender, "borrower_currency": borrower,
                    "tenor_months": draft.months * rng.randint(1, 2), "rate": 0,
                    "capacity": pick(rng, 5, 40, 1), "asset_product": "claim", "liability_product": "debt",
                })  # fmt: skip


def draw_short(draft: Draft, rng: Random) -> None:
    """Let everything mature at the close after the one on which it was written."""
    for row in draft.products.values():
        if row.get("tenor_months") and rng.random() < 0.8:
            row["tenor_months"] = draft.months


def no_change(_: Draft, __: Random) -> None:
    """Leave the book as it is: the feature is one of limits."""


DRAWS: dict[str, Callable[[Draft, Random], None]] = {
    "gone": draw_gone,
    "income_slopes": no_change,
    "ladder": draw_ladder,
    "negative_rates": draw_negative_rates,
    "nested": draw_nested,
    "outflow_at_risk": draw_volatility,
    "ratios": no_change,
    "retained": draw_retained,
    "short": draw_short,
    "swaps_inside": draw_swaps_inside,
    "usable_hqla": draw_transferable,
    **CORNERS,
    **STRESSES,
    **WHOLES,
}

KINDS: dict[str, list[Kind]] = {
    "collateral": [("hqla", None, "min"), ("hqla", "net_outflow", "min"), ("hqla", "assets", "min")],
    "odd_sides": [("equity", "assets", "min"), ("disposals", None, "max"), ("new_business", None, "max")],
    "rules_of_lanes": [
        ("required_reserve", "class:cash", "max"), ("leverage_exposure", None, "max"), ("net_outflow", None, "max"),
        ("asf", "rsf", "min"), ("inflow", "outflow", "min"),
    ],
    "income_slopes": [("income", None, "min"), ("net_interest_income", None, "min")],
    "ladder": [
        ("hqla", "net_outflow", "min"), ("asf", "rsf", "min"), ("net_outflow", None, "max"), ("rsf", None, "max"),
        ("asf", None, "min"),
    ],
    "nested": [("burden", None, "max"), ("strength", None, "min"), ("burden", "assets", "max")],
    "outflow_at_risk": [
        ("outflow_at_risk", None, "max"), ("outflow_at_risk", "hqla", "max"), ("hqla", "outflow_at_risk", "min"),
        ("outflow_at_risk", "equity", "max"),
    ],
    "ratios": [
        ("income", "equity", "min"), ("net_interest_income", "assets", "min"), ("new_business", "assets", "max"),
        ("disposals", "class:bond", "max"), ("transfers", "assets", "max"), ("lent", "equity", "max"),
        ("hqla", "outflow", "min"), ("required_reserve", "class:cash", "max"), ("leverage_exposure", "tier1", "max"),
        ("class:deposit", "class:loan", "min"), ("product:line", "assets", "max"), ("outflow", "hqla", "max"),
    ],
    "retained": [("equity", None, "min"), ("cet1", "rwa", "min"), ("tier1", "leverage_exposure", "min")],
    "shock_haircut": [("hqla", None, "min"), ("hqla", "net_outflow", "min")],
    "shock_lcr_outflow": [("net_outflow", None, "max"), ("outflow", None, "max")],
    "shock_risk_weight": [("rwa", None, "max"), ("tier1", "rwa", "min")],
    "usable_hqla": [
        ("usable_hqla", "net_outflow", "min"), ("usable_hqla", None, "min"), ("usable_hqla", "outflow", "min"),
    ],
    **WHOLE_KINDS,
}  # fmt: skip
