"""Turn a mask of faulty rows into faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from alm.case.draft import Draft
from alm.case.faults import HINTED, Fault
from alm.case.rows import by_row

Hint = str | Callable[[Any], str] | pd.Series
"""Text; or a function of the value of the cell; or texts by row."""


def faults_at(
    draft: Draft,
    table: str,
    column: str,
    wrong: pd.Series,
    allowed: str,
    hint: Hint = "",
    warning: bool = False,
) -> Iterator[Fault]:
    """Fault one column in the rows where `wrong` is true; bool, index of the table."""
    if not wrong.any():
        return
    values = draft.tables[table][column]
    said = dict(by_row(hint)) if isinstance(hint, pd.Series) else {}
    for i, (row, value) in enumerate(by_row(values[wrong])):
        if callable(hint):
            text = hint(value) if i < HINTED else ""
        else:
            text = said.get(row, "") if said else str(hint)
        yield Fault(table, row, column, draft.found(table, row, column), allowed, text, warning)
