"""The program against the oracle on small random cases with whole decisions: lots, tickets, fixed costs, lanes that open.

`ALM_FUZZ` sets how many seeds, `ALM_FUZZ_WHOLE` names the features (`tests.oracle.whole_features.WHOLES`) of each case; without it
each has one to three of
them, and now and then another one of `tests.oracle.features`. Gaps are asked to the last digit, so that both must find the same optimum.
"""

import os
from pathlib import Path
from random import Random

import pytest

from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from scenarios import shocked
from solvers import solve

from .best import Best
from .features import DRAWS
from .stress import scenario_of
from .test_cross_check import compare
from .tight import random_case, write_random_case
from .whole_features import WHOLES

FIRST = 3_000  # seeds of their own
CASES = int(os.environ.get("ALM_FUZZ", "0"))
RUNS = range(FIRST, FIRST + (CASES or 3))
MODELS = range(RUNS.stop, RUNS.stop + (CASES or 7))
FEATURES = frozenset(os.environ.get("ALM_FUZZ_WHOLE", "").split())


def features_of(seed: int) -> frozenset[str]:
    """One to three features of whole decisions, and now and then another one beside them."""
    rng = Random(f"whole {seed}")
    drawn = rng.sample(sorted(WHOLES), rng.randint(1, 3))
    others = rng.sample(sorted(DRAWS.keys() - WHOLES.keys()), rng.choice([0, 0, 1]))
    return FEATURES or frozenset(drawn + others)


@pytest.mark.parametrize("seed", MODELS)
def test_the_model_agrees_with_the_oracle(seed, tmp_path):
    """The same status and optimum, and no bound below it."""
    case = random_case(seed, tmp_path, features_of(seed))
    scenario = scenario_of(case)
    outcome = Best(case, scenario).solve()
    solution = solve(formulate(shocked(open_book(case), scenario)).problem, gap=1e-9)
    assert solution.status == outcome.status
    if outcome.status == "optimal":
        allowed = 1e-6 * max(1.0, abs(outcome.objective))
        assert -solution.objective == pytest.approx(outcome.objective, abs=allowed)
        assert -solution.bound >= outcome.objective - allowed


@pytest.mark.parametrize("seed", RUNS)
def test_the_program_agrees_with_the_oracle(seed, tmp_path, monkeypatch):
    """From the files to the written plan, whose lots and tickets are whole to the last quantum."""
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    folder: Path = write_random_case(seed, tmp_path / "case", features_of(seed))
    compare(folder, tmp_path / "run")
