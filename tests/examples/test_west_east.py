"""West has 100 of deposits at 1 % and lends at 3 %; East lends at 5 %; the lane carries 60 and costs 0.2 %.

60 cross and earn 4.8 %, 40 stay at 3 %: 2.88 + 1.20 - 1.00 = 3.08. One more unit of lane earns 4.8 %
instead of 3 %: 0.018. There is no tax, so that nothing hides in a rate.
"""

import pytest


def test_the_lane_fills_before_the_poorer_loan(west_east):
    lane = west_east.table("lanes").set_index("lane").loc["west-east"]
    assert lane["outstanding"] == pytest.approx(60)
    assert lane["cost"] == pytest.approx(0.12)
    loans = west_east.table("positions").query("product == 'loan'").set_index("region")["balance"]
    assert loans.to_dict() == pytest.approx({"West": 40, "East": 60})


def test_income_is_what_crosses_and_what_stays_less_deposits(west_east):
    assert west_east.answer["income"] == pytest.approx(3.08)
    assert west_east.answer["objective"] == pytest.approx(3.08)


def test_one_more_unit_of_lane_earns_the_difference(west_east):
    assert west_east.price("lane", "west-east") == pytest.approx(0.018)


def test_the_lender_bears_the_cost_of_the_lane(west_east):
    income = west_east.table("regions").set_index("region")["income"]
    # West: 40 at 3 % + 60 at 3 % on the lane - 0.12 of lane cost - 1.00 on deposits; East: 60 at 2 %.
    assert income["West"] == pytest.approx(1.20 + 1.80 - 0.12 - 1.00)
    assert income["East"] == pytest.approx(1.20)
