"""Shocks to exchange rates through the whole pipeline to the objective; the docstring is the working."""

import pytest

from tests.oracle.hand import (
    HOME,
    NO_NEW,
    plug,
    position,
)
from tests.scenarios.storm import PRODUCTS, balances, under

DOLLARS = {
    "regions": HOME,
    "products": PRODUCTS,
    "positions": [
        plug(0),
        position("equity", 0, 0, **NO_NEW),
        plug(0, currency="USD"),
        position("loan", 100, 0.05, currency="USD", **NO_NEW),
        position("equity", 100, 0, currency="USD", **NO_NEW),
    ],
    "fx": [{"currency": "USD", "rate": 7.0}],
    "limits": [{"limit": "loans", "region": "home", "measure": "assets", "sense": "max", "bound": 2000}],
}  # fmt: skip


@pytest.mark.parametrize("accrual", ["closing", "average"])
def test_fx_translates_balances_of_a_close_and_income_of_a_period(tmp_path, accrual):
    """Loans of USD 100 at 5 %, worth 7 CNY each, in year 2 by half: income 35 + 17.5, cash of it in dollars.

    What is earned is paid out, so assets are 700, then 350; at the opening 700, in whatever year the shock is.
    """
    ledger = under(
        tmp_path,
        {"periods": 2, "accrual": accrual},
        DOLLARS,
        {"shock": "fx", "currency": "USD", "start": 2, "value": 0.5},
    )
    assert ledger.objective == pytest.approx(52.5)
    assert ledger.tables["limits"]["numerator"].tolist() == pytest.approx([700, 350])
    first = under(tmp_path, {"periods": 2}, DOLLARS, {"shock": "fx", "value": 0.5})
    assert first.objective == pytest.approx(35)
    assert first.tables["opening_limits"]["numerator"].tolist() == pytest.approx([700])


def test_what_comes_after_the_horizon_is_translated_at_its_last_rate(tmp_path):
    """Loans of USD 100 at 5 % due in three years, FTP 3 %: 5 in the planned year and 2 after it, at 7 CNY by half."""
    positions = [dict(row) for row in DOLLARS["positions"]]
    positions[3]["residual_months"] = 36
    tables = DOLLARS | {
        "positions": positions,
        "curves": [{"curve": "ftp", "currency": "USD", "tenor_months": 12, "rate": 0.03}],
    }
    shock = {"shock": "fx", "currency": "USD", "value": 0.5}
    ledger = under(tmp_path, {"horizon_value": "run_off"}, tables, shock)
    assert ledger.horizon_value == pytest.approx(7)
    assert ledger.objective == pytest.approx(24.5)


def test_the_debt_of_a_swap_stays_fixed_and_its_worth_moves(tmp_path):
    """CNY 70 are swapped into USD 10 at 7 and lent in dollars; then a dollar is worth 14 CNY.

    The borrower owes USD 10, worth 140; the claim is 70. Loans of USD 10 at 5 % earn 0.5 x 14 = 7.
    """
    tables = {
        "regions": HOME,
        "products": PRODUCTS,
        "positions": [
            plug(70),
            position("equity", 70, 0, **NO_NEW),
            plug(0, currency="USD"),
            position("loan", 0, 0.05, currency="USD", max_new=50),
        ],
        "fx": [{"currency": "USD", "rate": 7.0}],
        "lanes": [
            {
                "lane": "swap",
                "lender": "home",
                "borrower": "home",
                "borrower_currency": "USD",
                "cost": 0,
            }
        ],
        "limits": [
            {"limit": name, "region": "home", "currency": money, "measure": measure, "sense": "max"}
            | {"bound": 1000}
            for name, measure, money in (("owed", "borrowed", "USD"), ("lent", "lent", "CNY"))
        ],
    }
    ledger = under(tmp_path, {}, tables, {"shock": "fx", "currency": "USD", "value": 2})
    assert balances(ledger, "loan") == pytest.approx([10])
    assert ledger.objective == pytest.approx(7)
    limits = ledger.tables["limits"].set_index("limit")["numerator"]
    assert limits.to_dict() == pytest.approx({"lent": 70, "owed": 140})
