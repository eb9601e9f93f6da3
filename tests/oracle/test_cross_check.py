"""The real program against the oracle, on random cases. `ALM_FUZZ` sets how many; each seed is one test.

A failure is reproduced by `tests.oracle.tight.write_random_case(seed, folder)`.
"""

import os
from pathlib import Path

import pandas as pd
import pytest

from alm.case import load
from alm.runs import allocate

from .best import Best
from .tight import write_random_case

SEEDS = range(int(os.environ.get("ALM_FUZZ", "40")))
PRICE = (
    0.2  # no unit of any amount is worth more than this to a drawn case, per year and unit of fx
)


@pytest.fixture(params=SEEDS)
def folder(request, tmp_path) -> Path:
    return write_random_case(request.param, tmp_path / "case")


def test_the_program_finds_the_optimum_of_the_oracle(folder, tmp_path):
    """Same status, same optimum before rounding, and a written plan that is worth what it says and breaks nothing."""
    best = Best(load(folder))
    outcome = best.solve()
    run = allocate(folder, out=tmp_path / "run")
    if outcome.status != "optimal":
        assert run.status == outcome.status
        return
    assert run.status in ("optimal", "gap")
    assert run.verified
    scale = max(1.0, abs(outcome.objective))
    assert run.optimum == pytest.approx(outcome.objective, abs=1e-6 * scale)
    assert run.bound >= outcome.objective - 1e-6 * scale
    rounding = rounding_of(best)
    assert run.objective == pytest.approx(outcome.objective, abs=1e-6 * scale + rounding)
    decisions = decisions_of(best, tmp_path / "run" / "plan")
    assert best.worth(decisions) == pytest.approx(run.objective, abs=rounding)
    assert not broken_rows(best, decisions)


def rounding_of(best: Best) -> float:
    """Worth of a quantum in each amount of the plan: what rounding may move the objective by."""
    facts = best.facts
    amounts = len(facts.positions) + len(facts.lanes)
    dearest = max(1.0, *facts.rates.values())
    return amounts * facts.last * facts.settings.quantum * dearest * PRICE


def decisions_of(best: Best, plan: Path) -> dict:
    """The decisions of a written plan, under the names that the oracle gives them."""
    positions = pd.read_parquet(plan / "positions.parquet")
    lanes = pd.read_parquet(plan / "lanes.parquet")
    decisions = {
        ("transfer", row.lane, int(row.period)): row.transfer for row in lanes.itertuples()
    }
    share_sold: dict[tuple, float] = {}
    for row in positions.sort_values("period").itertuples():
        p, t = (row.region, row.currency, row.product), int(row.period)
        if best.brute.is_plug(p):
            decisions["plug", p, t] = row.balance
            continue
        decisions["new", p, t] = row.new
        there = best.brute.legacy_unsold(p, t)
        newly = row.sold / there if there > 0 else 0.0
        share_sold[p] = decisions["sold", p, t] = share_sold.get(p, 0.0) + newly
    return decisions


def broken_rows(best: Best, decisions: dict) -> dict:
    """Rows missed by more than one quantum per position and lane, at the weight of fx."""
    facts = best.facts
    amounts = len(facts.positions) + len(facts.lanes)
    dearest = max(1.0, *facts.rates.values())
    allowed = 2 * amounts * facts.settings.quantum * dearest
    missed = best.model.broken(best.model.completed(decisions))
    return {name: by for name, by in missed.items() if by > allowed}
