"""Every node balances at every close, and opens where it closed."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from reports.checks.formulas import Checks, Formula
from reports.page import Page
from reports.style import Form
from reports.table import Block, Column
from reports.view import View


def write(checks: Checks, row: int) -> int:
    """Write one line for every node and period; give the next free row."""
    page, view = checks.page, checks.view
    page.section(row, "section.checks_funding")
    columns = (
        Column("region_name", label="column.region"),
        Column("node", Form.COUNT),
        Column("currency"),
        Column("period", Form.COUNT),
        Column("before", Form.AMOUNT, given=True, label="column.balances_at_start"),
    )
    place = page.table(_nodes_by_period(view), columns, row + 1)
    checks.columns(place, _formulas(checks, place))
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


def _formulas(checks: Checks, place: Block) -> list[Formula]:
    node, period, before = place.letter("node"), place.letter("period"), place.letter("before")
    view, book, lanes = checks.view, checks.table("positions").range, checks.table("lanes").range
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
            f"SUMIFS({lanes(amount)},{lanes(end)},${node}{at},{lanes('period')},${period}{at})"
        )

    def opens_where_it_closed(at: int) -> str:
        total = "SUMIFS({},{},${}{},{},{})".format
        opening = total(book("opening"), book("node"), node, at, book("period"), f"${period}{at}")
        closed = total(book("balance"), book("node"), node, at, book("period"), f"${period}{at}-1")
        return checks.rounded(f"{opening}-IF(${period}{at}=1,${before}{at},{closed})")

    return [
        Formula("assets", held("asset")),
        Formula("lent", owed("outstanding", "lender_node")),
        Formula("liabilities", held("liability")),
        Formula("equity", held("equity")),
        Formula("borrowed", owed("borrowed", "borrower_node")),
        Formula(
            "funding_gap",
            lambda at: checks.rounded(
                f"{assets}{at}+{lent}{at}-{liabilities}{at}-{equity}{at}-{borrowed}{at}"
            ),
            check=True,
        ),
        Formula("continuity_gap", opens_where_it_closed, check=True),
    ]
