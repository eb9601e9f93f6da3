"""A group that looks like a bank, of any size: regions around a hub, products in the usual proportions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

HUB = "hub"
SETTINGS = """contract = 1
name = "benchmark"
as_of = 2025-12-31
periods = {periods}
step = "month"
currency = "CNY"
unit = 1_000_000
quantum = 0.01
horizon_value = "run_off"
[capital]
ratio = 0.105
charge_rate = 0.06
[horizon]
max_months = 36
"""
# The share of each kind among the products that regions trade; plugs, equity and ends of lanes come on top.
KINDS = ("linear_loan", "bullet_loan", "deposit", "term_deposit", "bond")
SHARES = (0.3, 0.15, 0.25, 0.15, 0.15)
LOWEST_RATE = dict(zip(KINDS, (0.028, 0.026, 0.004, 0.014, 0.016), strict=True))
# Deposits fund loans and bonds: their balances are drawn the larger.
WEIGHT = dict(zip(KINDS, (1.0, 1.0, 1.7, 1.7, 1.2), strict=True))
PLUG_RATE = {"cash": 0.008, "overnight": 0.031}
CURVE = {1: 0.014, 12: 0.017, 36: 0.021, 60: 0.024, 120: 0.027}


@dataclass(frozen=True)
class Size:
    """Regions x products x periods of a benchmark; written 36x60x12."""

    regions: int
    products: int
    periods: int

    @classmethod
    def read(cls, text: str) -> Size:
        """Read a size as it is written.

        Raises
        ------
        ValueError
            Not three numbers, or too few of something: there would be nothing to allocate.
        """
        size = cls(*(int(part) for part in text.split("x")))
        if size.regions < 2 or size.products < 10 or size.periods < 1:
            raise ValueError(f"{text}: at least 2x10x1 (regions x products x periods)")
        return size

    def __str__(self) -> str:
        return f"{self.regions}x{self.products}x{self.periods}"


def write_bank(folder: Path, size: Size, seed: int = 0) -> Path:
    """Write a case; the same size and seed give the same files.

    Every region holds every product; equity, and overnight money where deposits do not suffice, fund the opening.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    regions = [HUB] + [f"region{n:03}" for n in range(1, size.regions)]
    products = _products(size.products, rng)
    tables = {
        "regions": _regions(regions, rng),
        "products": products,
        "positions": _positions(regions, products, rng),
        "lanes": _lanes(regions, rng),
        "limits": _limits(regions),
        "curves": pd.DataFrame(
            [("ftp", "CNY", months, rate) for months, rate in CURVE.items()],
            columns=["curve", "currency", "tenor_months", "rate"],
        ),
    }
    (folder / "case.toml").write_text(SETTINGS.format(periods=size.periods), encoding="utf-8")
    for name, rows in tables.items():
        rows.to_csv(folder / f"{name}.csv", index=False)
    return folder


def _regions(names: list[str], rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": names,
            "parent": ["", *itertools.repeat(HUB, len(names) - 1)],
            "tax_rate": rng.choice([0.15, 0.2, 0.25], len(names)),
        }
    )


