"""One shock at a time, on the two runs worked by hand. Numbers of the base plan are in their docstrings."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alm.case import load
from alm.verify.checks.bounds import bound
from alm.verify.replay import Replay
from alm.verify.scopes import Scopes

from . import one_bank, two_regions
from .run_folder import refusals, with_column, with_rows

EAST_LOAN, WEST_LOAN, WEST_CASH = 3, 7, 4  # rows of positions: sorted by region, currency, product
SHOCK = {
    **dict.fromkeys(("region", "currency", "product", "class", "lane"), ""),
    "scenario": "crash",
    "start": 1,
    "end": 2,
}


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    return load(two_regions.run().write(tmp_path_factory.mktemp("two") / "run") / "inputs")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    return load(one_bank.run().write(tmp_path_factory.mktemp("one") / "run") / "inputs")


def shocked(case, *shocks):
    """The case with one scenario and its shocks."""
    rows = pd.DataFrame([SHOCK | shock for shock in shocks])
    case = with_rows(case, "shocks", **{name: rows[name].tolist() for name in rows})
    return with_rows(case, "scenarios", scenario=["crash", "calm"])


def replay(case, made, scenario="crash"):
    run = made.run()
    return Replay(case, run.plan, run.manifest | {"options": {"scenario": scenario}})


def group(of, name, region="group"):
    scope = pd.DataFrame([{"region": region, "scope": "subtree", "currency": ""}])
    return of.measures.value(name, Scopes(of.terms, scope))[0]


@pytest.mark.parametrize("scenario", ["base", "calm"])
def test_another_scenario_has_none_of_the_shocks(two, scenario):
    case = shocked(two, {"shock": "runoff", "value": 0.1}, {"shock": "rate", "value": 0.1})
    of = replay(case, two_regions, scenario)
    assert of.books.legacy[WEST_LOAN] == pytest.approx([70, 63, 0])
    assert of.income.interest[WEST_LOAN] == pytest.approx([3.95, 0.8])


def test_runoff_takes_a_share_of_what_was_written_before_it_starts(two):
    """West from 1 on: 63 of the legacy 70, 7 sold of it; the cohort of period 1 stays. East's book of 20 has no
    run-off of its own: 18. Half of what is there in period 2 leaves too: 9 of East's book, 12.5 of its cohort.
    """
    case = shocked(
        two,
        {"shock": "runoff", "class": "loan", "value": 0.1, "end": 1},
        {"shock": "runoff", "region": "east", "product": "loan", "value": 0.5, "start": 2},
    )
    books = replay(case, two_regions).books
    assert books.legacy[WEST_LOAN] == pytest.approx([70, 56, 0])
    assert books.cohorts[WEST_LOAN] == pytest.approx([20, 20])
    assert books.legacy[EAST_LOAN] == pytest.approx([20, 18, 9])
    assert books.cohorts[EAST_LOAN] == pytest.approx([25, 12.5])
    assert books.ran_off[EAST_LOAN] == pytest.approx([2, 9 + 12.5])
    assert books.legacy[WEST_CASH] == pytest.approx([0, 0, 0])


def test_shares_taken_at_once_multiply_and_what_has_all_gone_can_be_written_again(two):
    case = shocked(
        two,
        {"shock": "runoff", "region": "group", "value": 0.1, "start": 2},
        {"shock": "runoff", "product": "loan", "value": 0.5, "start": 2},
        {"shock": "runoff", "region": "west", "value": 1.0, "start": 1},
        {"shock": "runoff", "value": 0.9, "start": 3, "end": 3},  # beyond the horizon: never
    )
    books = replay(case, two_regions).books
    assert books.legacy[EAST_LOAN] == pytest.approx([20, 20, 9])
    assert books.legacy[WEST_LOAN] == pytest.approx([70, 0, 0])
    assert books.cohorts[WEST_LOAN] == pytest.approx([20, 9])


def test_a_fixed_cohort_keeps_the_rate_it_was_written_at(two):
    """East, 1 % more in period 1: 20 x 6 % + 25 x 7 % = 2.95 in both; its cash of 5 earns 2 % in period 1."""
    case = shocked(two, {"shock": "rate", "value": 0.01, "end": 1})
    of = replay(case, two_regions)
    assert of.income.interest[EAST_LOAN] == pytest.approx([2.95, 2.95])
    assert of.books.interest_rate_run[EAST_LOAN] == pytest.approx([2.95, 2.95])
    assert of.income.interest[0] == pytest.approx([0.1, 0.05])
    assert of.books.rate_written[EAST_LOAN] == pytest.approx([0.07, 0.06])


def test_floating_books_move_by_beta_and_new_business_in_full(two):
    """Half of 1 %, then half of 2 %: 20 x 6.5 % + 25 x 7 % = 3.05, then 45 x 7 % = 3.15."""
    case = shocked(
        two,
        {"shock": "rate", "product": "loan", "value": 0.01},
        {"shock": "rate", "region": "east", "value": 0.01, "start": 2},
    )
    case = with_column(case, "products", "rate_type", "floating", product="loan")
    case = with_column(case, "products", "beta", 0.5, product="loan")
    of = replay(case, two_regions)
    assert of.income.interest[EAST_LOAN] == pytest.approx([3.05, 3.15])


def test_a_floating_cohort_accrues_half_in_its_first_period(one):
    """Legacy 87.5 on average x (5 % + 0.5 x 2 %), 15 x (5 % + 2 %)."""
    case = shocked(one, {"shock": "rate", "value": 0.02, "end": 1, "currency": "CNY"})
    case = with_column(case, "products", "rate_type", "floating", product="loan")
    case = with_column(case, "products", "beta", 0.5, product="loan")
    assert replay(case, one_bank).income.interest[2, 0] == pytest.approx(5.25 + 1.05)


def test_horizon_values_keep_the_rate_written_and_what_a_shock_left(one):
    """0.9 of the legacy 75 at 1.925 %; the cohort's 15 at 6 % - 2 % - 0.1 %, tax 0.25 x (3.9 % - 1.2 %), capital
    0.5 %: 2.725 %.
    """
    case = shocked(
        one,
        {"shock": "rate", "product": "loan", "value": 0.01, "end": 1},
        {"shock": "runoff", "product": "loan", "value": 0.1, "end": 1},
    )
    for rate_type in ("fixed", "floating"):
        case = with_column(case, "products", "rate_type", rate_type, product="loan")
        value = replay(case, one_bank).objective.parts["horizon_value", 0]
        assert value == pytest.approx(0.9 * 75 * 0.01925 + 15 * 0.02725)


def test_what_a_shock_takes_after_it_was_written_stays_gone_beyond_the_horizon(two):
    """New business of period 1 lost half in period 2, that of period 2 nothing: factors for the horizon."""
    case = shocked(two, {"shock": "runoff", "product": "loan", "value": 0.5, "start": 2})
    terms = replay(case, two_regions).terms
    assert terms.cohort_kept[WEST_LOAN].tolist() == [0.5, 1]
    assert terms.legacy_kept[WEST_LOAN].tolist() == [1, 1, 0.5]


def test_the_ladder_sees_what_a_shock_left(one):
    """At the close 0.9 x 75 + 30 are there, 0.9 x 50 + 15 a year later: 37.5 weigh 0.5 instead of 0.8."""
    case = with_rows(
        one, "ladder", attribute=["rsf"], product=["loan"], months_left=[12.0], value=[0.5]
    )
    case = shocked(case, {"shock": "runoff", "value": 0.1, "end": 1})
    assert group(replay(case, one_bank), "rsf", "bank")[0] == pytest.approx(84 - 0.3 * 37.5)


def test_new_business_bounds_are_scaled_rows_of_bounds_too(two):
    case = with_rows(
        two,
        "bounds",
        region=["west"],
        currency=["CNY"],
        product=["loan"],
        start=[2],
        end=[2],
        min_new=[4.0],
        max_new=[10.0],
    )
    case = shocked(
        case,
        {"shock": "new_business", "region": "west", "value": 0.5},
        {"shock": "new_business", "value": 0.8, "start": 2},
    )
    terms = replay(case, two_regions).terms
    assert bound(terms, "max_new", np.inf)[WEST_LOAN].tolist() == [10, 4]
    assert bound(terms, "min_new", 0.0)[WEST_LOAN].tolist() == [0, 1.6]
    assert bound(terms, "max_new", np.inf)[EAST_LOAN].tolist() == [25, 20]
    assert bound(terms, "max_balance", np.inf)[EAST_LOAN].tolist() == [np.inf] * 2


@pytest.mark.parametrize(
    ("shock", "factor"),
    [
        ({"lane": "w-e"}, 0.5),
        ({"region": "east"}, 0.5),
        ({"region": "west", "start": 2}, 0.5),
        ({"region": "group", "currency": "CNY"}, 0.5),
        ({"product": "borrowing"}, 0.5),
        ({"product": "deposit"}, 1.0),
        ({"class": "loan"}, 0.5),
    ],
)
def test_a_lane_is_matched_by_name_or_either_end(two, shock, factor):
    case = shocked(two, {"shock": "lane_capacity", "value": 0.5} | shock)
    first = 1.0 if shock.get("start") == 2 else factor
    assert replay(case, two_regions).terms.capacity.tolist() == [[20 * first, 20 * factor]]


def test_a_closed_lane_carries_nothing(two, one):
    """Without a capacity too; any other multiple of none is none."""
    case = shocked(two, {"shock": "lane_capacity", "value": 0.0})
    run = two_regions.run()
    run.manifest["options"] = {"scenario": "crash"}
    run.plan["limits"]["scenario"] = "crash"
    assert refusals(case, run) == {"lanes_keep_their_terms"}
    for value, capacity in ((0.0, 0.0), (0.5, np.inf)):
        case = shocked(one, {"shock": "lane_capacity", "value": value, "end": 1})
        assert replay(case, one_bank).terms.capacity.tolist() == [[capacity]]


def test_attributes_move_at_the_matching_end_of_lanes_too(two):
    """West's claim weighs 0.2 + 0.5, East's debt 0.05 + 0.2 + 0.1 in period 2; West's deposits 0.1 + 0.1."""
    case = shocked(
        two,
        {"shock": "risk_weight", "product": "interbank", "region": "west", "value": 0.5},
        {"shock": "risk_weight", "product": "interbank", "region": "east", "value": 0.7},
        {"shock": "lcr_outflow", "product": "borrowing", "value": 0.2, "start": 2},
        {"shock": "lcr_outflow", "value": 0.1, "start": 2},
    )
    of = replay(case, two_regions)
    assert group(of, "rwa", "west") == pytest.approx([83 + 20 * 0.7, 20 + 20 * 0.7])
    assert group(of, "outflow", "east") == pytest.approx([3.5, 25 * 0.2 + 20 * 0.35])
    assert group(of, "outflow", "west") == pytest.approx([10, 20])


