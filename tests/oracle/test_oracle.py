"""The oracle against pencil and paper: income and the value after the horizon.

One year a period and closing balances, unless the docstring says otherwise.
"""

import datetime as dt

import pytest

from alm.case import load

from .facts import Facts
from .hand import CASH, DEPOSIT, EQUITY, GILT, HOME, LOAN, NO_NEW, plug, position, write_case


def about(value):
    return pytest.approx(value, abs=1e-6)


def test_the_lane_fills_before_the_poorer_loan(best):
    """West has 100 of deposits at 1 % and lends at 3 %; East lends at 5 %; the lane carries 60 and costs 0.2 %.

    60 cross and earn 4.8 %, 40 stay at 3 %: 2.88 + 1.20 - 1.00 = 3.08.
    """
    objective, plan = best(
        regions=[{"region": "west"}, {"region": "east", "parent": "west"}],
        products=[CASH, LOAN, DEPOSIT],
        positions=[
            plug(100, region="west"),
            plug(0, region="east"),
            position("deposit", 100, 0.01, region="west", **NO_NEW),
            position("loan", 0, 0.03, region="west", max_new=1000),
            position("loan", 0, 0.05, region="east", max_new=1000),
        ],
        lanes=[{"lane": "we", "lender": "west", "borrower": "east", "capacity": 60, "cost": 0.002}],
    )
    assert objective == about(3.08)
    assert plan["transfer", "we", 1] == about(60)


