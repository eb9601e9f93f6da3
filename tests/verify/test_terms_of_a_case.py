"""One feature of the contract at a time, on the two runs worked by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alm.case import load
from alm.case.settings import Earnings, Horizon
from alm.verify.attributes import resolve
from alm.verify.replay import Replay
from alm.verify.scopes import Scopes

from . import one_bank, two_regions
from .run_folder import refusals, with_column, with_rows

LOANS = {"region": ["west"], "currency": ["CNY"], "product": ["loan"]}
WEST_LOAN = 7  # row of positions, sorted by region, currency, product


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    return load(two_regions.run().write(tmp_path_factory.mktemp("two") / "run") / "inputs")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    return load(one_bank.run().write(tmp_path_factory.mktemp("one") / "run") / "inputs")


def replay(case, made):
    run = made.run()
    return Replay(case, run.plan, run.manifest)


def scope(case, made, region, **more):
    of = replay(case, made)
    row = {"region": region, "scope": "subtree", "currency": ""} | more
    return lambda name: of.measures.value(name, Scopes(of.terms, pd.DataFrame([row])))[0]


def test_retained_income_is_posted_and_short_books_weigh_less(one):
    """Half of 3.52625 is 1.763125: equity 151.76, and as much more cash. The 25 of legacy loans and 15 of
    the cohort that leave within 12 months weigh 0.5 instead of 0.8: 84 - 12 = 72 (moved -0.3 x 40).
    """
    case = replace(one, settings=replace(one.settings, earnings=Earnings(0.5, "equity")))
    case = with_rows(
        case, "ladder", attribute=["rsf"], product=["loan"], months_left=[12.0], value=[0.5]
    )
    run = one_bank.run()
    refused = refusals(case, run)
    assert {
        "balances_follow_from_decisions",
        "measures_are_right",
        "posted_income_is_right",
    } <= refused
    run.plan["positions"]["posted"] = 0.0

    for product, column, by in (
        ("equity", "balance", 1.76),
        ("equity", "posted", 1.763125),
        ("equity", "matured", 0.003125),
        ("cash", "balance", 1.76),
        ("cash", "matured", -1.76),
    ):
        run.change("positions", column, by, currency="CNY", product=product)
    for measure in ("assets", "equity", "cet1", "tier1", "total_capital", "hqla", "usable_hqla"):
        for seen in ("subtree", "solo"):
            run.change("measures", "value", 1.76, measure=measure, scope=seen)
    for seen in ("subtree", "solo"):
        run.change("measures", "value", -12.0, measure="rsf", scope=seen)
    assert refusals(case, run) == set()


def test_runoff_rows_replace_residual_months_and_the_ladder_leaves_them(two):
    case = with_rows(
        two, "runoff", **{k: v * 2 for k, v in LOANS.items()}, period=[1, 2], remaining=[0.8, 0.3]
    )
    case = with_rows(
        case, "ladder", attribute=["asf"], product=["loan"], months_left=[60.0], value=[1.0]
    )
    of = replay(case, two_regions)
    assert of.terms.legacy_share[WEST_LOAN] == pytest.approx([1, 0.8, 0.3])
    # sold 7 of the 56 still there is an eighth
    assert of.books.legacy[WEST_LOAN] == pytest.approx([70, 49, 18.375])
    assert "balances_follow_from_decisions" in refusals(case, two_regions.run())


def test_tiers_price_each_part_of_a_volume(two):
    """20 written: 8 at 4 %, 7 at 3 %, 5 at 1 %: 0.32 + 0.21 + 0.05 = 0.58 a year, 2.9 %."""
    case = with_rows(
        two, "tiers", **{k: v * 2 for k, v in LOANS.items()}, over=[8.0, 15.0], rate=[0.03, 0.01]
    )
    of = replay(case, two_regions)
    assert of.books.rate_written[WEST_LOAN] == pytest.approx([0.029, 0.04])
    assert of.income.interest[WEST_LOAN] == pytest.approx([3.15 + 0.58, 0.58])


@pytest.mark.parametrize(
    ("table", "column", "fits", "breaks", "check"),
    [
        ("products", "lot", 2.5, 7.0, "new_business_is_in_lots"),
        ("products", "minimum_ticket", 20.0, 20.01, "new_business_is_in_lots"),
        ("lanes", "lot", 5.0, 7.0, "lanes_keep_their_terms"),
        ("lanes", "minimum_ticket", 20.0, 20.01, "lanes_keep_their_terms"),
    ],
)
def test_lots_and_tickets_hold(two, table, column, fits, breaks, check):
    """West writes 20 and East 25 of loans; the lane carries 20."""
    assert refusals(with_column(two, table, column, fits), two_regions.run()) == set()
    assert refusals(with_column(two, table, column, breaks), two_regions.run()) == {check}


def test_fixed_costs_are_paid_where_there_is_business(two):
    case = with_column(two, "products", "fixed_cost", 1.0, product="loan")
    case = with_column(case, "lanes", "fixed_cost", 0.5)
    of = replay(case, two_regions)
    assert of.income.adjustment[WEST_LOAN].tolist() == [1, 0]
    assert of.lanes.cost == pytest.approx(np.array([[0.54, 0.54]]))


@pytest.mark.parametrize(
    ("capacity", "minimum", "refused"), [(20.0, 20.0, False), (19.98, 0.0, True), (50, 20.02, True)]
)
def test_lanes_of_a_corridor_keep_its_terms(two, capacity, minimum, refused):
    case = with_rows(
        two, "corridors", corridor=["c"], capacity=[capacity], fixed_cost=[0.0], minimum=[minimum]
    )
    case = with_column(case, "lanes", "corridor", "c")
    assert ("lanes_keep_their_terms" in refusals(case, two_regions.run())) == refused
    assert scope(case, two_regions, "west")("open_lanes").tolist() == [1, 1]


def test_a_corridor_costs_the_lane_whose_name_sorts_first(two):
    case = with_rows(
        two, "corridors", corridor=["c"], capacity=[np.nan], fixed_cost=[0.3], minimum=[0.0]
    )
    case = with_column(case, "lanes", "corridor", "c")
    assert replay(case, two_regions).lanes.cost == pytest.approx(np.array([[0.34, 0.34]]))


def test_a_step_replaces_the_bound_from_its_threshold_on(two):
    steps = {"limit": ["lcr_west"] * 3, "measure": ["assets"] * 3}
    case = with_rows(two, "steps", **steps, at_least=[100.0, 110.0, 120.0], bound=[0.6, 0.65, 9.0])
    run = two_regions.run()
    assert "limits_are_right" in refusals(case, run)
    for period, less in ((1, -1.5), (2, -1.5)):
        run.change("limits", "bound", 0.15, limit="lcr_west", period=period)
        run.change("limits", "headroom", less, limit="lcr_west", period=period)
    assert refusals(case, run) == set()


def test_a_waived_close_is_reported_and_not_enforced(two):
    """The bound 0.71 x 10 is missed by 0.1 in period 1, which ends before 2027."""
    case = with_column(two, "limits", "bound", 0.71, limit="lcr_west")
    run = two_regions.run()
    run.change("limits", "bound", 0.21, limit="lcr_west", period=1)
    run.change("limits", "bound", 0.21, limit="lcr_west", period=2)
    run.change("limits", "headroom", -2.1, limit="lcr_west", period=1)
    run.change("limits", "headroom", -2.1, limit="lcr_west", period=2)
    run.change("limits", "shortfall", 0.1, limit="lcr_west", period=1)
    run.change("limits", "status", "waived", limit="lcr_west", period=1)
    assert refusals(case, run) == {"hard_limits_are_kept", "statuses_are_right"}
    until = pd.Timestamp("2027-01-01")
    assert (
        refusals(with_column(case, "limits", "waiver_until", until, limit="lcr_west"), run) == set()
    )


@pytest.mark.parametrize(("missed", "refused"), [(0.05, False), (0.0501, True)])
def test_a_limit_may_be_missed_by_a_quantum_per_position_and_lane(two, missed, refused):
    """West holds four positions and ends one lane: 0.05. Against 10 of outflow, 7 of assets are held."""
    case = with_column(two, "limits", "bound", 0.7 + missed / 10, limit="lcr_west")
    assert ("hard_limits_are_kept" in refusals(case, two_regions.run())) == refused


def test_a_currency_sees_its_nodes_only_and_the_swap_crosses(one):
    yuan, dollar = (scope(one, one_bank, "bank", currency=c) for c in ("CNY", "USD"))
    assert yuan("assets") == pytest.approx([35 + 105 + 10])
    assert dollar("assets") == pytest.approx([10.01])
    assert yuan("lent").tolist() == [10]
    assert dollar("borrowed") == pytest.approx([10.01])  # 1.43 dollars at 7
    assert dollar("liabilities") == pytest.approx([10.01])
    assert yuan("borrowed").tolist() == dollar("lent").tolist() == [0]


def test_lending_to_a_region_and_the_balances_of_a_class_or_product(two):
    west = scope(two, two_regions, "west")
    assert west("lent:east").tolist() == [20, 20]
    assert west("lent:group").tolist() == [20, 20]
    assert west("class:loan").tolist() == [83, 20]
    assert west("product:deposit").tolist() == [100, 100]
    assert scope(two, two_regions, "group")("lent:east").tolist() == [0, 0]


def test_level_2_assets_count_only_beside_level_1(two):
    """L1 7, L2A 83: the smallest of 90, 5/3 x 7 and 20/17 x 90 is 11 2/3. L2B alone beside: 20/17 x 7."""
    for hqla_class, stock in (("L2A", 35 / 3), ("L2B", 140 / 17)):
        case = with_column(two, "products", "hqla_class", hqla_class, product="loan")
        assert scope(case, two_regions, "west")("hqla")[0] == pytest.approx(stock)


def test_collateral_is_taken_off_and_must_be_held(two):
    """Given for deposits: (1 - 0.9) x 100 = 10 of L1 against 7 held in period 1."""
    case = with_column(two, "products", "hqla_class", "L1", product="deposit")
    case = with_column(case, "products", "haircut", -0.9, product="deposit")
    assert scope(case, two_regions, "west")("hqla") == pytest.approx([min(-3, -5), 60])
    assert "collateral_is_held" in refusals(case, two_regions.run())


def test_outflow_at_risk_is_a_norm_over_factors(two):
    """Factor a: 0.1 x 100 + 0.2 x 10 = 12; factor b: 0.05 x 100 = 5; norm 13, times 2.326."""
    case = with_rows(
        two,
        "volatility",
        region=["west"] * 3,
        currency=["CNY"] * 3,
        product=["deposit", "equity", "deposit"],
        factor=["a", "a", "b"],
        loading=[0.1, 0.2, 0.05],
    )
    assert scope(case, two_regions, "west")("outflow_at_risk") == pytest.approx([2.326 * 13] * 2)


def test_a_combination_adds_terms_of_the_same_scope(two):
    case = with_rows(
        two, "measures", measure=["gap"] * 2, term=["assets", "rwa"], weight=[1.0, -0.5]
    )
    assert scope(case, two_regions, "west")("gap").tolist() == [110 - 43.5, 110 - 12]


def test_a_measure_without_a_formula_here_is_refused(two):
    case = with_column(two, "limits", "measure", "delta_eve", limit="loans")
    assert refusals(case, two_regions.run()) == {"run_can_be_confirmed"}


@pytest.mark.parametrize(("multiple", "refused"), [(0.0, False), (0.5, True)])
def test_renewal_follows_what_ran_off(two, multiple, refused):
    """63 of West's loans ran off in period 2, and nothing is written then; none did in period 1."""
    least = with_column(two, "positions", "min_renewal", multiple, region="west", product="loan")
    assert ("renewal_is_within_bounds" in refusals(least, two_regions.run())) == refused
    most = with_column(two, "positions", "max_renewal", multiple, region="west", product="loan")
    assert refusals(most, two_regions.run()) == {"renewal_is_within_bounds"}


