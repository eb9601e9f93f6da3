"""A small run folder that ties out: every node balances to the quantum, income and objective add up.

The case is written as CSV and loads; the plan is made by rule, not by a solver, in whole quanta of 0.01.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

QUANTUM = 0.01
FX = {"CNY": 1.0, "USD": 7.0, "HKD": 0.9}
LOAN, DEPOSIT, CASH_RATE, LANE_RATE = 0.045, 0.018, 0.01, 0.025
LOSS, COST, TAX, LANE_COST = 0.002, 0.001, 0.25, 0.0004


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


def write_sample(folder: Path, sample: Sample = Sample()) -> Path:
    """Write inputs, plan and manifest; give the folder."""
    (folder / "inputs").mkdir(parents=True)
    (folder / "plan").mkdir()
    _inputs(folder / "inputs", sample)
    positions, lanes = _balances(sample)
    regions = _regions(sample, positions, lanes)
    objective = _objective(regions)
    plan = {
        "positions": positions.drop(columns=["side"]),
        "lanes": lanes[["lane", "period", "transfer", "repaid", "outstanding", "used", "cost"]],
        "limits": _limits(sample, positions),
        "measures": _measures(sample, positions),
        "regions": regions,
        "objective": objective,
        "prices": _prices(sample),
        "baselines": _baselines(objective, regions),
        "assumptions": _assumptions(),
    }
    for name, table in plan.items():
        table.to_parquet(folder / "plan" / f"{name}.parquet", index=False)
    (folder / "run.json").write_text(
        json.dumps(_manifest(sample, objective, regions)), encoding="utf-8"
    )
    return folder


def _inputs(folder: Path, sample: Sample) -> None:
    (folder / "case.toml").write_text(
        f'contract = 1\nname = "sample & co"\nas_of = 2025-12-31\nperiods = {sample.periods}\nstep = "{sample.step}"\n'
        'currency = "CNY"\nunit = 1000000\nquantum = 0.01\naccrual = "closing"\nhorizon_value = "run_off"\n',
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
        "positions": _opening(sample).drop(columns=["side"]),
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


def _opening(sample: Sample) -> pd.DataFrame:
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
    excess += frame["region"].map(_net_borrowed(sample, _opening_lanes(sample))).fillna(0.0)
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


def _opening_lanes(sample: Sample) -> pd.DataFrame:
    terms = _lane_terms(sample) if sample.lanes else _lane_terms(Sample(regions=1))
    return terms.assign(outstanding=terms["opening"])


def _net_borrowed(sample: Sample, lanes: pd.DataFrame) -> pd.Series:
    """Sum what each region borrows less what it lends, each end in its own currency, in whole quanta."""
    ratio = lanes["currency"].map(FX) / lanes["borrower_currency"].map(FX)
    debt = (lanes["outstanding"] * ratio).round(2)
    borrowed = debt.groupby(lanes["borrower"]).sum()
    lent = lanes["outstanding"].groupby(lanes["lender"]).sum()
    return borrowed.reindex(sample.codes, fill_value=0.0) - lent.reindex(
        sample.codes, fill_value=0.0
    )


def _limit_terms(sample: Sample) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                "cash_ratio",
                "Cash to deposits",
                "group",
                "class:cash",
                "class:deposit",
                "min",
                0.05,
                "hard",
                "",
                0.10,
                "regulatory",
                "Treasurer",
                "Liquidity rule, article 5",
            ),
            (
                "loans_east",
                "-Loans of East",
                sample.codes[-1],
                "class:loan",
                "",
                "max",
                1000.0,
                "hard",
                "",
                "",
                "board",
                "Credit",
                "",
            ),
            (
                "deposits_wish",
                "Deposits to loans",
                "group",
                "class:deposit",
                "class:loan",
                "min",
                2.0,
                "soft",
                0.01,
                "",
                "target",
                "ALCO",
                "",
            ),
        ],
        columns=[
            "limit",
            "name",
            "region",
            "measure",
            "denominator",
            "sense",
            "bound",
            "enforcement",
            "penalty",
            "early_warning",
            "tier",
            "owner",
            "source",
        ],
    )


def _balances(sample: Sample) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Roll balance sheet and lanes forward; cash squares every node to the quantum."""
    before, lanes_before = _opening(sample), _opening_lanes(sample)
    books, lanes = [], []
    for period in range(1, sample.periods + 1):
        lane = lanes_before.assign(
            period=period,
            repaid=lanes_before["outstanding"],
            transfer=(lanes_before["outstanding"] + 7.77 + np.arange(len(lanes_before))).round(2),
        )
        lane["outstanding"] = lane["transfer"]
        fx = lane["currency"].map(FX)
        lane["cost"] = lane["outstanding"] * LANE_COST * sample.year * fx
        lane["used"] = (lane["outstanding"] > 0).astype(int)
        book = _roll(sample, before, lane, period)
        books.append(book)
        lanes.append(lane)
        before, lanes_before = book.assign(balance=book["balance"]), lane
    return pd.concat(books, ignore_index=True), pd.concat(lanes, ignore_index=True)


