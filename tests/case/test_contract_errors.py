"""What the contract calls an error, requires or lets pass, sentence by sentence, beyond single cells.

The sound case and its way of naming cells are those of test_checks.
"""

import pytest

from alm.case import load

from .conftest import TABLES, TOML, faults_of

RETAINED = TOML + '[earnings]\nretained = 0.5\nproduct = "shares"\n'
EUR_SHARES = "east,EUR,shares,0,0,0,\n"
SCENARIOS = "scenario,probability\na,0.5\nb,0.5\n"
SHOCKS = "scenario,shock,value,lane\n"
STEPS = "limit,measure,at_least,bound\n"


def test_retained_income_needs_equity_where_income_arises(places, write):
    """East earns in EUR and holds no shares: once with a row, its equity of 0 can take the income up."""
    assert places(RETAINED) == [("positions", None, "product")]
    (fault,) = faults_of(write(RETAINED))
    assert fault.found == "no shares in east EUR"
    assert places(RETAINED, positions=TABLES["positions"] + EUR_SHARES) == []
    in_other_money = EUR_SHARES.replace("EUR", "CNY")
    cash = "east,CNY,cash,0,0,,true\n"
    assert places(RETAINED, positions=TABLES["positions"] + in_other_money + cash) == [
        ("positions", None, "product")
    ]


def test_a_region_without_income_needs_no_equity(places):
    """East's rates are 0 and it only borrows free of charge; a cost or a rate of its lane changes that."""
    still = TABLES["positions"].replace("0.02,,true", "0,,true").replace("12,0.01,3,", "12,0,3,")
    free = TABLES["lanes"]
    assert places(RETAINED, positions=still, lanes=free) == []
    paid = free.replace("product\n", "product,rate\n").replace("debt\n", "debt,0.01\n")
    assert places(RETAINED, positions=still, lanes=paid) == [("positions", None, "product")]
    back = "lane,lender,borrower,cost\nback,east,west,0.001\n"
    assert places(RETAINED, positions=still, lanes=back) == [("positions", None, "product")]
    rules = "attribute,product,value\noperating_cost,deposit,0.01\n"
    assert places(RETAINED, positions=still, rules=rules) == [("positions", None, "product")]


def test_retained_income_is_not_posted_to_a_plug(places):
    positions = TABLES["positions"].replace("shares,10,0,0,", "shares,10,0,,true") + EUR_SHARES
    assert places(RETAINED, positions=positions) == [("positions", 5, "plug")]


@pytest.mark.parametrize(
    ("earnings", "key"),
    [
        ("retained = 0.5", "earnings.product"),
        ('retained = 0.5\nproduct = "deposit"', "earnings.product"),
        ('retained = 1.5\nproduct = "shares"', "earnings.retained"),
        ('retained = 0\nproduct = ""', None),
    ],
)
def test_retained_income_needs_an_equity_product(earnings, key, places):
    positions = TABLES["positions"] + EUR_SHARES
    expected = [("case.toml", None, key)] if key else []
    assert places(f"{TOML}[earnings]\n{earnings}\n", positions=positions) == expected


@pytest.mark.parametrize(
    ("shock", "good", "bad"),
    [
        ("runoff", "0 1 0.3", "-0.1 1.01"),
        ("new_business", "0 1 7.5", "-0.5"),
        ("lane_capacity", "0 2", "-1"),
        ("fx", "0.5 3", "0 -1"),
        ("rate", "-0.05 0.02", "x"),
        ("risk_weight", "-0.5 2", "inf"),
    ],
)
def test_the_value_of_a_shock_is_possible(shock, good, bad, places):
    rows = "".join(f"a,{shock},{value},\n" for value in good.split())
    assert places(scenarios=SCENARIOS, shocks=SHOCKS + rows) == []
    rows = "".join(f"b,{shock},{value},\n" for value in bad.split())
    expected = [("shocks", row, "value") for row in range(2, 2 + len(bad.split()))]
    assert places(scenarios=SCENARIOS, shocks=SHOCKS + rows) == expected


def test_a_lane_in_a_shock_of_positions_is_odd(write):
    case = load(
        write(
            scenarios=SCENARIOS,
            shocks=f"{SHOCKS}a,runoff,0.1,there\na,lane_capacity,0,there\na,risk_weight,1,there\n",
        )
    )
    assert [(each.row, each.column) for each in case.warnings] == [(2, "lane")]


@pytest.mark.parametrize(
    ("probabilities", "faulty"),
    [
        ("0.33333 0.33333 0.33333", []),
        ("0.2 0.3 0.5", []),
        ("0 0 1", []),
        ("0.3 0.3 0.3", [("scenarios", None, "probability")]),
        ("0.5 0.5 0.5", [("scenarios", None, "probability")]),
        ("-0.5 0.5 1", [("scenarios", 2, "probability")]),
    ],
)
def test_probabilities_are_those_of_all_that_can_happen(probabilities, faulty, places):
    rows = "".join(f"s{i},{p}\n" for i, p in enumerate(probabilities.split()))
    assert places(scenarios=f"scenario,probability\n{rows}") == faulty


def test_the_tail_of_the_cvar_is_not_empty(places):
    assert places(f"{TOML}[risk]\ncvar_level = 1\n") == [("case.toml", None, "risk.cvar_level")]
    assert places(f"{TOML}[risk]\ncvar_level = 0\n") == []


