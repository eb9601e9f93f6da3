"""Income of every region and period, and the bridge from interest to what the group keeps."""

from __future__ import annotations

import pandas as pd

from reports import chart
from reports.page import Block, Column, Page, block
from reports.style import Form
from reports.view import View

NAME = "income"
COLUMNS = (
    Column("region_name", label="column.region"),
    Column("period", Form.COUNT),
    Column("close", Form.DATE),
    Column("interest", Form.AMOUNT),
    Column("expected_loss", Form.AMOUNT),
    Column("operating_cost", Form.AMOUNT),
    Column("back_book", Form.AMOUNT),
    Column("adjustment", Form.AMOUNT),
    Column("disposal_loss", Form.AMOUNT),
    Column("lane_interest", Form.AMOUNT),
    Column("lane_cost", Form.AMOUNT),
    Column("income_before_tax", Form.AMOUNT),
    Column("tax", Form.AMOUNT),
    Column("income", Form.AMOUNT, label="column.income_after_tax"),
    Column("region_number", Form.COUNT),
)
BRIDGE = (
    Column("step", label="column.step"),
    Column("amount", Form.AMOUNT),
    Column("lift", Form.AMOUNT, label="column.chart_lift"),
    Column("rise", Form.AMOUNT, label="column.chart_rise"),
    Column("fall", Form.AMOUNT, label="column.chart_fall"),
)
EARNED = ("interest", "lane_interest")
LOST = ("expected_loss", "operating_cost", "back_book", "adjustment", "disposal_loss", "lane_cost", "tax")


def place(view: View) -> Block:
    """Say where the table stands."""
    return block(view.labels("sheet.income"), COLUMNS, len(view.plan("regions")))


def write(page: Page, view: View) -> None:
    """Write income by region and period, and the group's bridge below."""
    page.title(page.labels("sheet.income"), view.subtitle, page.labels("note.income", money=view.money))
    rows = view.plan("regions").sort_values(["region", "period"], ignore_index=True)
    rows = rows.assign(
        region_name=rows["region"].map(view.region_names),
        region_number=rows["region"].map(view.region_numbers),
        close=view.closes(rows["period"]),
    )
    list_of_all = page.table(rows, COLUMNS)
    page.filtered(list_of_all)
    _bridge(page, view, rows, list_of_all)


def _bridge(page: Page, view: View, rows: pd.DataFrame, above: Block) -> None:
    row = above.last_row + 3
    page.section(row, "section.bridge")
    steps = page.table(bridge_steps(view, rows), BRIDGE, row + 1)
    title = page.labels("chart.bridge", money=view.money)
    drawing = chart.bridge(page.sheet, steps, "step", ("lift", "rise", "fall"), title)
    chart.anchor(page.sheet, drawing, f"G{row}", 22.0, 9.0)
    page.set_up(above.header_row, max(steps.last_row, row + 18), above.last_column)


def bridge_steps(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Split the group's income of the horizon into steps from interest to income after tax.

    Returns
    -------
    step, amount, and the stacks of the chart: `lift` from 0, `rise` or `fall` on top of it.
    """
    total = rows[[*EARNED, *LOST]].sum()
    amount = pd.concat([total[list(EARNED)], -total[list(LOST)]])
    amount = amount[amount.abs() > view.settings.quantum / 2]
    after = amount.cumsum()
    low = pd.concat([after, after - amount], axis=1).min(axis=1)
    steps = pd.DataFrame({"amount": amount, "lift": low, "rise": amount.clip(lower=0), "fall": (-amount).clip(lower=0)})
    income = rows["income"].sum()
    steps.loc["income_after_tax"] = [income, min(income, 0.0), max(income, 0.0), max(-income, 0.0)]
    return steps.assign(step=[view.labels(f"column.{key}") for key in steps.index])
