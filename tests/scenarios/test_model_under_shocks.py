"""Random cases under every shock at once: the model and the accounts say the same, zero shocks change nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from alm.formulation.formulate import formulate
from alm.plan.ledger import keep_ledger
from scenarios import shocked
from tests.formulation.complete import complete, random_decisions, unrounded
from tests.formulation.test_model_and_accounts import CHOSEN
from tests.properties.pool import Model, drawn, model_of_files

SEEDS = (100, 104, 115)
SHOCKS = (
    {"shock": "runoff", "start": 1, "value": 0.1},
    {"shock": "runoff", "start": 2, "value": 1.0, "class": "loan"},
    {"shock": "runoff", "start": 2, "value": 0.3},
    {"shock": "rate", "start": 1, "end": 2, "value": 0.011},
    {"shock": "rate", "start": 2, "value": -0.004},
    {"shock": "new_business", "start": 2, "value": 0.7},
    {"shock": "lane_capacity", "value": 0.9},
    {"shock": "expected_loss", "value": 0.002},
    {"shock": "haircut", "start": 2, "value": 0.05},
    {"shock": "lcr_outflow", "value": 0.03},
    {"shock": "risk_weight", "start": 2, "value": 0.1},
    {"shock": "fx", "start": 2, "value": 1.3},
)
NEUTRAL = {"new_business": 1.0, "lane_capacity": 1.0, "fx": 1.0}


def rows_of(shocks: tuple[dict, ...], last: int, scenario: str) -> list[dict]:
    """Shocks that start within the horizon."""
    return [
        {"scenario": scenario, **shock, "end": min(shock.get("end", last), last)}
        for shock in shocks
        if shock.get("start", 1) <= last
    ]


@cache
def stormy(seed: int) -> Model:
    """The random case of a seed with two scenarios: all shocks, and all of size nothing."""
    base = drawn(seed)
    last = base.book.periods
    nothing = tuple({**s, "value": NEUTRAL.get(s["shock"], 0.0)} for s in SHOCKS)
    rows = [*rows_of(SHOCKS, last, "storm"), *rows_of(nothing, last, "calm")]
    text = io.StringIO()
    columns = ["scenario", "shock", "class", "start", "end", "value"]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    more = {"scenarios.csv": "scenario\nstorm\ncalm\n", "shocks.csv": text.getvalue()}
    return model_of_files({**base.files, **more})


@pytest.fixture(params=SEEDS)
def model(request):
    return stormy(request.param)


@pytest.fixture
def book(model):
    return shocked(model.book, "storm")


@pytest.fixture
def plan(book):
    return unrounded(book, random_decisions(book, np.random.default_rng(7)))


def test_the_objective_of_the_model_is_that_of_the_accounts(book, plan):
    formulation = formulate(book)
    ledger = keep_ledger(book, plan, formulation.limits)
    vector = complete(book, formulation, plan)
    scale = float(np.abs(ledger.tables["objective"]["value"]).sum())
    assert scale > 0.01
    assert -formulation.problem.objective(vector) == pytest.approx(
        ledger.objective, abs=1e-9 * scale
    )


def test_every_defining_row_holds_at_exact_balances_and_measures(book, plan):
    formulation = formulate(book)
    problem, vector = formulation.problem, complete(book, formulation, plan)
    value = problem.A @ vector
    size = 1.0 + abs(problem.A) @ np.abs(vector)
    for name, block in formulation.rows.items():
        if not name.startswith(CHOSEN):
            rows = block.numbers.ravel()
            low = (problem.row_lower - value)[rows] / size[rows]
            high = (value - problem.row_upper)[rows] / size[rows]
            assert max(low.max(), high.max()) < 1e-10, name


def test_shocks_of_size_nothing_leave_every_number_as_it_is(model):
    base, calm = formulate(model.book).problem, formulate(shocked(model.book, "calm")).problem
    for name in ("c", "q", "row_lower", "row_upper", "lower", "upper"):
        np.testing.assert_array_equal(getattr(calm, name), getattr(base, name), err_msg=name)
    assert (calm.A != base.A).nnz == 0


def test_the_order_of_shocks_does_not_matter(model):
    rows = model.case.table("shocks")
    tables = {**model.case.tables, "shocks": rows.iloc[::-1]}
    other = replace(model.book, case=replace(model.case, tables=tables))
    one, two = shocked(model.book, "storm"), shocked(other, "storm")
    for name in ("legacy", "lasting", "own_rate", "new_rate", "fx", "max_new"):
        np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-14, atol=1e-16)


def test_a_scenario_that_the_case_does_not_list_is_no_scenario(model):
    with pytest.raises(KeyError):
        shocked(model.book, "strom")
