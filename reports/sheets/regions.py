"""Each region before and after: balance sheet, money lent and borrowed, income, ratios."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reports import chart
from reports.page import FIRST_TABLE_ROW, Block, Column, Page, kept
from reports.style import Fill, Form
from reports.view import View

NAME = "regions"
OVERVIEW = (
    Column("name", label="column.region", fill_by="fill"),
    Column("asset_before", Form.AMOUNT, given=True, fill_by="fill"),
    Column("asset_after", Form.AMOUNT, fill_by="fill"),
    Column("liability_before", Form.AMOUNT, given=True, fill_by="fill"),
    Column("liability_after", Form.AMOUNT, fill_by="fill"),
    Column("equity_before", Form.AMOUNT, given=True, fill_by="fill"),
    Column("equity_after", Form.AMOUNT, fill_by="fill"),
    Column("lent_before", Form.AMOUNT, given=True, fill_by="fill"),
    Column("lent_after", Form.AMOUNT, fill_by="fill"),
    Column("borrowed_before", Form.AMOUNT, given=True, fill_by="fill"),
    Column("borrowed_after", Form.AMOUNT, fill_by="fill"),
    Column("income", Form.AMOUNT, label="column.income_after_tax", fill_by="fill"),
)
RATIOS = (
    Column("limit_name", Form.NOTE, label="column.limit"),
    Column("region_name", label="column.region"),
    Column("currency", optional=True),
    Column("sense_name", label="column.sense"),
    Column("bound", Form.RATIO, given=True, form_by="form"),
    Column("first", Form.RATIO, label="column.first_close", form_by="form"),
    Column("last", Form.RATIO, label="column.last_close", form_by="form"),
    Column("change", Form.RATIO, form_by="form"),
)
BRIDGE = (
    Column("step"),
    Column("amount", Form.AMOUNT),
    Column("lift", Form.AMOUNT, label="column.chart_lift"),
    Column("rise", Form.AMOUNT, label="column.chart_rise"),
    Column("fall", Form.AMOUNT, label="column.chart_fall"),
)
BALANCES = (
    Column("name", label="column.region", fill_by="fill"),
    Column("side_name", label="column.side", fill_by="fill"),
    Column("class", fill_by="fill"),
    Column("before", Form.AMOUNT, given=True, fill_by="fill"),
    Column("after", Form.AMOUNT, fill_by="fill"),
    Column("change", Form.AMOUNT, fill_by="fill"),
)
BALANCE_ORDER = ("asset", "lent", "liability", "equity", "borrowed", "off_balance")
EARNED = ("interest", "lane_interest")
LOST = (
    "expected_loss",
    "operating_cost",
    "back_book",
    "adjustment",
    "disposal_loss",
    "lane_cost",
    "tax",
)
MOST_BARS = 20
BRIDGE_HEIGHT = 8.0


def write(page: Page, view: View) -> None:
    """Write the overview with its chart, the ratios and the balance sheets."""
    page.title(
        page.labels("sheet.regions"), view.subtitle, page.labels("note.regions", money=view.money)
    )
    page.section(FIRST_TABLE_ROW, "section.overview")
    overview = page.table(_overview(view), OVERVIEW, FIRST_TABLE_ROW + 1)
    row = _bridge(page, view, _chart(page, overview, view))
    ratios = _ratios(view)
    if len(ratios):
        page.section(row, "section.ratios")
        row = page.table(ratios, kept(RATIOS, ratios), row + 1).last_row + 2
    page.break_before(row)
    page.section(row, "section.balance_sheets")
    place = page.table(_balances(view), BALANCES, row + 1)
    page.sheet.auto_filter.ref = place.area
    page.sheet.freeze_panes = "B3"
    page.set_up(0, place.last_row, overview.last_column)


def _chart(page: Page, place: Block, view: View) -> int:
    rows = min(place.rows - 1, MOST_BARS)  # the last row is the total
    drawing = chart.bars(
        page.sheet,
        place,
        "name",
        ("asset_after", "asset_before"),
        page.labels("chart.assets", money=view.money),
        rows=rows,
    )
    height = max(6.5, 2.5 + 1.0 * rows)
    chart.anchor(page.sheet, drawing, f"A{place.last_row + 2}", 26.0, height)
    return place.last_row + 4 + round(height / chart.ROW_CENTIMETRES)


def _bridge(page: Page, view: View, row: int) -> int:
    """Write and draw the group's way from interest to income after tax; give the next free row."""
    page.section(row, "section.bridge")
    steps = page.table(bridge_steps(view), BRIDGE, row + 1)
    title = page.labels("chart.bridge", money=view.money)
    drawing = chart.bridge(page.sheet, steps, "step", ("lift", "rise", "fall"), title)
    chart.anchor(page.sheet, drawing, f"G{row}", 17.0, BRIDGE_HEIGHT)
    return max(steps.last_row, row + round(BRIDGE_HEIGHT / chart.ROW_CENTIMETRES)) + 2


