"""The oracle against pencil and paper: what the shocks of a scenario change.

One year a period and closing balances, unless the docstring says otherwise.
"""

import pytest

from .hand import CASH, DEPOSIT, EQUITY, GILT, LOAN, NO_NEW, plug, position
from .scope import LOW, Scope

STRESS = [{"scenario": "stress"}, {"scenario": "other"}]
ELSEWHERE = {"scenario": "other", "value": 0.9}


def about(value):
    return pytest.approx(value, abs=1e-6)


@pytest.fixture
def stressed(best):
    """Objective and decisions in the scenario `stress` with some shocks, and others that are another scenario's."""

    def found(settings, shocks, **tables):
        own = [{"scenario": "stress"} | shock for shock in shocks]
        others = [shock | ELSEWHERE for shock in shocks]
        return best(settings, "stress", scenarios=STRESS, shocks=own + others, **tables)

    return found


def lent(rate=0.1, new=10.0, periods=3, terms=None, **more):
    """Loans of 100, of which `new` are written a year, funded by equity; cash earns nothing."""
    return {
        "settings": {"periods": periods},
        "products": [CASH, LOAN | (terms or {}), EQUITY],
        "positions": [
            plug(100),
            position("loan", 100, rate, min_new=new, max_new=new, **more),
            position("equity", 200, 0, **NO_NEW),
        ],
    }


@pytest.mark.parametrize(("value", "expected"), [(0.4, 27.2), (1.0, 14.0)])
def test_a_run_off_takes_of_what_was_there_before_it_and_once(stressed, value, expected):
    """100 and 10 a year at 10 %; in year 2, 40 % go of the book and of year 1's: 110, 66 + 10, 66 + 20, so 27.2.

    All of it: 110, 10, 20, so 14.
    """
    shock = {"shock": "runoff", "product": "loan", "start": 2, "end": 2, "value": value}
    objective, _ = stressed(shocks=[shock], **lent())
    assert objective == about(expected)


def test_run_offs_multiply_and_hit_what_they_name(stressed):
    """Half in year 1 and half in year 2 of class loan: 50 + 10, 25 + 5 + 10, 40 + 10: 150 x 10 %. Deposits stay."""
    shocks = [
        {"shock": "runoff", "class": "loan", "start": 1, "value": 0.5},
        {"shock": "runoff", "product": "loan", "currency": "CNY", "start": 2, "value": 0.5},
        {"shock": "runoff", "product": "cash", "value": 0.5},
        {"shock": "runoff", "class": "capital", "product": "loan", "value": 0.5},
    ]
    objective, _ = stressed(shocks=shocks, **lent())
    assert objective == about(15)


def test_what_a_run_off_took_may_be_renewed(stressed):
    """20 of 100 go, half of that may be written anew: 90 x 5 %."""
    objective, _ = stressed(
        {},
        [{"shock": "runoff", "class": "loan", "value": 0.2}],
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(0),
            position("loan", 100, 0.05, max_new=100, max_renewal=0.5),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert objective == about(4.5)


def test_half_of_what_a_run_off_left_may_be_sold(stressed):
    """80 of 100 are left, half may be sold at a loss of 1 %: 40 lent at 5 % less 0.4; the gilt earns nothing."""
    objective, plan = stressed(
        {},
        [{"shock": "runoff", "product": "gilt", "value": 0.2}],
        products=[CASH, GILT | {"max_disposal": 0.5, "disposal_haircut": 0.01}, LOAN, EQUITY],
        positions=[
            plug(0),
            position("gilt", 100, 0, **NO_NEW),
            position("loan", 0, 0.05, max_new=60),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert plan["sold", ("home", "CNY", "gilt"), 1] == about(0.5)
    assert objective == about(60 * 0.05 - 0.4)


def test_what_ran_off_by_a_shock_is_missing_after_the_horizon(stressed):
    """100 at 5 % for four years, FTP 2 %: half go in year 1: 50 x 5 % and twice 50 x 3 %."""
    scene = lent(0.05, 0, 1, residual_months=48, ftp_rate=0.02)
    scene["settings"] |= {"horizon_value": "run_off"}
    objective, _ = stressed(shocks=[{"shock": "runoff", "class": "loan", "value": 0.5}], **scene)
    assert objective == about(5.5)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"rate_type": "fixed"}, 11 + 12.1 + 13.1),
        ({"rate_type": "floating", "index": "ftp", "beta": 0.5}, 11 + 12.65 + 13),
    ],
)
def test_a_rate_is_kept_by_fixed_business_and_runs_with_floating(stressed, terms, expected):
    """100 and 10 a year at 10 %; + 1 % in year 2, fixed: 12 + 0.1, then 13 + 0.1 of the cohort of year 2.

    Floating, beta one half: 110 gain 0.5 % in year 2 and 10 gain 1 %: 12 + 0.55 + 0.1; then 13.
    """
    shock = {"shock": "rate", "start": 2, "end": 2, "value": 0.01}
    curves = [{"curve": "ftp", "currency": "CNY", "tenor_months": 12, "rate": 0.02}]
    objective, _ = stressed(
        shocks=[shock | {"product": "loan"}], curves=curves, **lent(terms=terms)
    )
    assert objective == about(expected)


