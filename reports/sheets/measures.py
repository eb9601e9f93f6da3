"""Every measure of every region: a row each, a column for every close."""

from __future__ import annotations

import pandas as pd

from reports.page import Page
from reports.style import Form
from reports.table import FIRST_TABLE_ROW, Column
from reports.view import View

NAME = "measures"
MOST_ROWS = 1_048_576 - FIRST_TABLE_ROW
"""A sheet of a workbook holds no more below its header."""
KEY = ["region", "scope", "measure"]
OF_MEASURE = (
    Column("region_name", label="column.region"),
    Column("scope_name", label="column.scope"),
    Column("measure"),
)


def write(page: Page, view: View) -> None:
    """Write the sheet."""
    page.title(
        page.labels("sheet.measures"), view.subtitle, page.labels("note.measures", money=view.money)
    )
    rows = by_close(view)
    columns = (*OF_MEASURE, *close_columns(view))
    if len(rows) > MOST_ROWS:
        page.nothing("text.measures_too_many", len(columns))
        return
    page.places[NAME] = page.table(rows, columns)
    page.filtered(page.places[NAME])


def close_columns(view: View) -> list[Column]:
    """Head a column by the date of each close."""
    periods = pd.Series(range(1, view.periods + 1))
    return [
        Column(str(period), Form.AMOUNT, text=f"{close:%Y-%m-%d}")
        for period, close in zip(periods, view.closes(periods), strict=True)
    ]


def by_close(view: View) -> pd.DataFrame:
    """Set the closes of the plan table `measures` side by side, with names of regions and scopes.

    In the order of the table; what is 0 at every close is left out.
    """
    rows = view.plan("measures")
    order = pd.MultiIndex.from_frame(rows[KEY].drop_duplicates())
    wide = rows.pivot(index=KEY, columns="period", values="value").reindex(order)
    wide = wide[(wide != 0).any(axis=1)].rename(columns=str).reset_index()
    scopes = {code: view.labels.word("scope", code) for code in wide["scope"].unique()}
    return wide.assign(
        region_name=wide["region"].map(view.region_names), scope_name=wide["scope"].map(scopes)
    )
