"""The oracle against pencil and paper: lots, tickets, fixed costs, corridors, counted lanes, rates by volume.

One year a period and closing balances; a region has 100 of money, cash pays 1 %.
"""

import math

import pytest

from .algebra import Model, Sum, squared
from .hand import CASH, EQUITY, LOAN, NO_NEW, plug, position

DEPOSIT = {"product": "deposit", "side": "liability", "class": "deposit"}


def about(value):
    return pytest.approx(value, abs=1e-6)


def at_home(loan=None, row=None, **more):
    return {
        "products": [CASH, LOAN | (loan or {}), EQUITY],
        "positions": [
            plug(100, 0.01),
            position("loan", 0, 0.05, max_new=95) | (row or {}),
            position("equity", 100, 0, **NO_NEW),
        ],
        **more,
    }


def written(decisions, t=1, product="loan"):
    return decisions["new", ("home", "CNY", product), t]


# --- new business ---


@pytest.mark.parametrize(
    ("loan", "objective", "new"),
    [
        # 3 lots of 30 at 5 %, 10 at 1 %.
        ({"lot": 30}, 4.6, 90),
        # A ticket of 90.5 in lots of 30 would be 120, which cannot be written.
        ({"lot": 30, "minimum_ticket": 90.5}, 1.0, 0),
        ({"minimum_ticket": 95}, 4.8, 95),
        ({"minimum_ticket": 96}, 1.0, 0),
        # 95 x 4 % = 3.8 more than cash.
        ({"fixed_cost": 3.7}, 1.1, 95),
        ({"fixed_cost": 3.9}, 1.0, 0),
    ],
)
def test_new_business_is_nothing_or_enough(best, loan, objective, new):
    found, decisions = best(**at_home(loan))
    assert found == about(objective)
    assert written(decisions) == about(new)


def test_a_fixed_cost_counts_in_each_period_and_lowers_the_tax(best):
    """Loans of one year, tax 25 %: 60 at most earn 2.4 over cash, 20 at most in the second period 0.8, at a cost of 1 each.

    Only the first is worth it: 1 + 2.4 - 1 in the first period, 1 in the second, less a quarter.
    """
    row = {"region": "home", "currency": "CNY", "product": "loan", "start": 2, "max_new": 20}
    found, decisions = best(
        {"periods": 2},
        regions=[{"region": "home", "tax_rate": 0.25}],
        **at_home({"fixed_cost": 1, "tenor_months": 12}, {"max_new": 60}, bounds=[row]),
    )
    assert found == about(0.75 * 3.4)
    assert [written(decisions, t) for t in (1, 2)] == about([60, 0])


def test_lots_and_slopes_are_branched_on(best):
    """9 % less 0.1 % a unit: 40 would be best; in lots of 30, 30 x 6 % + 70 x 1 % = 2.5 and 60 x 3 % + 40 x 1 % = 2.2."""
    row = {"rate": 0.09, "price_slope": 0.001}
    found, decisions = best(**at_home({"lot": 30}, row))
    assert found == about(2.5)
    assert written(decisions) == about(30)


# --- rates by volume ---


def tiers(*rows, product="loan"):
    key = {"region": "home", "currency": "CNY", "product": product}
    return [key | {"over": over, "rate": rate} for over, rate in rows]


@pytest.mark.parametrize(
    ("rows", "objective", "new"),
    [
        # 50 x 5 % + 45 x 8 % + 5 x 1 %.
        ([(50, 0.08)], 6.15, 95),
        # Above 50 less than cash earns.
        ([(50, 0.005)], 3.0, 50),
        # 20 x 5 %, 60 for nothing, 15 at 20 %: 1 + 3 + 0.05 is more than 1 + 0.8.
        ([(20, 0.0), (80, 0.2)], 4.05, 95),
        # At 4 % it is not: 1 + 0.6 + 0.05.
        ([(20, 0.0), (80, 0.04)], 1.8, 20),
        # A tier above all that can be written is none.
        ([(95, 0.5)], 4.8, 95),
    ],
)
def test_each_part_of_a_volume_has_its_rate(best, rows, objective, new):
    found, decisions = best(**at_home(tiers=tiers(*rows)))
    assert found == about(objective)
    assert written(decisions) == about(new)