def _roll(sample: Sample, before: pd.DataFrame, lanes: pd.DataFrame, period: int) -> pd.DataFrame:
    book = before[["region", "currency", "product", "side", "rate"]].assign(
        period=period, opening=before["balance"]
    )
    moves = ~book["product"].isin(["cash", "capital"])
    loan = book["product"].str.startswith("loan")
    book["matured"] = (book["opening"] * 0.1).round(2).where(moves, 0.0)
    book["new"] = (book["opening"] * 0.15 + 1.11).round(2).where(moves, 0.0)
    book["sold"] = 0.5 * (loan & (period == 1))
    book["balance"] = (book["opening"] - book["matured"] + book["new"] - book["sold"]).round(2)
    sign = book["side"].map({"asset": -1.0, "liability": 1.0, "equity": 1.0})
    cash = book["product"] == "cash"
    others = (sign * book["balance"]).where(~cash, 0.0).groupby(book["region"]).transform("sum")
    squared = (others + book["region"].map(_net_borrowed(sample, lanes))).round(2)
    book["balance"] = book["balance"].where(~cash, squared)
    change = book["balance"] - book["opening"]
    book["new"] = book["new"].where(~cash, change.clip(lower=0).round(2))
    book["matured"] = book["matured"].where(~cash, (-change).clip(lower=0).round(2))
    charge = (LOSS * loan + COST) * book["balance"]
    earned = -sign * book["rate"] * book["balance"]
    book["income"] = (earned - charge) * sample.year * book["currency"].map(FX)
    return book


def _regions(sample: Sample, positions: pd.DataFrame, lanes: pd.DataFrame) -> pd.DataFrame:
    fx = positions["currency"].map(FX) * sample.year
    sign = positions["side"].map({"asset": 1.0, "liability": -1.0, "equity": -1.0})
    parts = positions.assign(
        interest=sign * positions["rate"] * positions["balance"] * fx,
        expected_loss=LOSS
        * positions["product"].str.startswith("loan")
        * positions["balance"]
        * fx,
        operating_cost=COST * positions["balance"] * fx,
    )
    table = parts.groupby(["region", "period"])[
        ["interest", "expected_loss", "operating_cost", "income"]
    ].sum()
    paid = lanes["outstanding"] * LANE_RATE * sample.year * lanes["currency"].map(FX)
    received = (
        paid.groupby([lanes["lender"], lanes["period"]]).sum().reindex(table.index, fill_value=0.0)
    )
    owed = (
        paid.groupby([lanes["borrower"], lanes["period"]])
        .sum()
        .reindex(table.index, fill_value=0.0)
    )
    cost = (
        lanes["cost"]
        .groupby([lanes["lender"], lanes["period"]])
        .sum()
        .reindex(table.index, fill_value=0.0)
    )
    before = table["income"] + received - owed - cost
    table = table.assign(
        back_book=0.0,
        adjustment=0.0,
        disposal_loss=0.0,
        lane_interest=received - owed,
        lane_cost=cost,
        income_before_tax=before,
        tax=TAX * before,
        income=(1 - TAX) * before,
    )
    return table.reset_index()


def _objective(regions: pd.DataFrame) -> pd.DataFrame:
    income = (
        regions.groupby("period", as_index=False)["income"]
        .sum()
        .rename(columns={"income": "value"})
    )
    charge = income.assign(part="capital_charge", value=-0.1 * income["value"])
    last = pd.DataFrame({"part": ["horizon_value"], "period": [0], "value": [12.345]})
    return pd.concat([income.assign(part="income"), charge, last], ignore_index=True)[
        ["part", "period", "value"]
    ]


