"""The sheets of the workbook over scenarios, in their order. A new sheet is one file here and one entry below."""

from types import ModuleType

from reports.scenario_sheets import first_decisions, headroom, outcomes

SHEETS: tuple[ModuleType, ...] = (outcomes, first_decisions, headroom)
