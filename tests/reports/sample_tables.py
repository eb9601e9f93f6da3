"""The other plan tables of the sample run: objective, limits, measures, prices, baselines, assumptions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .sample_case import CHARGE, FX, PENALTY, RATIO, Sample


def objective_table(
    sample: Sample, regions: pd.DataFrame, measures: pd.DataFrame, limits: pd.DataFrame
) -> pd.DataFrame:
    """Sum income, charge 6 % on a tenth of what the loans weigh, and what the soft limit is short of; no discount."""
    periods = range(1, sample.periods + 1)
    rwa = measures[measures["measure"] == "rwa"].set_index("period")["value"]
    short = limits[limits["limit"] == "deposits_wish"].set_index("period")["shortfall"]
    parts = {
        "income": regions.groupby("period")["income"].sum(),
        "capital_charge": -CHARGE * RATIO * sample.year * rwa,
        "penalty": -PENALTY * sample.year * short.reindex(periods, fill_value=0.0),
    }
    tables = [
        pd.DataFrame({"part": part, "period": periods, "value": values.loc[1 : sample.periods]})
        for part, values in parts.items()
    ]
    last = pd.DataFrame({"part": ["horizon_value"], "period": [0], "value": [12.345]})
    return pd.concat([*tables, last], ignore_index=True)


def limit_table(sample: Sample, positions: pd.DataFrame) -> pd.DataFrame:
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


def measure_table(sample: Sample, positions: pd.DataFrame) -> pd.DataFrame:
    """Give each region's assets in its own currency, and the loans of the group, which weigh 100 %."""
    assets = positions[positions["side"] == "asset"].groupby(["region", "period"])["balance"].sum()
    loans = positions[positions["product"].str.startswith("loan")]
    money = (loans["balance"] * loans["currency"].map(FX)).groupby(loans["period"]).sum()
    own = assets.rename("value").reset_index().assign(scope="solo", measure="assets")
    group = money.rename("value").reset_index()
    group = group.assign(region="group", scope="subtree", measure="rwa")
    return pd.concat([own, group])[["region", "scope", "measure", "period", "value"]]


def price_table(sample: Sample) -> pd.DataFrame:
    rows = [("funds", "", sample.codes[0], sample.currency[sample.codes[0]], 1, 0.005, 0.02)]
    if sample.limits:
        rows.append(("limit", "loans_east", sample.codes[-1], "", 1, 0.004, 0.016))
    if sample.lanes:
        rows.append(("lane", "north-east", "north", "CNY", sample.periods, 0.003, 0.012))
    columns = ["kind", "name", "region", "currency", "period", "price", "price_per_year"]
    return pd.DataFrame(rows, columns=columns)


def baseline_table(objective: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
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


def assumption_table() -> pd.DataFrame:
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
