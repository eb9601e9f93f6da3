"""Floors on the income of a period, worked by hand: they are met exactly, and what they cost is known.

One region, or two, years as periods; every case would earn more without its limit.
"""

import pytest

from alm.plan.decisions import read_decisions
from alm.plan.ledger import keep_ledger
from alm.plan.rounding import round_plan
from tests.oracle.hand import CASH, EQUITY, GILT, LOAN, NO_NEW, plug, position, write_case
from tests.properties.pool import model_of

TAX = [{"region": "home", "tax_rate": 0.25}]


def allocated(settings=None, **tables):
    """Solve and write up a case: its optimum and its ledger."""
    every = {"regions": [{"region": "home"}]} | tables
    model = model_of(lambda folder: write_case(folder, settings or {}, every))
    assert model.solution.status == "optimal"
    decisions = read_decisions(model.book, model.formulation, model.solution.x)
    plan = round_plan(model.book, decisions)
    return model.optimum, keep_ledger(model.book, plan, model.formulation.limits)


def floor(measure: str, bound: float, period: int, region: str = "home") -> list[dict]:
    row = {"limit": "floor", "region": region, "scope": "solo", "measure": measure, "sense": "min"}
    return [row | {"bound": bound, "start": period, "end": period}]


def about(value):
    return pytest.approx(value, abs=1e-6)


def measure(ledger, name: str, region: str = "home"):
    rows = ledger.tables["limits"].query("limit == 'floor'")
    every = ledger.tables["measures"].query(
        "region == @region and scope == 'solo' and measure == @name"
    )
    return rows["numerator"].tolist(), every["value"].tolist()


def test_a_floor_on_interest_brings_lending_forward():
    """100 of cash at 1 %; a three-year loan at 2 % now, or one at 5 % in year 2; 90 of each at most.

    Free: 10 early, 90 late: 10 x 2 % + 90 x 1 % = 1.1, then 10 x 2 % + 90 x 5 % = 4.7: 5.8. A floor of 1.5 in year 1 asks
    for 50 at 2 %, which stay: 1.5, then 50 x 2 % + 50 x 5 % = 3.5: 5.0.
    """
    tables = {
        "products": [
            CASH,
            {"product": "early", "side": "asset", "class": "loan", "tenor_months": 36},
            {"product": "late", "side": "asset", "class": "loan", "tenor_months": 24},
            EQUITY,
        ],
        "positions": [
            plug(100, 0.01),
            position("early", 0, 0.02, max_new=90),
            position("late", 0, 0.05, max_new=90),
            position("equity", 100, 0, **NO_NEW),
        ],
        "bounds": [
            {"region": "home", "currency": "CNY", "product": "early", "start": 2, "max_new": 0},
            {"region": "home", "currency": "CNY", "product": "late", "end": 1, "max_new": 0},
        ],
    }
    free, _ = allocated({"periods": 2}, **tables)
    assert free == about(5.8)
    optimum, ledger = allocated(
        {"periods": 2}, **tables, limits=floor("net_interest_income", 1.5, 1)
    )
    assert optimum == about(5.0)
    assert ledger.objective == about(5.0)
    assert measure(ledger, "net_interest_income") == ([about(1.5)], [about(1.5), about(3.5)])


def test_a_floor_on_income_counts_sales_losses_tax_and_changes_of_pace():
    """Gilts of 100 at 2 %, untaxed, may be sold by half at a loss of 6.5 %; loans pay 8 %, lose 1 %; 0.01 per change of pace.

    x sold and lent in year 1 leaves, after 25 % tax: year 1: 2 - 2 % x + 75 % x (7 % - 6.5 % - 1 %) x = 2 - 0.02375 x;
    year 2, the pace falling back: 2 - 2 % x + 75 % x (7 % - 1 %) x = 2 + 0.025 x. Free: x = 50, in all 4.0625. A floor of
    1.62 in year 1 leaves x = 16: 1.62 + 2.4.
    """
    tables = {
        "regions": TAX,
        "products": [
            CASH,
            GILT | {"max_disposal": 0.5, "disposal_haircut": 0.065, "tax_exempt": 1},
            LOAN | {"expected_loss": 0.01},
            EQUITY,
        ],
        "positions": [
            plug(0),
            position("gilt", 100, 0.02, **NO_NEW),
            position("loan", 0, 0.08, max_new=100, last_new=0, adjustment_cost=0.01),
            position("equity", 100, 0, **NO_NEW),
        ],
    }
    free, _ = allocated({"periods": 2}, **tables)
    assert free == about(4.0625)
    optimum, ledger = allocated({"periods": 2}, **tables, limits=floor("income", 1.62, 1))
    assert optimum == about(4.02)
    assert measure(ledger, "income") == ([about(1.62)], [about(1.62), about(2.4)])
    assert ledger.tables["positions"].query("product == 'gilt'")["sold"].tolist() == [16, 0]


