"""The oracle against pencil and paper: weights by time left, retained income, liquidity that counts, risk.

One year a period and closing balances, unless the docstring says otherwise.
"""

from dataclasses import replace

import pytest

from .best import Best
from .hand import CASH, DEPOSIT, EQUITY, LOAN, NO_NEW, plug, position
from .scope import HIGH, LOW, Scope

TERM = {"product": "term", "side": "liability", "class": "deposit"}


def about(value):
    return pytest.approx(value, abs=1e-6)


def measured(model, measure, t, region="home", side=LOW):
    """A measure of a subtree in the best plan, by exact min and max."""
    outcome = model.solve()
    assert outcome.status == "optimal"
    found = model.limits.measure(measure, Scope(model.brute, region, "subtree", ""), t, side)
    decisions = {name: outcome.x.get(v, 0.0) for v, name in enumerate(model.model.names)}
    return found.value(model.model.completed(decisions))


# --- ladder ---


def test_what_runs_off_soon_weighs_what_the_ladder_says(model_of):
    """Legacy 30 over three years, 12 written a year over two, all linear. Within 6 months 20 %, 12 months 50 %, else 80 %.

    Close 1: 20 + 12 are there; 5 + 3 leave in 6 months, as many in the next 6, 10 + 6 stay: 1.6 + 4 + 12.8 = 18.4.
    Close 2: 10 + 6 + 12; 5 + 3 + 3 leave, 5 + 3 + 3 next, 6 stay: 2.2 + 5.5 + 4.8 = 12.5.
    """
    model = model_of(
        {"periods": 2},
        products=[
            CASH,
            LOAN | {"tenor_months": 24, "amortisation": "linear", "rsf": 0.8},
            EQUITY,
        ],
        positions=[
            plug(20),
            position("loan", 30, 0.05, min_new=12, max_new=12, residual_months=36),
            position("equity", 50, 0, **NO_NEW),
        ],
        ladder=[
            {"attribute": "rsf", "product": "loan", "months_left": 12, "value": 0.5},
            {"attribute": "rsf", "product": "loan", "months_left": 6, "value": 0.2},
        ],
    )
    assert measured(model, "rsf", 1) == about(18.4)
    assert measured(model, "rsf", 2) == about(12.5)


@pytest.mark.parametrize(
    "terms", [{}, {"runoff": [{"period": 1, "remaining": 0.75}, {"period": 2, "remaining": 0.5}]}]
)
def test_a_book_without_terms_of_its_own_has_no_time_left(model_of, terms):
    """Neither without residual_months nor by runoff rows: 40 or 20 weigh 80 % at the second close."""
    key = {"region": "home", "currency": "CNY", "product": "loan"}
    rows = {table: [key | row for row in rows] for table, rows in terms.items()}
    model = model_of(
        {"periods": 2},
        products=[CASH, LOAN | {"rsf": 0.8}, EQUITY],
        positions=[
            plug(0),
            position("loan", 40, 0.05, **NO_NEW),
            position("equity", 40, 0, **NO_NEW),
        ],
        ladder=[{"attribute": "rsf", "product": "loan", "months_left": 600, "value": 0.1}],
        **rows,
    )
    assert measured(model, "rsf", 2) == about(16 if terms else 32)


def test_a_limit_sees_the_ladder(best):
    """Two-year loans weigh 100 %, in their last year 50 %: 30, then (30 - 15) more: 30 x 5 % + 45 x 5 %."""
    objective, plan = best(
        {"periods": 2},
        products=[CASH, LOAN | {"tenor_months": 24, "rsf": 1}, EQUITY],
        positions=[
            plug(100),
            position("loan", 0, 0.05, max_new=50),
            position("equity", 100, 0, **NO_NEW),
        ],
        ladder=[{"attribute": "rsf", "product": "loan", "months_left": 12, "value": 0.5}],
        limits=[{"limit": "l", "region": "home", "measure": "rsf", "sense": "max", "bound": 30}],
    )
    assert objective == about(3.75)
    assert plan["new", ("home", "CNY", "loan"), 2] == about(15)


# --- retained income ---