@pytest.mark.parametrize(
    ("start", "column", "value", "refused"),
    [
        (1, "max_new", 19.99, False),
        (1, "max_new", 19.98, True),
        (2, "max_new", 0.0, False),
        (2, "min_new", 1.0, True),
        (1, "max_balance", 82.98, True),
        (2, "min_balance", 20.01, False),
        (2, "min_balance", 20.02, True),
    ],
)
def test_bounds_override_those_of_the_position(two, start, column, value, refused):
    case = with_rows(two, "bounds", **LOANS, start=[start], end=[start], **{column: [value]})
    assert bool(refusals(case, two_regions.run())) == refused


def test_no_margin_is_credited_beyond_max_months(one):
    """In period 2 alone 50 of legacy loans and 15 of the cohort earn 1.925 %."""
    settings = replace(one.settings, horizon=Horizon(max_months=12.0))
    of = replay(replace(one, settings=settings), one_bank)
    assert of.objective.parts["horizon_value", 0] == pytest.approx(65 * 0.01925)
    uncharged = replace(one.settings, horizon=Horizon(capital=False))
    of = replay(replace(one, settings=uncharged), one_bank)
    assert of.objective.parts["horizon_value", 0] == pytest.approx(90 * 0.02425)


def test_terms_count_less_by_discount_and_beyond_the_horizon_too(one):
    """50 + 15 count 1 / 1.1^2, 25 count 1 / 1.1^3."""
    of = replay(replace(one, settings=replace(one.settings, discount_rate=0.1)), one_bank)
    horizon = 0.01925 * (65 / 1.21 + 25 / 1.331)
    assert of.objective.parts["horizon_value", 0] == pytest.approx(horizon)
    assert of.objective.parts["income", 1] == pytest.approx(3.52625 / 1.1)


