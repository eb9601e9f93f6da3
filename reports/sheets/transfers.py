"""Money between regions: who owes whom at the horizon, and how that changes."""

from __future__ import annotations

import pandas as pd

from reports import chart
from reports.page import Page
from reports.style import Fill, Form
from reports.table import FIRST_TABLE_ROW, Block, Column
from reports.view import View

NAME = "transfers"
ENDS = (
    Column("name", label="column.region"),
    Column("lent", Form.AMOUNT),
    Column("borrowed", Form.AMOUNT),
    Column("net", Form.AMOUNT, label="column.net_lent"),
    Column("before", Form.AMOUNT, label="column.net_lent_before"),
)
MOST_BARS = 20


def write(page: Page, view: View) -> None:
    """Write the two matrices, and each region's net lending with its chart."""
    page.title(
        page.labels("sheet.transfers"),
        view.subtitle,
        page.labels("note.transfers", money=view.money),
    )
    if view.lanes.empty:
        page.nothing("text.no_lanes", len(ENDS))
        return
    closing, opening = _owed(view)
    row = _matrix(page, view, closing, "section.matrix", FIRST_TABLE_ROW)
    row = _matrix(page, view, closing - opening, "section.matrix_change", row)
    row = _net_lending(page, closing, opening, view, row)
    page.sheet.freeze_panes = "B3"
    page.set_up(0, row, max(len(ENDS) + 3, len(ends_used(view)) + 2))


def _owed(view: View) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum what each borrower owes each lender, in the reporting currency, at T and at as_of."""
    lanes, used = view.lanes, ends_used(view)

    def matrix(period: int, column: str) -> pd.DataFrame:
        rows = lanes[lanes["period"] == period]
        owed = (
            view.reporting(rows[column], rows["currency"], 0 if column == "opening" else period)
            .groupby([rows["lender"], rows["borrower"]])
            .sum()
        )
        return owed.unstack().reindex(index=used, columns=used).fillna(0.0)

    return matrix(view.periods, "outstanding"), matrix(1, "opening")


def ends_used(view: View) -> list[str]:
    """List the regions that lend or borrow at any time, in the order of their names."""
    lanes = view.lanes
    carries = lanes[(lanes["outstanding"] != 0) | (lanes["opening"] != 0)]
    return sorted(
        set(carries["lender"]) | set(carries["borrower"]), key=lambda code: view.region_names[code]
    )


def _matrix(page: Page, view: View, owed: pd.DataFrame, name: str, row: int) -> int:
    """Write lenders down and borrowers across, with totals; give the next free row."""
    page.section(row, name)
    if owed.empty:
        page.put(row + 1, 1, page.labels("text.no_transfers"))
        return row + 3
    names, total = [view.region_names[code] for code in owed.index], page.labels("text.total")
    cells = pd.DataFrame(owed.to_numpy(), columns=[f"to_{number}" for number in range(len(names))])
    cells = pd.concat([cells, cells.sum().to_frame().T], ignore_index=True)
    cells = cells.assign(
        total=cells.sum(axis=1),
        lender=[*names, total],
        fill=[*[Fill.NONE] * len(names), Fill.BAND],
        band=Fill.BAND,
    )
    columns = [
        Column("lender", label="text.lender_borrower", fill_by="fill"),
        *(
            Column(f"to_{number}", Form.AMOUNT, text=name, fill_by="fill", widest=18)
            for number, name in enumerate(names)
        ),
        Column("total", Form.AMOUNT, text=total, fill_by="band"),
    ]
    page.places[name] = page.table(cells, columns, row + 1)
    page.together(row, page.places[name].last_row)
    return page.places[name].last_row + 2


def _net_lending(
    page: Page, closing: pd.DataFrame, opening: pd.DataFrame, view: View, row: int
) -> int:
    """Write what each region lends on balance, largest first, and draw it."""
    if closing.empty:
        return row
    ends = pd.DataFrame(
        {
            "name": [view.region_names[code] for code in closing.index],
            "lent": closing.sum(axis=1),
            "borrowed": closing.sum(axis=0),
            "before": opening.sum(axis=1) - opening.sum(axis=0),
        }
    ).assign(net=lambda frame: frame["lent"] - frame["borrowed"])
    page.section(row, "section.net_lending")
    ends = ends.sort_values("net", ascending=False, kind="stable")
    place = page.table(ends, ENDS, row + 1)
    end = _chart(page, place, view)
    page.together(row, end)
    return end


def _chart(page: Page, place: Block, view: View) -> int:
    rows = min(place.rows, MOST_BARS)
    height = max(6.5, 2.5 + 0.9 * rows)
    drawing = chart.bars(
        page.sheet,
        place,
        "name",
        ("net", "before"),
        chart.Titles(page.labels("chart.net_lending"), page.labels("column.region"), view.money),
        rows=rows,
    )
    chart.anchor(page.sheet, drawing, f"A{place.last_row + 2}", 24.0, height)
    return place.last_row + 4 + round(height / chart.ROW_CENTIMETRES)
