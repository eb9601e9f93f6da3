"""Everything the plan assumed, with the row it came from; published and assumed figures told apart."""

from __future__ import annotations

import re

import pandas as pd

from reports.page import Page
from reports.style import Fill, Form
from reports.table import FIRST_TABLE_ROW, Column
from reports.view import View

NAME = "assumptions"
COLUMNS = (
    Column("table"),
    Column("row", Form.COUNT),
    Column("key", widest=40),
    Column("column"),
    Column("value", Form.NOTE, given=True, widest=40),
    Column("origin_name", label="column.origin"),
    Column("standing", fill_by="fill"),
    Column("source", Form.NOTE, widest=100),
)
GROUNDS = {"published": Fill.GREEN, "derived": Fill.BLUE, "assumed": Fill.AMBER}
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?")


def write(page: Page, view: View) -> None:
    """Write one row for every attribute that the plan used."""
    rows = view.plan("assumptions")
    # What a row's author says of it is said of the cells that he filled, not of defaults.
    own = rows["origin"] != "default"
    rows = rows.assign(status=rows["status"].where(own, ""), source=rows["source"].where(own, ""))
    counts = rows["status"].fillna("").value_counts()
    tally = ", ".join(
        f"{page.labels.word('standing', status)} {counts[status]:,}"
        for status in GROUNDS
        if status in counts
    )
    page.title(
        page.labels("sheet.assumptions"),
        view.subtitle,
        page.labels("note.assumptions", tally=tally or "–"),
    )
    if rows.empty:
        page.put(FIRST_TABLE_ROW, 1, page.labels(view.nothing("assumptions")))
        page.set_up(0, FIRST_TABLE_ROW, len(COLUMNS))
        return
    status = rows["status"].fillna("")
    words = {code: page.labels.word("standing", code) for code in status.unique()}
    rows = rows.assign(
        row=pd.to_numeric(rows["row"], errors="coerce").astype("float64"),
        value=rows["value"].astype(object).map(_value),
        origin_name=[page.labels.word("origin", origin) for origin in rows["origin"]],
        standing=status.map(words),
        fill=[GROUNDS.get(code, Fill.NONE) for code in status],
    )
    page.filtered(page.table(rows, COLUMNS))


def _value(value: object) -> object:
    """Show numbers as numbers; codes such as 001 stay text.

    >>> _value("0.75"), _value("001"), _value("loan")
    (0.75, '001', 'loan')
    """
    return float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value
