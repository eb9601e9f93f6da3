"""The workbook of a run over scenarios."""

from __future__ import annotations

from pathlib import Path

from alm.case import Case
from reports.archive import save
from reports.book import begin
from reports.labels import Labels
from reports.scenario_sheets import SHEETS
from reports.scenario_view import read_view
from reports.style import decimals

NAME = "report.xlsx"


def write_scenario_workbook(folder: Path, labels: Labels, case: Case | None = None) -> Path:
    """Write the workbook: outcomes, first decisions, headroom by limit and scenario.

    Raises
    ------
    NoPlanError
        The run ended without plans.
    """
    view = read_view(folder, labels, case)
    titles = [labels(f"sheet.{sheet.NAME}") for sheet in SHEETS]
    workbook, pages = begin(titles, labels, decimals(view.settings.quantum))
    for sheet, page in zip(SHEETS, pages, strict=True):
        sheet.write(page, view)
    workbook.calculation.fullCalcOnLoad = True
    save(workbook, folder / NAME, view.settings.as_of)
    return folder / NAME
