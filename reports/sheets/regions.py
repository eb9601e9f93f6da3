"""Each region before and after: balance sheet, money lent and borrowed, income, ratios."""

from __future__ import annotations

import pandas as pd
from openpyxl.chart import BarChart
from openpyxl.worksheet.worksheet import Worksheet

from reports import chart
from reports.page import FIRST_TABLE_ROW, Block, Column, Page, block, kept
from reports.sheets import balance_sheets
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
    Column(
        "before", Form.RATIO, given=True, label="column.at_opening", form_by="form", optional=True
    ),
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


def place(view: View) -> Block:
    """Say where the overview stands; its last row is the total."""
    regions = view.run.case.table("regions")["region"]
    held = set(view.positions["region"]) | set(view.lanes["lender"]) | set(view.lanes["borrower"])
    return block(
        view.labels("sheet.regions"),
        OVERVIEW,
        int(regions.isin(held).sum()) + 1,
        FIRST_TABLE_ROW + 1,
    )


def write(page: Page, view: View) -> None:
    """Write the overview with its chart, the income bridge and the ratios."""
    page.title(
        page.labels("sheet.regions"), view.subtitle, page.labels("note.regions", money=view.money)
    )
    page.section(FIRST_TABLE_ROW, "section.overview")
    overview = page.table(_overview(view), OVERVIEW, FIRST_TABLE_ROW + 1)
    row = _bridge(page, view, _chart(page, overview, view))
    ratios = _ratios(view)
    if len(ratios):
        page.section(row, "section.ratios")
        place = page.table(ratios, kept(RATIOS, ratios), row + 1)
        page.together(row, place.last_row)
        row = place.last_row + 1
    page.sheet.freeze_panes = "B3"
    page.set_up(0, row, overview.last_column)


def assets_chart(sheet: Worksheet, place: Block, view: View) -> BarChart:
    """Draw the assets of the largest regions before and after; the last row is the total."""
    title = view.labels("chart.assets", money=view.money)
    rows = max(1, min(place.rows - 1, MOST_BARS))
    return chart.bars(sheet, place, "name", ("asset_after", "asset_before"), title, rows=rows)


def _chart(page: Page, place: Block, view: View) -> int:
    height = max(6.5, 2.5 + 1.0 * min(place.rows - 1, MOST_BARS))
    chart.anchor(
        page.sheet, assets_chart(page.sheet, place, view), f"A{place.last_row + 2}", 26.0, height
    )
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


def _overview(view: View) -> pd.DataFrame:
    """Put one region in a row, largest assets first, the group last; inner lanes cancel in the group."""
    rows = pd.concat(balance_sheets.ends(view))
    table = rows.pivot_table(
        index="region", columns="side", values=["before", "after"], aggfunc="sum"
    )
    table.columns = table.columns.map(lambda ends: f"{ends[1]}_{ends[0]}")
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
    """Compare ratios that limits name: at the opening, and at the first and the last close at which they apply."""
    limits = view.limits
    ratios = limits[limits["denominator_measure"] != ""].sort_values("period")
    if ratios.empty:
        return ratios
    rows = ratios.groupby("limit", as_index=False).last()
    first = ratios.groupby("limit", as_index=False)["value"].first()["value"]
    opening = view.plan("opening_limits").drop_duplicates("limit").set_index("limit")["value"]
    before = rows["limit"].map(opening).astype(float)
    rows = rows.assign(
        before=before, first=first, last=rows["value"], change=rows["value"] - before.fillna(first)
    )
    return rows.sort_values(["region_name", "limit_name"])
