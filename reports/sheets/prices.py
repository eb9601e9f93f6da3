"""What one more unit is worth: of a limit, of a lane, of a bound, of funds in a node."""

from __future__ import annotations

from reports.page import FIRST_TABLE_ROW, Column, Page, kept
from reports.style import Form
from reports.view import View

NAME = "prices"
COLUMNS = (
    Column("kind_name", label="column.kind"),
    Column("what", Form.NOTE),
    Column("region_name", label="column.region", optional=True),
    Column("currency", optional=True),
    Column("close", Form.DATE),
    Column("price_per_year", Form.PRICE),
    Column("price", Form.PRICE),
)


def write(page: Page, view: View) -> None:
    """Write every price that is not 0, the dearest of each kind first."""
    page.title(
        page.labels("sheet.prices"), view.subtitle, page.labels("note.prices", money=view.money)
    )
    prices = view.prices
    if prices.empty:
        page.put(FIRST_TABLE_ROW, 1, page.labels("text.no_prices"))
        page.set_up(0, FIRST_TABLE_ROW, len(COLUMNS))
        return
    page.filtered(page.table(prices, kept(COLUMNS, prices)))