def test_a_plug_and_a_deposit_pay_the_rate_of_the_day(stressed):
    """Cash 100 gains 2 %; the deposit of 50, written this year, costs 1 % + 2 %."""
    objective, _ = stressed(
        {},
        [{"shock": "rate", "value": 0.02}],
        products=[CASH, DEPOSIT, EQUITY],
        positions=[
            plug(50, 0.01),
            position("deposit", 0, 0.01, min_new=50, max_new=50),
            position("equity", 50, 0, **NO_NEW),
        ],
    )
    assert objective == about(100 * 0.03 - 50 * 0.03)


def test_the_rate_that_a_cohort_was_written_at_goes_on_after_the_horizon(stressed):
    """100 written at 5 % + 1 % for two years, FTP 2 %: 6, and 4 after; the legacy 100 of three earns 5, and 3 after.

    Floating with beta 1, the legacy book earns 6 in the year of the shock: one more.
    """
    curves = [{"curve": "ftp", "currency": "CNY", "tenor_months": 12, "rate": 0.02}]
    for rate_type, expected in (("fixed", 18), ("floating", 19)):
        terms = {"tenor_months": 24, "rate_type": rate_type, "index": "ftp"}
        scene = lent(0.05, 100, 1, terms, residual_months=36)
        scene["settings"] |= {"horizon_value": "run_off"}
        shock = {"shock": "rate", "product": "loan", "value": 0.01}
        objective, _ = stressed(shocks=[shock], curves=curves, **scene)
        assert objective == about(expected), rate_type


def test_new_business_and_its_bounds_are_multiplied(stressed):
    """At most 10 a year, 30 in year 2; half of that in year 2, all the same in years 1 and 3: 110, 125, 135 at 10 %."""
    scene = lent(new=0)
    scene["positions"][1]["max_new"] = 10
    scene["positions"][1].pop("min_new")
    row = {"region": "home", "currency": "CNY", "product": "loan"}
    objective, _ = stressed(
        shocks=[{"shock": "new_business", "start": 2, "end": 2, "value": 0.5}],
        bounds=[row | {"start": 2, "end": 2, "max_new": 30}],
        **scene,
    )
    assert objective == about(37)


def test_a_forecast_is_multiplied_on_both_sides(stressed):
    """10 a year that must be written, at -10 %: twice half of it, 5: 105 x -10 %."""
    objective, _ = stressed(
        shocks=[{"shock": "new_business", "value": 0.5}], **lent(-0.1, periods=1)
    )
    assert objective == about(-10.5)


@pytest.mark.parametrize(
    ("shock", "carried"),
    [
        ({"lane": "we", "value": 0.5}, 30),
        ({"lane": "other", "value": 0.5}, 60),
        ({"region": "east", "value": 0.5}, 30),
        ({"region": "west", "value": 0.25}, 15),
        ({"currency": "CNY", "value": 0}, 0),
    ],
)
def test_the_capacity_of_a_lane_is_multiplied(stressed, shock, carried):
    """60 could cross for 5 % against nothing; a lane is hit by name or by either end."""
    lane = {"lender": "west", "borrower": "east"}
    objective, _ = stressed(
        {},
        [{"shock": "lane_capacity"} | shock],
        regions=[{"region": "west"}, {"region": "east", "parent": "west"}],
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(100, region="west"),
            position("equity", 100, 0, region="west", **NO_NEW),
            plug(0, region="east"),
            position("loan", 0, 0.05, region="east", max_new=1000),
        ],
        lanes=[
            {"lane": "we", "capacity": 60} | lane,
            {"lane": "other", "end": 1, "start": 1, "capacity": 0} | lane,
        ],
    )
    assert objective == about(carried * 0.05)


