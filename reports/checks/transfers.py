"""The matrices of the Transfers sheet add up to the lanes, by lender and by borrower."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from reports.checks.formulas import Checks, Formula
from reports.checks.regions import on_lanes
from reports.page import Page
from reports.sheets.transfers import ends_used
from reports.table import Column

MATRICES = {
    "section.matrix": {"owed_by_lender": "lender_region", "owed_by_borrower": "borrower_region"},
    "section.matrix_change": {
        "change_by_lender": "lender_region",
        "change_by_borrower": "borrower_region",
    },
}


def write(checks: Checks, row: int) -> int:
    """Write one line for every region that lends or borrows; give the next free row."""
    codes = ends_used(checks.view)
    if checks.at("section.matrix") is None:
        return row
    names = pd.DataFrame({"region_name": [checks.view.region_names[code] for code in codes]})
    checks.page.section(row, "section.checks_transfers")
    place = checks.page.table(names, (Column("region_name", label="column.region"),), row + 1)
    checks.columns(
        place,
        [
            Formula(key, _difference(checks, codes, name, end, place.first_row), check=True)
            for name, ends in MATRICES.items()
            for key, end in ends.items()
        ],
    )
    return place.last_row + 2


def _difference(
    checks: Checks, codes: list[str], name: str, end: str, first_row: int
) -> Callable[[int], str]:
    """Subtract from a row or column of a matrix what the lanes say; the matrix of changes less the opening."""
    matrix, view = checks.table(name), checks.view
    sheet = matrix.range("lender").partition("!")[0]
    low, high = Page.letter(matrix.first_column + 1), Page.letter(matrix.last_column - 1)
    last = matrix.first_row + len(codes) - 1

    def text(at: int) -> str:
        step = at - first_row
        row, letter = matrix.first_row + step, Page.letter(matrix.first_column + 1 + step)
        across, down = (
            f"${low}${row}:${high}${row}",
            f"${letter}${matrix.first_row}:${letter}${last}",
        )
        cells = across if end == "lender_region" else down
        owed = on_lanes(checks, end, codes[step], "outstanding", view.periods)
        before = on_lanes(checks, end, codes[step], "opening", 1)
        again = f"({owed})" if name == "section.matrix" else f"(({owed})-({before}))"
        return checks.rounded(f"SUM({sheet}!{cells})-{again}")

    return text
