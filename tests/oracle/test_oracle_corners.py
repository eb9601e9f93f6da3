"""The oracle against pencil and paper: sentences of the contract that are easily read past.

One year a period and closing balances, unless the docstring says otherwise.
"""

import datetime as dt

import pytest

from .hand import CASH, DEPOSIT, EQUITY, GILT, LOAN, NO_NEW, plug, position
from .scope import LOW, Scope


def about(value):
    return pytest.approx(value, abs=1e-6)


TREE = [
    {"region": "west"},
    {"region": "post", "parent": "west"},
    {"region": "east", "parent": "west"},
]
KEY = {"region": "home", "currency": "CNY", "product": "loan"}


def test_a_node_without_positions_passes_on_exactly_what_it_gets(best):
    """40 reach the post in both years, for two years; it passes them on each year anew: 40 x 5 % twice.

    Of 2 % paid from the post to west nothing is lost; the post's own 1 % of 40 costs, taxed by half: 0.2 twice.
    """
    objective, plan = best(
        {"periods": 2},
        regions=[TREE[0], TREE[1] | {"tax_rate": 0.5}, TREE[2]],
        products=[CASH, LOAN | {"tenor_months": 12}, EQUITY],
        positions=[
            plug(100, region="west"),
            position("equity", 100, 0, region="west", **NO_NEW),
            plug(0, region="east"),
            position("loan", 0, 0.05, region="east", max_new=100),
        ],
        lanes=[
            {
                "lane": "in",
                "lender": "west",
                "borrower": "post",
                "tenor_months": 24,
                "capacity": 40,
            },
            {"lane": "on", "lender": "post", "borrower": "east", "capacity": 90, "cost": 0.01},
        ],
    )
    assert [plan["transfer", "in", t] for t in (1, 2)] == [about(40), about(0)]
    assert [plan["transfer", "on", t] for t in (1, 2)] == [about(40), about(40)]
    assert objective == about(2 * (40 * 0.05 - 0.2))


def test_what_a_rule_says_of_the_last_period_goes_on_after_it(best):
    """Loans of 100 for four years at 5 %, FTP 2 %: no loss in year 1, 1 % in year 2, hence also in year 3; gone in year 4.

    5, then 4, then 100 x (5 % - 2 % - 1 %) = 2.
    """
    objective, _ = best(
        {"periods": 2, "horizon_value": "run_off"},
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(100),
            position("loan", 100, 0.05, residual_months=48, ftp_rate=0.02, **NO_NEW),
            position("equity", 200, 0, **NO_NEW),
        ],
        rules=[
            {"attribute": "expected_loss", "product": "loan", "start": 2, "end": 2, "value": 0.01},
        ],
    )
    assert objective == about(5 + 4 + 2)


def test_the_more_specific_rule_wins_by_points(model_of):
    """A product (8) beats class, region and jurisdiction (7); of a sister region only the class (4) is said."""
    rule = {"attribute": "rsf"}
    model = model_of(
        regions=[
            {"region": "home", "jurisdiction": "J"},
            {"region": "sister", "parent": "home", "jurisdiction": "K"},
        ],
        products=[CASH, LOAN | {"rsf": 0.1}, GILT | {"class": "loan", "rsf": 0.2}, EQUITY],
        positions=[
            plug(0),
            position("loan", 10, 0, **NO_NEW),
            position("gilt", 10, 0, **NO_NEW),
            position("equity", 20, 0, **NO_NEW),
            plug(0, region="sister"),
            position("gilt", 10, 0, region="sister", **NO_NEW),
            position("equity", 10, 0, region="sister", **NO_NEW),
        ],
        rules=[
            rule | {"product": "loan", "value": 0.3},
            rule | {"class": "loan", "region": "home", "jurisdiction": "J", "value": 0.5},
            rule | {"class": "loan", "value": 0.7},
            rule | {"region": "sister", "jurisdiction": "K", "value": 0.9},
        ],
    )
    x = model.solve().x

    def rsf(region):
        return model.limits.measure("rsf", Scope(model.brute, region, "solo", ""), 1, LOW).value(x)

    assert rsf("home") == about(3 + 5)
    assert rsf("sister") == about(7)


def test_a_bound_of_a_period_replaces_the_position_s_own(best):
    """Loans up to 30 in all, but 50 in year 2, and at least 20 of cash in year 1 of 40: 20, 40, 30 x 5 %."""
    objective, _ = best(
        {"periods": 3},
        products=[CASH, LOAN | {"tenor_months": 12}, EQUITY],
        positions=[
            plug(40),
            position("loan", 0, 0.05, max_new=100, max_balance=30),
            position("equity", 40, 0, **NO_NEW),
        ],
        bounds=[
            KEY | {"start": 2, "end": 2, "max_balance": 50},
            KEY | {"product": "cash", "end": 1, "min_balance": 20},
        ],
    )
    assert objective == about(0.05 * (20 + 40 + 30))


