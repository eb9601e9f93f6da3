"""Runs worked by hand are confirmed; any cell that moves is refused by the right check."""

import pytest

from alm.case import load
from alm.verify import verify
from alm.verify.confirm import confirm
from alm.verify.replay import Replay

from . import one_bank, two_regions
from .run_folder import refusals

LOAN_1 = {"region": "west", "product": "loan", "period": 1}
LOAN_2 = {"region": "west", "product": "loan", "period": 2}
CASH_1 = {"region": "west", "product": "cash", "period": 1}
DEPOSIT_1 = {"region": "west", "product": "deposit", "period": 1}
LANE_1 = {"lane": "w-e", "period": 1}
GROUP_RWA = {"region": "group", "scope": "subtree", "measure": "rwa", "period": 1}
LCR_1 = {"limit": "lcr_west", "period": 1}


def failed(run, folder):
    """Verify from the folder: for changes of the case."""
    return {failure.check for failure in verify(run.write(folder / "run")).failures}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """The case of the two regions, read once: for changes of the plan."""
    folder = two_regions.run().write(tmp_path_factory.mktemp("two") / "run")
    return load(folder / "inputs")


@pytest.mark.parametrize(
    ("made", "objective"), [(two_regions, 1.5225), (one_bank, 4.38375)], ids=["two", "one"]
)
def test_a_run_worked_by_hand_is_confirmed(made, objective, tmp_path):
    outcome = verify(made.run().write(tmp_path / "run"))
    assert outcome.failures == ()
    assert outcome.ok
    assert outcome.objective == pytest.approx(objective, abs=1e-12)
    empty = outcome.checks.loc[outcome.checks["count"] == 0, "check"]
    # one of the two has no limits, and neither shows more tables than the contract asks for
    assert set(empty) <= {
        *("limits_are_right", "hard_limits_are_kept", "statuses_are_right"),
        *("opening_is_right", "prices_are_consistent", "baselines_are_right"),
        *("violations_are_listed", "inputs_are_those_of_the_run"),
    }
    assert outcome.seconds > 0


@pytest.mark.parametrize("made", [two_regions, one_bank], ids=["two", "one"])
def test_the_order_of_rows_and_columns_means_nothing(made, tmp_path):
    run = made.run()
    run.plan = {
        name: rows.sample(frac=1, random_state=3)[rows.columns[::-1]]
        for name, rows in run.plan.items()
    }
    for name, text in run.inputs.items():
        head, *lines = text.strip().splitlines()
        run.inputs[name] = "\n".join([head, *lines[::-1]])
    assert failed(run, tmp_path) == set()


