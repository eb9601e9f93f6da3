"""Every row of Positions and Lanes moves from its opening to its close."""

from __future__ import annotations

import pandas as pd

from reports.checks.formulas import Checks, Formula
from reports.style import Form
from reports.table import Column


def write(checks: Checks, row: int) -> int:
    """Write one line for each table; give the next free row."""
    at, on = checks.table("positions").range, checks.table("lanes").range
    posted = f"+{at('posted')}" if "posted" in checks.table("positions").keys else ""
    position = f"{at('opening')}-{at('matured')}+{at('new')}-{at('sold')}{posted}-{at('balance')}"
    lane = f"{on('opening')}+{on('transfer')}-{on('repaid')}-{on('outstanding')}"
    texts = [f"SUMPRODUCT(ABS({checks.rounded(text)}))" for text in (position, lane)]
    interest = checks.table("income").range("lane_interest")
    texts.append(checks.rounded(f"SUM({interest})"))
    labels = checks.page.labels
    names = [
        labels("check.positions_move"),
        labels("check.lanes_move"),
        labels("check.lane_interest"),
    ]
    checks.page.section(row, "section.checks_rows")
    place = checks.page.table(
        pd.DataFrame({"check": names}), (Column("check", Form.NOTE, widest=44),), row + 1
    )
    checks.columns(
        place, [Formula("difference", lambda at: texts[at - place.first_row], check=True)]
    )
    return place.last_row + 2
