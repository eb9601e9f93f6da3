"""What one more unit is worth, one row for each thing that has a price: at its dearest close and over all closes."""

from __future__ import annotations

import pandas as pd

from reports.page import Page
from reports.style import Form
from reports.table import Column, kept
from reports.view import View

NAME = "prices"
COLUMNS = (
    Column("kind_name", label="column.kind"),
    Column("what", Form.NOTE, widest=70),
    Column("region_name", label="column.region", optional=True),
    Column("bound_name", label="column.sense", optional=True),
    Column("currency", optional=True),
    Column("close", Form.DATE, label="column.dearest_at"),
    Column("price_per_year", Form.PRICE, label="column.dearest_price"),
    Column("price", Form.PRICE, label="column.dearest_price_horizon"),
    Column("closes", Form.COUNT, label="column.closes_priced"),
    Column("total", Form.PRICE, label="column.price_all_closes"),
)
THING = ["kind", "name", "region", "currency", "bound_name"]


def write(page: Page, view: View) -> None:
    """Write what has a price, the dearest of each kind first."""
    note = page.labels("note.prices", money=view.money)
    if view.has_whole_decisions:
        note = f"{note} {page.labels('note.prices_given')}"
    page.title(page.labels("sheet.prices"), view.subtitle, note)
    prices = view.prices
    if prices.empty:
        page.nothing(view.nothing("prices"), len(COLUMNS))
        return
    things = _things(prices)
    page.filtered(page.table(things, kept(COLUMNS, things)))


def _things(prices: pd.DataFrame) -> pd.DataFrame:
    """Keep the dearest close of everything priced, with the number of its closes and their sum."""
    closes = prices.groupby(THING)["price"].agg(closes="size", total="sum").reset_index()
    return prices.drop_duplicates(THING).merge(closes, on=THING, validate="one_to_one")
