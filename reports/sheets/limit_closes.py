"""Every limit at every close, to filter."""

from __future__ import annotations

from reports.page import FIRST_TABLE_ROW, Column, Page, kept
from reports.style import Form
from reports.view import View

NAME = "limit_closes"
COLUMNS = (
    Column("light", fill_by="fill"),
    Column("limit_name", label="column.limit"),
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
)


def write(page: Page, view: View) -> None:
    """Write the sheet, the worst first."""
    page.title(
        page.labels("sheet.limit_closes"),
        view.subtitle,
        page.labels("note.limits", money=view.money),
    )
    limits = view.limits
    if limits.empty:
        page.put(FIRST_TABLE_ROW, 1, page.labels("text.no_limits"))
        page.set_up(0, FIRST_TABLE_ROW, len(COLUMNS))
        return
    page.filtered(page.table(limits, kept(COLUMNS, limits)))
