"""Every limit at the close where it is worst: how much is used, how much room is left, what more room earns."""

from __future__ import annotations

from reports import chart
from reports.limit_rows import AT_BOUND
from reports.page import Page
from reports.style import CHART_RATIO, Form
from reports.table import Block, Column, kept
from reports.view import View

NAME = "limits"
COLUMNS = (
    Column("light", fill_by="fill"),
    Column("limit_name", Form.NOTE, label="column.limit", widest=38),
    Column("region_name", label="column.region"),
    Column("currency", optional=True),
    Column("sense_name", label="column.sense"),
    Column("bound", Form.RATIO, given=True, form_by="form"),
    Column("value", Form.RATIO, form_by="form"),
    Column("early_warning", Form.RATIO, given=True, form_by="form", optional=True),
    Column("use", Form.RATIO),
    Column("headroom", Form.ROOM, form_by="headroom_form"),
    Column("tolerance", Form.ROOM, form_by="tolerance_form"),
    Column("missed", Form.ROOM, form_by="missed_form", optional=True),
    Column("price_per_year", Form.PRICE, label="column.dearest_price"),
    Column("close", Form.DATE, label="column.worst_close"),
    Column("times_bound", Form.COUNT),
    Column("enforcement_name", label="column.enforcement"),
    Column("tier_name", label="column.tier"),
    Column("owner", Form.NOTE, given=True, optional=True, widest=16),
    Column("source", Form.NOTE, given=True, optional=True, widest=48),
)
MOST_BARS = 20


def write(page: Page, view: View) -> None:
    """Write one row for every limit, the worst first, and draw the use of the tightest below."""
    page.title(
        page.labels("sheet.limits"), view.subtitle, page.labels("note.limits", money=view.money)
    )
    limits = view.limits
    if limits.empty:
        page.nothing("text.no_limits", len(COLUMNS))
        return
    bound = limits["standing"].isin(AT_BOUND).groupby(limits["limit"]).sum()
    worst = limits.sort_values(
        ["rank", "use"], ascending=[True, False], kind="stable"
    ).drop_duplicates("limit")
    worst = worst.assign(
        missed=worst["missed"].where(worst["missed"] > 0),
        times_bound=worst["limit"].map(bound).astype(float),
        price_per_year=worst["limit"].map(limits.groupby("limit")["price_per_year"].max()),
    )
    place = page.table(worst, kept(COLUMNS, worst))
    page.filtered(place)
    _draw(page, place)


def _draw(page: Page, place: Block) -> None:
    """Draw the use of the first limits of the table."""
    rows = min(place.rows, MOST_BARS)
    titles = chart.Titles(
        page.labels("chart.limit_use", count=rows),
        page.labels("column.limit"),
        page.labels("column.use"),
    )
    drawing = chart.bars(page.sheet, place, "limit_name", ("use",), titles, CHART_RATIO, rows)
    drawing.y_axis.scaling.min = 0  # a bar half as long is half the use
    height = max(7.0, 3.0 + 0.75 * rows)
    chart.anchor(page.sheet, drawing, f"B{place.last_row + 2}", 26.0, height)
    last_row = place.last_row + 3 + round(height / chart.ROW_CENTIMETRES)
    page.together(place.last_row + 1, last_row)
    page.set_up(place.header_row, last_row, place.last_column)
