"""What to instruct on which date: money to place and to take back, with maturities."""

from __future__ import annotations

import pandas as pd

from reports.page import FIRST_TABLE_ROW, Column, Page
from reports.style import Form
from reports.view import View

NAME = "instructions"
COLUMNS = (
    Column("close", Form.DATE, label="column.value_date"),
    Column("lane"),
    Column("lender_name", label="column.from"),
    Column("borrower_name", label="column.to"),
    Column("currency"),
    Column("transfer", Form.AMOUNT, label="column.place"),
    Column("maturity", Form.DATE),
    Column("rate", Form.RATE, given=True),
    Column("repaid", Form.AMOUNT, label="column.receive_back"),
    Column("net", Form.AMOUNT),
    Column("outstanding", Form.AMOUNT, label="column.outstanding_after"),
)


def write(page: Page, view: View) -> None:
    """Write one row for every lane and date on which money moves."""
    page.title(page.labels("sheet.instructions"), view.subtitle, page.labels("note.instructions"))
    moves = _moves(view)
    if moves.empty:
        page.put(FIRST_TABLE_ROW, 1, page.labels("text.no_transfers"))
        page.set_up(0, FIRST_TABLE_ROW, len(COLUMNS))
        return
    page.filtered(page.table(moves, COLUMNS))


def _moves(view: View) -> pd.DataFrame:
    """List what moves: placements and repayments, by date."""
    lanes = view.lanes
    moves = lanes[(lanes["transfer"] != 0) | (lanes["repaid"] != 0)]
    moves = moves.assign(maturity=moves["maturity"].where(moves["transfer"] != 0))
    return moves.sort_values(["period", "lender_name", "borrower_name", "lane"])
