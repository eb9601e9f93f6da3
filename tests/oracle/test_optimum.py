"""The model alone against the oracle, on many random cases: the same status and optimum, before anything is rounded.

`ALM_FUZZ` and `ALM_FUZZ_FEATURES` are those of `test_cross_check`, which sends a few cases through the whole program.
"""

import os

import numpy as np
import pytest

from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from scenarios import shocked
from solvers import solve

from .best import Best
from .stress import scenario_of
from .test_cross_check import FEATURES
from .tight import moved, random_case

FIRST = 10_000  # seeds of their own
SEEDS = range(FIRST, FIRST + int(os.environ.get("ALM_FUZZ", "16")))
MOVES = 3  # of each case: most of the time goes into drawing one


@pytest.mark.parametrize("seed", SEEDS)
def test_the_model_agrees_with_the_oracle(seed, tmp_path):
    """As drawn, and with rates, volumes, capacities and bounds moved."""
    case = random_case(seed, tmp_path, FEATURES)
    agree(case)
    rng = np.random.default_rng(seed)
    for move in range(MOVES):
        case = moved(case, rng)
        try:
            agree(case)
        except AssertionError as error:
            error.add_note(f"after move {move + 1} of seed {seed}")
            raise


def agree(case):
    """Same status, same optimum; a gap that the solver leaves, as on cones, is one that it states.

    Where the oracle's optimum posts less than is earned it is no plan's, but no plan is worth more.
    """
    scenario = scenario_of(case)
    best = Best(case, scenario)
    outcome = best.solve()
    solution = solve(formulate(shocked(open_book(case), scenario)).problem)
    if outcome.status != "optimal":
        assert solution.status == outcome.status
        return
    solved = 1e-6 * max(1.0, abs(outcome.objective))
    if not best.is_tight(outcome):
        assert -solution.objective <= outcome.objective + solved
        return
    assert solution.status in ("optimal", "gap")
    assert -solution.bound >= outcome.objective - solved
    if solution.status == "gap":
        assert solution.gap <= case.settings.solve.gap
        solved = max(solved, solution.objective - solution.bound)
    assert -solution.objective == pytest.approx(outcome.objective, abs=solved)