@pytest.mark.parametrize(("accrual", "expected"), [("average", 0.9), ("closing", 0.6)])
def test_an_opening_lane_earns_until_it_is_repaid(best, accrual, expected):
    """60 at 1 % for two years: 0.6 in the first, half of that on average in the second. East's loss is relieved in full."""
    objective, _ = best(
        {"periods": 2, "accrual": accrual},
        regions=[{"region": "west"}, {"region": "east", "parent": "west", "tax_rate": 1}],
        products=[CASH, EQUITY],
        positions=[
            plug(40, region="west"),
            position("equity", 100, 0, region="west", **NO_NEW),
            plug(60, region="east"),
        ],
        lanes=[
            {"lane": "we", "lender": "west", "borrower": "east", "opening": 60, "residual_months": 24,
             "capacity": 60, "rate": 0.01, "start": 1, "end": 1}
        ],
    )  # fmt: skip
    assert objective == about(expected)


def test_losses_are_relieved_and_what_is_exempt_is_not_taxed(best):
    """Gilts of 100 at 4 %, half exempt, loans of 100 at -6 %; 25 % of -2 - 2 come back: -2 + 1."""
    objective, _ = best(
        regions=[{"region": "home", "tax_rate": 0.25}],
        products=[CASH, GILT | {"tax_exempt": 0.5}, LOAN, EQUITY],
        positions=[
            plug(0),
            position("gilt", 100, 0.04, **NO_NEW),
            position("loan", 100, -0.06, **NO_NEW),
            position("equity", 200, 0, **NO_NEW),
        ],
    )
    assert objective == about(-1)


def test_a_penalty_is_per_year(best):
    """10 of loans too many for two quarters: 10 x 8 % / 4 twice; they earn 50 x 4 % / 4 twice."""
    objective, _ = best(
        {"periods": 2, "step": "quarter"},
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(0),
            position("loan", 50, 0.04, **NO_NEW),
            position("equity", 50, 0, **NO_NEW),
        ],
        limits=[
            {"limit": "l", "region": "home", "measure": "class:loan", "sense": "max", "bound": 40,
             "enforcement": "soft", "penalty": 0.08}
        ],
    )  # fmt: skip
    assert objective == about(2 * (0.5 - 0.2))


def test_level_2b_counts_up_to_a_cap_of_its_own(best):
    """100 must be held: T = cash (level 1) + half of shares (2B), at most 20/17 x cash: 85 and 30. 85 are lent at 5 %.

    More shares for less cash would not count, fewer would lend less.
    """
    objective, plan = best(
        products=[
            CASH,
            GILT | {"hqla_class": "L2B", "haircut": 0.5},
            LOAN,
            DEPOSIT | {"lcr_outflow": 1},
            EQUITY,
        ],
        positions=[
            plug(200),
            position("gilt", 0, 0.04, max_new=100),
            position("loan", 0, 0.05, max_new=200),
            position("deposit", 100, 0, **NO_NEW),
            position("equity", 100, 0, **NO_NEW),
        ],
        limits=[
            {"limit": "l", "region": "home", "measure": "hqla", "denominator": "net_outflow", "sense": "min", "bound": 1}
        ],
    )  # fmt: skip
    assert plan["new", ("home", "CNY", "gilt"), 1] == about(30)
    assert objective == about(30 * 0.04 + 85 * 0.05)


def test_a_day_count_takes_real_days_and_discounts_by_them(best):
    """Two months from the end of January 2024: 29 and 31 days of 360, on 360 at 10 %: 2.9 and 3.1, at 1 / 1.21.

    The discount of month 1 is 1.21 ^ -(29/360), of month 2 1.21 ^ -(60/360).
    """
    objective, _ = best(
        {"as_of": dt.date(2024, 1, 31), "periods": 2, "step": "month", "day_count": "act/360", "discount_rate": 0.21},
        products=[CASH, LOAN, EQUITY],
        positions=[
            plug(0),
            position("loan", 360, 0.1, **NO_NEW),
            position("equity", 360, 0, **NO_NEW),
        ],
    )  # fmt: skip
    assert objective == about(2.9 * 1.21 ** -(29 / 360) + 3.1 * 1.21 ** -(60 / 360))
