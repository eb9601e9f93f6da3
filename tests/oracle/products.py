"""The products of random cases: one of each kind that the contract knows, with random terms."""

from __future__ import annotations

from random import Random
from typing import Any

Row = dict[str, Any]


def pick(rng: Random, low: float, high: float, digits: int = 4) -> float:
    """A round decimal between two bounds."""
    return round(rng.uniform(low, high), digits)


def maybe(rng: Random, chance: float, value: Any) -> Any:
    """The value, or a blank."""
    return value if rng.random() < chance else None


def random_products(rng: Random, months: int) -> dict[str, Row]:
    """Products by name; `months` is the length of a step."""
    rows = [*_assets(rng, months), *_liabilities(rng, months), *_others(rng, months)]
    for row in rows:
        row["operating_cost"] = maybe(rng, 0.3, pick(rng, 0, 0.004))
        row["green"] = maybe(rng, 0.5, pick(rng, -1, 2, 2))
        if row["side"] in ("asset", "off_balance") and row["product"] != "cash":
            row["expected_loss"] = maybe(rng, 0.5, pick(rng, 0, 0.01))
        if row["product"] not in ("cash", "overnight", "equity"):
            row["tax_exempt"] = maybe(rng, 0.25, rng.choice([1, 0.5]))
        if row.get("tenor_months"):
            row["ftp_curve"] = maybe(rng, 0.3, "client")
            row["ftp_tenor_months"] = maybe(rng, 0.3, rng.choice([1, 7, 24, 120]))
    return {row["product"]: row for row in rows}


def _tenor(rng: Random, months: int, most: int, whole: bool) -> float:
    """A tenor of one step or more, in whole steps where the product is a bullet."""
    steps = rng.randint(1, most)
    return months * steps if whole else months * steps + rng.choice([0, months / 2])


def _assets(rng: Random, months: int) -> list[Row]:
    shape = rng.choice(["linear", "decay"])
    return [
        {
            "product": "cash", "side": "asset", "class": "cash", "hqla_class": "L1",
            "lcr_inflow": maybe(rng, 0.2, 1), "leverage_factor": 1,
        },
        {
            "product": "loan", "side": "asset", "class": "loan",
            "tenor_months": _tenor(rng, months, 4, whole=True), "risk_weight": rng.choice([0.5, 1, 1.5]),
            "lcr_inflow": pick(rng, 0, 0.5, 2), "rsf": 0.85, "leverage_factor": 1,
            "max_disposal": maybe(rng, 0.2, 0.3), "disposal_haircut": pick(rng, 0, 0.02),
            "rate_type": maybe(rng, 0.2, "floating"), "index": "ftp",
        },
        {
            "product": "mortgage", "side": "asset", "class": "loan", "amortisation": shape,
            "tenor_months": _tenor(rng, months, 9, whole=False), "risk_weight": 0.35,
            "lcr_inflow": maybe(rng, 0.5, 0.05), "rsf": 0.65, "leverage_factor": 1,
        },
        {
            "product": "gilt", "side": "asset", "class": "bond", "hqla_class": rng.choice(["L1", "L2A"]),
            "haircut": pick(rng, 0, 0.15, 2), "rsf": 0.05, "leverage_factor": 1,
            "tenor_months": maybe(rng, 0.6, _tenor(rng, months, 6, whole=True)),
            "max_disposal": rng.choice([0.25, 0.5, 1]), "disposal_haircut": pick(rng, 0, 0.01),
        },
        {
            "product": "covered", "side": "asset", "class": "bond", "hqla_class": rng.choice(["L2A", "L2B"]),
            "haircut": pick(rng, 0.15, 0.5, 2), "risk_weight": 0.2, "rsf": 0.15, "leverage_factor": 1,
            "max_disposal": 0.6, "disposal_haircut": pick(rng, 0, 0.01),
        },
        {
            "product": "claim", "side": "asset", "class": "interbank", "risk_weight": 0.2,
            "lcr_inflow": 1, "rsf": 0.5, "leverage_factor": 1, "tenor_months": months,
        },
    ]  # fmt: skip


def _liabilities(rng: Random, months: int) -> list[Row]:
    return [
        {"product": "overnight", "side": "liability", "class": "wholesale", "lcr_outflow": 1},
        {
            "product": "demand", "side": "liability", "class": "deposit", "lcr_outflow": pick(rng, 0.03, 0.4, 2),
            "asf": 0.9, "reserve_ratio": 0.08, "amortisation": "decay",
            "tenor_months": maybe(rng, 0.5, _tenor(rng, months, 12, whole=False)),
        },
        {
            "product": "term", "side": "liability", "class": "deposit", "lcr_outflow": pick(rng, 0, 0.2, 2),
            "asf": 0.95, "reserve_ratio": maybe(rng, 0.5, 0.05),
            "amortisation": rng.choice(["bullet", "linear"]), "tenor_months": _tenor(rng, months, 4, whole=True),
        },
        {
            "product": "repo", "side": "liability", "class": "wholesale", "lcr_outflow": 0,
            "hqla_class": "L1", "haircut": maybe(rng, 0.5, 0.02), "tenor_months": months,
        },
        {
            "product": "sub", "side": "liability", "class": "wholesale", "capital_tier": "t2", "asf": 1,
            "tenor_months": maybe(rng, 0.4, 8 * months), "max_disposal": maybe(rng, 0.2, 0.1),
            "disposal_haircut": 0.03,
        },
        {
            "product": "debt", "side": "liability", "class": "interbank", "lcr_outflow": 1, "asf": 0.5,
            "reserve_ratio": 0.01, "tenor_months": months,
        },
    ]  # fmt: skip


def _others(rng: Random, months: int) -> list[Row]:
    return [
        {"product": "equity", "side": "equity", "class": "capital", "capital_tier": "cet1", "asf": 1},
        {"product": "hybrid", "side": "equity", "class": "capital", "capital_tier": "at1", "asf": 1},
        {
            "product": "line", "side": "off_balance", "class": "commitment", "risk_weight": 1,
            "ccf": maybe(rng, 0.7, 0.4), "lcr_outflow": 0.1, "rsf": 0.05, "leverage_factor": 0.4,
            "tenor_months": maybe(rng, 0.6, _tenor(rng, months, 3, whole=True)),
        },
    ]  # fmt: skip