def test_a_floor_on_a_region_counts_its_lanes_after_cost_and_tax():
    """West has 100 and lends at 3 %, East at 5 %; the lane pays 2 %, costs 0.2 %, and a tenth of its interest is withheld.

    West is taxed at 20 %, East not. A unit across leaves 80 % x (2 % - 0.2 % - 0.2 %) = 1.28 % in West and 3 % in East,
    at home 2.4 %. Free: all cross, 4.28. A floor of 1.84 in West leaves 50: 50 x 1.28 % + 50 x 2.4 %; in all 3.34.
    """
    tables = {
        "regions": [{"region": "west", "tax_rate": 0.2}, {"region": "east", "parent": "west"}],
        "products": [CASH, LOAN, EQUITY],
        "positions": [
            plug(100, region="west"),
            plug(0, region="east"),
            position("loan", 0, 0.03, region="west", max_new=1000),
            position("loan", 0, 0.05, region="east", max_new=1000),
            position("equity", 100, 0, region="west", **NO_NEW),
        ],
        "lanes": [
            {"lane": "we", "lender": "west", "borrower": "east", "rate": 0.02, "cost": 0.002, "tax": 0.1}
        ],
    }  # fmt: skip
    free, _ = allocated(**tables)
    assert free == about(4.28)
    optimum, ledger = allocated(**tables, limits=floor("income", 1.84, 1, "west"))
    assert optimum == about(3.34)
    assert ledger.tables["lanes"]["outstanding"].tolist() == [50]
    assert measure(ledger, "income", "west") == ([about(1.84)], [about(1.84)])
    assert measure(ledger, "net_interest_income", "west")[1] == [about(2.5)]
    assert measure(ledger, "net_interest_income", "east")[1] == [about(1.5)]


def test_a_floor_on_income_of_average_balances_counts_half_of_what_is_written():
    """Average accrual: 100 of cash at 1 %, loans of one year at 4 % now, or of 6 % next year, two years.

    A loan of x in year 1 earns on x/2 in both years and takes x/2 of cash off in year 1. Interest of year 1:
    1 + x/2 x 3 %; a floor of 1.3 asks for x = 20. Year 2: 10 x 4 % repaid, 100 written at 6 % earn half: 3, and cash falls
    from 80 to 0: 0.4; 3.8 in all.
    """
    tables = {
        "products": [
            CASH,
            {"product": "early", "side": "asset", "class": "loan", "tenor_months": 12},
            {"product": "late", "side": "asset", "class": "loan", "tenor_months": 12},
            EQUITY,
        ],
        "positions": [
            plug(100, 0.01),
            position("early", 0, 0.04, max_new=100, adjustment_cost=0.05, last_new=0),
            position("late", 0, 0.06, max_new=100),
            position("equity", 100, 0, **NO_NEW),
        ],
        "bounds": [
            {"region": "home", "currency": "CNY", "product": "early", "start": 2, "max_new": 0},
            {"region": "home", "currency": "CNY", "product": "late", "end": 1, "max_new": 0},
        ],
    }
    settings = {"periods": 2, "accrual": "average"}
    optimum, ledger = allocated(settings, **tables, limits=floor("net_interest_income", 1.3, 1))
    assert measure(ledger, "net_interest_income") == ([about(1.3)], [about(1.3), about(3.8)])
    # Up by 20 and down by 20, at 0.05: without the floor that would not pay.
    assert optimum == about(1.3 + 3.8 - 2.0)


@pytest.mark.parametrize(
    ("cost", "bound", "step", "optimum"),
    [
        # 10 % less 0.1 % a unit; 40 would be best. With 50 of gilts or more at least 5: so 49.99 of them.
        (
            {"price_slope": 0.001},
            2,
            {"measure": "product:gilt", "at_least": 50, "bound": 5},
            50.01 * 0.1 - 0.001 * 50.01**2 + 49.99 * 0.02,
        ),
        # 9 % in the first year. With 50 of loans or more at least 20: so 49.99 of them.
        (
            {"adjustment_cost": 0.01, "last_new": 0},
            2,
            {"measure": "product:loan", "at_least": 50, "bound": 20},
            49.99 * 0.09 + 50.01 * 0.02,
        ),
    ],
)
def test_a_floor_on_income_moves_in_steps(cost, bound, step, optimum):
    """100 for loans, whose volume has a price, and gilts at 2 %; cash earns nothing."""
    tables = {
        "products": [CASH, GILT, LOAN, EQUITY],
        "positions": [
            plug(100),
            position("gilt", 0, 0.02, max_new=100),
            position("loan", 0, 0.1, max_new=100, **cost),
            position("equity", 100, 0, **NO_NEW),
        ],
        "limits": floor("income", bound, 1),
        "steps": [{"limit": "floor"} | step],
    }
    assert allocated(**tables)[0] == pytest.approx(optimum, abs=1e-4)


def test_squares_of_volumes_are_stated_in_their_usual_size():
    """z >= s v^2 is stated in units of s v^2 at the v that is usual: a reference of 10: 0.001 x 10^2 = 0.1.

    A new product without one: what is usual in the bank, 100, but at most 60 are written: 0.0005 x 60^2 = 1.8.
    """
    tables = {
        "regions": [{"region": "home"}],
        "products": [CASH, GILT, LOAN, EQUITY],
        "positions": [
            plug(100),
            position("gilt", 0, 0.05, max_new=60, price_slope=0.001, reference_volume=10),
            position("loan", 0, 0.05, max_new=60, price_slope=0.0005),
            position("equity", 100, 0, **NO_NEW),
        ],
        "limits": floor("income", 1, 1),
    }
    model = model_of(lambda folder: write_case(folder, {}, tables))
    assert model.formulation.problem.cones.head_offset == pytest.approx([0.1, 1.8])
