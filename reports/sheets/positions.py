"""Every position in every period, to filter; the checks add it up."""

from __future__ import annotations

from reports.page import Block, Column, Page, block
from reports.style import Form
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
    Column("balance", Form.AMOUNT),
    Column("rate", Form.RATE),
    Column("income", Form.AMOUNT),
    Column("node", Form.COUNT),
    Column("region_number", Form.COUNT),
)


def place(view: View) -> Block:
    """Say where the table stands."""
    return block(view.labels("sheet.positions"), COLUMNS, len(view.positions))


def write(page: Page, view: View) -> None:
    """Write the sheet."""
    page.title(
        page.labels("sheet.positions"),
        view.subtitle,
        page.labels("note.positions", money=view.money),
    )
    page.filtered(page.table(view.positions, COLUMNS))
