"""What each region earns on its own business at the internal rates of the case (`transfer_rate`, contract, section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from alm.case.calendar import year_fractions
from reports.style import Fill

if TYPE_CHECKING:
    from reports.view import View

KEY = ["region", "currency", "product"]


def has_transfer_rates(view: View) -> bool:
    """Tell whether the case gives an internal rate at all."""
    return bool(view.run.case.table("positions")["transfer_rate"].notna().any())


def transfer_rows(view: View) -> pd.DataFrame:
    """Give the result of every region at transfer rates over the horizon, the largest first, then their sum and the treasury.

    Lanes are left out, since transfer rates stand in their place: assets are charged theirs, liabilities and equity
    credited theirs, on the balances on which interest is reckoned; what has no transfer rate is neither. The treasury
    keeps the rest of the income, so that it and the regions sum to the group's.
    """
    rows = view.plan("regions").groupby("region").sum(numeric_only=True)
    table = rows[["income_before_tax"]].assign(lanes_net=rows["lane_interest"] - rows["lane_cost"])
    table = table.join(_transferred(view)).fillna(0.0)
    own = table["income_before_tax"] - table["lanes_net"]
    table["at_transfer_rates"] = own - table["charged"] + table["credited"]
    table = table[(table != 0).any(axis=1)]
    table = table.sort_values("at_transfer_rates", ascending=False, kind="stable")
    names = [view.region_names[code] for code in table.index]
    total = table.sum()
    rest = {"at_transfer_rates": total["income_before_tax"] - total["at_transfer_rates"]}
    sums = pd.DataFrame([total, pd.Series(rest)])
    return pd.concat([table, sums], ignore_index=True).assign(
        name=[*names, view.labels("text.total"), view.labels("text.treasury")],
        fill=[*[Fill.NONE] * len(names), Fill.BAND, Fill.NONE],
    )


def _transferred(view: View) -> pd.DataFrame:
    """Sum what positions are charged and credited, in the reporting currency: (region, [charged, credited])."""
    terms = view.run.case.table("positions")[[*KEY, "transfer_rate"]]
    rows = view.positions.merge(terms, on=KEY, how="left", validate="many_to_one")
    balance = rows["balance"]
    if view.settings.accrual == "average":
        balance = (rows["opening"] + balance) / 2
    years = year_fractions(view.settings)[rows["period"].to_numpy(int) - 1]
    amount = view.reporting(
        balance * rows["transfer_rate"] * years, rows["currency"], rows["period"]
    )
    amount = amount.fillna(0.0)
    sides = rows["side"]
    parts = pd.DataFrame(
        {
            "charged": amount.where(sides == "asset", 0.0),
            "credited": amount.where(sides.isin(["liability", "equity"]), 0.0),
        }
    )
    return parts.groupby(rows["region"]).sum()
