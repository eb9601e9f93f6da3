"""Each region before and after: balance sheet, money lent and borrowed, income, ratios."""

from __future__ import annotations

import pandas as pd
from openpyxl.chart import BarChart
from openpyxl.worksheet.worksheet import Worksheet

from reports import chart
from reports.income_rows import bridge_steps, equity_rows, exempt_products, tax_rows
from reports.page import Page
from reports.sheets import balance_sheets
from reports.style import Fill, Form
from reports.table import FIRST_TABLE_ROW, Block, Column, block, kept
from reports.transfer_rows import has_transfer_rates, transfer_rows
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
    Column("limit_name", Form.NOTE, label="column.limit", widest=42),
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
STEPS = (Column("step"), Column("amount", Form.AMOUNT))
STACKS = (
    Column("step"),
    Column("lift", Form.AMOUNT, label="column.chart_lift"),
    Column("rise", Form.AMOUNT, label="column.chart_rise"),
    Column("fall", Form.AMOUNT, label="column.chart_fall"),
)
TAX = (
    Column("name", label="column.region", fill_by="fill"),
    Column("income_before_tax", Form.AMOUNT, fill_by="fill"),
    Column("exempt", Form.AMOUNT, fill_by="fill"),
    Column("taxable", Form.AMOUNT, fill_by="fill"),
    Column("tax_rate", Form.RATIO, given=True, fill_by="fill"),
    Column("tax", Form.AMOUNT, fill_by="fill"),
    Column("effective", Form.RATIO, fill_by="fill"),
    Column("income", Form.AMOUNT, label="column.income_after_tax", fill_by="fill"),
)
TRANSFER = (
    Column("name", label="column.region", fill_by="fill"),
    Column("income_before_tax", Form.AMOUNT, fill_by="fill"),
    Column("lanes_net", Form.AMOUNT, fill_by="fill"),
    Column("charged", Form.AMOUNT, label="column.charged_at_rates", fill_by="fill"),
    Column("credited", Form.AMOUNT, fill_by="fill"),
    Column("at_transfer_rates", Form.AMOUNT, fill_by="fill"),
)
EQUITY = (
    Column("product_name", label="column.product", fill_by="fill"),
    Column("opening", Form.AMOUNT, given=True, fill_by="fill"),
    Column("new", Form.AMOUNT, label="column.issued", fill_by="fill"),
    Column("matured", Form.AMOUNT, label="column.redeemed", fill_by="fill"),
    Column("sold", Form.AMOUNT, fill_by="fill"),
    Column("posted", Form.AMOUNT, label="column.retained", fill_by="fill", optional=True),
    Column("balance", Form.AMOUNT, label="column.close_balance", fill_by="fill"),
)
MOST_BARS = 20
BRIDGE_HEIGHT, CHART_COLUMN = 9.0, 4


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
    page.places[NAME] = overview
    row = _chart(page, overview, view)
    for part in (_bridge, _tax, _transfer, _equity, _ratios):
        row = part(page, view, row)
    page.sheet.freeze_panes = "B3"
    page.set_up(0, row, overview.last_column)


def assets_chart(sheet: Worksheet, place: Block, view: View) -> BarChart:
    """Draw the assets of the largest regions before and after; the last row is the total."""
    titles = chart.Titles(view.labels("chart.assets"), view.labels("column.region"), view.money)
    rows = max(1, min(place.rows - 1, MOST_BARS))
    return chart.bars(sheet, place, "name", ("asset_after", "asset_before"), titles, rows=rows)


def _chart(page: Page, place: Block, view: View) -> int:
    height = max(6.5, 3.0 + 1.0 * min(place.rows - 1, MOST_BARS))
    chart.anchor(
        page.sheet, assets_chart(page.sheet, place, view), f"A{place.last_row + 2}", 26.0, height
    )
    return place.last_row + 4 + round(height / chart.ROW_CENTIMETRES)


