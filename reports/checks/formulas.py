"""What checks are written with: columns of formulas beside a table, and the list of cells that must read 0.

Formulas match the numbers of nodes, regions and currencies, never names: SUMIFS would take `*` for a wildcard and
`001` for 1. Differences are rounded to the decimals of the quantum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from reports.page import Page
from reports.style import Form, Style
from reports.table import Block, Column
from reports.view import View

CHECK, RESULT = Style(Form.CHECK, bold=True), Style(Form.AMOUNT)


@dataclass(frozen=True)
class Formula:
    """A column of formulas: given the row on this sheet, the text without the leading =."""

    key: str
    text: Callable[[int], str]
    check: bool = False
    form: Form = Form.AMOUNT


@dataclass
class Checks:
    """The sheet of checks: where tables of other sheets stand, and the cells that must read 0."""

    page: Page
    view: View
    cells: list[str] = field(default_factory=list)

    def at(self, name: str) -> Block | None:
        """Say where a table stands; None where the workbook has none of that name."""
        return self.page.places.get(name)

    def table(self, name: str) -> Block:
        """Say where a table stands that every workbook has."""
        return self.page.places[name]

    def rounded(self, formula: str) -> str:
        """Round a difference to the decimals of the quantum."""
        return f"ROUND({formula},{self.page.styles.digits})"

    def columns(self, place: Block, formulas: Sequence[Formula]) -> None:
        """Write columns of formulas to the right of a table, and note which cells are checks."""
        page = self.page
        for number, formula in enumerate(formulas, place.last_column + 1):
            page.heads(place.header_row, [page.labels(f"column.{formula.key}")], number, widest=16)
            page.fit(number, 15)
            style = CHECK if formula.check else Style(formula.form)
            for row in range(place.first_row, place.first_row + place.rows):
                page.formula(row, number, formula.text(row), style)
            if formula.check and place.rows:
                letter = page.letter(number)
                self.cells.append(f"${letter}${place.first_row}:${letter}${place.last_row}")

    def pairs(self, section: str, row: int, pairs: Sequence[tuple[str, str, str]]) -> int:
        """Write figures of other sheets beside the same figures added up again; give the next free row.

        Parameters
        ----------
        pairs
            What is checked, reference of the figure, formula that makes it again.
        """
        self.page.section(row, section)
        names = pd.DataFrame({"check": [name for name, _, _ in pairs]})
        place = self.page.table(names, (Column("check", Form.NOTE, widest=44),), row + 1)
        figure, again = (self.page.letter(place.last_column + step) for step in (1, 2))
        self.columns(
            place,
            [
                Formula("figure", lambda at: pairs[at - place.first_row][1]),
                Formula("again", lambda at: pairs[at - place.first_row][2]),
                Formula(
                    "difference", lambda at: self.rounded(f"{figure}{at}-{again}{at}"), check=True
                ),
            ],
        )
        return place.last_row + 2
