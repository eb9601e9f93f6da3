"""The example that is worked by hand: every figure here is derived in examples/three-regions/README.md."""

import pytest

CENT = 0.005  # amounts are in millions and multiples of 0.01
EXACT = 1e-6

BALANCES = {
    ("North", "cash"): 160.0,
    ("North", "loan_north"): 290.0,
    ("North", "deposit"): 1000.0,
    ("North", "equity"): 100.0,
    ("Centre", "cash"): 0.0,
    ("Centre", "loan_centre"): 450.0,
    ("Centre", "deposit"): 400.0,
    ("South", "cash"): 0.0,
    ("South", "loan_south"): 800.0,
    ("South", "deposit"): 200.0,
}
LANES = {"north-centre": 300.0, "north-south": 350.0, "centre-south": 250.0}
INCOME_AFTER_TAX = {"North": 10.365, "Centre": 7.6875, "South": 17.25}


def test_the_plan_is_the_one_of_the_working(three_regions):
    rows = three_regions.table("positions").set_index(["region", "product"])["balance"]
    assert rows.to_dict() == pytest.approx(BALANCES, abs=CENT)


def test_two_lanes_fill_and_the_third_carries_what_south_still_needs(three_regions):
    rows = three_regions.table("lanes").set_index("lane")["outstanding"]
    assert rows.to_dict() == pytest.approx(LANES, abs=CENT)


def test_the_objective_is_what_the_pencil_says(three_regions):
    assert three_regions.answer["status"] == "optimal"
    assert three_regions.answer["verified"] is True
    assert three_regions.answer["objective"] == pytest.approx(35.3025, abs=EXACT)


def test_each_region_earns_what_the_pencil_says(three_regions):
    rows = three_regions.table("regions").set_index("region")["income"]
    assert {r: rows[r] for r in INCOME_AFTER_TAX} == pytest.approx(INCOME_AFTER_TAX, abs=EXACT)


def test_lane_interest_moves_income_and_makes_none(three_regions):
    rows = three_regions.table("regions").set_index("region")["lane_interest"]
    assert rows.drop("Group", errors="ignore").to_dict() == pytest.approx(
        {"North": 16.25, "Centre": -1.25, "South": -15.0}, abs=EXACT
    )


@pytest.mark.parametrize(
    ("lane", "worth"),
    [("north-centre", 0.0045), ("north-south", 0.00375), ("centre-south", 0.0)],
)
def test_room_on_a_full_lane_is_worth_the_gap_between_its_ends(three_regions, lane, worth):
    assert three_regions.price("lane", lane) == pytest.approx(worth, abs=EXACT)


@pytest.mark.parametrize(
    ("limit", "worth"),
    [("liquidity", 0.01725), ("loan_to_deposit_south", 0.0105), ("cet1_ratio", 0.0)],
)
def test_a_binding_limit_costs_what_the_pencil_says(three_regions, limit, worth):
    assert three_regions.price("limit", limit) == pytest.approx(worth, abs=EXACT)


@pytest.mark.parametrize(
    ("region", "worth"), [("North", 0.021), ("Centre", 0.02625), ("South", 0.027)]
)
def test_funds_are_worth_what_the_next_unit_would_earn(three_regions, region, worth):
    rows = three_regions.table("prices").query("kind == 'funds' and region == @region")
    assert rows["price"].item() == pytest.approx(worth, abs=EXACT)


def test_the_limits_that_bind_are_two_and_the_third_has_headroom(three_regions):
    rows = three_regions.table("limits").set_index("limit")
    assert rows["value"].to_dict() == pytest.approx(
        {"liquidity": 0.10, "loan_to_deposit_south": 4.0, "cet1_ratio": 100 / 1540}, abs=1e-5
    )
    assert rows.loc[["liquidity", "loan_to_deposit_south"], "status"].eq("binding").all()
    assert rows.at["cet1_ratio", "headroom"] == pytest.approx(100 - 0.06 * 1540, abs=EXACT)


def test_holding_every_balance_earns_ten_and_a_half_million_less(three_regions):
    rows = three_regions.table("baselines").set_index("baseline")["objective"]
    assert rows["plan"] == pytest.approx(35.3025, abs=EXACT)
    assert rows["hold"] == pytest.approx(24.75, abs=EXACT)


@pytest.mark.parametrize(
    ("change", "more"),
    [("lanes.north-centre.capacity=310", 0.045), ("limits.loan_to_deposit_south.bound=4.5", 1.05)],
)
def test_what_the_working_says_to_try_earns_what_it_says(allocate_example, change, more):
    run = allocate_example("three-regions", "--set", change, "--no-baselines", "--no-workbook")
    assert run.answer["objective"] == pytest.approx(35.3025 + more, abs=EXACT)