def test_deposits_that_get_cheaper_with_volume_pay_for_the_dear_part_first(best):
    """Loans earn 5 % on what deposits bring: 10 at 6 % lose 0.1, then 20 at 2 % gain 0.6."""
    found, decisions = best(
        products=[CASH, LOAN, DEPOSIT],
        positions=[
            plug(0, 0.0),
            position("loan", 0, 0.05, max_new=100),
            position("deposit", 0, 0.06, max_new=30),
        ],
        tiers=tiers((10, 0.02), product="deposit"),
    )
    assert found == about(0.5)
    assert written(decisions, product="deposit") == about(30)


def test_rates_by_volume_are_known_of_a_plan_that_is_given(model_of):
    """20 at 5 %, 30 at 2 %, 10 at 8 %, 40 of cash: 1 + 0.6 + 0.8 + 0.4."""
    model = model_of(**at_home(tiers=tiers((20, 0.02), (50, 0.08))))
    home = ("home", "CNY")
    decisions = {
        ("new", (*home, "loan"), 1): 60,
        ("sold", (*home, "loan"), 1): 0,
        ("new", (*home, "equity"), 1): 0,
        ("sold", (*home, "equity"), 1): 0,
        ("plug", (*home, "cash"), 1): 40,
    }
    assert model.worth(decisions) == about(2.8)
    assert not model.model.broken(model.model.completed(decisions))


# --- lanes: a has 100; b can lend 40 at 5 %, c 40 at 4 %; a lane costs 0.1 %, so b gains 1.56 over cash, c 1.16 ---

GROUP = {
    "regions": [
        {"region": "g"},
        {"region": "a", "parent": "g", "tax_rate": 0.5},
        {"region": "b", "parent": "g"},
        {"region": "c", "parent": "g"},
    ],
    "products": [CASH, LOAN, EQUITY],
    "positions": [
        plug(100, 0.01) | {"region": "a"},
        plug(0, 0.01) | {"region": "b"},
        plug(0, 0.01) | {"region": "c"},
        position("equity", 100, 0, **NO_NEW) | {"region": "a"},
        position("loan", 0, 0.05, max_new=40) | {"region": "b"},
        position("loan", 0, 0.04, max_new=40) | {"region": "c"},
    ],
}


def lanes(b=None, c=None, **both):
    """At 1 % the lender is as well off as with cash, less half of the cost, as it saves tax: 0.05 %."""
    plain = {"lender": "a", "capacity": 50, "cost": 0.001, "rate": 0.01} | both
    return [
        plain | {"lane": "ab", "borrower": "b"} | (b or {}),
        plain | {"lane": "ac", "borrower": "c"} | (c or {}),
    ]


def carried(decisions):
    return {l: decisions["transfer", l, 1] for l in ("ab", "ac")}


OWN = 0.5  # of a, after tax, whatever it lends
B, C = 40 * (0.05 - 0.01 - 0.0005), 40 * (0.04 - 0.01 - 0.0005)


