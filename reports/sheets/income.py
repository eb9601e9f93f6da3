"""Income of every region and period, part by part."""

from __future__ import annotations

from reports.income_rows import taxed
from reports.page import Page
from reports.style import Form
from reports.table import Column
from reports.view import View

NAME = "income"
COLUMNS = (
    Column("region_name", label="column.region"),
    Column("period", Form.COUNT),
    Column("close", Form.DATE),
    Column("interest", Form.AMOUNT),
    Column("expected_loss", Form.AMOUNT),
    Column("operating_cost", Form.AMOUNT),
    Column("back_book", Form.AMOUNT),
    Column("adjustment", Form.AMOUNT),
    Column("disposal_loss", Form.AMOUNT),
    Column("lane_interest", Form.AMOUNT),
    Column("lane_cost", Form.AMOUNT),
    Column("income_before_tax", Form.AMOUNT),
    Column("exempt", Form.AMOUNT),
    Column("tax_rate", Form.RATIO, given=True),
    Column("tax", Form.AMOUNT),
    Column("effective", Form.RATIO),
    Column("income", Form.AMOUNT, label="column.income_after_tax"),
    Column("region_number", Form.COUNT),
)


def write(page: Page, view: View) -> None:
    """Write the sheet."""
    page.title(
        page.labels("sheet.income"), view.subtitle, page.labels("note.income", money=view.money)
    )
    rows = view.plan("regions").sort_values(["region", "period"], ignore_index=True)
    rows = taxed(view, rows).assign(
        region_name=rows["region"].map(view.region_names),
        region_number=rows["region"].map(view.region_numbers),
        close=view.closes(rows["period"]),
    )
    page.places[NAME] = page.table(rows, COLUMNS)
    page.filtered(page.places[NAME])