CELLS = [
    # a quantum more of new business no longer makes the balance, though it stays in whole quanta
    ("positions", "new", 0.01, LOAN_1, {"balances_follow_from_decisions", "rows_add_up"}),
    ("positions", "new", 0.004, LOAN_1, {"plan_is_in_whole_quanta", "rows_add_up"}),
    ("positions", "new", 0.03, LOAN_1, {"new_business_is_within_bounds"}),
    ("positions", "new", -20.01, LOAN_1, {"new_business_is_within_bounds"}),
    ("positions", "new", 0.01, CASH_1, {"rows_add_up"}),
    ("positions", "sold", 0.01, LOAN_1, {"balances_follow_from_decisions", "rows_add_up"}),
    ("positions", "sold", 28.03, LOAN_1, {"disposals_are_within_the_legacy_book"}),
    ("positions", "sold", 0.01, LOAN_2, {"disposals_are_within_the_legacy_book", "rows_add_up"}),
    ("positions", "sold", -7.01, LOAN_1, {"disposals_are_within_the_legacy_book"}),
    ("positions", "sold", 0.01, CASH_1, {"disposals_are_within_the_legacy_book"}),
    ("positions", "matured", 0.01, LOAN_2, {"rows_add_up"}),
    ("positions", "opening", 0.01, LOAN_2, {"rows_add_up"}),
    ("positions", "opening", 0.01, LOAN_1, {"rows_add_up"}),
    ("positions", "balance", 0.01, LOAN_2, {"balances_follow_from_decisions", "nodes_are_funded"}),
    ("positions", "balance", 0.01, DEPOSIT_1, {"nodes_are_funded", "rows_add_up"}),
    ("positions", "balance", 0.01, CASH_1, {"nodes_are_funded", "measures_are_right"}),
    ("positions", "balance", -7.02, CASH_1, {"balances_are_within_bounds", "hard_limits_are_kept"}),
    ("positions", "rate", 1e-5, LOAN_1, {"rates_are_right"}),
    ("positions", "income", 1e-6, LOAN_1, {"income_of_positions_is_right"}),
    ("lanes", "transfer", 0.01, LANE_1, {"lanes_follow_from_transfers"}),
    ("lanes", "transfer", -20.01, LANE_1, {"lanes_keep_their_terms"}),
    ("lanes", "repaid", 0.01, LANE_1, {"lanes_follow_from_transfers"}),
    ("lanes", "outstanding", 0.01, LANE_1, {"lanes_follow_from_transfers", "nodes_are_funded"}),
    ("lanes", "outstanding", 0.02, LANE_1, {"lanes_keep_their_terms"}),
    ("lanes", "cost", 1e-6, LANE_1, {"cost_of_lanes_is_right"}),
    ("limits", "numerator", 1e-6, LCR_1, {"limits_are_right"}),
    ("limits", "denominator", 1e-6, LCR_1, {"limits_are_right"}),
    ("limits", "denominator", None, LCR_1, {"limits_are_right"}),
    ("limits", "value", 1e-6, LCR_1, {"limits_are_right"}),
    ("limits", "bound", -0.1, LCR_1, {"limits_are_right"}),
    ("limits", "headroom", 1e-6, LCR_1, {"limits_are_right"}),
    ("limits", "shortfall", -1e-6, {"limit": "loans", "period": 2}, {"limits_are_right"}),
    ("limits", "status", "met", {"limit": "loans", "period": 2}, {"statuses_are_right"}),
    ("limits", "status", "short", LCR_1, {"statuses_are_right"}),
    ("measures", "value", 4.0, GROUP_RWA, {"measures_are_right"}),  # the lane not eliminated
    ("objective", "value", 1e-6, {"part": "penalty", "period": 2}, {"objective_is_right"}),
]
CELLS += [
    ("regions", column, 1e-6, {"region": "west", "period": 1}, {"income_of_regions_is_right"})
    for column in two_regions.run().plan["regions"].columns[2:]
]


@pytest.mark.parametrize(("table", "column", "by", "key", "checks"), CELLS)
def test_a_cell_that_moves_is_refused(case, table, column, by, key, checks):
    run = two_regions.run()
    run.change(table, column, by, **key)
    assert checks <= refusals(case, run)


@pytest.mark.parametrize("measure", sorted(two_regions.run().plan["measures"]["measure"].unique()))
def test_every_measure_is_recomputed(case, measure):
    run = two_regions.run()
    run.change(
        "measures", "value", 1e-5, region="group", scope="subtree", measure=measure, period=2
    )
    run.change("measures", "value", 1e-5, region="east", scope="solo", measure=measure, period=1)
    outcome = confirm(Replay(case, run.plan, run.manifest))
    assert [failure.check for failure in outcome.failures] == ["measures_are_right"] * 2


def test_a_wrong_used_flag_is_refused(case):
    run = two_regions.run()
    run.plan["lanes"]["used"] = ~run.plan["lanes"]["used"]
    assert refusals(case, run) == {"lanes_follow_from_transfers"}


@pytest.mark.parametrize("name", ["positions", "lanes", "limits", "measures", "regions"])
def test_tables_with_rows_missing_doubled_or_unknown_are_refused(case, name):
    for fault in ("missing", "doubled", "unknown", "no file"):
        run = two_regions.run()
        rows = run.plan[name]
        if fault == "missing":
            run.plan[name] = rows.iloc[1:]
        elif fault == "doubled":
            run.plan[name] = rows.iloc[[0, *range(len(rows))]]
        elif fault == "unknown":
            run.plan[name].loc[0, "period"] = 3
        else:
            del run.plan[name]
        assert refusals(case, run) == {"tables_are_complete"}


@pytest.mark.parametrize("name", ["positions", "lanes", "measures", "regions", "objective"])
def test_a_blank_number_is_refused(case, name):
    run = two_regions.run()
    run.plan[name].loc[0, run.plan[name].columns[-1]] = float("nan")
    assert refusals(case, run) == {"tables_are_complete"}