def test_losses_and_haircuts_move(two):
    case = shocked(
        two,
        {"shock": "expected_loss", "class": "loan", "value": 0.02, "start": 2},
        {"shock": "haircut", "product": "cash", "value": 0.5, "start": 2},
    )
    of = replay(case, two_regions)
    assert of.income.expected_loss[EAST_LOAN] == pytest.approx([0.45, 45 * 0.03])
    assert group(of, "hqla", "west") == pytest.approx([7, 35])


def test_translation_moves_and_the_debt_of_a_swap_does_not(one):
    """A dollar at 14: 1.43 of them are 20.02; the 10 lent are still owed as 1.43. The opening stays at 7."""
    case = shocked(one, {"shock": "fx", "currency": "USD", "value": 2.0, "end": 1})
    of = replay(case, one_bank)
    assert of.terms.opening_fx.tolist() == [1, 1, 1, 7]
    assert group(of, "assets", "bank") == pytest.approx([140 + 20.02])
    assert of.lanes.debt_quanta.tolist() == [[143]]
    assert of.lanes.debt == pytest.approx(np.array([[20.02]]))
    assert not [f for f in _failures(of) if f.check == "nodes_are_funded"]


def test_the_reporting_currency_is_always_one(one):
    case = shocked(one, {"shock": "fx", "value": 2.0, "end": 1})
    assert replay(case, one_bank).terms.position_fx[:, 0].tolist() == [1, 1, 1, 14]


