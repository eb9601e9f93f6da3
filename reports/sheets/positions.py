"""Every position in every period, to filter; the checks add it up."""

from __future__ import annotations

from reports.page import Page
from reports.style import Form
from reports.table import Column, kept
from reports.view import View

NAME = "positions"
COLUMNS = (
    Column("region_name", label="column.region"),
    Column("currency"),
    Column("product_name", label="column.product"),
    Column("side_name", label="column.side"),
    Column("class"),
    Column("period", Form.COUNT),
    Column("close", Form.DATE),
    Column("opening", Form.AMOUNT),
    Column("matured", Form.AMOUNT),
    Column("new", Form.AMOUNT),
    Column("sold", Form.AMOUNT),
    Column("posted", Form.AMOUNT, label="column.retained", optional=True),
    Column("balance", Form.AMOUNT),
    Column("rate", Form.RATE),
    Column("income", Form.AMOUNT),
    Column("node", Form.COUNT),
    Column("region_number", Form.COUNT),
)


def write(page: Page, view: View) -> None:
    """Write the sheet."""
    page.title(
        page.labels("sheet.positions"),
        view.subtitle,
        page.labels("note.positions", money=view.money),
    )
    page.places[NAME] = page.table(view.positions, kept(COLUMNS, view.positions))
    page.filtered(page.places[NAME])
