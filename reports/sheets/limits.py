"""Every limit at every close: how much is used, how much room is left, what more room earns."""

from __future__ import annotations

import pandas as pd

from reports import chart
from reports.page import FIRST_TABLE_ROW, Column, Page, kept
from reports.style import CHART_RATIO, Fill, Form
from reports.view import View

NAME = "limits"
COLUMNS = (
    Column("light", label="column.light", fill_by="fill"),
    Column("limit_name", Form.NOTE, label="column.limit"),
    Column("region_name", label="column.region"),
    Column("currency", optional=True),
    Column("close", Form.DATE),
    Column("scenario", optional=True),
    Column("sense_name", label="column.sense"),
    Column("value", Form.RATIO, form_by="form"),
    Column("bound", Form.RATIO, given=True, form_by="form"),
    Column("early_warning", Form.RATIO, given=True, form_by="form", optional=True),
    Column("use", Form.RATIO),
    Column("headroom", Form.AMOUNT),
    Column("shortfall", Form.AMOUNT, optional=True),
    Column("price_per_year", Form.PRICE),
    Column("measure"),
    Column("numerator", Form.AMOUNT),
    Column("denominator_measure", optional=True),
    Column("denominator", Form.AMOUNT, label="column.denominator_amount", optional=True),
    Column("enforcement_name", label="column.enforcement"),
    Column("tier_name", label="column.tier"),
    Column("owner", Form.NOTE, given=True, optional=True),
    Column("source", Form.NOTE, given=True, optional=True),
)
TIGHTEST = (
    Column("label", Form.NOTE, label="column.limit"),
    Column("use", Form.RATIO),
    Column("close", Form.DATE),
    Column("light", label="column.light", fill_by="fill"),
)
LIGHTS = {
    "broken": (0, Fill.RED),
    "short": (1, Fill.RED),
    "binding": (2, Fill.AMBER),
    "amber": (3, Fill.AMBER),
    "met": (4, Fill.GREEN),
    "waived": (5, Fill.GREY),
}
MOST_BARS = 15


def write(page: Page, view: View) -> None:
    """Write all limits, the worst first, and draw the use of the tightest beside them."""
    page.title(page.labels("sheet.limits"), view.subtitle, page.labels("note.limits", money=view.money))
    limits = _limits(view)
    if limits.empty:
        page.put(FIRST_TABLE_ROW, 1, page.labels("text.no_limits"))
        page.set_up(0, FIRST_TABLE_ROW, len(COLUMNS))
        return
    place = page.table(limits, kept(COLUMNS, limits))
    page.filtered(place)
    _draw_tightest(page, limits, place.last_row + 3, place.last_column)


def _limits(view: View) -> pd.DataFrame:
    """Add traffic light, use of the bound and the price per year; worst first, then in order of time."""
    prices = view.plan("prices")
    prices = prices[prices["kind"] == "limit"].groupby(["name", "period"], as_index=False)["price_per_year"].sum()
    prices = prices.rename(columns={"name": "limit"})
    rows = view.limits.merge(prices, on=["limit", "period"], how="left", validate="many_to_one")
    rank = rows["status"].map({status: rank for status, (rank, _) in LIGHTS.items()}).fillna(len(LIGHTS))
    rows = rows.assign(
        light=[view.labels.word("status", status) for status in rows["status"]],
        fill=[LIGHTS[status][1] if status in LIGHTS else Fill.NONE for status in rows["status"]],
        use=_use(rows),
        tier_name=[view.labels.word("tier", tier) for tier in rows["tier"]],
        enforcement_name=[view.labels.word("enforcement", word) for word in rows["enforcement"]],
        rank=rank,
    )
    return rows.sort_values(["rank", "limit", "period"], ignore_index=True)


def _use(rows: pd.DataFrame) -> pd.Series:
    """Divide what is used by what is allowed: value by bound under a max, bound by value under a min."""
    value, bound = rows["value"], rows["bound"]
    use = (value / bound).where(rows["sense"] == "max", bound / value)
    return use.where((value >= 0) & (bound > 0))


def _draw_tightest(page: Page, limits: pd.DataFrame, row: int, last_column: int) -> None:
    """List and draw each limit at the close where it is used most."""
    used = limits.dropna(subset=["use"]).sort_values("use", ascending=False, kind="stable")
    used = used.drop_duplicates("limit").head(MOST_BARS)
    if used.empty:
        return
    used = used.assign(label=used["limit_name"] + " · " + used["region_name"])
    page.section(row, "section.tightest", 2)
    place = page.table(used, TIGHTEST, row + 1, first_column=2)
    drawing = chart.bars(
        page.sheet, place, "label", ("use",), page.labels("chart.limit_use"), CHART_RATIO, rows=MOST_BARS
    )
    height = max(7.0, 2.5 + 0.75 * len(used))
    chart.anchor(page.sheet, drawing, f"G{row}", 24.0, height)
    last_row = max(place.last_row, row + round(height / chart.ROW_CENTIMETRES) + 1)
    page.set_up(FIRST_TABLE_ROW, last_row, last_column)
