"""The inputs of the sample run: regions, products, an opening balance sheet that balances, lanes and limits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

FX = {"CNY": 1.0, "USD": 7.0, "HKD": 0.9}
LOAN, DEPOSIT, CASH_RATE, LANE_RATE = 0.045, 0.018, 0.01, 0.025
LOSS, COST, TAX, LANE_COST = 0.002, 0.001, 0.25, 0.0004
CHARGE, RATIO, PENALTY = 0.06, 0.1, 0.01


@dataclass(frozen=True)
class Sample:
    """What kind of run to make."""

    regions: int = 3
    periods: int = 2
    products: int = 1
    lanes: bool = True
    limits: bool = True
    step: str = "quarter"
    currencies: tuple[str, ...] = ("CNY", "USD", "CNY")
    verified: bool = True

    @property
    def codes(self) -> list[str]:
        return [
            "north",
            "east",
            "west",
            *(f"r{number:03d}" for number in range(4, self.regions + 1)),
        ][: self.regions]

    @property
    def currency(self) -> dict[str, str]:
        return {
            code: self.currencies[i % len(self.currencies)] for i, code in enumerate(self.codes)
        }

    @property
    def year(self) -> float:
        return {"month": 1 / 12, "quarter": 0.25, "year": 1.0}[self.step]


def write_inputs(folder: Path, sample: Sample) -> None:
    (folder / "case.toml").write_text(
        f'contract = 1\nname = "sample & co"\nas_of = 2025-12-31\nperiods = {sample.periods}\nstep = "{sample.step}"\n'
        'currency = "CNY"\nunit = 1000000\nquantum = 0.01\naccrual = "closing"\nhorizon_value = "run_off"\n'
        f"[capital]\nratio = {RATIO}\ncharge_rate = {CHARGE}\n",
        encoding="utf-8",
    )
    codes, names = (
        sample.codes,
        {"north": ("North", "北区"), "east": ("=East", "东区"), "west": ("West*", "西区")},
    )
    regions = pd.DataFrame(
        {
            "region": ["group", *codes],
            "name": ["Sample Group", *(names.get(code, (code, ""))[0] for code in codes)],
            "name_zh": ["样本集团", *(names.get(code, ("", ""))[1] for code in codes)],
            "parent": ["", *["group"] * len(codes)],
            "kind": ["group", *["branch"] * len(codes)],
            "currency": ["CNY", *(sample.currency[code] for code in codes)],
            "tax_rate": TAX,
        }
    )
    tables = {
        "regions": regions,
        "products": _products(sample),
        "positions": opening_balances(sample).drop(columns=["side"]),
        "fx": pd.DataFrame({"currency": list(FX), "rate": list(FX.values())}),
        "curves": pd.DataFrame(
            {"curve": "ftp", "currency": list(FX), "tenor_months": 12, "rate": 0.02}
        ),
    }
    if sample.lanes:
        tables["lanes"] = _lane_terms(sample)
    if sample.limits:
        tables["limits"] = _limit_terms(sample)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)


def _products(sample: Sample) -> pd.DataFrame:
    numbers = range(1, sample.products + 1)
    rows = [("cash", "Cash", "现金", "asset", "cash", "")]
    rows += [(f"loan_{n}", f"Loan {n}", f"贷款{n}", "asset", "loan", 12) for n in numbers]
    rows += [
        (f"deposit_{n}", f"Deposit {n}", f"存款{n}", "liability", "deposit", 12) for n in numbers
    ]
    rows += [("capital", "Capital", "资本", "equity", "equity", "")]
    return pd.DataFrame(
        rows, columns=["product", "name", "name_zh", "side", "class", "tenor_months"]
    )


def opening_balances(sample: Sample) -> pd.DataFrame:
    """Give the opening balance sheet: loans 100, deposits 120, capital 30 times the rank of region and product."""
    products = _products(sample)[["product", "side"]]
    frame = (
        pd.DataFrame({"region": sample.codes})
        .assign(rank=range(1, sample.regions + 1))
        .merge(products, how="cross")
    )
    frame["currency"] = frame["region"].map(sample.currency)
    size = (
        frame["product"]
        .str.split("_")
        .str[0]
        .map({"loan": 100.0, "deposit": 120.0, "capital": 30.0, "cash": 0.0})
    )
    frame["balance"] = size * frame["rank"]
    if sample.lanes:
        frame.loc[frame["product"] == "capital", "balance"] += 5.0
    sign = frame["side"].map({"asset": -1.0, "liability": 1.0, "equity": 1.0})
    excess = (sign * frame["balance"]).groupby(frame["region"]).transform("sum")
    excess += frame["region"].map(net_borrowed(sample, opening_lanes(sample))).fillna(0.0)
    frame["balance"] = frame["balance"].where(frame["product"] != "cash", excess).round(2)
    return frame.assign(
        rate=frame["product"]
        .str.split("_")
        .str[0]
        .map({"loan": LOAN, "deposit": DEPOSIT, "cash": CASH_RATE, "capital": 0.0}),
        max_new=np.where(frame["product"] == "cash", "", "1000"),
        plug=np.where(frame["product"] == "cash", "true", "false"),
    ).drop(columns=["rank"])


def _lane_terms(sample: Sample) -> pd.DataFrame:
    codes = sample.codes
    lenders, borrowers = codes, codes[1:] + codes[:1]
    keep = [i for i in range(len(codes)) if lenders[i] != borrowers[i]]
    return pd.DataFrame(
        {
            "lane": [f"{lenders[i]}-{borrowers[i]}" for i in keep],
            "lender": [lenders[i] for i in keep],
            "borrower": [borrowers[i] for i in keep],
            "currency": [sample.currency[lenders[i]] for i in keep],
            "borrower_currency": [sample.currency[borrowers[i]] for i in keep],
            "opening": 10.0,
            "rate": LANE_RATE,
            "capacity": 500.0,
            "cost": LANE_COST,
        }
    )


def opening_lanes(sample: Sample) -> pd.DataFrame:
    terms = _lane_terms(sample) if sample.lanes else _lane_terms(Sample(regions=1))
    return terms.assign(outstanding=terms["opening"])


def net_borrowed(sample: Sample, lanes: pd.DataFrame) -> pd.Series:
    """Sum what each region borrows less what it lends, each end in its own currency, in whole quanta."""
    ratio = lanes["currency"].map(FX) / lanes["borrower_currency"].map(FX)
    debt = (lanes["outstanding"] * ratio).round(2)
    borrowed = debt.groupby(lanes["borrower"]).sum()
    lent = lanes["outstanding"].groupby(lanes["lender"]).sum()
    return borrowed.reindex(sample.codes, fill_value=0.0) - lent.reindex(
        sample.codes, fill_value=0.0
    )


def _limit_terms(sample: Sample) -> pd.DataFrame:
    last = sample.codes[-1]
    common = {"enforcement": "hard", "penalty": "", "early_warning": "", "source": ""}
    cash = {"limit": "cash_ratio", "name": "Cash to deposits", "region": "group", "measure": "class:cash",
            "denominator": "class:deposit", "sense": "min", "bound": 0.05, "early_warning": 0.10,
            "tier": "regulatory", "owner": "Treasurer", "source": "Liquidity rule, article 5"}  # fmt: skip
    loans = {"limit": "loans_east", "name": "-Loans of East", "region": last, "measure": "class:loan",
             "denominator": "", "sense": "max", "bound": 1000.0, "tier": "board", "owner": "Credit"}  # fmt: skip
    wish = {"limit": "deposits_wish", "name": "Deposits to loans", "region": "group", "measure": "class:deposit",
            "denominator": "class:loan", "sense": "min", "bound": 2.0, "enforcement": "soft", "penalty": PENALTY,
            "tier": "target", "owner": "ALCO"}  # fmt: skip
    return pd.DataFrame([common | cash, common | loans, common | wish])