def test_a_commitment_earns_a_fee_is_converted_and_is_not_funded(one):
    """Loans as commitments with ccf 0.5: RWA 0.25 x 105 + 10; beyond T the legacy book keeps the ftp_rate it
    gives, 2.425 % - 0.25 % of 75, and the cohort has no FTP: 5 % - 0.1 %, tax 0.25 x (4.9 % - 1 %), 3.675 % of 15.
    """
    case = with_column(one, "products", "side", "off_balance", product="loan")
    case = with_column(case, "products", "ccf", 0.5, product="loan")
    of = replay(case, one_bank)
    assert of.income.of_regions["interest"][0, 0] == pytest.approx(5.125)
    assert scope(case, one_bank, "bank")("rwa") == pytest.approx([36.25])
    assert scope(case, one_bank, "bank")("assets") == pytest.approx([45.01])
    value = 75 * 0.02175 + 15 * 0.03675
    assert of.objective.parts["horizon_value", 0] == pytest.approx(value)
    assert "nodes_are_funded" in refusals(case, one_bank.run())


def test_the_most_specific_rule_wins_in_its_periods():
    rules = pd.DataFrame(
        [
            ("rsf", "", "", "", "", 1, 3, 0.1),
            ("rsf", "", "", "cn", "west", 2, 3, 0.2),  # 3 points
            ("rsf", "", "loan", "", "", 3, 3, 0.3),  # 4 points
            ("asf", "mortgage", "", "", "", 1, 3, 0.9),
        ],
        columns=[
            "attribute",
            "product",
            "class",
            "jurisdiction",
            "region",
            "start",
            "end",
            "value",
        ],
    )
    holders = pd.DataFrame(
        {
            "product": ["mortgage", "bond"],
            "class": ["loan", "security"],
            "jurisdiction": ["cn", "hk"],
            "region": ["west", "west"],
            "rsf": [0.8, 0.7],
            "asf": [0.0, 0.0],
        }
    )
    assert resolve(rules, holders, "rsf", 3).tolist() == [[0.1, 0.2, 0.3], [0.1, 0.1, 0.1]]
    assert resolve(rules, holders, "asf", 3).tolist() == [[0.9] * 3, [0.0] * 3]
