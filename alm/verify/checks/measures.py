"""Check that the measures of every region and scope are what the balances give."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from alm.verify.measures import Measures
from alm.verify.replay import Replay
from alm.verify.scopes import every_scope
from alm.verify.verification import Finding, cells, equal


def measures_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm every row of plan table measures, recomputed with exact formulas."""
    yield every_row(replay, replay.measures, "measures")


def every_row(replay: Replay, measures: Measures, table: str) -> Finding:
    """Confirm every row of plan table measures or opening."""
    rows, scopes = replay.tables[table], every_scope(replay.terms)
    known = pd.MultiIndex.from_frame(scopes.rows[["region", "scope"]])
    scope = known.get_indexer(pd.MultiIndex.from_frame(rows[["region", "scope"]].astype(str)))
    close = rows["period"].to_numpy(int) - measures.closes.numbers[0]
    code, names = pd.factorize(rows["measure"].astype(str))
    expected = np.empty(len(rows))
    for i, name in enumerate(names):
        at = code == i
        expected[at] = measures.value(str(name), scopes)[scope[at], close[at]]
    where = cells(f"{table}.value", rows[["region", "scope", "measure", "period"]], by_period=False)
    return equal(where, rows["value"].to_numpy(float), expected, replay.noise(expected))
