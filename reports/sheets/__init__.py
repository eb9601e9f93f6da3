"""The sheets of the workbook, in their order. A new sheet is one file here and one entry below."""

from types import ModuleType

from reports.sheets import (
    assumptions,
    balance_sheets,
    income,
    instructions,
    lanes,
    limit_closes,
    limits,
    measures,
    positions,
    price_closes,
    prices,
    reconciliation,
    regions,
    summary,
    transfers,
    warnings,
)

SHEETS: tuple[ModuleType, ...] = (
    summary,
    transfers,
    instructions,
    regions,
    balance_sheets,
    limits,
    prices,
    income,
    limit_closes,
    price_closes,
    positions,
    lanes,
    measures,
    assumptions,
    reconciliation,
    warnings,
)
