"""What to do now: the decisions of the periods before scenarios part."""

from __future__ import annotations

from reports.page import Page
from reports.scenario_view import ScenarioView
from reports.style import Form
from reports.table import Column

NAME = "first_decisions"
DONE = (
    Column("kind_name", label="column.decision"),
    Column("where", Form.NOTE, label="column.where", widest=34),
    Column("what", Form.NOTE, label="column.to_or_product", widest=34),
    Column("currency"),
    Column("close", Form.DATE),
)
SHARED = (Column("most", Form.AMOUNT, label="column.amount"),)
APART = (
    Column("least", Form.AMOUNT, label="column.least"),
    Column("most", Form.AMOUNT, label="column.most"),
)


def write(page: Page, view: ScenarioView) -> None:
    """Write one row for every decision that is not nothing."""
    last = view.shared_periods
    note = (
        page.labels("note.first_decisions", close=f"{view.closes.loc[last]:%Y-%m-%d}")
        if last
        else page.labels("note.decisions_apart")
    )
    page.title(page.labels("sheet.first_decisions"), view.subtitle, note)
    rows = view.decided_first
    columns = (*DONE, *(SHARED if last else APART))
    if rows.empty:
        page.nothing("text.nothing_decided", len(columns))
        return
    page.filtered(page.table(rows, columns))