@pytest.mark.parametrize(("value", "carried"), [(0, 0), (0.5, 100)])
def test_a_lane_without_a_capacity_can_only_be_closed(stressed, value, carried):
    """Half of no end is no end."""
    objective, _ = stressed(
        {},
        [{"shock": "lane_capacity", "value": value}],
        regions=[{"region": "west"}, {"region": "east", "parent": "west"}],
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(100, region="west"),
            position("equity", 100, 0, region="west", **NO_NEW),
            plug(0, region="east"),
            position("loan", 0, 0.05, region="east", max_new=1000),
        ],
        lanes=[{"lane": "we", "lender": "west", "borrower": "east"}],
    )
    assert objective == about(carried * 0.05)


def test_attributes_grow_after_rules_and_so_do_those_of_lanes(stressed):
    """West's claim of 30 on East: 20 % by the product, 50 % by a rule, + 30 % by two shocks: 24 of RWA, 4 too much.

    East's loans weigh 100 % + 10 %, for the shock of west alone is on claims; the claim stays inside the group: 11
    of RWA, charged 1 %. Their expected loss is 1 % + 0.5 %: 10 x (5 % - 1.5 %) - 0.11, less 10 % of 4.
    """
    scene = {
        "regions": [{"region": "west"}, {"region": "east", "parent": "west"}],
        "products": [
            CASH,
            LOAN | {"risk_weight": 1, "expected_loss": 0.01},
            LOAN | {"product": "claim", "class": "interbank", "risk_weight": 0.2},
            EQUITY,
        ],
        "positions": [
            plug(70, region="west"),
            position("equity", 100, 0, region="west", **NO_NEW),
            plug(20, region="east"),
            position("loan", 10, 0.05, region="east", **NO_NEW),
        ],
        "rules": [{"attribute": "risk_weight", "class": "interbank", "value": 0.5}],
        "lanes": [
            {"lane": "we", "lender": "west", "borrower": "east", "opening": 30, "capacity": 30,
             "residual_months": 36, "asset_product": "claim"}
        ],
        "limits": [
            {"limit": "l", "region": "west", "scope": "solo", "measure": "rwa", "sense": "max", "bound": 20,
             "enforcement": "soft", "penalty": 0.1}
        ],
    }  # fmt: skip
    shocks = [
        {"shock": "risk_weight", "class": "interbank", "value": 0.1},
        {"shock": "risk_weight", "region": "west", "product": "claim", "value": 0.2},
        {"shock": "risk_weight", "class": "loan", "value": 0.1},
        {"shock": "expected_loss", "region": "east", "class": "loan", "value": 0.005},
        {"shock": "expected_loss", "region": "west", "product": "claim", "value": 0.5},
    ]
    settings = {"capital": {"ratio": 0.1, "charge_rate": 0.1}}
    objective, _ = stressed(settings, shocks, **scene)
    assert objective == about(0.35 - 0.11 - 0.4)


def test_haircuts_and_outflows_grow(stressed):
    """Deposits of 100 run out by 10 % + 10 %, gilts count for 95 % - 15 %: 25 of 40 must stay, 15 are sold.

    With 60 of cash, which does not count, 75 are lent at 5 %.
    """
    objective, plan = stressed(
        {},
        [
            {"shock": "haircut", "class": "bond", "value": 0.15},
            {"shock": "lcr_outflow", "product": "deposit", "value": 0.1},
        ],
        products=[
            CASH | {"hqla_class": ""},
            GILT | {"hqla_class": "L1", "haircut": 0.05, "max_disposal": 1},
            LOAN,
            DEPOSIT | {"lcr_outflow": 0.1},
        ],
        positions=[
            plug(60),
            position("gilt", 40, 0, **NO_NEW),
            position("loan", 0, 0.05, max_new=1000),
            position("deposit", 100, 0, **NO_NEW),
        ],
        limits=[
            {"limit": "l", "region": "home", "measure": "hqla", "denominator": "net_outflow", "sense": "min", "bound": 1}
        ],
    )  # fmt: skip
    assert plan["sold", ("home", "CNY", "gilt"), 1] == about(15 / 40)
    assert objective == about(75 * 0.05)


