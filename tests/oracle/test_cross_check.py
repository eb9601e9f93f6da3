"""The real program against the oracle, on random cases; `ALM_FUZZ` sets how many, each seed is one test.

`ALM_FUZZ_FEATURES` names features (`tests.oracle.features.DRAWS`) that each case shall have; without it each has some of
those that the model knows. A failure is reproduced by `tests.oracle.tight.write_random_case(seed, folder, features)`.
"""

import os
from pathlib import Path

import pandas as pd
import pytest

from alm.case import load
from alm.runs.allocate import allocate

from .algebra import Name
from .best import Best
from .stress import scenario_of
from .tight import write_random_case

SEEDS = range(int(os.environ.get("ALM_FUZZ", "4")))
FEATURES = frozenset(os.environ.get("ALM_FUZZ_FEATURES", "").split()) or None
RATE = 0.01  # a balance that is half a quantum off its formula moves the objective by less than this share of it
PRICE = 0.05  # and so does a decision that is rounded, with what it costs to square it


@pytest.fixture(params=SEEDS)
def folder(request, tmp_path) -> Path:
    return write_random_case(request.param, tmp_path / "case", FEATURES)


@pytest.fixture(autouse=True)
def _no_workbook(monkeypatch):
    """Leave the workbook out: it has tests of its own, and takes as long as all that is compared here."""
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)


def test_the_program_agrees_with_the_oracle(folder, tmp_path):
    """Same status, same optimum, and a written plan that is worth what it says and keeps what it should."""
    compare(folder, tmp_path / "run")


def compare(folder: Path, out: Path) -> None:
    """Plan a case into the folder `out`, and hold it against the oracle."""
    case = load(folder)
    best = Best(case, scenario_of(case))
    outcome = best.solve()
    run = allocate(folder, out=out, baselines=False, scenario=best.facts.scenario)
    if outcome.status != "optimal":
        assert run.status == outcome.status
        return
    solved = 1e-6 * max(1.0, abs(outcome.objective))
    if not best.is_tight(
        outcome
    ):  # then the oracle's optimum is no plan's, but no plan is worth more
        assert run.objective is None or run.objective <= outcome.objective + solved
        return
    assert run.status == "optimal"
    assert run.verified
    assert run.optimum == pytest.approx(outcome.objective, abs=solved)
    assert run.bound >= outcome.objective - solved
    quanta = quanta_of(best)
    assert run.objective == pytest.approx(outcome.objective, abs=solved + PRICE * quanta)
    decisions = decisions_of(best, out / "plan")
    assert best.worth(decisions) == pytest.approx(
        run.objective, abs=RATE * quanta + penalty_of(best)
    )
    assert not broken_rows(best, decisions)
    assert not best.brute.whole.faults(decisions)
    assert not misstated_limits(best, decisions, out / "plan")


def quanta_of(best: Best) -> float:
    """One quantum in each amount of the plan, in reporting currency: what rounding may move in all."""
    facts = best.facts
    amounts = len(facts.positions) + len(facts.lanes)
    return amounts * facts.last * facts.settings.quantum * max(1.0, *facts.rates.values())


def penalty_of(best: Best) -> float:
    """What one quantum in each term of the soft limits may cost."""
    rows = [row for row in best.facts.rows("limits") if row["enforcement"] == "soft"]
    terms = sum(
        row["penalty"] * (1 + abs(row["bound"]) * (row["denominator"] != "")) for row in rows
    )
    return terms * quanta_of(best)


def decisions_of(best: Best, plan: Path) -> dict[Name, float]:
    """The decisions of a written plan, under the names that the oracle gives them."""
    positions = pd.read_parquet(plan / "positions.parquet").sort_values("period")
    lanes = pd.read_parquet(plan / "lanes.parquet")
    decisions = {
        ("transfer", row.lane, int(row.period)): row.transfer for row in lanes.itertuples()
    }
    # What a limit whose bound moves in steps is missed by is a decision to the oracle; others follow.
    limits = pd.read_parquet(plan / "limits.parquet")
    for row in limits.itertuples():
        decisions["shortfall", row.limit, int(row.period)] = max(0.0, row.shortfall)
    share_sold: dict[Name, float] = {}
    for row in positions.itertuples():
        p, t = (row.region, row.currency, row.product), int(row.period)
        if best.brute.is_plug(p):
            decisions["plug", p, t] = row.balance
            continue
        decisions["new", p, t] = row.new
        there = best.brute.legacy_unsold(p, t)
        newly = row.sold / there if there > 0 else 0.0
        share_sold[p] = decisions["sold", p, t] = share_sold.get(p, 0.0) + newly
    return decisions


def broken_rows(best: Best, decisions: dict[Name, float]) -> dict[Name, float]:
    """Rows of the oracle that the plan misses by more than rounding explains."""
    allowed = 2 * quanta_of(best) / best.facts.last
    missed = best.model.broken(best.model.completed(decisions))
    return {name: by for name, by in missed.items() if by > allowed}


def misstated_limits(best: Best, decisions: dict[Name, float], plan: Path) -> dict[Name, tuple]:
    """Enforced limits whose written headroom is not the oracle's, beyond what rounding explains.

    Headrooms of the oracle are those of the first bound; where it moves in steps, its rows say whether the plan keeps it.
    """
    stepped = {row["limit"] for row in best.facts.rows("steps")}
    x = best.model.completed(decisions)
    written = pd.read_parquet(plan / "limits.parquet").set_index(["limit", "period"])
    bound = {row["limit"]: row["bound"] for row in best.facts.rows("limits") if row["denominator"]}
    wrong = {}
    for (limit, t), room in best.limits.headrooms.items():
        if limit in stepped:
            continue
        allowed = (1 + abs(bound.get(limit, 0.0))) * 2 * quanta_of(best) / best.facts.last
        headroom = written.loc[(limit, t), "headroom"]
        if not abs(headroom - room.value(x)) <= allowed:
            wrong[limit, t] = (headroom, room.value(x))
    return wrong
