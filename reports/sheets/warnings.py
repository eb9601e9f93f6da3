"""Warnings about the input: nothing that stopped the run, all worth a look."""

from __future__ import annotations

import pandas as pd

from reports.page import Page
from reports.style import Form
from reports.table import Column
from reports.view import View

NAME = "warnings"
EMPTY = 12  # columns of the usual width that are printed without a table: room for the line below the title
COLUMNS = (
    Column("table"),
    Column("row", Form.COUNT),
    Column("column"),
    Column("found", Form.NOTE, given=True),
    Column("allowed", Form.NOTE),
    Column("hint", Form.NOTE),
)


def write(page: Page, view: View) -> None:
    """Write one row for every warning."""
    page.title(page.labels("sheet.warnings"), view.subtitle, page.labels("note.warnings"))
    faults = view.run.case.warnings
    if not faults:
        page.nothing("text.no_warnings", EMPTY)
        return
    rows = pd.DataFrame(
        {
            "table": [fault.table for fault in faults],
            "row": pd.Series([fault.row for fault in faults], dtype="float64"),
            "column": [fault.column or "" for fault in faults],
            "found": [str(fault.found) for fault in faults],
            "allowed": [fault.allowed for fault in faults],
            "hint": [fault.hint for fault in faults],
        }
    )
    page.filtered(page.table(rows, COLUMNS))
