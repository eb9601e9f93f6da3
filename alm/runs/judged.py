"""What a plan is worth against the bound, and what run.json says of it."""

from __future__ import annotations

import resource
from typing import Any

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.plan.ledger import Ledger
from alm.runs.run import Run
from alm.runs.stages import Stages
from solvers import Solution, Status

WORDS = {
    Status.OPTIMAL: "optimal",
    Status.GAP: "gap",
    Status.INFEASIBLE: "infeasible",
    Status.UNBOUNDED: "unbounded",
}


def judged(book: Book, ledger: Ledger, solution: Solution, stages: Stages) -> Run:
    """State the objective of the plan as written against the bound."""
    bound, limits = -solution.bound, ledger.tables["limits"]
    if np.isfinite(bound) and ledger.objective > bound:
        stages.note("above the bound by rounding", by=ledger.objective - bound)
    missed = limits[limits["status"].isin(["short", "broken"])]
    scale = max(abs(ledger.objective), book.case.settings.quantum)
    finite = np.isfinite(bound)
    return Run(
        case=book.case.settings.name,
        status=WORDS[solution.status],
        backend=solution.backend,
        seconds=stages.seconds,
        objective=ledger.objective,
        optimum=-solution.objective,
        bound=float(bound) if finite else None,
        gap=max(0.0, float((bound - ledger.objective) / scale)) if finite else None,
        income=ledger.income,
        violations=tuple(_violations(missed)),
    )


def _violations(missed: pd.DataFrame) -> list[dict[str, Any]]:
    rows = missed[["limit", "period", "shortfall", "status"]].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def result(run: Run) -> dict[str, Any]:
    """Give what run.json says of a run, beside what was asked."""
    return {
        **{
            key: value
            for key, value in run.answer().items()
            if key not in ("run", "case", "report")
        },
        "optimum": run.optimum,
        "whole_decisions": run.whole_decisions,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