def test_tiers_take_the_place_of_a_price_slope(write):
    positions = TABLES["positions"].replace("plug\n", "plug,price_slope\n")
    folder = write(
        positions=positions.replace("80,0.04,10,", "80,0.04,10,,0.001"),
        tiers="region,product,over,rate\nwest,loan,5,0.03\nwest,deposit,0,0.02\n",
    )
    found = {(fault.table, fault.row, fault.column) for fault in faults_of(folder)}
    assert ("positions", 3, "price_slope") in found
    assert ("positions", 4, "price_slope") not in found


@pytest.mark.parametrize(
    ("limits", "steps", "needed"),
    [
        ("n,west,open_lanes,max,1,\n", None, True),
        ("n,group,open_lanes,max,1,\n", None, True),
        ("n,group,open_lanes,max,1,solo\n", None, False),
        ("n,group,rwa,max,1,\n", "n,open_lanes,1,2\n", True),
        ("n,group,rwa,max,1,\n", None, False),
    ],
)
def test_lanes_that_are_counted_need_a_capacity(limits, steps, needed, write):
    """The lane joins west and east: it has an end inside either, and inside the group's subtree."""
    tables = {"limits": "limit,region,measure,sense,bound,scope\n" + limits}
    tables["steps"] = STEPS + steps if steps else None
    found = {(fault.table, fault.row, fault.column) for fault in faults_of(write(**tables))}
    assert (("lanes", 2, "capacity") in found) == needed


def test_steps_name_a_limit_and_a_measure_and_do_not_tie(write):
    steps = f"{STEPS}lcr,rwa,1,0.5\nlcr,assets,1,0.6\nlcr,rwa,2,0.7\nlcrr,rwa,1,1\nlcr,rwaa,3,1\n"
    found = {(fault.table, fault.row, fault.column) for fault in faults_of(write(steps=steps))}
    assert {("steps", 3, "at_least"), ("steps", 5, "limit"), ("steps", 6, "measure")} <= found
    assert ("steps", 4, "at_least") not in found


def test_a_limit_on_the_worst_shock_needs_shocks(write):
    limits = "limit,region,measure,sense,bound\neve,group,delta_eve,max,1\n"
    (fault,) = faults_of(write(limits=limits))
    assert (fault.table, fault.row, fault.column) == ("limits", 2, "measure")
    shocks = "shock,currency,tenor_months,move\nup,CNY,0,0.02\nup,CNY,120,0.01\n"
    faults = faults_of(write(limits=limits, rate_shocks=shocks))
    assert all(fault.table == "limits" and "rate_shocks" not in fault.hint for fault in faults)


def test_rate_shocks_curves_and_corridors_are_given_once(places):
    shocks = "shock,currency,tenor_months,move\nup,CNY,1,0.02\nup,CNY,1,0.01\nup,CNY,-1,0\n"
    curves = "curve,currency,tenor_months,rate\nftp,CNY,1,0.02\nftp,CNY,1.0,0.03\nftp,CNY,0,0\n"
    corridors = "corridor,capacity,fixed_cost,minimum\nc,10,0,1\nc,5,,\nd,-1,,\n"
    assert places(rate_shocks=shocks, curves=curves, corridors=corridors) == [
        ("curves", 3, "tenor_months"),
        ("corridors", 3, "corridor"),
        ("corridors", 4, "capacity"),
        ("rate_shocks", 3, "tenor_months"),
        ("rate_shocks", 4, "tenor_months"),
    ]


def test_an_unknown_corridor_of_a_lane_is_named(write):
    lanes = "lane,lender,borrower,corridor,capacity\nthere,west,east,strait,5\n"
    found = [(fault.column, fault.allowed) for fault in faults_of(write(lanes=lanes))]
    assert ("corridor", "a name in corridors") in found


@pytest.mark.parametrize(
    ("months", "faulty"),
    [("0.5", False), ("2.5", False), ("1e2", False), ("0", False), ("-1", True)],
)
def test_the_residual_of_a_legacy_book_may_be_any_time_from_zero_on(months, faulty, places):
    """Only tenors must be whole periods; a book with no time left is gone at the first close."""
    positions = TABLES["positions"].replace("plug\n", "plug,residual_months\n")
    positions = positions.replace("80,0.04,10,", f"80,0.04,10,,{months}")
    expected = [("positions", 3, "residual_months")] if faulty else []
    assert places(positions=positions) == expected


def test_what_plugs_leave_out_may_be_zero_or_blank(places):
    positions = TABLES["positions"].replace(
        "plug\n", "plug,min_new,max_new_note,price_slope,back_book,min_renewal,last_new\n"
    )
    positions = positions.replace("max_new_note", "note")
    positions = positions.replace("0.01,,true", "0.01,0,1,0,,0,0,0,5")
    assert places(positions=positions) == []


def test_everything_that_a_spreadsheet_makes_of_a_valid_case_is_accepted(places):
    """Powers of ten, 2.0 for a period, rows that start after the horizon, spare rows, any case of a flag."""
    bounds = (
        "region,product,start,end,max_new\nwest,loan,2.0,3.0,1e1\nwest,loan,7,,5\n"
        "west,loan,8,99,5\nwest,loan,1,1,1E+01\n"
    )
    targets = "region,product,period,balance,weight\nwest,loan,3.0,8e1,0\n"
    positions = TABLES["positions"].replace("true", "TRUE").replace("80,", "8.0e1,")
    addons = "measure,region,start,end,amount\nrwa,group,5,,-3\nhqla,west,,,-1.5\n"
    assert places(bounds=bounds, targets=targets, positions=positions, addons=addons) == []
