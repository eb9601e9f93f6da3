"""The balance sheet of the group and of every region by class, before and after."""

from __future__ import annotations

import pandas as pd

from reports.page import Page
from reports.style import Fill, Form
from reports.table import Column
from reports.view import View

NAME = "balance_sheets"
COLUMNS = (
    Column("name", label="column.region", fill_by="fill"),
    Column("side_name", label="column.side", fill_by="fill"),
    Column("class", fill_by="fill"),
    Column("before", Form.AMOUNT, given=True, fill_by="fill"),
    Column("after", Form.AMOUNT, fill_by="fill"),
    Column("change", Form.AMOUNT, fill_by="fill"),
)
BALANCE_ORDER = ("asset", "lent", "liability", "equity", "borrowed", "off_balance")


def write(page: Page, view: View) -> None:
    """Write the group first, then the regions, lanes among their assets and liabilities."""
    page.title(
        page.labels("sheet.balance_sheets"),
        view.subtitle,
        page.labels("note.regions", money=view.money),
    )
    page.filtered(page.table(_balances(view), COLUMNS))


def ends(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the opening of period 1 and the close of T of positions and lane ends, in the reporting currency.

    Returns
    -------
    Two frames with the columns region, side, class, before, after: positions, and claims and debts on lanes. The debt
    of a swap is in the borrower's currency (contract, section 6): once rates move, it is worth another amount than the claim.
    """
    positions, lanes = view.positions, view.lanes
    parts = []
    for column, period, close in (("opening", 1, 0), ("balance", view.periods, view.periods)):
        rows = positions[positions["period"] == period]
        amount = view.reporting(rows[column], rows["currency"], close)
        parts.append(amount.groupby([rows["region"], rows["side"], rows["class"]]).sum())
    held = pd.concat(parts, axis=1, keys=["before", "after"]).fillna(0.0).reset_index()
    first, last = lanes[lanes["period"] == 1], lanes[lanes["period"] == view.periods]
    ends = []
    for side, region, closing, currency in (
        ("lent", "lender", "outstanding", "currency"),
        ("borrowed", "borrower", "borrowed", "borrower_currency"),
    ):
        before = view.reporting(first["opening"], first["currency"], 0).groupby(first[region]).sum()
        after = view.reporting(last[closing], last[currency], view.periods)
        after = after.groupby(last[region]).sum()
        both = pd.concat([before, after], axis=1, keys=["before", "after"]).fillna(0.0)
        ends.append(both.rename_axis("region").reset_index().assign(side=side, **{"class": ""}))
    return held, pd.concat(ends, ignore_index=True)


def _balances(view: View) -> pd.DataFrame:
    """List classes by region, the group first, lanes last in each region."""
    held, on_lanes = view.once(ends)
    group = held.groupby(["side", "class"], as_index=False)[["before", "after"]].sum()
    regions = pd.concat([held, on_lanes[(on_lanes["before"] != 0) | (on_lanes["after"] != 0)]])
    order = {side: rank for rank, side in enumerate(BALANCE_ORDER)}
    regions = regions.assign(name=regions["region"].map(view.region_names), group=1)
    rows = pd.concat([group.assign(name=view.labels("text.group"), group=0), regions])
    rows = rows.assign(rank=rows["side"].map(order), change=rows["after"] - rows["before"])
    rows = rows.sort_values(["group", "name", "rank", "class"])
    return rows.assign(
        side_name=[view.labels(f"side.{side}") for side in rows["side"]],
        fill=[_fill(group) for group in rows["group"]],
    )


def _fill(group: int) -> Fill:
    return Fill.NONE if group else Fill.BAND
