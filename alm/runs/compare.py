"""Compare a plan with the baselines, each solved or written down, rounded and verified the same way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from alm.explain.baselines import frozen_lanes, hold, pro_rata
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.plan.decisions import Decisions, read_decisions
from alm.plan.ledger import Ledger, keep_ledger
from alm.plan.rounding import Plan, round_plan
from alm.runs import store
from alm.runs.run import Run
from alm.verify import Terms, confirm, read
from solvers import Status, solve

# A baseline may well break limits: that is what it is shown for. Everything else must hold.
MAY_FAIL = frozenset(
    {
        "hard_limits_are_kept",
        "balances_are_within_bounds",
        "new_business_is_within_bounds",
        "renewal_is_within_bounds",
        "lanes_keep_their_terms",
        "collateral_is_held",
        "gap_is_honest",
    }
)


def compare(
    folder: Path,
    book: Book,
    formulation: Formulation,
    plan: Plan,
    ledger: Ledger,
    run: Run,
    frozen: Terms,
    held: Ledger,
    still: Ledger | None,
) -> pd.DataFrame:
    """Value the plan and its baselines.

    Parameters
    ----------
    folder : Path
        Of the run that is being written; baselines are verified in `baselines/` below it.
    frozen : Terms
        The frozen inputs of the run, as its own verification read them.
    held : Ledger
        Of `held_as_it_is`.
    still : Ledger, optional
        Of `best_with_frozen_lanes`.

    Returns
    -------
    DataFrame
        As the plan table `baselines` of docs/architecture.md.
    """
    rows = [_row("plan", ledger, run.verified, True)]
    shared = _ledger(book, formulation, pro_rata(book, plan.decisions))
    for name, other in {"hold": held, "pro_rata": shared, "frozen_lanes": still}.items():
        if other is None:
            rows.append({"baseline": name, "feasible": False, "verified": False})
            continue
        verified, feasible = _verified(folder, name, other, run.bound, frozen)
        rows.append(_row(name, other, verified, feasible))
    return pd.DataFrame(rows)


def no_comparison(ledger: Ledger, run: Run) -> pd.DataFrame:
    """Give the table of `compare` where no baseline was asked for: the plan alone."""
    return pd.DataFrame([_row("plan", ledger, run.verified, True)])


def held_as_it_is(book: Book, formulation: Formulation) -> Ledger:
    """Write up the plan that renews what it must and moves nothing."""
    return _ledger(book, formulation, hold(book))


def best_with_frozen_lanes(book: Book, formulation: Formulation) -> Ledger | None:
    """Solve with lanes frozen at their opening amounts, and write that up; None where no such plan keeps the limits."""
    solution = solve(
        frozen_lanes(book, formulation), time_limit=book.case.settings.solve.time_limit
    )
    if solution.status not in (Status.OPTIMAL, Status.GAP):
        return None
    return _ledger(book, formulation, read_decisions(book, formulation, solution.x))


def _ledger(book: Book, formulation: Formulation, decisions: Decisions) -> Ledger:
    return keep_ledger(book, round_plan(book, decisions), formulation.limits)


def _verified(
    folder: Path, name: str, ledger: Ledger, bound: float | None, frozen: Terms
) -> tuple[bool, bool]:
    """Verify a baseline like a run: its arithmetic, and whether it keeps every hard limit and bound."""
    place = folder / "baselines" / name
    store.write_tables(place, ledger.tables)
    if not (place / "inputs").exists():
        (place / "inputs").symlink_to(Path("../../inputs"), target_is_directory=True)
    scale = max(abs(ledger.objective), frozen.quantum)
    store.write_manifest(
        place,
        {"status": "gap", "objective": ledger.objective, "bound": bound, "income": ledger.income}
        | {"options": {"scenario": frozen.scenario}}
        | {"gap": None if bound is None else max(0.0, bound - ledger.objective) / scale},
    )
    failures = confirm(read(place, frozen)).failures
    broken = [failure for failure in failures if failure.check in MAY_FAIL]
    return len(broken) == len(failures), not failures


def _row(name: str, ledger: Ledger, verified: bool, feasible: bool) -> dict[str, Any]:
    limits = ledger.tables["limits"]
    return {
        "baseline": name,
        "objective": ledger.objective,
        "horizon_value": ledger.horizon_value,
        "income": ledger.income,
        "interest": ledger.interest,
        "feasible": feasible,
        "broken": int((limits["status"] == "broken").sum()),
        "verified": verified,
    }