def _limits(sample: Sample, positions: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "limit",
        "period",
        "scenario",
        "numerator",
        "denominator",
        "value",
        "bound",
        "headroom",
        "shortfall",
        "price",
        "status",
    ]
    if not sample.limits:
        return pd.DataFrame(columns=columns).astype(
            {"period": "int64", "value": "float64", "bound": "float64"}
        )
    money = positions.assign(
        amount=positions["balance"] * positions["currency"].map(FX),
        product_class=positions["product"].str.split("_").str[0],
    )
    total = money.pivot_table(
        index="period", columns="product_class", values="amount", aggfunc="sum"
    )
    last = money[money["region"] == sample.codes[-1]]
    east = last[last["product_class"] == "loan"].groupby("period")["amount"].sum()
    nothing = pd.Series(np.nan, index=total.index)
    parts = [
        ("cash_ratio", total["cash"], total["deposit"], 0.05, 1.0, "met"),
        ("loans_east", east, nothing, 1000.0, -1.0, "binding"),
        ("deposits_wish", total["deposit"], total["loan"], 2.0, 1.0, "short"),
    ]
    rows = []
    for limit, numerator, denominator, bound, sign, status in parts:
        room = sign * (numerator - bound * denominator.fillna(1.0))
        rows.append(
            pd.DataFrame(
                {
                    "limit": limit,
                    "period": total.index,
                    "scenario": "",
                    "numerator": numerator,
                    "denominator": denominator,
                    "value": numerator / denominator.fillna(1.0),
                    "bound": bound,
                    "headroom": room,
                    "shortfall": (-room).clip(lower=0),
                    "price": 0.004 * (status == "binding"),
                    "status": status,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)[columns]


def _measures(sample: Sample, positions: pd.DataFrame) -> pd.DataFrame:
    assets = (
        positions[positions["side"] == "asset"]
        .groupby(["region", "period"])["balance"]
        .sum()
        .reset_index()
    )
    return assets.rename(columns={"balance": "value"}).assign(scope="solo", measure="assets")[
        ["region", "scope", "measure", "period", "value"]
    ]


def _prices(sample: Sample) -> pd.DataFrame:
    rows = [("funds", "", sample.codes[0], sample.currency[sample.codes[0]], 1, 0.005, 0.02)]
    if sample.limits:
        rows.append(("limit", "loans_east", sample.codes[-1], "", 1, 0.004, 0.016))
    if sample.lanes:
        rows.append(("lane", "north-east", "north", "CNY", sample.periods, 0.003, 0.012))
    columns = ["kind", "name", "region", "currency", "period", "price", "price_per_year"]
    return pd.DataFrame(rows, columns=columns)


def _baselines(objective: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    total, interest = objective["value"].sum(), regions["interest"].sum()
    rows = [
        ("plan", total, 12.345, regions["income"].sum(), interest, True, 0, True),
        ("hold", total - 3.5, 11.0, regions["income"].sum() - 3.0, interest - 3.0, True, 0, True),
        (
            "pro_rata",
            total - 2.25,
            12.0,
            regions["income"].sum() - 2.0,
            interest - 2.0,
            False,
            3,
            True,
        ),
        (
            "frozen_lanes",
            total - 1.0,
            12.0,
            regions["income"].sum() - 1.0,
            interest - 1.0,
            True,
            0,
            True,
        ),
    ]
    columns = [
        "baseline",
        "objective",
        "horizon_value",
        "income",
        "interest",
        "feasible",
        "broken",
        "verified",
    ]
    return pd.DataFrame(rows, columns=columns)


def _assumptions() -> pd.DataFrame:
    columns = ["table", "row", "key", "column", "value", "origin", "status", "source"]
    rows = [
        (
            "positions",
            2,
            "north/CNY/loan_1",
            "rate",
            "0.045",
            "given",
            "published",
            "Annual report 2025, page 31",
        ),
        ("products", 3, "loan_1", "tenor_months", "12", "given", "assumed", "Desk estimate"),
        ("rules", 7, "cash", "lcr_outflow", "0.03", "rule", "derived", "From the LCR return"),
        ("regions", 2, "north", "kind", "branch", "default", "", ""),
        ("regions", 3, "east", "region", "001", "given", "", "=HYPERLINK(0)"),
    ]
    return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})


def _manifest(sample: Sample, objective: pd.DataFrame, regions: pd.DataFrame) -> dict[str, object]:
    total = float(objective["value"].sum())
    return {
        "id": "5a3c91d2",
        "case": "sample",
        "name": "sample & co",
        "as_of": "2025-12-31",
        "status": "gap",
        "objective": total,
        "bound": total + 0.05,
        "gap": 0.05 / abs(total),
        "income": float(regions["income"].sum()),
        "verified": sample.verified,
        "violations": [],
        "options": {},
        "currency": "CNY",
        "unit": 1000000,
        "periods": sample.periods,
    }
