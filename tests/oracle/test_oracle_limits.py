"""The oracle against pencil and paper: lanes, limits, capital and targets; one year a period, closing balances."""

import pytest

from alm.case import load

from .best import Best
from .hand import CASH, DEPOSIT, EQUITY, GILT, LINE, LOAN, NO_NEW, plug, position, write_case
from .limits import LOW, Scope


def about(value):
    return pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("inflow", "expected"), [(0, 2.9), (1, 4.475)])
def test_hqla_counts_level_2_up_to_two_thirds_of_level_1(best, inflow, expected):
    """Deposits of 100 run out by 50; cash (level 1, 0 %), covered bonds (2A, 2 %), loans (5 %); HQLA >= net outflow.

    Without inflow: cash 30 counts for 50 with 20 of covered bonds: 20 x 2 % + 50 x 5 % = 2.9.
    Loans all flowing in: net outflow is its floor 12.5: cash 7.5, covered 5, loans 87.5: 0.1 + 4.375 = 4.475.
    """
    objective, _ = best(
        products=[CASH, GILT | {"hqla_class": "L2A"}, LOAN | {"lcr_inflow": inflow}, DEPOSIT | {"lcr_outflow": 0.5}],
        positions=[
            plug(100),
            position("gilt", 0, 0.02, max_new=100),
            position("loan", 0, 0.05, max_new=100),
            position("deposit", 100, 0, **NO_NEW),
        ],
        limits=[
            {"limit": "lcr", "region": "home", "measure": "hqla", "denominator": "net_outflow", "sense": "min", "bound": 1}
        ],
    )  # fmt: skip
    assert objective == about(expected)


def test_no_more_collateral_is_given_than_is_held(best):
    """Gilts of 40 are worth 38 after 5 %; a repo takes 1.25 of them per unit: 30.4 at 1 %, lent with 60 at 5 %.

    90.4 x 5 % - 30.4 x 1 % = 4.216. Cash is not level 1 here.
    """
    objective, _ = best(
        products=[
            CASH | {"hqla_class": ""},
            GILT | {"hqla_class": "L1", "haircut": 0.05},
            LOAN,
            DEPOSIT | {"hqla_class": "L1", "haircut": 0.25},
            EQUITY,
        ],
        positions=[
            plug(60),
            position("gilt", 40, 0, **NO_NEW),
            position("loan", 0, 0.05, max_new=100),
            position("deposit", 0, 0.01, max_new=100),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert objective == about(4.216)


@pytest.mark.parametrize(("tax", "expected"), [(0.0, 3.5), (0.5, 1.5)])
def test_a_soft_limit_is_missed_where_that_pays_after_tax(best, tax, expected):
    """Loans above 50 cost 3 % untaxed; they earn 5 % against 1 % in cash: worth it untaxed, not at 50 % tax.

    100 x 5 % - 50 x 3 % = 3.5; or half of 50 x 5 % + 50 x 1 % = 1.5.
    """
    objective, _ = best(
        regions=[{"region": "home", "tax_rate": tax}],
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(100, 0.01),
            position("loan", 0, 0.05, max_new=100),
            position("equity", 100, 0, **NO_NEW),
        ],
        limits=[
            {"limit": "l", "region": "home", "measure": "class:loan", "sense": "max", "bound": 50,
             "enforcement": "soft", "penalty": 0.03}
        ],
    )  # fmt: skip
    assert objective == about(expected)


def test_new_business_is_at_most_what_ran_off_times_max_renewal(best):
    """30 of loans run off, half may be written anew: 15 x 5 %."""
    objective, _ = best(
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(0),
            position("loan", 30, 0.05, max_new=30, residual_months=12, max_renewal=0.5),
            position("equity", 30, 0, **NO_NEW),
        ],
    )
    assert objective == about(0.75)


def test_a_target_is_missed_where_the_margin_pays_for_it(best):
    """5 % v - 0.01 (v - 5) squared is best at v = 7.5: 0.375 - 0.0625."""
    objective, _ = best(
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(30),
            position("loan", 0, 0.05, max_new=30),
            position("equity", 30, 0, **NO_NEW),
        ],
        targets=[
            {"region": "home", "currency": "CNY", "product": "loan", "period": 1, "balance": 5, "weight": 0.01}
        ],
    )  # fmt: skip
    assert objective == about(0.3125)


