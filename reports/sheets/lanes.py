"""Every lane in every period, to filter; the checks add it up."""

from __future__ import annotations

from reports.page import Page
from reports.style import Form
from reports.table import Column
from reports.view import View

NAME = "lanes"
COLUMNS = (
    Column("lane"),
    Column("lender_name", label="column.lender"),
    Column("borrower_name", label="column.borrower"),
    Column("currency"),
    Column("period", Form.COUNT),
    Column("close", Form.DATE),
    Column("opening", Form.AMOUNT),
    Column("transfer", Form.AMOUNT),
    Column("repaid", Form.AMOUNT),
    Column("outstanding", Form.AMOUNT),
    Column("used", Form.COUNT),
    Column("capacity", Form.AMOUNT, given=True),
    Column("rate", Form.RATE, given=True),
    Column("cost", Form.AMOUNT, label="column.lane_cost"),
    Column("borrower_currency"),
    Column("borrowed", Form.AMOUNT, label="column.debt"),
    Column("lender_node", Form.COUNT),
    Column("borrower_node", Form.COUNT),
    Column("lender_region", Form.COUNT),
    Column("borrower_region", Form.COUNT),
    Column("currency_number", Form.COUNT),
)


def write(page: Page, view: View) -> None:
    """Write the sheet."""
    page.title(
        page.labels("sheet.lanes"), view.subtitle, page.labels("note.lanes", money=view.money)
    )
    page.places[NAME] = page.table(view.lanes, COLUMNS)
    page.filtered(page.places[NAME])
