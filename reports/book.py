"""A workbook, begun the same way whatever it holds; and one that is no part of a run, written whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from openpyxl import Workbook

from alm.case import Case
from reports.archive import save
from reports.labels import Labels
from reports.page import Page
from reports.rows import Sheet
from reports.style import Styles, decimals
from reports.table import Block


def begin(titles: Iterable[str], labels: Labels, digits: int) -> tuple[Workbook, list[Page]]:
    """Begin a workbook: a page for each title, all with the same styles and each knowing where tables of the others stand.

    Parameters
    ----------
    digits
        Decimals of amounts.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    sheets = [Sheet(workbook, title) for title in titles]
    for sheet in sheets:
        workbook._add_sheet(sheet)
    styles = Styles(workbook, digits)
    places: dict[str, Block] = {}
    return workbook, [Page(sheet, styles, labels, places) for sheet in sheets]


def write_book(
    path: Path, case: Case, labels: Labels, sheets: Mapping[str, Callable[[Page], None]]
) -> Path:
    """Write a workbook: a sheet for each title, by who fills its page.

    Amounts have the decimals of the case's quantum and times are those of the case, so that the same content gives the same bytes.
    """
    workbook, pages = begin(sheets, labels, decimals(case.settings.quantum))
    for page, fill in zip(pages, sheets.values(), strict=True):
        fill(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")  # what was cut in half must not look whole
    try:
        save(workbook, half, case.settings.as_of)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return path
