"""LibreOffice computes the live checks of a workbook here as it does for the reports."""

from tests.reports.conftest import recalculate

__all__ = ["recalculate"]
