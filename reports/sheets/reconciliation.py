"""Live formulas that add the other sheets up again; every check must read 0.

Formulas match the numbers of nodes and regions, never names: SUMIFS would take `*` for a wildcard and `001` for 1.
Differences are rounded to the decimals of the quantum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill

from reports.page import Block, Column, Page
from reports.sheets import income, lanes, positions
from reports.style import Fill, Form, Style
from reports.view import View

NAME = "reconciliation"
TOTAL_CELL = "B5"
FIRST_SECTION_ROW = 8
CHECK, RESULT = Style(Form.CHECK, bold=True), Style(Form.AMOUNT)


@dataclass(frozen=True)
class Sheets:
    """Where the tables stand that the formulas add up."""

    positions: Block
    lanes: Block
    income: Block
    digits: int

    def rounded(self, formula: str) -> str:
        """Round a difference to the decimals of the quantum."""
        return f"ROUND({formula},{self.digits})"


@dataclass(frozen=True)
class Formula:
    """A column of formulas: given the row on this sheet, the text without the leading =."""

    key: str
    text: Callable[[int], str]
    check: bool = False


def write(page: Page, view: View) -> None:
    """Write the total of all checks on top and the checks below."""
    page.title(
        page.labels("sheet.reconciliation"), view.subtitle, page.labels("note.reconciliation")
    )
    sheets = Sheets(
        positions.place(view), lanes.place(view), income.place(view), page.styles.digits
    )
    checks: list[str] = []
    row = FIRST_SECTION_ROW
    for part in (_rows, _objective, _funding, _incomes):
        row = part(page, view, sheets, row, checks)
    _total(page, checks)
    page.sheet.freeze_panes = "A7"
    page.set_up(0, row, 13)


def _total(page: Page, checks: Sequence[str]) -> None:
    """Count the checks that do not read 0; an error in one of them shows here as well."""
    page.put(5, 1, page.labels("text.all_checks"), Style(bold=True, size=12))
    failed = "+".join(f"SUMPRODUCT(--({cells}<>0))" for cells in checks)
    message = page.labels("text.failed")
    page.formula(
        5, 2, f'IF({failed}=0,"OK",{failed}&" {message}")', Style(bold=True, size=12, border=True)
    )
    for cells in (*checks, TOTAL_CELL):
        first = cells.split(":")[0].replace("$", "")
        good = f'{first}="OK"' if cells == TOTAL_CELL else f"{first}=0"
        for test, fill in ((good, Fill.GREEN), (f"NOT({good})", Fill.RED)):
            rule = FormulaRule(
                formula=[test], fill=PatternFill(bgColor=fill.value, fill_type="solid")
            )
            page.sheet.conditional_formatting.add(cells.replace("$", ""), rule)


def _formulas(page: Page, place: Block, formulas: Sequence[Formula], checks: list[str]) -> None:
    """Write columns of formulas to the right of a table, and note which cells are checks."""
    first = place.last_column + 1
    for number, formula in enumerate(formulas, first):
        page.heads(place.header_row, [page.labels(f"column.{formula.key}")], number, widest=16)
        page.fit(number, 15)
        style = CHECK if formula.check else RESULT
        for row in range(place.first_row, place.first_row + place.rows):
            page.formula(row, number, formula.text(row), style)
        if formula.check and place.rows:
            letter = page.letter(number)
            checks.append(f"${letter}${place.first_row}:${letter}${place.last_row}")


def _rows(page: Page, view: View, sheets: Sheets, row: int, checks: list[str]) -> int:
    """Check that every row of Positions and Lanes moves from its opening to its close."""
    at, on = sheets.positions.range, sheets.lanes.range
    position = f"{at('opening')}-{at('matured')}+{at('new')}-{at('sold')}-{at('balance')}"
    lane = f"{on('opening')}+{on('transfer')}-{on('repaid')}-{on('outstanding')}"
    texts = [f"SUMPRODUCT(ABS({sheets.rounded(text)}))" for text in (position, lane)]
    interest = sheets.income.range("lane_interest")
    texts.append(sheets.rounded(f"SUM({interest})"))
    names = ("check.positions_move", "check.lanes_move", "check.lane_interest")
    rows = pd.DataFrame({"check": [page.labels(name) for name in names]})
    page.section(row, "section.checks_rows")
    place = page.table(rows, (Column("check", Form.NOTE, widest=44),), row + 1)
    _formulas(
        page,
        place,
        [Formula("difference", lambda at: texts[at - place.first_row], check=True)],
        checks,
    )
    return place.last_row + 2


def _objective(page: Page, view: View, sheets: Sheets, row: int, checks: list[str]) -> int:
    """Check that the parts of the objective sum to the objective of the run."""
    parts = view.plan("objective").groupby("part", sort=False)["value"].sum().reset_index()
    rows = parts.assign(part_name=[page.labels.word("part", part) for part in parts["part"]])
    page.section(row, "section.checks_objective")
    columns = (
        Column("part_name", label="column.part"),
        Column("value", Form.AMOUNT, label="column.amount"),
    )
    place = page.table(rows, columns, row + 1)
    letter, last = place.letter("value"), place.last_row
    page.put(last + 1, 1, page.labels("text.sum_of_parts"), Style(bold=True))
    page.formula(
        last + 1, 2, f"SUM({letter}{place.first_row}:{letter}{last})", Style(Form.AMOUNT, bold=True)
    )
    page.put(last + 2, 1, page.labels("text.objective_of_run"))
    page.put(last + 2, 2, float(view.manifest["objective"]), Style(Form.AMOUNT))
    page.put(last + 3, 1, page.labels("column.difference"))
    page.formula(last + 3, 2, sheets.rounded(f"{letter}{last + 1}-{letter}{last + 2}"), CHECK)
    checks.append(f"${letter}${last + 3}")
    return last + 5


def _funding(page: Page, view: View, sheets: Sheets, row: int, checks: list[str]) -> int:
    """Check that every node balances at every close, and opens where it closed."""
    page.section(row, "section.checks_funding")
    columns = (
        Column("region_name", label="column.region"),
        Column("node", Form.COUNT),
        Column("currency"),
        Column("period", Form.COUNT),
        Column("before", Form.AMOUNT, given=True, label="column.balances_at_start"),
    )
    place = page.table(_nodes_by_period(view), columns, row + 1)
    _formulas(page, place, _funding_formulas(view, sheets, place), checks)
    return place.last_row + 2


def _nodes_by_period(view: View) -> pd.DataFrame:
    """List nodes by period; `before` is the sum of the frozen opening balances, in period 1 only."""
    opening = (
        view.run.case.table("positions")
        .groupby(["region", "currency"])["balance"]
        .sum()
        .rename("before")
    )
    rows = view.nodes.merge(pd.DataFrame({"period": range(1, view.periods + 1)}), how="cross")
    rows = rows.merge(opening.reset_index(), on=["region", "currency"], how="left").fillna(
        {"before": 0.0}
    )
    rows["before"] = rows["before"].where(rows["period"] == 1)
    return rows.assign(region_name=rows["region"].map(view.region_names))


def _funding_formulas(view: View, sheets: Sheets, place: Block) -> list[Formula]:
    node, period, before = place.letter("node"), place.letter("period"), place.letter("before")
    book, lanes_ = sheets.positions.range, sheets.lanes.range
    first = place.last_column + 1
    assets, lent, liabilities, equity, borrowed = (Page.letter(first + step) for step in range(5))

    def held(side: str) -> Callable[[int], str]:
        word = view.labels(f"side.{side}")
        return lambda at: (
            f"SUMIFS({book('balance')},{book('node')},${node}{at},{book('period')},${period}{at},"
            f'{book("side_name")},"{word}")'
        )

    def owed(amount: str, end: str) -> Callable[[int], str]:
        return lambda at: (
            f"SUMIFS({lanes_(amount)},{lanes_(end)},${node}{at},{lanes_('period')},${period}{at})"
        )

    def opens_where_it_closed(at: int) -> str:
        total = "SUMIFS({},{},${}{},{},{})".format
        opening = total(book("opening"), book("node"), node, at, book("period"), f"${period}{at}")
        closed = total(book("balance"), book("node"), node, at, book("period"), f"${period}{at}-1")
        return sheets.rounded(f"{opening}-IF(${period}{at}=1,${before}{at},{closed})")

    return [
        Formula("assets", held("asset")),
        Formula("lent", owed("outstanding", "lender_node")),
        Formula("liabilities", held("liability")),
        Formula("equity", held("equity")),
        Formula("borrowed", owed("borrowed", "borrower_node")),
        Formula(
            "funding_gap",
            lambda at: sheets.rounded(
                f"{assets}{at}+{lent}{at}-{liabilities}{at}-{equity}{at}-{borrowed}{at}"
            ),
            check=True,
        ),
        Formula("continuity_gap", opens_where_it_closed, check=True),
    ]


def _incomes(page: Page, view: View, sheets: Sheets, row: int, checks: list[str]) -> int:
    """Check that each region's income is that of its positions and lanes, and tax what lies between."""
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
    _formulas(page, place, _income_formulas(sheets, place), checks)
    return place.last_row + 1


def _income_formulas(sheets: Sheets, place: Block) -> list[Formula]:
    region, period = place.letter("region_number"), place.letter("period")
    first = place.last_column + 1
    held, interest, cost, before, tax, after = (Page.letter(first + step) for step in range(6))

    def total(table: Block, amount: str, number: str = "region_number") -> Callable[[int], str]:
        return lambda at: (
            f"SUMIFS({table.range(amount)},{table.range(number)},${region}{at},{table.range('period')},${period}{at})"
        )

    stated = sheets.income
    return [
        Formula("positions_income", total(sheets.positions, "income")),
        Formula("lane_interest", total(stated, "lane_interest")),
        Formula("lane_cost", total(sheets.lanes, "cost", "lender_region")),
        Formula("income_before_tax", total(stated, "income_before_tax")),
        Formula("tax", total(stated, "tax")),
        Formula("income_after_tax", total(stated, "income")),
        Formula(
            "income_gap",
            lambda at: sheets.rounded(f"{held}{at}+{interest}{at}-{cost}{at}-{before}{at}"),
            check=True,
        ),
        Formula(
            "tax_gap", lambda at: sheets.rounded(f"{before}{at}-{tax}{at}-{after}{at}"), check=True
        ),
    ]
