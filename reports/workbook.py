"""Writing the workbook of a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

from alm.case import Case
from reports.archive import save
from reports.book import begin
from reports.frontier_workbook import write_frontier_workbook
from reports.labels import Labels, read_labels
from reports.run import read_run
from reports.scenario_workbook import write_scenario_workbook
from reports.sheets import SHEETS
from reports.style import decimals
from reports.view import View

NAME = "report.xlsx"
# Workbooks of runs that are more than one plan, by the kind of the run.
BOOKS: tuple[tuple[str, Callable[[Path, Labels, Case | None], Path]], ...] = (
    ("frontier", write_frontier_workbook),
    ("scenarios", write_scenario_workbook),
)


def write_report(run_folder: Path, lang: str = "en", case: Case | None = None) -> Path:
    """Write `report.xlsx` into a run folder, from what the folder holds and nothing else.

    Parameters
    ----------
    run_folder
        A run folder with inputs, plan tables and manifest.
    lang
        Language of labels and names, `en` or `zh`.
    case
        The frozen inputs of the folder, where they have been read from it already.

    Returns
    -------
    The path of the workbook. The same folder and language give the same bytes.

    Raises
    ------
    NoPlanError
        The run ended without a plan.
    ValueError
        The language is unknown.
    """
    labels = read_labels(lang)
    make = _of_kind(run_folder)
    if make is not None:
        return make(run_folder, labels, case)
    view = View(read_run(run_folder, case), labels)
    path = run_folder / NAME
    save(build(view), path, view.settings.as_of)
    return path


def _of_kind(run_folder: Path) -> Callable[[Path, Labels, Case | None], Path] | None:
    """Find who writes the workbook of a run that is not a single plan."""
    manifest = run_folder / "run.json"
    if not manifest.is_file():
        return None
    kind = json.loads(manifest.read_text(encoding="utf-8")).get("kind")
    return dict(BOOKS).get(kind)


def build(view: View) -> Workbook:
    """Build the workbook, sheet by sheet, in the order of the registry."""
    titles = [view.labels(f"sheet.{sheet.NAME}") for sheet in SHEETS]
    workbook, pages = begin(titles, view.labels, decimals(view.settings.quantum))
    for sheet, page in zip(SHEETS, pages, strict=True):
        sheet.write(page, view)
    workbook.calculation.fullCalcOnLoad = True
    return workbook
