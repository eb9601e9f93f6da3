"""Each region's income is that of its positions and lanes, and tax lies between income before and after it."""

from __future__ import annotations

from collections.abc import Callable

from reports.checks.formulas import Checks, Formula
from reports.page import Page
from reports.style import Form
from reports.table import Block, Column


def write(checks: Checks, row: int) -> int:
    """Write one line for every region and period, tax between income before and after it; give the next free row."""
    page, view = checks.page, checks.view
    page.section(row, "section.checks_income")
    stated = view.plan("regions").sort_values(["region", "period"], ignore_index=True)
    rows = stated.assign(
        region_number=stated["region"].map(view.region_numbers),
        region_name=stated["region"].map(view.region_names),
    )
    columns = (
        Column("region_name", label="column.region"),
        Column("region_number", Form.COUNT),
        Column("period", Form.COUNT),
    )
    place = page.table(rows, columns, row + 1)
    checks.columns(place, _formulas(checks, place))
    return place.last_row + 2


def _formulas(checks: Checks, place: Block) -> list[Formula]:
    region, period = place.letter("region_number"), place.letter("period")
    first = place.last_column + 1
    held, interest, cost, before, tax, after = (Page.letter(first + step) for step in range(6))

    def total(table: Block, amount: str, number: str = "region_number") -> Callable[[int], str]:
        return lambda at: (
            f"SUMIFS({table.range(amount)},{table.range(number)},${region}{at},{table.range('period')},${period}{at})"
        )

    stated, book, lanes = (checks.table(name) for name in ("income", "positions", "lanes"))
    return [
        Formula("positions_income", total(book, "income")),
        Formula("lane_interest", total(stated, "lane_interest")),
        Formula("lane_cost", total(lanes, "cost", "lender_region")),
        Formula("income_before_tax", total(stated, "income_before_tax")),
        Formula("tax", total(stated, "tax")),
        Formula("income_after_tax", total(stated, "income")),
        Formula(
            "income_gap",
            lambda at: checks.rounded(f"{held}{at}+{interest}{at}-{cost}{at}-{before}{at}"),
            check=True,
        ),
        Formula(
            "tax_gap", lambda at: checks.rounded(f"{before}{at}-{tax}{at}-{after}{at}"), check=True
        ),
    ]