def test_income_of_a_period_and_the_horizon_are_translated_at_their_own_rate(one):
    """The bank reports in dollars at 1/7: everything in yuan is worth 7 less, half as much again in the scenario."""
    case = replace(one, settings=replace(one.settings, currency="USD"))
    case = with_rows(case, "fx", currency=["CNY"], rate=[1 / 7])
    base = replay(case, one_bank, "base")
    of = replay(shocked(case, {"shock": "fx", "currency": "CNY", "value": 0.5, "end": 1}), one_bank)
    for name in ("interest", "operating_cost", "back_book", "adjustment"):
        expected = getattr(base.income, name)[2] / 2
        assert getattr(of.income, name)[2] == pytest.approx(expected)
    assert of.lanes.cost == pytest.approx(base.lanes.cost / 2)
    assert of.objective.horizon.total == pytest.approx(base.objective.horizon.total / 2)


def _failures(of):
    from alm.verify.confirm import confirm

    return confirm(of).failures


def test_a_plan_for_a_scenario_is_confirmed_and_says_so(two):
    """Half as much new business again is allowed; the plan does not use it, so every figure stays."""
    case = shocked(two, {"shock": "new_business", "value": 1.5})
    run = two_regions.run()
    run.manifest["options"] = {"scenario": "crash"}
    assert refusals(case, run) == {"limits_are_right"}
    run.plan["limits"]["scenario"] = "crash"
    assert refusals(case, run) == set()
    run.manifest["options"] = {}
    assert refusals(case, run) == {"limits_are_right"}


def test_limits_of_another_scenario_do_not_hold(two):
    case = shocked(two, {"shock": "new_business", "value": 1.5})
    run = two_regions.run()
    run.manifest["options"] = {"scenario": "crash"}
    run.plan["limits"]["scenario"] = "crash"
    for here in ("all", "crash"):
        same = with_column(case, "limits", "scenarios", here, limit="lcr_west")
        assert refusals(same, run) == set()
    for elsewhere in ("base", "calm"):
        other = with_column(case, "limits", "scenarios", elsewhere, limit="lcr_west")
        assert refusals(other, run) == {"tables_are_complete"}
        gone = replace_limits(run, run.plan["limits"].query("limit != 'lcr_west'"))
        assert refusals(other, gone) == set()


def replace_limits(run, rows):
    return replace(run, plan={**run.plan, "limits": rows})