@pytest.mark.parametrize(("cost", "expected"), [(0.005, 3.3), (None, 3.0)])
def test_a_swap_lane_turns_one_currency_into_another(best, cost, expected):
    """80 yuan buy 10 dollars at 8, lent at 6 %: 4.8 yuan less 0.5 % x 80 = 4.4, after 25 % tax 3.3.

    Without a cost written, the curves say 3 % - 2 % = 1 %: 4.0, after tax 3.0. The lane's rate stays inside.
    """
    objective, _ = best(
        regions=[{"region": "home", "tax_rate": 0.25}],
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(80),
            plug(0, currency="USD"),
            position("loan", 0, 0.06, currency="USD", max_new=50),
            position("equity", 80, 0, **NO_NEW),
        ],
        lanes=[
            {"lane": "swap", "lender": "home", "borrower": "home", "borrower_currency": "USD",
             "capacity": 100, "rate": 0.01, "cost": cost}
        ],
        fx=[{"currency": "USD", "rate": 8}],
        curves=[
            {"curve": "ftp", "currency": c, "tenor_months": 12, "rate": r}
            for c, r in (("CNY", 0.02), ("USD", 0.03))
        ],
    )  # fmt: skip
    assert objective == about(expected)


@pytest.mark.parametrize(("rate", "expected"), [(0.02, 1.74), (-0.02, 2.2)])
def test_the_lender_bears_the_tax_on_lane_interest(best, rate, expected):
    """50 at 2 % pay 1.0, of which a tenth is withheld: 0.9 less 40 % = 0.54; the borrower 2.5 - 1 less 20 % = 1.2.

    At -2 % nothing is withheld: -1.0 less 40 % = -0.6, and 3.5 less 20 % = 2.8.
    """
    objective, _ = best(
        regions=[
            {"region": "west", "tax_rate": 0.4},
            {"region": "east", "tax_rate": 0.2, "parent": "west"},
        ],
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(50, region="west"),
            plug(0, region="east"),
            position("equity", 50, 0, region="west", **NO_NEW),
            position("loan", 0, 0.05, region="east", max_new=1000),
        ],
        lanes=[
            {"lane": "we", "lender": "west", "borrower": "east", "capacity": 60, "rate": rate, "tax": 0.1}
        ],
    )  # fmt: skip
    assert objective == about(expected)


def test_the_capital_charge_counts_rules_commitments_and_addons(best):
    """RWA: loans 40 x 80 % (a rule) + lines 50 x 40 % + 8 = 60; charge 10 % x 10 % x 60 = 0.6.

    Income 40 x 5 % + fees 50 x 1 % = 2.5; objective 1.9.
    """
    objective, _ = best(
        {"capital": {"ratio": 0.1, "charge_rate": 0.1}},
        products=[CASH, LOAN | {"risk_weight": 1}, LINE | {"risk_weight": 1, "ccf": 0.4}, EQUITY],
        positions=[
            plug(0),
            position("loan", 40, 0.05, **NO_NEW),
            position("line", 50, 0.01, **NO_NEW),
            position("equity", 40, 0, **NO_NEW),
        ],
        rules=[{"attribute": "risk_weight", "class": "loan", "value": 0.8}],
        addons=[{"measure": "rwa", "region": "home", "amount": 8}],
    )
    assert objective == about(1.9)


def test_a_waived_limit_is_enforced_from_the_close_on_which_the_waiver_ends(best):
    """No loans may be held, waived until the close of 2027: 50 x 5 % in 2026, none in 2027."""
    objective, _ = best(
        {"periods": 2},
        products=[CASH, LOAN | {"tenor_months": 12}, EQUITY],
        positions=[
            plug(50),
            position("loan", 0, 0.05, max_new=50),
            position("equity", 50, 0, **NO_NEW),
        ],
        limits=[
            {"limit": "l", "region": "home", "measure": "class:loan", "sense": "max", "bound": 0,
             "waiver_until": "2027-12-31"}
        ],
    )  # fmt: skip
    assert objective == about(2.5)


def test_lanes_cancel_inside_a_scope_and_count_across_its_border(tmp_path):
    """West lends 30 for three years to East, its daughter, and holds 70: assets 100 alone, 70 + 30 of East together."""
    case = write_case(
        tmp_path,
        {},
        {
            "regions": [{"region": "west"}, {"region": "east", "parent": "west"}],
            "products": [CASH, LOAN | {"risk_weight": 0.2}, EQUITY],
            "positions": [
                plug(70, region="west", min_balance=70),
                plug(30, region="east"),
                position("equity", 100, 0, region="west", **NO_NEW),
            ],
            "lanes": [
                {"lane": "we", "lender": "west", "borrower": "east", "opening": 30, "capacity": 30,
                 "residual_months": 36, "asset_product": "loan"}
            ],
        },
    )  # fmt: skip
    model = Best(load(case))
    x = model.solve().x

    def amount(measure, region, scope):
        return model.limits.measure(measure, Scope(model.brute, region, scope, ""), 1, LOW).value(x)

    assert amount("assets", "west", "solo") == about(100)
    assert amount("assets", "west", "subtree") == about(100)
    assert amount("liabilities", "east", "solo") == about(30)
    assert amount("liabilities", "west", "subtree") == about(0)
    assert amount("rwa", "west", "solo") == about(6)
    assert amount("rwa", "west", "subtree") == about(0)
    assert amount("lent:east", "west", "solo") == about(30)