@pytest.mark.parametrize(("rate", "posted"), [(0.05, 1.5), (-0.05, -1.5)])
def test_half_of_income_after_tax_stays_and_losses_too(best, rate, posted):
    """80 at 5 % is 4.0, after 25 % tax 3.0, of which half: equity 101.5, 103, 104.5, at no interest (hence 3 x 3.0)."""
    objective, plan = best(
        {"periods": 3, "earnings": {"retained": 0.5, "product": "equity"}},
        regions=[{"region": "home", "tax_rate": 0.25}],
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(20),
            position("loan", 80, rate, **NO_NEW),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert objective == about(6 * posted)
    for t in (1, 2, 3):
        assert plan["posted", "home", t] == about(posted)
        assert plan["plug", ("home", "CNY", "cash"), t] == about(20 + t * posted)


def test_what_is_posted_earns_from_the_close_on_which_it_is_posted(best):
    """Cash at 2 % on closing balances, all kept: cash = 100 / 0.98, 100 / 0.98 squared, and so on."""
    objective, plan = best(
        {"periods": 3, "earnings": {"retained": 1, "product": "equity"}},
        products=[CASH, EQUITY],
        positions=[plug(100, 0.02), position("equity", 100, 0, **NO_NEW)],
    )
    assert plan["plug", ("home", "CNY", "cash"), 3] == about(100 / 0.98**3)
    assert objective == about(100 / 0.98**3 - 100)


def test_income_is_posted_in_the_home_currency_and_costs_what_equity_costs_to_run(best):
    """104 dollars at 5 %, at 8 yuan; equity costs 1 % on what is there, what is posted included.

    E = 104 + (5.2 - E / 100), so E = 109.2 / 1.01; income is 8 x (E - 104).
    """
    objective, plan = best(
        {"earnings": {"retained": 1, "product": "equity"}},
        regions=[{"region": "home"}, {"region": "there", "parent": "home", "currency": "USD"}],
        products=[CASH, LOAN, EQUITY | {"operating_cost": 0.01}],
        positions=[
            plug(0, region="home"),
            position("equity", 0, 0, **NO_NEW),
            plug(0, region="there"),
            position("loan", 104, 0.05, region="there", **NO_NEW),
            position("equity", 104, 0, region="there", **NO_NEW),
        ],
        fx=[{"currency": "USD", "rate": 8}],
    )
    assert plan["posted", "there", 1] == about(109.2 / 1.01 - 104)
    assert objective == about(8 * (109.2 / 1.01 - 104))


def test_no_more_is_posted_than_prices_that_fall_with_volume_earn(best):
    """A unit lent at 5 % - 0.1 % v costs 1 % of cash, so v = 20 in both years, for 0.6; all income is posted to cash.

    Cash closes at C1 = 80 + 0.6 + C1 / 100 and C2 = C1 + 0.6 + C2 / 100; income is what it grows by.
    """
    objective, plan = best(
        {"periods": 2, "earnings": {"retained": 1, "product": "equity"}},
        products=[CASH, LOAN | {"tenor_months": 12}, EQUITY],
        positions=[
            plug(100, 0.01),
            position("loan", 0, 0.05, max_new=50, price_slope=0.001),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    earned = 20 * 0.05 - 0.001 * 400
    one = (80 + earned) / 0.99
    two = (one + earned) / 0.99
    assert plan["new", ("home", "CNY", "loan"), 1] == pytest.approx(20, abs=1e-3)
    assert plan["plug", ("home", "CNY", "cash"), 2] == pytest.approx(two, abs=1e-4)
    assert objective == about(two - 80)


# --- liquidity that counts ---

DAUGHTER = [
    {"region": "home"},
    {"region": "daughter", "parent": "home", "kind": "subsidiary", "transferable": 0.5},
]


def lent_by_home(best, inflow):
    """Home has 40 to lend at 5 %, daughter 80 of cash, 40 of outflow and 20 x inflow; 60 must be usable."""
    return best(
        regions=DAUGHTER,
        products=[
            CASH,
            LOAN | {"lcr_inflow": inflow},
            DEPOSIT | {"lcr_outflow": 0.4},
            EQUITY,
        ],
        positions=[
            plug(40),
            position("loan", 0, 0.05, max_new=100),
            position("equity", 40, 0, **NO_NEW),
            plug(80, region="daughter"),
            position("loan", 20, 0, region="daughter", **NO_NEW),
            position("deposit", 100, 0, region="daughter", **NO_NEW),
        ],
        limits=[
            {"limit": "l", "region": "home", "measure": "usable_hqla", "sense": "min", "bound": 60}
        ],
    )  # fmt: skip


def test_half_of_what_a_subsidiary_does_not_need_is_usable(best):
    """Daughter needs 40 - 10 = 30 of 80: 30 + 50 / 2 = 55. Home must keep 5, so it lends 35: 1.75."""
    objective, _ = lent_by_home(best, 0.5)
    assert objective == about(1.75)


def test_where_inflow_is_capped_the_need_is_a_quarter_of_the_outflow(best):
    """Inflow 35 of outflow 40: daughter needs max(5, 10) = 10: 10 + 70 / 2 = 45. Home keeps 15: 25 x 5 %."""
    objective, _ = lent_by_home(best, 1.75)
    assert objective == about(1.25)


@pytest.mark.parametrize(("inflow", "usable"), [(0.5, 95), (1.75, 85), (0, 100)])
def test_usable_liquidity_of_a_plan_is_exact(model_of, inflow, usable):
    """Home 40 of its own; daughter 30 + 50 / 2, 10 + 70 / 2 (inflow capped), 40 + 40 / 2."""
    model = model_of(
        regions=DAUGHTER,
        products=[
            CASH,
            LOAN | {"lcr_inflow": inflow},
            DEPOSIT | {"lcr_outflow": 0.4},
            EQUITY,
        ],
        positions=[
            plug(40),
            position("equity", 40, 0, **NO_NEW),
            plug(80, region="daughter"),
            position("loan", 20, 0, region="daughter", **NO_NEW),
            position("deposit", 100, 0, region="daughter", **NO_NEW),
        ],
    )
    assert measured(model, "usable_hqla", 1) == about(usable)
    assert measured(model, "usable_hqla", 1, region="daughter") == about(80)


# --- outflow at risk ---


def test_two_factors_add_up_as_a_norm(best):
    """10 % of 40 and 10 % of v, twice: 2 x sqrt(16 + 0.01 v^2) is at most 10 at v = 30, lent at 3 % less 1 %.

    70 x 3 % - 30 x 1 % = 1.8.
    """
    objective, plan = best(
        {"risk": {"outflow_confidence": 2}},
        products=[CASH, LOAN, DEPOSIT, TERM],
        positions=[
            plug(40),
            position("loan", 0, 0.03, max_new=1000),
            position("deposit", 40, 0, **NO_NEW),
            position("term", 0, 0.01, max_new=100),
        ],
        volatility=[
            {"region": "home", "currency": "CNY", "product": p, "factor": f, "loading": 0.1}
            for p, f in (("deposit", "retail"), ("term", "wholesale"))
        ],
        limits=[
            {"limit": "l", "region": "home", "measure": "outflow_at_risk", "sense": "max", "bound": 10}
        ],
    )  # fmt: skip
    assert objective == pytest.approx(1.8, abs=1e-5)
    assert plan["new", ("home", "CNY", "term"), 1] == pytest.approx(30, abs=1e-3)


def test_opposite_loadings_on_one_factor_cancel(model_of):
    """0.3 x 40 - 0.1 x 50 = 7 on one factor, 0.48 x 50 = 24 on the other: 25, three times."""
    model = model_of(
        {"risk": {"outflow_confidence": 3}},
        products=[CASH, DEPOSIT, TERM],
        positions=[
            plug(90),
            position("deposit", 40, 0, **NO_NEW),
            position("term", 50, 0, **NO_NEW),
        ],
        volatility=[
            {"region": "home", "currency": "CNY", "product": p, "factor": f, "loading": loading}
            for p, f, loading in (("deposit", "a", 0.3), ("term", "a", -0.1), ("term", "b", 0.48))
        ],
    )
    assert measured(model, "outflow_at_risk", 1, side=HIGH) == about(75)


# --- combinations, income, books that mature at once ---


def test_a_combination_may_hold_combinations(model_of):
    """Narrow is cash + half of loans = 20 + 40; wide is twice narrow less equity: 120 - 100 = 20."""
    model = model_of(
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(20),
            position("loan", 80, 0.05, **NO_NEW),
            position("equity", 100, 0, **NO_NEW),
        ],
        measures=[
            {"measure": "narrow", "term": "class:cash", "weight": 1},
            {"measure": "narrow", "term": "class:loan", "weight": 0.5},
            {"measure": "wide", "term": "narrow", "weight": 2},
            {"measure": "wide", "term": "equity", "weight": -1},
        ],
    )
    assert measured(model, "wide", 1) == about(20)


@pytest.mark.parametrize("measure", ["income", "net_interest_income"])
def test_income_may_have_a_floor_where_volumes_move_prices(best, measure):
    """(5 % - 0.1 % v) v - 2 % v is best at 15; income of 0.6 needs 20: 0.6 - 0.4."""
    objective, plan = best(
        {"capital": {"ratio": 0.1, "charge_rate": 0.2}},
        products=[CASH, LOAN | {"risk_weight": 1}, EQUITY],
        positions=[
            plug(50),
            position("loan", 0, 0.05, max_new=50, price_slope=0.001),
            position("equity", 50, 0, **NO_NEW),
        ],
        limits=[{"limit": "l", "region": "home", "measure": measure, "sense": "min", "bound": 0.6}],
    )
    assert plan["new", ("home", "CNY", "loan"), 1] == pytest.approx(20, abs=1e-4)
    assert objective == about(0.2)


@pytest.mark.parametrize("shape", ["bullet", "linear", "decay"])
@pytest.mark.parametrize(("accrual", "interest"), [("average", 0.75), ("closing", 0)])
def test_a_book_with_no_time_left_is_gone_at_the_first_close(model_of, shape, accrual, interest):
    """30 at 5 %, there for half of an average and for no close."""
    case = model_of(
        {"accrual": accrual},
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(0),
            position("loan", 30, 0.05, residual_months=12, residual_shape=shape, **NO_NEW),
            position("equity", 30, 0, **NO_NEW),
        ],
    ).facts.case
    positions = case.table("positions").replace({"residual_months": {12: 0}})
    model = Best(replace(case, tables={**case.tables, "positions": positions}))
    outcome = model.solve()
    assert outcome.objective == about(interest)
    assert model.brute.balance(("home", "CNY", "loan"), 1).value(outcome.x) == 0
