"""The balances of the sample run: rolled forward by rule, squared with cash, and what regions earn on them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .sample_case import (
    COST,
    FX,
    LANE_COST,
    LANE_RATE,
    LOSS,
    TAX,
    Sample,
    net_borrowed,
    opening_balances,
    opening_lanes,
)


def roll_forward(sample: Sample) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Roll balance sheet and lanes forward; cash squares every node to the quantum."""
    before, lanes_before = opening_balances(sample), opening_lanes(sample)
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
    squared = (others + book["region"].map(net_borrowed(sample, lanes))).round(2)
    book["balance"] = book["balance"].where(~cash, squared)
    change = book["balance"] - book["opening"]
    book["new"] = book["new"].where(~cash, change.clip(lower=0).round(2))
    book["matured"] = book["matured"].where(~cash, (-change).clip(lower=0).round(2))
    charge = (LOSS * loan + COST) * book["balance"]
    earned = -sign * book["rate"] * book["balance"]
    book["income"] = (earned - charge) * sample.year * book["currency"].map(FX)
    return book


def regional_income(sample: Sample, positions: pd.DataFrame, lanes: pd.DataFrame) -> pd.DataFrame:
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
