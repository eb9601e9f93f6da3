"""Every figure of the Regions sheet follows from Positions, Lanes and Income."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from reports.checks.formulas import Checks, Formula
from reports.sheets.regions import overview_regions
from reports.style import Form
from reports.table import Block, Column

SIDES = ("asset", "liability", "equity")
LANES = {"lent": "lender_region", "borrowed": "borrower_region"}
ENDS = ("before", "after")
COLUMNS = (
    Column("region_name", label="column.region"),
    Column("region_number", Form.COUNT),
)


def write(checks: Checks, row: int) -> int:
    """Write one line for every region and one for the total, a difference for every figure; give the next free row."""
    view, overview = checks.view, checks.table("regions")
    codes = overview_regions(view)
    rows = pd.DataFrame(
        {
            "region_name": [
                *(view.region_names[code] for code in codes),
                view.labels("text.total"),
            ],
            "region_number": [*(float(view.region_numbers[code]) for code in codes), None],
        }
    )
    checks.page.section(row, "section.checks_regions")
    place = checks.page.table(rows, COLUMNS, row + 1)
    again = {f"{side}_{end}": _held(checks, codes, side, end) for side in SIDES for end in ENDS}
    again |= {
        f"{side}_{end}": _on_lanes(checks, codes, side, end) for side in LANES for end in ENDS
    }
    again["income"] = _earned(checks, codes)
    checks.columns(
        place,
        [
            Formula(_heading(key), _difference(checks, overview, place, key, formula), check=True)
            for key, formula in again.items()
        ],
    )
    return place.last_row + 2


def _heading(key: str) -> str:
    return "income_after_tax" if key == "income" else key


def _difference(
    checks: Checks, overview: Block, place: Block, key: str, formula: Callable[[int], str]
) -> Callable[[int], str]:
    """Subtract the figure made again, of a region by its number in the order, of the total from the rows above it."""

    def text(at: int) -> str:
        step = at - place.first_row
        figure = overview.cell(key, overview.first_row + step)
        if step == place.rows - 1:
            letter = overview.letter(key)
            cells = f"{overview.cell(key, overview.first_row)}:${letter}${overview.last_row - 1}"
            return checks.rounded(f"{figure}-SUM({cells})")
        return checks.rounded(f"{figure}-({formula(step)})")

    return text


def _held(checks: Checks, codes: list[str], side: str, end: str) -> Callable[[int], str]:
    """Sum the positions of a region's nodes on one side, at fx."""
    view, book = checks.view, checks.table("positions")
    column, period = ("opening", 1) if end == "before" else ("balance", view.periods)
    word, rates = view.labels(f"side.{side}"), view.fx_at[0 if end == "before" else period]

    def text(step: int) -> str:
        nodes = view.nodes[view.nodes["region"] == codes[step]]
        return "+".join(
            f"SUMIFS({book.range(column)},{book.range('node')},{node},{book.range('period')},{period},"
            f'{book.range("side_name")},"{word}")*{float(rates[currency])!r}'
            for node, currency in zip(nodes["node"], nodes["currency"], strict=True)
        )

    return text


def _on_lanes(checks: Checks, codes: list[str], side: str, end: str) -> Callable[[int], str]:
    """Sum the lanes at one end of a region, at fx; the debt at the close in the currency that is owed."""
    view = checks.view
    if (side, end) == ("borrowed", "after"):
        return lambda step: _owed(checks, codes[step])
    column, period = ("opening", 1) if end == "before" else ("outstanding", view.periods)
    return lambda step: on_lanes(checks, LANES[side], codes[step], column, period)


def _owed(checks: Checks, region: str) -> str:
    """Give the formula that sums the debts of a region's nodes at the last close, each in its own currency at fx."""
    view, lanes = checks.view, checks.table("lanes")
    nodes, rates = view.nodes[view.nodes["region"] == region], view.fx_at[view.periods]
    return "+".join(
        f"SUMIFS({lanes.range('borrowed')},{lanes.range('borrower_node')},{node},"
        f"{lanes.range('period')},{view.periods})*{float(rates[currency])!r}"
        for node, currency in zip(nodes["node"], nodes["currency"], strict=True)
    )


def on_lanes(checks: Checks, end: str, region: str, column: str, period: int) -> str:
    """Give the formula that sums the lanes of a region in one period, currency by currency at fx."""
    view, lanes = checks.view, checks.table("lanes")
    rates = view.fx_at[0 if column == "opening" else period]
    return "+".join(
        f"SUMIFS({lanes.range(column)},{lanes.range(end)},{view.region_numbers[region]},"
        f"{lanes.range('currency_number')},{number},{lanes.range('period')},{period})*{float(rates[currency])!r}"
        for currency, number in view.currency_numbers.items()
    )


def _earned(checks: Checks, codes: list[str]) -> Callable[[int], str]:
    view, income = checks.view, checks.table("income")
    return lambda step: (
        f"SUMIFS({income.range('income')},{income.range('region_number')},{view.region_numbers[codes[step]]})"
    )
