"""Check that the measures of every region and scope are what the balances give."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from alm.verify.replay import Replay
from alm.verify.scopes import every_scope
from alm.verify.verification import Finding, cells, equal


def measures_are_right(replay: Replay) -> Iterator[Finding]:
    """Confirm every row of plan table measures, recomputed with exact formulas."""
    scopes = every_scope(replay.terms)
    known = pd.MultiIndex.from_frame(scopes.rows[["region", "scope"]])
    for measure, rows in replay.tables["measures"].groupby("measure"):
        value = replay.measures.value(str(measure), scopes)
        scope = known.get_indexer(pd.MultiIndex.from_frame(rows[["region", "scope"]]))
        expected = value[scope, rows["period"].to_numpy(int) - 1]
        where = cells(
            "measures.value", rows[["region", "scope", "measure", "period"]], by_period=False
        )
        yield equal(where, rows["value"].to_numpy(float), expected, replay.noise(expected))