def test_a_currency_is_translated_at_the_rate_of_the_period(stressed):
    """10 dollars at 6 %, at 8, then at 10 yuan: 4.8 + 6; RWA of 80, then 100, charged 1 %. After that 3 x 10 x 4 %.

    The swap of 80 yuan that funds them stays 10 dollars; its cost, in yuan, is twice 80 x 1 %.
    """
    key = {"currency": "USD"}
    objective, plan = stressed(
        {
            "periods": 2,
            "horizon_value": "run_off",
            "horizon": {"capital": False},
            "capital": {"ratio": 0.1, "charge_rate": 0.1},
        },
        [{"shock": "fx", "start": 2, "value": 1.25} | key],
        products=[CASH, LOAN | {"risk_weight": 1, "tenor_months": 60}, EQUITY],
        positions=[
            plug(80),
            position("equity", 80, 0, **NO_NEW),
            plug(0, **key),
            position("loan", 0, 0.06, max_new=10, **key),
        ],
        bounds=[{"region": "home", "product": "loan", "start": 2, "max_new": 0} | key],
        lanes=[
            {"lane": "swap", "lender": "home", "borrower": "home", "borrower_currency": "USD", "capacity": 80, "cost": 0.01}
        ],
        fx=[{"rate": 8} | key],
        curves=[{"curve": "ftp", "tenor_months": 12, "rate": 0.02} | key],
    )  # fmt: skip
    assert plan["transfer", "swap", 2] == about(80)
    assert objective == about(4.8 + 6 - 0.8 - 1.0 - 1.6 + 12)


def test_the_debt_of_a_swap_is_seen_at_the_rate_of_its_own_currency(model_of):
    """80 yuan are owed as 10 dollars, at 10 yuan each 100; what the lender is owed stays 80."""
    key = {"currency": "USD"}
    model = model_of(
        {},
        "stress",
        products=[CASH, EQUITY],
        positions=[plug(0), position("equity", 80, 0, **NO_NEW), plug(10, **key)],
        lanes=[
            {"lane": "swap", "lender": "home", "borrower": "home", "borrower_currency": "USD", "opening": 80,
             "capacity": 80, "cost": 0, "residual_months": 24}
        ],
        fx=[{"rate": 8} | key],
        scenarios=STRESS,
        shocks=[{"scenario": "stress", "shock": "fx", "value": 1.25} | key],
    )  # fmt: skip
    x = model.solve().x

    def amount(measure, currency):
        scope = Scope(model.brute, "home", "subtree", currency)
        return model.limits.measure(measure, scope, 1, LOW).value(x)

    assert amount("borrowed", "USD") == about(100)
    assert amount("liabilities", "USD") == about(100)
    assert amount("lent", "CNY") == about(80)
    assert amount("assets", "USD") == about(100)
    assert amount("assets", "") == about(100)


@pytest.mark.parametrize(("scenario", "lent"), [("base", 20), ("stress", 30), ("other", 40)])
def test_a_limit_holds_in_its_scenarios(best, scenario, lent):
    """Loans up to 40 in all, 20 in base, 30 under stress."""
    rows = {"all": 40, "base": 20, "stress": 30}
    objective, _ = best(
        {},
        scenario,
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(100),
            position("loan", 0, 0.05, max_new=1000),
            position("equity", 100, 0, **NO_NEW),
        ],
        scenarios=STRESS,
        limits=[
            {"limit": name, "region": "home", "measure": "class:loan", "sense": "max", "bound": bound, "scenarios": name}
            for name, bound in rows.items()
        ],
    )  # fmt: skip
    assert objective == about(lent * 0.05)
