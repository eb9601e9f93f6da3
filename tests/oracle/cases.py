"""Random small valid cases over everything that the model supports, written as folders of CSVs.

`random_tables(seed, features)` draws the book, without limits: its opening balance sheet is funded exactly and its optimum is
bounded (new business is finite, lanes have a capacity, a borrowing plug has a ceiling). `tests.oracle.tight` adds limits
that bite.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from random import Random
from typing import Any

from .features import DRAWS
from .products import Row, maybe, pick, random_products
from .whole_features import WHOLES

STEP_MONTHS = {"month": 1, "quarter": 3, "year": 12}
DATES = [dt.date(2025, 12, 31), dt.date(2024, 2, 29), dt.date(2025, 6, 15), dt.date(2025, 1, 30)]
CLIENTS = ["loan", "mortgage", "gilt", "covered", "demand", "term", "repo", "sub", "hybrid", "line"]
MEASURES = [
    {"measure": "blend", "term": "rwa", "weight": 0.5},
    {"measure": "blend", "term": "net_outflow", "weight": 1},
    {"measure": "blend", "term": "equity", "weight": -0.25},
    {"measure": "cushion", "term": "hqla", "weight": 1},
    {"measure": "cushion", "term": "net_outflow", "weight": -0.2},
]
FUNDING = {"demand", "term", "repo", "sub"}


class Draft:
    """A case in the making: settings and tables of rows."""

    def __init__(self, seed: int, features: frozenset[str]) -> None:
        self.rng = Random(seed)
        self.settings: dict[str, Any] = {}
        self.tables: dict[str, list[Row]] = {
            name: []
            for name in (
                "regions", "products", "rules", "addons", "positions", "bounds", "runoff", "targets",
                "fx", "curves", "lanes", "limits", "measures", "ladder", "volatility", "scenarios", "shocks",
                "corridors", "tiers", "steps",
            )
        }  # fmt: skip
        self.small = bool(features & WHOLES.keys())
        self.curved = self.rng.random() < 0.4 or "income_slopes" in features
        self.decide_settings()
        self.months = STEP_MONTHS[self.settings["step"]]
        self.products = random_products(self.rng, self.months)
        self.tables["products"] = list(self.products.values())
        self.decide_regions()
        self.decide_markets()
        for region in self.tables["regions"]:
            self.decide_node(region["region"], region["currency"])
            if len(self.currencies) == 2 and self.rng.random() < 0.35:
                (other,) = set(self.currencies) - {region["currency"]}
                self.decide_node(region["region"], other)
        for number in range(self.rng.randint(2, 4) if self.small else self.rng.randint(0, 5)):
            self.decide_lane(f"lane{number}")
        self.tables["measures"] = [dict(row) for row in MEASURES]
        for feature in sorted(features):
            DRAWS[feature](self, Random(f"{feature} {seed}"))
        self.fund_opening()
        self.decide_tables_of_positions()
        self.decide_rules()

    @property
    def last(self) -> int:
        return self.settings["periods"]

    def decide_settings(self) -> None:
        """Draw section 1."""
        rng = self.rng
        step = rng.choice(["month", "quarter", "year"])
        self.settings = {
            "name": "drawn",
            "as_of": rng.choice(DATES),
            "periods": rng.randint(1, {"month": 6, "quarter": 5, "year": 4}[step]),
            "step": step,
            "accrual": rng.choice(["average", "closing"]),
            "quantum": rng.choice([0.01, 0.0001, 0.0001]),
            "day_count": rng.choice(["30/360", "act/365", "act/360"]),
            "horizon_value": rng.choice(["none", "run_off"]),
            "discount_rate": rng.choice([0.0, 0.03]),
            "custom_measures": ["green"],
            "capital": {"ratio": rng.choice([0.0, 0.1]), "charge_rate": pick(rng, 0.02, 0.1)},
        }
        if (
            self.small
        ):  # what is whole is slow to solve, and must be solved to the last digit to compare
            self.settings["periods"] = min(self.settings["periods"], 2 if self.curved else 3)
            self.settings["solve"] = {"gap": 1e-9}
        if self.settings["horizon_value"] == "run_off":
            self.settings["horizon"] = {
                "capital": rng.random() < 0.7,
                "max_months": rng.choice([7, 18, 36, 60]),
            }

    def decide_regions(self) -> None:
        """Draw a tree of one to four regions and their currencies."""
        rng = self.rng
        self.currencies = rng.choice([["CNY"], ["CNY", "USD"]])
        for number in range(rng.randint(2, 3) if self.small else rng.randint(1, 4)):
            above = [row["region"] for row in self.tables["regions"]]
            self.tables["regions"].append({
                "region": f"R{number}",
                "parent": rng.choice(above) if above else None,
                "kind": rng.choice(["branch", "subsidiary", "group", None]),
                "currency": rng.choice(self.currencies) if above else None,
                "jurisdiction": rng.choice(["east", "west"]),
                "tax_rate": rng.choice([0.0, 0.15, 0.25]),
            })  # fmt: skip
            self.tables["regions"][-1]["currency"] = self.tables["regions"][-1]["currency"] or "CNY"

    def decide_markets(self) -> None:
        """Draw rates of exchange and curves."""
        rng = self.rng
        if len(self.currencies) == 2:
            self.tables["fx"] = [{"currency": "USD", "rate": rng.choice([8, 0.5, 7.1])}]
        for curve in ("ftp", "client"):
            for currency in self.currencies:
                tenors = sorted(rng.sample([1, 3, 6, 12, 24, 60, 120], rng.randint(1, 4)))
                self.tables["curves"] += [
                    {"curve": curve, "currency": currency, "tenor_months": m, "rate": pick(rng, 0.005, 0.03)}
                    for m in tenors
                ]  # fmt: skip

    # --- positions ---

    def decide_node(self, region: str, currency: str) -> None:
        """Draw the positions of a node: plugs on both sides, equity, and some clients."""
        rng = self.rng
        own = {"region": region, "currency": currency}
        for product in rng.sample(CLIENTS, rng.randint(1, 3) if self.small else rng.randint(2, 5)):
            self.tables["positions"].append(own | self.client(product))
        cash = pick(rng, -0.005, 0.015)
        cash_row = {"product": "cash", "balance": 0, "rate": cash, "plug": True}
        cash_row["min_balance"] = maybe(rng, 0.3, pick(rng, 0, 5, 1))
        overnight = {"product": "overnight", "balance": 0, "plug": True, "max_balance": 500}
        overnight["rate"] = round(max(cash, 0) + pick(rng, 0.02, 0.05), 4)
        self.tables["positions"] += [own | cash_row, own | overnight]
        if rng.random() < 0.6:
            equity = {"product": "equity", "balance": pick(rng, 5, 20, 1), "max_new": 0}
            self.tables["positions"].append(own | equity | {"rate": maybe(rng, 0.5, 0.01)})

    def client(self, product: str) -> Row:
        """Draw a position of a product with new business."""
        rng, terms = self.rng, self.products[product]
        funding = product in FUNDING or product == "hybrid"
        rate = pick(rng, 0.005, 0.03) if funding else pick(rng, 0.015, 0.06)
        balance = maybe(rng, 0.85, pick(rng, 5, 100, 1)) or 0
        row: Row = {"product": product, "balance": balance, "rate": rate}
        row["new_rate"] = maybe(rng, 0.7, round(rate + pick(rng, -0.005, 0.01), 4))
        row["max_new"] = pick(rng, 2, 40, 1)
        row["min_new"] = maybe(rng, 0.2, pick(rng, 0, row["max_new"] / 4, 1))
        row["residual_months"] = maybe(rng, 0.6, self.months * rng.choice([1, 2, 3, 5, 12]))
        shapes = ["bullet", "linear", "decay"]
        row["residual_shape"] = maybe(rng, 0.5, rng.choice(shapes))
        row["ftp_rate"] = maybe(rng, 0.3, pick(rng, 0.01, 0.03))
        row["max_balance"] = maybe(rng, 0.2, round(balance * 1.2 + 20, 1))
        if not row["residual_months"]:
            row["min_balance"] = maybe(rng, 0.2, round(balance * 0.3, 1))
        if not row["min_new"] and (terms.get("tenor_months") or row["residual_months"]):
            row["max_renewal"] = maybe(rng, 0.15, rng.choice([0.5, 1, 1.5]))
            row["min_renewal"] = maybe(rng, 0.1, 0.1)
        if rng.random() < 0.2:
            row["adjustment_cost"] = pick(rng, 0.0001, 0.003)
            row["last_new"] = maybe(rng, 0.6, pick(rng, 0, 20, 1))
        if self.curved and product != "line" and product != "hybrid" and rng.random() < 0.6:
            row["price_slope"] = pick(rng, 0.0001, 0.002)
            row["reference_volume"] = maybe(rng, 0.5, pick(rng, 0, 20, 1))
            row["back_book"] = maybe(rng, 0.4, pick(rng, 0.05, 0.5, 2))
        return row

    # --- lanes ---

    def nodes(self) -> list[tuple[str, str]]:
        return sorted({(row["region"], row["currency"]) for row in self.tables["positions"]})

    def decide_lane(self, name: str) -> None:
        """Draw a lane between two nodes: the same currency, or a swap of two."""
        rng = self.rng
        lender, borrower = rng.choice(self.nodes()), rng.choice(self.nodes())
        if lender == borrower or (lender[0] != borrower[0] and rng.random() < 0.1):
            return
        swap = lender[1] != borrower[1]
        row: Row = {
            "lane": name,
            "lender": lender[0],
            "borrower": borrower[0],
            "currency": lender[1],
        }
        row["borrower_currency"] = borrower[1] if swap else None
        row["tenor_months"] = maybe(rng, 0.5, self.months * rng.randint(1, 3))
        row["rate"] = pick(rng, -0.002, 0.03)
        row["cost"] = pick(rng, 0, 0.002) if not swap else maybe(rng, 0.6, pick(rng, -0.001, 0.002))
        row["tax"] = maybe(rng, 0.3, 0.1)
        row["capacity"] = pick(rng, 10, 60, 1)
        row["asset_product"] = maybe(rng, 0.7, "claim")
        row["liability_product"] = maybe(rng, 0.7, "debt")
        if rng.random() < 0.5:
            row["opening"] = pick(rng, 1, 10, 1)
            row["residual_months"] = maybe(rng, 0.6, self.months * rng.randint(1, 3))
        if rng.random() < 0.3:
            row["start"] = rng.randint(1, self.last)
            row["end"] = rng.randint(row["start"], self.last)
        self.tables["lanes"].append(row)

    def fund_opening(self) -> None:
        """Let the plugs square the opening balance sheet of each node."""
        rates = {"CNY": 1.0} | {row["currency"]: row["rate"] for row in self.tables["fx"]}
        digits = 2 if self.settings["quantum"] == 0.01 else 4
        gap: dict[tuple[str, str], float] = defaultdict(float)
        for row in self.tables["positions"]:
            side = self.products[row["product"]]["side"]
            sign = {"asset": 1, "liability": -1, "equity": -1, "off_balance": 0}[side]
            gap[row["region"], row["currency"]] += sign * row["balance"]
        for row in self.tables["lanes"]:
            there = row["borrower_currency"] or row["currency"]
            opening = row.get("opening") or 0.0
            gap[row["lender"], row["currency"]] += opening
            gap[row["borrower"], there] -= opening * rates[row["currency"]] / rates[there]
        for row in self.tables["positions"]:
            short = gap[row["region"], row["currency"]]
            if row["product"] == "overnight":
                row["balance"] = max(0.0, round(short, digits))
            if row["product"] == "cash":
                row["balance"] = max(0.0, round(-short, digits))

    # --- what overrides ---

    def decide_tables_of_positions(self) -> None:
        """Draw rows of bounds, runoff and targets."""
        rng = self.rng
        for row in self.tables["positions"]:
            key = {c: row[c] for c in ("region", "currency", "product")}
            if rng.random() < 0.15 and self.curved:
                t = rng.randint(1, self.last)
                aim = round(row["balance"] * pick(rng, 0.8, 1.2) + 3, 1)
                weight = pick(rng, 0.00005, 0.0005, 5)
                self.tables["targets"].append(key | {"period": t, "balance": aim, "weight": weight})
            if row.get("plug"):
                continue
            forecast = rng.random() < 0.15 and not self.products[row["product"]].get("lot")
            if forecast and not row.get("max_renewal") and not row.get("min_renewal"):
                start = rng.randint(1, self.last)
                low = pick(rng, 0, 3, 1)
                forecast = {"start": start, "end": rng.randint(start, self.last), "min_new": low}
                self.tables["bounds"].append(
                    key | forecast | {"max_new": low + rng.choice([0, 2.5])}
                )
            if rng.random() < 0.12:
                share = 1.0
                for t in range(1, self.last + 1):
                    share = round(share * pick(rng, 0.6, 1, 2), 3)
                    self.tables["runoff"].append(key | {"period": t, "remaining": share})

    def decide_rules(self) -> None:
        """Draw rules of different depth and constants added to measures."""
        rng = self.rng
        region = rng.choice(self.tables["regions"])["region"]
        drawn = [
            {"attribute": "risk_weight", "class": "loan", "value": 0.8},
            {"attribute": "risk_weight", "product": "mortgage", "region": region, "value": 0.45},
            {"attribute": "lcr_outflow", "jurisdiction": "west", "class": "deposit", "value": 0.12},
            {"attribute": "green", "class": "interbank", "value": 0.7},
            {"attribute": "expected_loss", "region": region, "class": "loan", "value": 0.003},
            {"attribute": "operating_cost", "product": "term", "value": 0.001},
            {"attribute": "ccf", "product": "line", "jurisdiction": "east", "value": 0.75},
            {"attribute": "haircut", "product": "gilt", "value": 0.07, "start": rng.randint(1, self.last)},
            {"attribute": "rsf", "region": region, "value": 0.6, "end": rng.randint(1, self.last)},
        ]  # fmt: skip
        known = {None} | {row["jurisdiction"] for row in self.tables["regions"]}
        usable = [row for row in drawn if row.get("jurisdiction") in known]
        self.tables["rules"] += rng.sample(usable, rng.randint(0, 5))
        for measure in rng.sample(
            ["rwa", "outflow", "inflow", "asf", "rsf", "hqla", "cet1", "tier1", "total_capital", "leverage_exposure"],
            rng.randint(0, 4),
        ):  # fmt: skip
            amount = pick(rng, -2, 6, 1)
            row = {"measure": measure, "region": rng.choice(self.tables["regions"])["region"]}
            start = maybe(rng, 0.3, rng.randint(1, self.last))
            self.tables["addons"].append(row | {"amount": amount, "start": start})


def random_tables(
    seed: int, features: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], dict[str, list[Row]]]:
    """Settings and tables of a random case without limits, with some of the features of `DRAWS`."""
    draft = Draft(seed, features)
    return draft.settings, draft.tables
