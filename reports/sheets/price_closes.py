"""Every price at every close, to filter."""

from __future__ import annotations

from reports.page import Page
from reports.style import Form
from reports.table import Column, kept
from reports.view import View

NAME = "price_closes"
COLUMNS = (
    Column("kind_name", label="column.kind"),
    Column("what", Form.NOTE, widest=70),
    Column("region_name", label="column.region", optional=True),
    Column("bound_name", label="column.sense", optional=True),
    Column("currency", optional=True),
    Column("close", Form.DATE),
    Column("price_per_year", Form.PRICE),
    Column("price", Form.PRICE),
)


def write(page: Page, view: View) -> None:
    """Write every price that is not 0, the dearest of each kind first."""
    page.title(
        page.labels("sheet.price_closes"),
        view.subtitle,
        page.labels("note.prices", money=view.money),
    )
    prices = view.prices
    if prices.empty:
        page.nothing(view.nothing("prices"), len(COLUMNS))
        return
    page.filtered(page.table(prices, kept(COLUMNS, prices)))
