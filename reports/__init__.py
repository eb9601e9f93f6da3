"""The workbook of a run: reads a run folder, writes `report.xlsx`."""

from reports.workbook import write_report

__all__ = ["write_report"]
