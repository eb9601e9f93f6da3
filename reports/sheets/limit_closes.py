"""Every limit at every close, to filter."""

from __future__ import annotations

from reports.page import Page
from reports.style import Form
from reports.table import Column, kept
from reports.view import View

NAME = "limit_closes"
COLUMNS = (
    Column("light", fill_by="fill"),
    Column("limit_name", label="column.limit"),
    Column("region_name", label="column.region"),
    Column("currency", optional=True),
    Column("period", Form.COUNT),
    Column("close", Form.DATE),
    Column("scenario", optional=True),
    Column("sense_name", label="column.sense"),
    Column("value", Form.RATIO, form_by="form"),
    Column("bound", Form.RATIO, given=True, form_by="form"),
    Column("early_warning", Form.RATIO, given=True, form_by="form", optional=True),
    Column("use", Form.RATIO),
    Column("headroom", Form.ROOM, form_by="headroom_form"),
    Column("tolerance", Form.ROOM, form_by="tolerance_form"),
    Column("shortfall", Form.ROOM, form_by="shortfall_form"),
    Column("missed", Form.ROOM, form_by="missed_form"),
    Column("price_per_year", Form.PRICE),
    Column("penalty", Form.PRICE, given=True, optional=True),
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
        page.nothing("text.no_limits", len(COLUMNS))
        return
    charged = (limits["enforcement"] == "soft") & (limits["status"] != "waived")
    several = limits["scenario"].nunique() > 1
    limits = limits.assign(
        penalty=limits["penalty"].where(charged),
        scenario=limits["scenario"] if several else "",
    )
    page.places[NAME] = page.table(limits, kept(COLUMNS, limits))
    page.filtered(page.places[NAME])
