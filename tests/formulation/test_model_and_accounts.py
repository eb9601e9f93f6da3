"""The model and the accounts say the same of any decisions, good or bad, to the last digit."""

import numpy as np
import pytest

from alm.plan.ledger import keep_ledger
from tests.formulation.complete import complete, random_decisions, unrounded
from tests.properties.pool import SEEDS, drawn

# Rows that decisions drawn at random need not meet: they are what the optimiser is for.
CHOSEN = ("funding", "limit ", "collateral", "min_renewal", "max_renewal")


@pytest.fixture(params=SEEDS)
def model(request):
    return drawn(request.param)


@pytest.fixture
def plan(model):
    return unrounded(model.book, random_decisions(model.book, np.random.default_rng(7)))


def test_the_objective_of_the_model_is_that_of_the_accounts(model, plan):
    ledger = keep_ledger(model.book, plan, model.formulation.limits)
    vector = complete(model.book, model.formulation, plan)
    scale = float(np.abs(ledger.tables["objective"]["value"]).sum())
    assert scale > 0.01
    assert -model.formulation.problem.objective(vector) == pytest.approx(
        ledger.objective, abs=1e-9 * scale
    )


def test_every_defining_row_holds_at_exact_balances_and_measures(model, plan):
    problem = model.formulation.problem
    vector = complete(model.book, model.formulation, plan)
    value = problem.A @ vector
    size = 1.0 + abs(problem.A) @ np.abs(vector)
    checked = 0
    for name, block in model.formulation.rows.items():
        if not name.startswith(CHOSEN):
            rows = block.numbers.ravel()
            low = (problem.row_lower - value)[rows] / size[rows]
            high = (value - problem.row_upper)[rows] / size[rows]
            assert max(low.max(), high.max()) < 1e-10, name
            checked += len(rows)
    assert checked > problem.rows / 3


def test_the_solution_is_the_completion_of_its_own_decisions(model):
    """At the optimum no auxiliary column hides money: the accounts of its decisions give the same objective."""
    from alm.plan.decisions import read_decisions

    solution = model.solution
    assert solution.status == "optimal"
    plan = unrounded(model.book, read_decisions(model.book, model.formulation, solution.x))
    vector = complete(model.book, model.formulation, plan)
    assert model.formulation.problem.objective(vector) == pytest.approx(
        solution.objective, rel=1e-6, abs=1e-6
    )
