"""What regions earn at the internal rates of the case."""

import pytest
from openpyxl import load_workbook

from alm.runs.allocate import allocate
from tests.oracle.hand import CASH, DEPOSIT, LOAN, NO_NEW, plug, position, write_case


def test_regions_are_charged_and_credited_at_transfer_rates_in_place_of_lanes(tmp_path):
    """A year on average balances: west keeps deposits of 10 dollars at 1 %, credited 3 %, and lends 60 at 2 % to east.

    A dollar is 7: deposits of 70 cost 0.7 and are credited 2.1. The lane stands at 30 on average and earns 0.6. East lends 60
    at 6 %, charged 4 %: 1.8 on average less 0.6 for the lane, or less 1.2 charged. Cash has no transfer rate.
    Together 1.1; west has 1.4, east 0.6, so the treasury bears 0.9.
    """
    usd = {"currency": "USD"}
    tables = {
        "regions": [{"region": "west"}, {"region": "east", "parent": "west"}],
        "fx": [usd | {"rate": 7}],
        "products": [CASH, DEPOSIT, LOAN],
        "positions": [
            plug(10, region="west", **usd),
            position("deposit", 10, 0.01, region="west", transfer_rate=0.03, **NO_NEW, **usd),
            plug(0, region="east"),
            position("loan", 0, 0.06, region="east", max_new=60, transfer_rate=0.04),
        ],
        "lanes": [
            {"lane": "l", "lender": "west", "borrower": "east", "rate": 0.02, "cost": 0}
            | {"currency": "USD", "borrower_currency": "CNY"}
        ],
    }
    run = allocate(
        write_case(tmp_path / "case", {"accrual": "average"}, tables),
        tmp_path / "run",
        baselines=False,
    )
    assert (run.verified, run.fault) == (True, "")
    rows = list(load_workbook(run.report)["Regions"].iter_rows(max_col=6, values_only=True))
    head = next(number for number, row in enumerate(rows) if row[-1] == "Result at transfer rates")
    assert {row[0]: row[1:] for row in rows[head + 1 : head + 5]} == {
        "west": pytest.approx((-0.1, 0.6, 0, 2.1, 1.4), abs=0.002),
        "east": pytest.approx((1.2, -0.6, 1.2, 0, 0.6), abs=0.002),
        "Total": pytest.approx((1.1, 0, 1.2, 2.1, 2.0), abs=0.002),
        "Treasury": (None, None, None, None, pytest.approx(-0.9, abs=0.002)),
    }