def _products(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """List cash, overnight money, equity, the ends of lanes, and what is left to trade by kind."""
    rows: list[dict[str, object]] = [
        {"product": "cash", "side": "asset", "class": "cash", "hqla_class": "L1"},
        {"product": "overnight", "side": "liability", "class": "market", "lcr_outflow": 1},
        {"product": "equity", "side": "equity", "class": "equity", "capital_tier": "cet1", "asf": 1},
        {"product": "claim", "side": "asset", "class": "interbank", "risk_weight": 0.2, "lcr_inflow": 1},
        {"product": "debt", "side": "liability", "class": "interbank", "lcr_outflow": 1},
    ]  # fmt: skip
    traded = count - len(rows)
    each = np.maximum(1, np.floor(np.array(SHARES) * traded)).astype(int)
    kinds = [*np.repeat(KINDS, each), *itertools.repeat(KINDS[0], traded)][:traded]
    rows += [_product(kind, number, rng) for number, kind in enumerate(kinds)]
    return pd.DataFrame(rows)


def _product(kind: str, number: int, rng: np.random.Generator) -> dict[str, object]:
    tenor = int(rng.choice([3, 6, 12, 24, 36, 60]))
    level = str(rng.choice(["L1", "L2A", "L2B"], p=[0.7, 0.2, 0.1]))
    risk = {
        "risk_weight": float(rng.choice([0.5, 0.75, 1.0])),
        "expected_loss": round(rng.uniform(0, 0.012), 4),
    }
    loan = {
        "side": "asset",
        "class": "loan",
        "rsf": 0.75,
        "lcr_inflow": 0.02,
        "operating_cost": 0.003,
    }
    terms: dict[str, dict[str, object]] = {
        "linear_loan": {**loan, **risk, "amortisation": "linear"},
        "bullet_loan": {**loan, **risk},
        "deposit": {
            "side": "liability", "class": "deposit", "amortisation": "decay", "tenor_months": max(tenor, 12),
            "asf": 0.9, "lcr_outflow": 0.15, "operating_cost": 0.004, "reserve_ratio": 0.07,
        },
        "term_deposit": {"side": "liability", "class": "deposit", "asf": 0.95, "lcr_outflow": 0.1},
        "bond": {
            "side": "asset", "class": "bond", "hqla_class": level, "rsf": 0.1, "max_disposal": 0.3,
            "haircut": {"L1": 0.0, "L2A": 0.15, "L2B": 0.5}[level], "disposal_haircut": 0.004,
        },
    }  # fmt: skip
    return {"product": f"{kind}_{number:02}", "tenor_months": tenor} | terms[kind]


def _positions(
    regions: list[str], products: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Give every region every product that it can hold."""
    held = products[~products["product"].isin(["claim", "debt"])].reset_index(drop=True)
    kind = held["product"].str.rsplit("_", n=1).str[0]
    traded = kind.isin(KINDS).to_numpy()
    spread = np.round(rng.uniform(0, 0.012, (len(regions), len(held))), 4)
    rate = np.where(traded, kind.map(LOWEST_RATE).to_numpy(float) + spread, 0.0)
    for plug, price in PLUG_RATE.items():
        rate[:, kind == plug] = price
    balance = _opening(held, kind, rng.uniform(20, 200, rate.shape))
    # Up to an eighth of a book may be written anew in a month; equity stays, plugs need no ceiling but one on debt.
    new = np.where(traded, np.round(0.12 * balance, 2), np.where(kind == "equity", 0.0, np.nan))
    ceiling = np.where(kind == "overnight", 400.0 * len(held), np.nan)
    months = np.where(traded, held["tenor_months"].to_numpy(float), np.nan)
    return pd.DataFrame(
        {
            "region": np.repeat(regions, len(held)),
            "product": np.tile(held["product"], len(regions)),
            "balance": balance.ravel(),
            "rate": np.round(rate, 4).ravel(),
            "residual_months": np.tile(months, len(regions)),
            "max_new": new.ravel(),
            "max_balance": np.tile(ceiling, len(regions)),
            "plug": np.tile(kind.isin(PLUG_RATE), len(regions)),
        }
    )


def _opening(held: pd.DataFrame, kind: pd.Series, drawn: np.ndarray) -> np.ndarray:
    """Fund the drawn books: equity a tenth of assets, cash six hundredths of all, the plugs the difference."""
    sign = np.where(held["side"] == "asset", 1.0, -1.0)
    balance = np.round(drawn * kind.map(WEIGHT).fillna(0.0).to_numpy(float), 2)
    assets, every = balance[:, sign > 0].sum(axis=1), balance.sum(axis=1)
    balance[:, kind == "equity"] = np.round(0.1 * assets, 2)[:, None]
    balance[:, kind == "cash"] = np.round(0.06 * every, 2)[:, None]
    short = np.round(balance @ sign, 2)
    balance[:, kind == "overnight"] = np.maximum(short, 0.0)[:, None]
    balance[:, kind == "cash"] += np.maximum(-short, 0.0)[:, None]
    return np.round(balance, 2)


def _lanes(regions: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Join the hub with every region, there and back."""
    ends = [pair for name in regions[1:] for pair in ((HUB, name), (name, HUB))]
    return pd.DataFrame(
        {
            "lane": [f"{lender}-{borrower}" for lender, borrower in ends],
            "lender": [lender for lender, _ in ends],
            "borrower": [borrower for _, borrower in ends],
            "tenor_months": rng.choice([1, 3, 6], len(ends)),
            "rate": 0.018,
            "cost": np.round(rng.uniform(0.0002, 0.0015, len(ends)), 5),
            "capacity": 1500,
            "asset_product": "claim",
            "liability_product": "debt",
        }
    )


def _limits(regions: list[str]) -> pd.DataFrame:
    """Ask for liquidity, stable funding and capital of the group, for liquidity and deposits of each region."""
    group = [
        ("lcr", "hqla", "net_outflow", "min", 1.0),
        ("nsfr", "asf", "rsf", "min", 1.0),
        ("cet1", "cet1", "rwa", "min", 0.09),
        ("loans", "class:loan", "class:deposit", "max", 1.1),
    ]
    each = [
        ("lcr", "hqla", "net_outflow", "min", 0.9),
        ("loans", "class:loan", "class:deposit", "max", 1.3),
    ]
    rows = [(f"{name}_group", HUB, "subtree", *rest) for name, *rest in group]
    rows += [(f"{name}_{home}", home, "solo", *rest) for home in regions for name, *rest in each]
    columns = ["limit", "region", "scope", "measure", "denominator", "sense", "bound"]
    return pd.DataFrame(rows, columns=columns)
