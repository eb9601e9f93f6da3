"""Live formulas that add the other sheets up again; every check must read 0."""

from __future__ import annotations

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from reports.checks import CHECKS
from reports.checks.formulas import Checks
from reports.page import Page
from reports.style import Fill, Style
from reports.table import TOTAL_CELL
from reports.view import View

NAME = "reconciliation"
FIRST_SECTION_ROW, LAST_COLUMN = 8, 13


def write(page: Page, view: View) -> None:
    """Write the total of all checks on top and the checks below."""
    page.title(
        page.labels("sheet.reconciliation"), view.subtitle, page.labels("note.reconciliation")
    )
    checks, row = Checks(page, view), FIRST_SECTION_ROW
    for check in CHECKS:
        row = check.write(checks, row)
    _total(checks)
    page.sheet.freeze_panes = "A7"
    page.set_up(0, row, LAST_COLUMN)


def _total(checks: Checks) -> None:
    """Count the checks that do not read 0; an error in one of them shows here as well."""
    page, loud = checks.page, Style(bold=True, size=12)
    page.put(5, 1, page.labels("text.all_checks"), loud)
    page.formula(5, 2, _count(checks), Style(bold=True, size=12, border=True))
    for cells in (*checks.cells, TOTAL_CELL):
        first = cells.split(":")[0].replace("$", "")
        good = f'{first}="OK"' if cells == TOTAL_CELL else f"{first}=0"
        for test, fill in ((good, Fill.GREEN), (f"NOT({good})", Fill.RED)):
            pattern = PatternFill(bgColor=fill.value, fill_type="solid")
            rule = FormulaRule(formula=[test], fill=pattern)
            page.sheet.conditional_formatting.add(cells.replace("$", ""), rule)


def _count(checks: Checks) -> str:
    """Say OK, or how many checks fail."""
    failed = "+".join(f"SUMPRODUCT(--({cells}<>0))" for cells in checks.cells)
    return f'IF({failed}=0,"OK",{failed}&" {checks.page.labels("text.failed")}")'