def _bridge(page: Page, view: View, row: int) -> int:
    """Write and draw the group's way from interest to income after tax; give the next free row.

    The chart's stacks stand in hidden columns beyond the printed page.
    """
    end = row + 1 + round(BRIDGE_HEIGHT / chart.ROW_CENTIMETRES)
    page.together(row, end)
    page.section(row, "section.bridge")
    frame = bridge_steps(view)
    steps = page.table(frame, STEPS, row + 1)
    stacks = page.table(frame, STACKS, row + 1, len(OVERVIEW) + 2)
    for number in range(stacks.first_column, stacks.last_column + 1):
        page.sheet.column_dimensions[page.letter(number)].hidden = True
    titles = chart.Titles(page.labels("chart.bridge"), page.labels("column.step"), view.money)
    drawing = chart.bridge(page.sheet, stacks, "step", ("lift", "rise", "fall"), titles)
    width = chart.centimetres(page.sheet, CHART_COLUMN, len(OVERVIEW))
    chart.anchor(page.sheet, drawing, f"{page.letter(CHART_COLUMN)}{row + 1}", width, BRIDGE_HEIGHT)
    return max(steps.last_row, end) + 2


def _tax(page: Page, view: View, row: int) -> int:
    """Explain the effective tax rates; give the next free row."""
    rows, exempt = tax_rows(view), exempt_products(view)
    page.together(row, row + len(rows) + 3)
    page.section(row, "section.tax")
    shares = "; ".join(f"{name} {share:.0%}" for name, share in exempt)
    reason = page.labels("text.exempt" if exempt else "text.none_exempt", shares=shares)
    row = page.text(row + 1, f"{page.labels('text.tax_rule')} {reason}", len(OVERVIEW))
    return page.table(rows, TAX, row).last_row + 2


def _transfer(page: Page, view: View, row: int) -> int:
    """Tell what regions earn at the internal rates of the case, where it has some; give the next free row."""
    if not has_transfer_rates(view):
        return row
    rows = transfer_rows(view)
    page.together(row, row + len(rows) + 3)
    page.section(row, "section.transfer_rates")
    row = page.text(row + 1, page.labels("text.transfer_rates"), len(OVERVIEW))
    return page.table(rows, TRANSFER, row).last_row + 2


def _equity(page: Page, view: View, row: int) -> int:
    """Move equity from its opening to its close, and say what becomes of income and losses; give the next free row."""
    rows, regions = equity_rows(view), view.plan("regions")
    earnings = view.settings.earnings
    page.together(row, row + len(rows) + 3)
    page.section(row, "section.equity")
    money = f"{{:,.{page.styles.digits}f}} {view.money}".format
    paid = page.labels(
        "text.retained" if earnings.retained > 0 else "text.paid_out",
        income=money(regions["income"].sum()),
        share=f"{earnings.retained:.0%}",
        product=view.product_names.get(earnings.product, earnings.product),
    )
    loss = page.labels("text.no_write_off", loss=money(regions["expected_loss"].sum()))
    row = page.text(row + 1, f"{paid} {loss}", len(OVERVIEW))
    return page.table(rows, kept(EQUITY, rows), row).last_row + 2


def overview_regions(view: View) -> list[str]:
    """List the regions of the overview in its order, without the total."""
    return list(view.once(_by_region).index)


def _overview(view: View) -> pd.DataFrame:
    """Put one region in a row, the total last."""
    table = view.once(_by_region)
    names = pd.Series([view.region_names[code] for code in table.index], index=table.index)
    total = table.sum().to_frame().T.assign(name=view.labels("text.total"))
    return pd.concat(
        [table.assign(name=names, fill=Fill.NONE), total.assign(fill=Fill.BAND)], ignore_index=True
    )


def _by_region(view: View) -> pd.DataFrame:
    """Sum balance sheet, lanes and income of every region, largest assets first."""
    rows = pd.concat(view.once(balance_sheets.ends))
    table = rows.pivot_table(
        index="region", columns="side", values=["before", "after"], aggfunc="sum"
    )
    table.columns = table.columns.map(lambda ends: f"{ends[1]}_{ends[0]}")
    table = table.reindex(columns=[c.key for c in OVERVIEW[1:-1]]).fillna(0.0)
    table["income"] = (
        view.plan("regions").groupby("region")["income"].sum().reindex(table.index).fillna(0.0)
    )
    return table.sort_values("asset_after", ascending=False, kind="stable")


def _ratios(page: Page, view: View, row: int) -> int:
    """Write the ratios that limits name; give the next free row."""
    ratios = _compared(view)
    if ratios.empty:
        return row
    page.together(row, row + len(ratios) + 1)
    page.section(row, "section.ratios")
    return page.table(ratios, kept(RATIOS, ratios), row + 1).last_row + 1


def _compared(view: View) -> pd.DataFrame:
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
