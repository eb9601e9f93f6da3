"""LibreOffice computes the live checks of a workbook here as it does for the reports."""

from tests.cli.conftest import no_workbook
from tests.reports.conftest import recalculate

__all__ = ["no_workbook", "recalculate"]