def bridge_steps(view: View) -> pd.DataFrame:
    """Split the group's income of the horizon into steps from interest to income after tax.

    Returns
    -------
    step, amount, and the stacks of the chart: `lift` from 0, `rise` or `fall` on top of it.
    """
    rows = view.plan("regions")
    total = rows[[*EARNED, *LOST]].sum()
    amount = pd.concat([total[list(EARNED)], -total[list(LOST)]])
    amount = amount[amount.abs() > view.settings.quantum / 2]
    after = amount.cumsum()
    low = pd.concat([after, after - amount], axis=1).min(axis=1)
    steps = pd.DataFrame(
        {
            "amount": amount,
            "lift": low,
            "rise": amount.clip(lower=0),
            "fall": (-amount).clip(lower=0),
        }
    )
    income = rows["income"].sum()
    steps.loc["income_after_tax"] = [income, min(income, 0.0), max(income, 0.0), max(-income, 0.0)]
    return steps.assign(step=[view.labels(f"column.{key}") for key in steps.index])


def _ends(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the opening of period 1 and the close of T of positions and lane ends, in the reporting currency.

    Returns
    -------
    Two frames with the columns region, side, class, before, after: positions, and claims and debts on lanes.
    """
    positions, lanes = view.positions, view.lanes
    parts = []
    for column, period in (("opening", 1), ("balance", view.periods)):
        rows = positions[positions["period"] == period]
        amount = view.reporting(rows[column], rows["currency"])
        parts.append(amount.groupby([rows["region"], rows["side"], rows["class"]]).sum())
    held = pd.concat(parts, axis=1, keys=["before", "after"]).fillna(0.0).reset_index()
    ends = []
    for side, region in (("lent", "lender"), ("borrowed", "borrower")):
        before, after = (
            view.reporting(rows[column], rows["currency"]).groupby(rows[region]).sum()
            for column, rows in (
                ("opening", lanes[lanes["period"] == 1]),
                ("outstanding", lanes[lanes["period"] == view.periods]),
            )
        )
        both = pd.concat([before, after], axis=1, keys=["before", "after"]).fillna(0.0)
        ends.append(both.rename_axis("region").reset_index().assign(side=side, **{"class": ""}))
    return held, pd.concat(ends, ignore_index=True)


def _overview(view: View) -> pd.DataFrame:
    """Put one region in a row, largest assets first, the group last; inner lanes cancel in the group."""
    rows = pd.concat(_ends(view))
    table = rows.pivot_table(
        index="region", columns="side", values=["before", "after"], aggfunc="sum"
    )
    table.columns = [f"{side}_{when}" for when, side in table.columns]
    table = table.reindex(columns=[c.key for c in OVERVIEW[1:-1]]).fillna(0.0)
    table["income"] = (
        view.plan("regions").groupby("region")["income"].sum().reindex(table.index).fillna(0.0)
    )
    table = table.sort_values("asset_after", ascending=False, kind="stable")
    names = pd.Series([view.region_names[code] for code in table.index], index=table.index)
    total = table.sum().to_frame().T.assign(name=view.labels("text.total"))
    return pd.concat(
        [table.assign(name=names, fill=Fill.NONE), total.assign(fill=Fill.BAND)], ignore_index=True
    )


def _ratios(view: View) -> pd.DataFrame:
    """Compare ratios that limits name at the first and the last close at which they apply."""
    limits = view.limits
    ratios = limits[limits["denominator_measure"] != ""].sort_values("period")
    if ratios.empty:
        return ratios
    rows = ratios.groupby("limit", as_index=False).last()
    first = ratios.groupby("limit", as_index=False)["value"].first()["value"]
    rows = rows.assign(first=first, last=rows["value"], change=rows["value"] - first)
    return rows.sort_values(["region_name", "limit_name"])


def _balances(view: View) -> pd.DataFrame:
    """List classes by region, the group first, lanes last in each region."""
    held, ends = _ends(view)
    group = held.groupby(["side", "class"], as_index=False)[["before", "after"]].sum()
    regions = pd.concat([held, ends[(ends["before"] != 0) | (ends["after"] != 0)]])
    order = {side: rank for rank, side in enumerate(BALANCE_ORDER)}
    regions = regions.assign(name=regions["region"].map(view.region_names), group=1)
    rows = pd.concat([group.assign(name=view.labels("text.group"), group=0), regions])
    rows = rows.assign(rank=rows["side"].map(order), change=rows["after"] - rows["before"])
    rows = rows.sort_values(["group", "name", "rank", "class"])
    return rows.assign(
        side_name=[view.labels(f"side.{side}") for side in rows["side"]],
        fill=[_fill(group) for group in rows["group"]],
    )


def _fill(group: Any) -> Fill:
    return Fill.NONE if group else Fill.BAND
