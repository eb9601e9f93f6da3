"""Closes and year fractions of periods, against dates worked out by hand."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alm.case import Settings
from alm.case.calendar import period_ends, year_fractions


def settings(as_of: date, periods: int = 4, **more) -> Settings:
    return Settings(1, "x", as_of, periods, "CNY", "none", **more)


@pytest.mark.parametrize(
    ("as_of", "step", "expected"),
    [
        (
            date(2025, 12, 31),
            "month",
            ["2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"],
        ),
        (
            date(2023, 11, 30),
            "month",
            ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31"],
        ),
        (
            date(2025, 2, 28),
            "month",
            ["2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30"],
        ),
        (
            date(2024, 2, 28),
            "month",
            ["2024-02-28", "2024-03-28", "2024-04-28", "2024-05-28", "2024-06-28"],
        ),
        (
            date(2025, 12, 30),
            "month",
            ["2025-12-30", "2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30"],
        ),
        (
            date(2025, 11, 15),
            "quarter",
            ["2025-11-15", "2026-02-15", "2026-05-15", "2026-08-15", "2026-11-15"],
        ),
        (
            date(2024, 2, 29),
            "year",
            ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"],
        ),
    ],
)
def test_a_month_end_stays_one_and_other_days_are_clamped(as_of, step, expected):
    assert [str(day) for day in period_ends(settings(as_of, step=step))] == expected


def test_later_periods_can_be_asked_for():
    case = settings(date(2025, 12, 31), periods=1)
    assert period_ends(case, through=2) == [
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
    ]
    assert len(year_fractions(case, through=5)) == 5
    assert period_ends(case, through=0) == [case.as_of]


@pytest.mark.parametrize(
    ("day_count", "step", "expected"),
    [
        ("30/360", "month", [1 / 12] * 4),
        ("30/360", "quarter", [0.25] * 4),
        ("30/360", "year", [1.0] * 4),
        ("act/365", "month", [31 / 365, 29 / 365, 31 / 365, 30 / 365]),
        ("act/360", "month", [31 / 360, 29 / 360, 31 / 360, 30 / 360]),
        ("act/360", "year", [366 / 360, 365 / 360, 365 / 360, 365 / 360]),
    ],
)
def test_year_fractions_follow_the_day_count(day_count, step, expected):
    fractions = year_fractions(settings(date(2023, 12, 31), day_count=day_count, step=step))
    np.testing.assert_array_equal(fractions, expected)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from(["month", "quarter", "year"]))
def test_closes_rise_and_no_step_is_skipped(as_of, step):
    case = settings(as_of, periods=24, step=step)
    months = [day.year * 12 + day.month for day in period_ends(case)]
    assert np.diff(months).tolist() == [case.step_months] * 24
