"""A workbook of a few sheets, begun, written and saved the same way, where a run has none of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import Workbook

from alm.case import Case
from reports.archive import save
from reports.labels import Labels
from reports.page import Page
from reports.rows import Sheet
from reports.style import Styles, decimals


def write_book(
    path: Path, case: Case, labels: Labels, sheets: Mapping[str, Callable[[Page], None]]
) -> Path:
    """Write a workbook: a sheet for each title, by who fills its page.

    Amounts have the decimals of the case's quantum and times are those of the case, so that the same content gives the same bytes.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    pages = [Sheet(workbook, title) for title in sheets]
    for page in pages:
        workbook._add_sheet(page)
    styles = Styles(workbook, decimals(case.settings.quantum))
    for page, fill in zip(pages, sheets.values(), strict=True):
        fill(Page(page, styles, labels))
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")  # what was cut in half must not look whole
    try:
        save(workbook, half, case.settings.as_of)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return path
