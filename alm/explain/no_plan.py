"""Why there is no plan: the limits that cannot all hold, or the decisions that earn without end."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from alm.formulation.book import Book
from alm.formulation.formulate import Block, Formulation
from solvers import Problem, solve

# A decision this many times larger than anything in the case has no end.
ENDLESS = 1e4
LISTED = 5


def why_infeasible(book: Book, formulation: Formulation) -> str:
    """Name the limits that must give way, and by how much: the least in all, in reporting currency.

    Every hard limit may be missed at the same cost per unit; what is missed in the cheapest plan is what stands in the
    way. If even that has no plan, bounds of positions and lanes contradict each other.
    """
    problem, blocks = formulation.problem, formulation.rows
    rows = np.concatenate(
        [np.array([], dtype=int)]
        + [b.numbers.ravel() for name, b in blocks.items() if name.startswith("limit ")]
    )
    places = np.concatenate(
        [np.array([], dtype=int)]
        + [b.coords[0].to_numpy() for name, b in blocks.items() if name.startswith("limit ")]
    )
    solution = solve(_elastic(problem, rows))
    if not solution.has_point:
        return (
            "no plan keeps the bounds of positions and lanes together with the funding of every "
            "node, even with all limits off: compare min_new, min_balance, max_balance and capacity"
        )
    missed = solution.x[problem.columns :]
    settings = book.case.settings
    money = f"{settings.currency} x {settings.unit:,.15g}"
    table = formulation.limits.table.iloc[places].assign(missed=missed)
    table = table.rename(columns={"name": "name_"})
    short = table[table["missed"] > book.case.settings.quantum]
    worst = short.sort_values("missed", ascending=False).groupby("limit", sort=False).head(1)
    named = [
        f"{row.name_} ({row.region}, period {row.period}) by {row.missed:,.6g} {money}"
        for row in worst.head(LISTED).itertuples()
    ]
    more = f" and {len(worst) - LISTED} more" if len(worst) > LISTED else ""
    return "these limits cannot all hold; the least that must give way: " + "; ".join(named) + more


def _elastic(problem: Problem, rows: np.ndarray) -> Problem:
    """Let some rows be missed at a cost of one per unit; nothing else costs anything."""
    lower_only = np.isfinite(problem.row_lower[rows])
    sign = np.where(lower_only, 1.0, -1.0)
    slack = sparse.csr_array((sign, (rows, np.arange(len(rows)))), shape=(problem.rows, len(rows)))
    return Problem(
        c=np.concatenate([np.zeros(problem.columns), np.ones(len(rows))]),
        q=np.zeros(problem.columns + len(rows)),
        A=sparse.hstack([problem.A, slack], format="csr"),
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        lower=np.concatenate([problem.lower, np.zeros(len(rows))]),
        upper=np.concatenate([problem.upper, np.full(len(rows), np.inf)]),
        integer=np.zeros(problem.columns + len(rows), dtype=bool),
    )


def why_unbounded(book: Book, formulation: Formulation) -> str:
    """Name the decisions that grow without end when everything is boxed far outside the case."""
    problem = formulation.problem
    size = max(
        1.0,
        float(book.opening.max(initial=0.0)),
        float(np.abs(problem.row_lower[np.isfinite(problem.row_lower)]).max(initial=0.0)),
    )
    box = ENDLESS * size
    boxed = problem.replace(
        lower=np.maximum(problem.lower, -box), upper=np.minimum(problem.upper, box)
    )
    solution = solve(boxed)
    if not solution.has_point:
        return "profit has no upper bound"
    endless = np.isinf(problem.upper) & (solution.x > 0.5 * box)
    named = [
        *_endless(
            book.positions,
            ["region", "currency", "product"],
            formulation.columns.get("balance"),
            endless,
        ),
        *_endless(book.lanes.table, ["lane"], formulation.columns.get("outstanding"), endless),
    ]
    return "profit has no upper bound: money goes round without end through " + ", ".join(
        named or ["decisions without a bound"]
    )


def _endless(
    rows: pd.DataFrame, key: list[str], block: Block | None, endless: np.ndarray
) -> list[str]:
    if block is None:
        return []
    at = block.coords[0].to_numpy()[endless[block.numbers].any(axis=1)]
    return [" ".join(each) for each in rows.iloc[at][key].to_numpy()]