@pytest.mark.parametrize(
    ("tables", "objective", "stock"),
    [
        ({"lanes": lanes()}, OWN + B + C, (40, 40)),
        # Half of 2.5 is paid by tax: 1.58 is worth 1.25, 1.18 is not.
        ({"lanes": lanes(fixed_cost=2.5)}, OWN + B - 1.25, (40, 0)),
        # Once for both.
        (
            {"lanes": lanes(corridor="k"), "corridors": [{"corridor": "k", "fixed_cost": 2.5}]},
            OWN + B + C - 1.25,
            (40, 40),
        ),
        # 30 in a lot; 45 are the least to c, of which 5 stay in cash there and cost 0.05 %.
        (
            {"lanes": lanes({"lot": 30}, {"minimum_ticket": 45})},
            OWN + 0.75 * B + C - 5 * 0.0005,
            (30, 45),
        ),
        (
            {"lanes": lanes(corridor="k"), "corridors": [{"corridor": "k", "capacity": 60}]},
            OWN + B + C / 2,
            (40, 20),
        ),
    ],
)
def test_lanes_carry_nothing_or_what_pays(best, tables, objective, stock):
    found, decisions = best(**GROUP, **tables)
    assert found == about(objective)
    assert tuple(carried(decisions).values()) == about(stock)


def test_together_nothing_or_the_minimum(best):
    """90 together: 10 more than is of use cost 0.05 % each."""
    found, decisions = best(
        **GROUP, lanes=lanes(corridor="k"), corridors=[{"corridor": "k", "minimum": 90}]
    )
    assert found == about(OWN + B + C - 0.005)
    assert sum(carried(decisions).values()) == about(90)


def test_the_lender_of_the_first_lane_by_name_bears_the_cost_of_a_corridor(best):
    """b, which pays no tax, lends to c on `aa`: the cost of 1 is all lost, where a would have lost half."""
    back = {"lane": "aa", "lender": "b", "borrower": "c", "capacity": 50, "corridor": "k"}
    found, _ = best(
        **GROUP,
        lanes=[*lanes(corridor="k"), back],
        corridors=[{"corridor": "k", "fixed_cost": 1}],
    )
    # To c by way of b is no cheaper: 80 leave a either way.
    assert found == about(OWN + B + C - 1)


def test_what_still_stands_from_the_opening_is_carried(best):
    """10 stand on `ab` for a year more, so its cost of 4 falls due whatever is placed; half of it is tax."""
    opening = [
        plug(90, 0.01) | {"region": "a"},
        plug(10, 0.01) | {"region": "b"},
        plug(0, 0.01) | {"region": "c"},
    ]
    found, decisions = best(
        **GROUP | {"positions": opening + GROUP["positions"][3:]},
        lanes=lanes({"fixed_cost": 4, "opening": 10, "residual_months": 24}),
    )
    assert found == about(OWN + B + C - 2)
    assert carried(decisions) == about({"ab": 30, "ac": 40})


FEW = {"limit": "few", "region": "g", "measure": "open_lanes", "sense": "max", "bound": 1}


def test_lanes_are_counted_a_corridor_once(best):
    """One lane: the better one. Both in a corridor: both."""
    found, decisions = best(**GROUP, lanes=lanes(), limits=[FEW])
    assert found == about(OWN + B)
    assert carried(decisions) == about({"ab": 40, "ac": 0})
    found, _ = best(**GROUP, lanes=lanes(corridor="k"), corridors=[{"corridor": "k"}], limits=[FEW])
    assert found == about(OWN + B + C)


def test_a_lane_that_must_be_open_carries_one_quantum(best):
    """c's loans are closed; both lanes must be open: the least to c, one quantum of 0.01."""
    many = FEW | {"sense": "min", "bound": 2}
    closed = [
        row | ({"max_new": 0} if row["region"] == "c" and row["product"] == "loan" else {})
        for row in GROUP["positions"]
    ]
    found, decisions = best(**GROUP | {"positions": closed}, lanes=lanes(), limits=[many])
    assert found == about(OWN + B - 0.01 * 0.0005)
    assert carried(decisions) == about({"ab": 40, "ac": 0.01})


def test_a_scope_counts_the_lanes_that_touch_it(best):
    """Only `ac` touches c: without it, b is left."""
    none = FEW | {"region": "c", "bound": 0.5}
    found, decisions = best(**GROUP, lanes=lanes(), limits=[none])
    assert found == about(OWN + B)
    assert carried(decisions)["ac"] == about(0)


