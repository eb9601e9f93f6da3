"""What to instruct on which date: money to place and to take back, with maturities."""

from __future__ import annotations

import pandas as pd

from reports.page import Page
from reports.style import Fill, Form
from reports.table import Column
from reports.view import View

NAME = "instructions"
SATURDAY = 5
COLUMNS = (
    Column("close", Form.DATE, label="column.value_date"),
    Column("weekday"),
    Column("settles", Form.DATE, fill_by="close_fill"),
    Column("lane"),
    Column("lender_name", label="column.from"),
    Column("borrower_name", label="column.to"),
    Column("currency"),
    Column("transfer", Form.AMOUNT, label="column.place"),
    Column("maturity", Form.DATE),
    Column("maturity_weekday", label="column.weekday"),
    Column("repaid_on", Form.DATE, fill_by="maturity_fill"),
    Column("rate", Form.RATE, given=True),
    Column("repaid", Form.AMOUNT, label="column.receive_back"),
    Column("net", Form.AMOUNT),
    Column("outstanding", Form.AMOUNT, label="column.outstanding_after"),
)


def write(page: Page, view: View) -> None:
    """Write one row for every lane and date on which money moves."""
    page.title(page.labels("sheet.instructions"), view.subtitle, _note(view))
    moves = _moves(view)
    if moves.empty:
        page.nothing("text.no_transfers", len(COLUMNS))
        return
    page.filtered(page.table(moves, COLUMNS))


def _moves(view: View) -> pd.DataFrame:
    """List what moves: placements and repayments, by date."""
    lanes = view.lanes
    moves = lanes[(lanes["transfer"] != 0) | (lanes["repaid"] != 0)]
    moves = moves.assign(maturity=moves["maturity"].where(moves["transfer"] != 0))
    moves = moves.assign(
        weekday=_weekdays(view, moves["close"]),
        settles=next_weekday(moves["close"]),
        maturity_weekday=_weekdays(view, moves["maturity"]),
        repaid_on=next_weekday(moves["maturity"]),
    )
    moves = moves.assign(
        close_fill=_flag(moves["close"] != moves["settles"]),
        maturity_fill=_flag(moves["maturity"].notna() & (moves["maturity"] != moves["repaid_on"])),
    )
    return moves.sort_values(["period", "lender_name", "borrower_name", "lane"])


def next_weekday(day: pd.Series) -> pd.Series:
    """Move Saturdays and Sundays to the Monday after; blanks stay blank. Holidays are in no table of a case."""
    after = (7 - day.dt.day_of_week).where(day.dt.day_of_week >= SATURDAY, 0)
    return day + pd.to_timedelta(after, unit="D")


def _weekdays(view: View, day: pd.Series) -> list[str]:
    return [
        "" if pd.isna(at) else view.labels.word("weekday", f"{at:.0f}") for at in day.dt.day_of_week
    ]


def _flag(moved: pd.Series) -> list[Fill]:
    return [Fill.AMBER if at else Fill.NONE for at in moved]


def _note(view: View) -> str:
    """Say how dates are rolled and how interest accrues."""
    settings, word = view.settings, view.labels.word
    return view.labels(
        "note.instructions",
        accrual=word("accrual", settings.accrual),
        day_count=word("day_count", settings.day_count),
    )
