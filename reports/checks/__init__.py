"""The checks of the reconciliation, in their order. A new check is one file here and one entry below."""

from types import ModuleType

from reports.checks import funding, income, objective, regions, rows, summary, transfers

CHECKS: tuple[ModuleType, ...] = (rows, objective, summary, regions, transfers, funding, income)