# --- bounds in steps, liquidity on either side ---

LOANS = {"limit": "loans", "region": "home", "measure": "class:loan", "sense": "max", "bound": 80}


@pytest.mark.parametrize(
    ("steps", "soft", "new"),
    [
        # From 60 on 50 are too many: a quantum less than 60.
        ([(60, 50)], False, 59.99),
        # From 90 on 92 may be.
        ([(60, 50), (90, 92)], False, 92),
        # Each above costs 10 % where it earns 4 %.
        ([(60, 50)], True, 59.99),
        # From 90 on as many as there are.
        ([(60, 50), (90, 200)], True, 95),
    ],
)
def test_the_bound_of_the_largest_step_reached_is_in_force(best, steps, soft, new):
    rows = [
        {"limit": "loans", "measure": "product:loan", "at_least": least, "bound": bound}
        for least, bound in steps
    ]
    limit = LOANS | ({"enforcement": "soft", "penalty": 0.1} if soft else {})
    found, decisions = best(**at_home(limits=[limit], steps=rows))
    assert written(decisions) == about(new)
    assert found == about(1 + 0.04 * new)


def test_liquid_assets_may_have_a_ceiling(best):
    """Cash is level 1, loans 2B, and earn half a percent less: hqla is 20/17 of cash, at most 30: 25.5 of cash."""
    limit = LOANS | {"measure": "hqla", "bound": 30}
    found, decisions = best(**at_home({"hqla_class": "L2B"}, {"rate": 0.005}, limits=[limit]))
    assert written(decisions) == about(74.5)
    assert found == about(1 - 0.005 * 74.5)


def test_outflow_may_have_a_floor_that_inflow_lowers(best):
    """Deposits of 40 flow out; loans, at 5 %, flow in, of which 30 count at most: net outflow is 40 - loans, at least 25."""
    floor = LOANS | {"measure": "net_outflow", "sense": "min", "bound": 25}
    found, decisions = best(
        products=[CASH, LOAN | {"lcr_inflow": 1}, DEPOSIT | {"lcr_outflow": 1}],
        positions=[
            plug(40, 0.01),
            position("loan", 0, 0.05, max_new=40),
            position("deposit", 40, 0, **NO_NEW),
        ],
        limits=[floor],
    )
    assert written(decisions) == about(15)
    assert found == about(15 * 0.05 + 25 * 0.01)


# --- the algebra ---


def test_one_set_of_rows_or_another():
    """x + y over the square of side 4, x <= 1 or y <= 2: the second, 6."""
    model = Model()
    x, y = (model.variable((name,), 0.0, 4.0) for name in "xy")
    model.either(("side",), [[1 - x], [2 - y]])
    model.objective = x + y
    outcome = model.solve()
    assert outcome.objective == about(6)
    assert [outcome.x[0], outcome.x[1]] == about([4, 2])
    assert model.broken({0: 3.0, 1: 2.5}) == about({("side",): 0.5})


@pytest.mark.parametrize("curved", [False, True])
def test_whole_numbers_linear_and_curved(curved):
    """n up to 3.7, worth 2 n: 3. Worth 2 n - 0.41 n^2, best at 2.44: 2 is worth 2.36 and 3 2.31."""
    model = Model()
    count = model.counted(("n",), [], lambda _: math.nan, upper=3.7)
    model.objective = 2 * count - (0.41 if curved else 0.0) * squared(count)
    outcome = model.solve()
    assert outcome.x[0] == about(2 if curved else 3)
    assert outcome.objective == about(2.36 if curved else 6)


@pytest.mark.parametrize("curved", [False, True])
def test_no_whole_number_is_between(curved):
    model = Model()
    count = model.counted(("n",), [], lambda _: math.nan, upper=3.0)
    model.require(("between",), count + Sum(0.0), 1.2, 1.8)
    model.objective = count - (1.0 if curved else 0.0) * squared(count)
    assert model.solve().status == "infeasible"
