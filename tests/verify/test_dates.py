"""Periods end and count as the contract says (section 1)."""

from datetime import date

import pytest

from alm.verify.dates import discount_factors, period_end, year_fractions


@pytest.mark.parametrize(
    ("as_of", "months", "end"),
    [
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2023, 12, 31), 2, date(2024, 2, 29)),
        (date(2025, 4, 30), 1, date(2025, 5, 31)),  # a month end stays one
        (date(2025, 1, 30), 1, date(2025, 2, 28)),  # clamped
        (date(2025, 1, 30), 2, date(2025, 3, 30)),  # and back on its day
        (date(2024, 2, 28), 12, date(2025, 2, 28)),
        (date(2025, 6, 15), 9, date(2026, 3, 15)),
    ],
)
def test_a_period_ends_at_the_month_end_or_on_the_day_of_as_of(as_of, months, end):
    assert period_end(as_of, months) == end


def test_year_fractions_follow_the_day_count():
    assert year_fractions(date(2025, 12, 31), "quarter", "30/360", 2).tolist() == [0.25, 0.25]
    real = year_fractions(date(2025, 12, 31), "month", "act/365", 2)
    assert real.tolist() == [31 / 365, 28 / 365]
    assert year_fractions(date(2025, 12, 31), "month", "act/360", 1).tolist() == [31 / 360]


def test_discount_factors_run_over_the_fractions_so_far():
    factors = discount_factors(year_fractions(date(2025, 12, 31), "year", "30/360", 2), 0.05)
    assert factors == pytest.approx([1 / 1.05, 1 / 1.05**2])
