"""The model alone against the oracle, on many random cases: the same status and optimum, before anything is rounded.

`ALM_FUZZ` and `ALM_FUZZ_FEATURES` are those of `test_cross_check`, which sends a few cases through the whole program.
"""

import os

import pytest

from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from scenarios import shocked
from solvers import solve

from .best import Best
from .stress import scenario_of
from .test_cross_check import FEATURES
from .tight import random_case

FIRST = 10_000  # seeds of their own
SEEDS = range(FIRST, FIRST + int(os.environ.get("ALM_FUZZ", "60")))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_model_agrees_with_the_oracle(seed, tmp_path):
    """Where not all income that the model may post is posted, its optimum is no plan's, but the same all the same."""
    case = random_case(seed, tmp_path, FEATURES)
    scenario = scenario_of(case)
    outcome = Best(case, scenario).solve()
    solution = solve(formulate(shocked(open_book(case), scenario)).problem)
    assert solution.status == outcome.status
    if outcome.status == "optimal":
        allowed = 1e-6 * max(1.0, abs(outcome.objective))
        assert -solution.objective == pytest.approx(outcome.objective, abs=allowed)