def test_a_cohort_earns_half_a_period_when_written_and_half_when_repaid(best):
    """Average accrual, two years, discount 25 %: 40 of one-year loans at 5 % each year, equity 100, cash at 1 %.

    Year 1: 20 x 5 % + (100 + 60)/2 x 1 % = 1.8. Year 2: (20 + 20) x 5 % + 60 x 1 % = 2.6. 1.8/1.25 + 2.6/1.5625.
    """
    objective, _ = best(
        {"periods": 2, "accrual": "average", "discount_rate": 0.25},
        products=[CASH, LOAN | {"tenor_months": 12}, EQUITY],
        positions=[
            plug(100, 0.01),
            position("loan", 0, 0.05, max_new=40),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert objective == about(3.104)


@pytest.mark.parametrize(
    ("shape", "balances"),
    [("bullet", [60, 60, 0]), ("linear", [60, 40, 20]), ("decay", [60, 40, 26.6666667])],
)
def test_new_business_runs_off_by_its_shape(best, shape, balances):
    """60 written in year 1 at 10 %, seen for three years.

    A bullet of 2 years: 60, 60, 0. Linear over 3: 60 x (1, 2/3, 1/3). Decay over 3: 60 x (1, 2/3, 4/9).
    """
    tenor = 24 if shape == "bullet" else 36
    objective, _ = best(
        {"periods": 3},
        products=[CASH, LOAN | {"tenor_months": tenor, "amortisation": shape}, EQUITY],
        positions=[
            plug(60),
            position("loan", 0, 0.1, max_new=60),
            position("equity", 60, 0, **NO_NEW),
        ],
        bounds=[{"region": "home", "currency": "CNY", "product": "loan", "start": 2, "max_new": 0}],
    )
    assert objective == about(0.1 * sum(balances))


def test_the_horizon_value_is_margin_over_ftp_less_tax_and_capital(best):
    """A legacy loan of 120 at 5 % runs off linearly over 3 years: 80 at the close of year 1, 40 of year 2.

    Year 1: 80 x (5 % - 1 % loss) = 3.2, half of the 4.0 interest is exempt, tax 25 % x 1.2 = 0.3, capital
    10 % x 10 % x 50 % x 80 = 0.4: 2.5. Year 2: FTP at 36 months lies half way between 1 % and 3 %: 40 x 2 % =
    0.8, exempt 1.0, tax 25 % x -0.2 = -0.05, capital 0.2: 0.65. Together 3.15.
    """
    terms = {"expected_loss": 0.01, "tax_exempt": 0.5, "risk_weight": 0.5}
    objective, _ = best(
        {"horizon_value": "run_off", "capital": {"ratio": 0.1, "charge_rate": 0.1}},
        regions=[{"region": "home", "tax_rate": 0.25}],
        products=[CASH, LOAN | terms, EQUITY],
        positions=[
            plug(0),
            position("loan", 120, 0.05, residual_months=36, residual_shape="linear", **NO_NEW),
            position("equity", 120, 0, **NO_NEW),
        ],
        curves=[
            {"curve": "ftp", "currency": "CNY", "tenor_months": m, "rate": r}
            for m, r in ((12, 0.01), (60, 0.03))
        ],
    )
    assert objective == about(3.15)


def test_no_margin_is_credited_after_max_months(best):
    """100 of loans at 5 %, ftp_rate 2 %, five years to go: year 1 earns 5, and 30 months more hold two whole years: 6."""
    objective, _ = best(
        {"horizon_value": "run_off", "horizon": {"max_months": 30}},
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(0),
            position("loan", 100, 0.05, residual_months=60, ftp_rate=0.02, **NO_NEW),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert objective == about(11)


def test_new_business_and_deposits_have_a_horizon_value_too(best):
    """Two-year loans at 5 % and two-year deposits at 1 %, 50 each, FTP 3 %.

    Year 1: 2.5 - 0.5 = 2. Year 2: (5 % - 3 %) x 50 + (3 % - 1 %) x 50 = 2. Discount 100 %: 2/2 + 2/4 = 1.5.
    """
    tenor = {"tenor_months": 24}
    objective, _ = best(
        {"horizon_value": "run_off", "discount_rate": 1.0},
        products=[CASH, LOAN | tenor, DEPOSIT | tenor],
        positions=[
            plug(0),
            position("loan", 0, 0.05, max_new=50),
            position("deposit", 0, 0.01, max_new=50),
        ],
        curves=[{"curve": "ftp", "currency": "CNY", "tenor_months": 12, "rate": 0.03}],
    )
    assert objective == about(1.5)


def test_a_price_slope_stops_at_the_marginal_yield(best):
    """Loans pay 5 % - 0.001 v against cash at 1 %: v = 20 at 3 %, 80 stay: 0.6 + 0.8 = 1.4."""
    objective, plan = best(
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(100, 0.01),
            position("loan", 0, 0.05, max_new=90, price_slope=0.001),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert objective == about(1.4)
    assert plan["new", ("home", "CNY", "loan"), 1] == pytest.approx(20, abs=1e-3)


def test_deposits_cost_more_the_more_are_taken(best):
    """Deposits cost 1 % + 0.001 (v - 5) against cash at 2.5 %: 1.5 % + 0.5 % = 0.002 v, v = 10, earning 1 % of it."""
    objective, plan = best(
        products=[CASH, DEPOSIT],
        positions=[
            plug(0, 0.025),
            position("deposit", 0, 0.01, max_new=90, price_slope=0.001, reference_volume=5),
        ],
    )
    assert objective == about(0.1)
    assert plan["new", ("home", "CNY", "deposit"), 1] == pytest.approx(10, abs=1e-3)


def test_a_back_book_repriced_stops_new_business_at_the_reference(best):
    """Above 10, each unit costs 0.5 x 0.001 x 100 = 5 % of back book, more than its own marginal 3 % over cash.

    10 at 5 % + 100 of legacy at 4 % + 90 of cash at 1 %: 0.5 + 4 + 0.9 = 5.4.
    """
    objective, _ = best(
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(100, 0.01),
            position(
                "loan", 100, 0.04, new_rate=0.05, max_new=90, price_slope=0.001, reference_volume=10, back_book=0.5
            ),
            position("equity", 200, 0, **NO_NEW),
        ],
    )  # fmt: skip
    assert objective == about(5.4)


@pytest.mark.parametrize(("residual", "expected"), [(None, 2.8), (24, 3.9)])
def test_at_most_a_share_of_the_legacy_book_is_sold(best, residual, expected):
    """Gilts of 100 at 2 %, 40 % may be sold at a loss of 1 %, loans earn 5 %: 60 x 2 % + 40 x 5 % - 0.4 = 2.8.

    With 50 run off first, 20 are sold: 30 x 2 % + 70 x 5 % - 0.2 = 3.9.
    """
    objective, _ = best(
        products=[CASH, GILT | {"max_disposal": 0.4, "disposal_haircut": 0.01}, LOAN, EQUITY],
        positions=[
            plug(0),
            position(
                "gilt", 100, 0.02, residual_months=residual, residual_shape="linear", **NO_NEW
            ),
            position("loan", 0, 0.05, max_new=100),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    assert objective == about(expected)


def test_changing_pace_costs_each_time(best):
    """30 to lend over two years at 5 %, 0.02 per unit of change, 10 last year: 15 and 15.

    0.75 + 1.5 - 5 x 0.02 = 2.15; one more in year 1 earns 0.05 and changes by 1 and 2: 0.06.
    """
    objective, plan = best(
        {"periods": 2},
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(30),
            position("loan", 0, 0.05, max_new=30, last_new=10, adjustment_cost=0.02),
            position("equity", 30, 0, **NO_NEW),
        ],
    )
    assert objective == about(2.15)
    assert plan["new", ("home", "CNY", "loan"), 1] == about(15)


@pytest.mark.parametrize(
    ("as_of", "ends"),
    [
        ((2024, 2, 29), [(2024, 3, 31), (2024, 4, 30)]),
        ((2025, 1, 30), [(2025, 2, 28), (2025, 3, 30)]),
        ((2025, 12, 31), [(2026, 1, 31), (2026, 2, 28)]),
        ((2025, 6, 15), [(2025, 7, 15), (2025, 8, 15)]),
    ],
)
def test_periods_end_at_month_ends_or_on_the_day_clamped(tmp_path, as_of, ends):
    """The second period has the real days between two closes: 30 April less 31 March are 30 of 365."""
    settings = {"as_of": dt.date(*as_of), "periods": 2, "step": "month", "day_count": "act/365"}
    tables = {"regions": HOME, "products": [CASH], "positions": [plug(0)]}
    facts = Facts(load(write_case(tmp_path, settings, tables)))
    first, second = (dt.date(*end) for end in ends)
    assert [facts.period_end(1), facts.period_end(2)] == [first, second]
    assert facts.year_fraction(2) == (second - first).days / 365