@pytest.mark.parametrize(
    ("claims", "check"),
    [
        ({"objective": 1.5225 * (1 + 1e-7)}, "objective_is_right"),
        ({"objective": None}, "objective_is_right"),
        ({"bound": 1.4}, "gap_is_honest"),
        ({"bound": 1.6}, "gap_is_honest"),
        ({"bound": 1.6, "gap": 0.04}, "gap_is_honest"),
        ({"bound": None}, "gap_is_honest"),
        ({"bound": None, "gap": None}, "gap_is_honest"),
        ({"income": 3.5026}, "income_of_the_run_is_right"),
        ({"status": "infeasible"}, "run_can_be_confirmed"),
        ({"options": {"scenario": "crash"}}, "run_can_be_confirmed"),
    ],
)
def test_a_claim_that_the_plan_does_not_bear_out_is_refused(case, claims, check):
    run = two_regions.run()
    run.manifest |= claims
    assert refusals(case, run) == {check}


def test_a_gap_that_covers_the_bound_is_confirmed(case):
    run = two_regions.run()
    run.manifest |= {"bound": 1.6, "gap": 0.0775 / 1.5225}
    assert refusals(case, run) == set()


CHANGED_CASES = [
    ("lanes", "20       0.002", "19.98    0.002", {"lanes_keep_their_terms"}),
    ("lanes", "20       0.002", "0        0.002", {"lanes_keep_their_terms"}),
    ("limits", "0.5   hard", "0.71  hard", {"hard_limits_are_kept", "limits_are_right"}),
    ("limits", "0.01", "0.02", {"parts_of_the_objective_are_right", "objective_is_right"}),
    ("products", "0.1         0.9", "0.2         0.9", {"measures_are_right"}),
    ("products", "0.01          0.5", "0.02          0.5", {"income_of_positions_is_right"}),
    (
        "products",
        "0.5          0.02",
        "0.09         0.02",
        {"disposals_are_within_the_legacy_book"},
    ),
    ("products", "24           0.01", "12           0.01", {"balances_follow_from_decisions"}),
    ("positions", "24              20", "12              20", {"balances_follow_from_decisions"}),
    ("positions", "24              20", "24              19.98", {"new_business_is_within_bounds"}),
    ("regions", "0.25     1", "0.26     1", {"income_of_regions_is_right"}),
    ("regions", "0        0.5", "0        0.4", {"measures_are_right"}),
]


@pytest.mark.parametrize(("table", "old", "new", "checks"), CHANGED_CASES)
def test_a_plan_of_another_case_is_refused(table, old, new, checks, tmp_path):
    run = two_regions.run()
    assert run.inputs[table].count(old) == 1
    run.inputs[table] = run.inputs[table].replace(old, new)
    assert checks <= failed(run, tmp_path)


CHANGED_BANKS = [
    (
        "positions",
        "0.001       20",
        "0.002       20",
        {"income_of_positions_is_right", "rates_are_right"},
    ),
    ("positions", "20               0.5", "20               0.4", {"income_of_regions_is_right"}),
    ("positions", "0.02     40", "0.01     40", {"parts_of_the_objective_are_right"}),
    ("positions", "10       0.01", "-        0.01", {"income_of_positions_is_right"}),
    ("curves", "0.03", "0.04", {"parts_of_the_objective_are_right"}),
    ("fx", "7", "8", {"nodes_are_funded"}),
    ("lanes", "0.003 0.1", "0.003 0.2", {"cost_of_lanes_is_right"}),
    ("addons", "10", "11", {"measures_are_right", "parts_of_the_objective_are_right"}),
    ("targets", "0.01", "0.02", {"parts_of_the_objective_are_right"}),
]


@pytest.mark.parametrize(("table", "old", "new", "checks"), CHANGED_BANKS)
def test_a_plan_of_another_bank_is_refused(table, old, new, checks, tmp_path):
    run = one_bank.run()
    assert run.inputs[table].count(old) == 1
    run.inputs[table] = run.inputs[table].replace(old, new)
    assert checks <= failed(run, tmp_path)


def test_a_failure_says_where_and_by_how_much(tmp_path):
    run = two_regions.run()
    run.change("positions", "income", 0.5, **LOAN_1)
    (failure,) = verify(run.write(tmp_path / "run")).failures
    assert failure.check == "income_of_positions_is_right"
    assert failure.where == "positions.income region=west currency=CNY product=loan period=1"
    assert failure.found == pytest.approx(3.48)
    assert failure.expected == pytest.approx(2.98)
    assert failure.difference == pytest.approx(0.5)
