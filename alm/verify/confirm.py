"""Confirm a run from its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from alm.verify.checks import CHECKS, FIRST
from alm.verify.replay import Replay, read
from alm.verify.verification import Failure, Verification, as_row


def verify(run_folder: Path) -> Verification:
    """Recompute a run from its frozen inputs and decisions, and compare every figure that it states.

    Parameters
    ----------
    run_folder
        Holds inputs/, plan/*.parquet and run.json, as docs/architecture.md says.

    Returns
    -------
    Verification
        `ok` only if every figure was confirmed. If tables are not complete, or hold what there is no
        formula for here, the rest is not tried.

    Raises
    ------
    alm.case.CaseError
        If the frozen inputs are no valid case.
    FileNotFoundError
        If there is no run.json.
    """
    begin = perf_counter()
    outcome = confirm(read(Path(run_folder)))
    return replace(outcome, seconds=perf_counter() - begin)


def confirm(replay: Replay) -> Verification:
    """Confirm a run that is already read; `seconds` leaves out the reading."""
    begin = perf_counter()
    outcomes = [(check, tuple(check.confirm(replay))) for check in FIRST]
    objective = np.nan
    if not any(finding.failed for _, findings in outcomes for finding in findings):
        outcomes += [(check, tuple(check.confirm(replay))) for check in CHECKS]
        objective = replay.objective.total
    failures = tuple(
        Failure(check.name, miss.where, miss.found, miss.expected, miss.difference)
        for check, findings in outcomes
        for finding in findings
        for miss in finding.misses
    )
    table = pd.DataFrame(
        [as_row(check.name, check.section, findings) for check, findings in outcomes]
    )
    return Verification(bool(table["ok"].all()), objective, failures, table, perf_counter() - begin)
