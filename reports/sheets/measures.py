"""Every measure of every region at every close, to filter."""

from __future__ import annotations

import pandas as pd

from reports.page import Page
from reports.style import Form
from reports.table import FIRST_TABLE_ROW, Column
from reports.view import View

NAME = "measures"
MOST_ROWS = 1_048_576 - FIRST_TABLE_ROW
"""A sheet of a workbook holds no more below its header."""
COLUMNS = (
    Column("region_name", label="column.region"),
    Column("scope_name", label="column.scope"),
    Column("measure"),
    Column("period", Form.COUNT),
    Column("close", Form.DATE),
    Column("value", Form.AMOUNT),
)


def write(page: Page, view: View) -> None:
    """Write the sheet."""
    page.title(
        page.labels("sheet.measures"), view.subtitle, page.labels("note.measures", money=view.money)
    )
    rows = listed(view)
    if len(rows) > MOST_ROWS:
        page.nothing("text.measures_too_many", len(COLUMNS))
        return
    page.places[NAME] = page.table(rows, COLUMNS)
    page.filtered(page.places[NAME])


def listed(view: View) -> pd.DataFrame:
    """List the plan table `measures` with the names of its regions and scopes."""
    rows = view.plan("measures")
    scopes = {code: view.labels.word("scope", code) for code in rows["scope"].unique()}
    return rows.assign(
        region_name=rows["region"].map(view.region_names),
        scope_name=rows["scope"].map(scopes),
        close=view.closes(rows["period"]),
    )
