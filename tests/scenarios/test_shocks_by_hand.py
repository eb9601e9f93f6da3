"""Each shock through the whole pipeline to the objective; the docstring is the working.

Unless told otherwise: years, interest on closing balances, no tax, no discount, cash at 0 % squares the day.
"""

import pytest

from tests.oracle.hand import (
    CASH,
    DEPOSIT,
    EQUITY,
    HOME,
    LOAN,
    NO_NEW,
    plug,
    position,
    write_case,
)
from tests.scenarios.storm import PRODUCTS, balances, book_of, planned, under


def one_bank(*positions, equity=100.0, products=PRODUCTS, **tables):
    rows = [*positions, position("equity", equity, 0, **NO_NEW)]
    return {"regions": HOME, "products": products, "positions": rows, **tables}


def test_runoff_takes_a_share_once_of_what_was_written_before(tmp_path):
    """A loan book of 100 at 10 % and 10 of new loans each year at 10 %; at the start of year 2 a fifth of it is lost.

    Year 1: 100 + 10 = 110. Year 2: 0.8 x 110 + 10 = 98. Year 3: 108. Interest 11 + 9.8 + 10.8 = 31.6.
    """
    ledger = under(
        tmp_path,
        {"periods": 3},
        one_bank(plug(50), position("loan", 100, 0.1, max_new=10, min_new=10), equity=150),
        {"shock": "runoff", "product": "loan", "start": 2, "value": 0.2},
    )
    assert balances(ledger, "loan") == pytest.approx([110, 98, 108])
    assert ledger.objective == pytest.approx(31.6)


def test_a_total_loss_is_a_clean_start_and_its_end_does_not_matter(tmp_path):
    """As above with half of it lost in year 1, all of it in year 2, whatever the end of the shock says.

    Year 1: 0.5 x 100 + 10 = 60. Year 2: 0 + 10. Year 3: 20. Interest 6 + 1 + 2 = 9.
    """
    ledger = under(
        tmp_path,
        {"periods": 3},
        one_bank(plug(0), position("loan", 100, 0.1, max_new=10, min_new=10)),
        {"shock": "runoff", "start": 1, "end": 1, "product": "loan", "value": 0.5},
        {"shock": "runoff", "start": 2, "end": 2, "product": "loan", "value": 1},
    )
    assert balances(ledger, "loan") == pytest.approx([60, 10, 20])
    assert ledger.objective == pytest.approx(9)


def test_runoff_stays_gone_after_the_horizon(tmp_path):
    """A loan of 100 at 10 % for three more years, straight-line; FTP is 4 %; a half runs off in the first of them.

    One year is planned: closing balance 100 x 2/3 x 0.5 = 33.33 earns 3.333. After it a third of 50 is left for one
    year: 16.667 x (10 % - 4 %) = 1.
    """
    loan = LOAN | {"amortisation": "linear", "tenor_months": 36}
    ledger = under(
        tmp_path,
        {"horizon_value": "run_off"},
        one_bank(
            plug(0),
            position("loan", 100, 0.1, residual_months=36, **NO_NEW),
            products=[CASH, loan, DEPOSIT, EQUITY],
            curves=[{"curve": "ftp", "currency": "CNY", "tenor_months": 12, "rate": 0.04}],
        ),
        {"shock": "runoff", "product": "loan", "value": 0.5},
    )
    assert ledger.horizon_value == pytest.approx(1, abs=1e-9)
    assert ledger.objective == pytest.approx(10 / 3 + 1, abs=0.002)


def test_renewal_counts_what_the_shock_took(tmp_path):
    """A book of 100 that never runs off may renew at most what ran off; at 10 % it does so gladly.

    In year 2 a shock takes 30; 30 are written: 100, 100, 100. Interest 30.
    """
    ledger = under(
        tmp_path,
        {"periods": 3},
        one_bank(plug(0), position("loan", 100, 0.1, max_new=500, max_renewal=1)),
        {"shock": "runoff", "product": "loan", "start": 2, "value": 0.3},
    )
    assert balances(ledger, "loan") == pytest.approx([100, 100, 100])
    assert ledger.objective == pytest.approx(30)


def test_a_fixed_cohort_keeps_the_shock_and_the_legacy_book_does_not_feel_it(tmp_path):
    """100 of loans at 5 %, 10 written each year at 5 %; in year 2 rates are 2 % up.

    Cohorts of years 1, 2, 3 earn 5 %, 7 %, 5 %. Legacy 3 x 5 = 15; first cohort 3 x 0.5, second 2 x 0.7, third 0.5.
    15 + 1.5 + 1.4 + 0.5 = 18.4.
    """
    ledger = under(
        tmp_path,
        {"periods": 3},
        one_bank(plug(50), position("loan", 100, 0.05, max_new=10, min_new=10), equity=150),
        {"shock": "rate", "product": "loan", "start": 2, "end": 2, "value": 0.02},
    )
    assert ledger.objective == pytest.approx(18.4)


def test_floating_books_move_by_their_beta_while_the_shock_lasts(tmp_path):
    """The same with floating loans of beta 0.5: in year 2 the legacy book and the first cohort earn 1 % more.

    Legacy 5 + 6 + 5 = 16. First cohort 0.5 + 0.6 + 0.5. Second 0.7 when written, then 0.5. Third 0.5.
    16 + 1.6 + 1.2 + 0.5 = 19.3.
    """
    loan = LOAN | {"rate_type": "floating", "index": "libor", "beta": 0.5}
    ledger = under(
        tmp_path,
        {"periods": 3},
        one_bank(
            plug(50),
            position("loan", 100, 0.05, max_new=10, min_new=10),
            equity=150,
            products=[CASH, loan, DEPOSIT, EQUITY],
            curves=[{"curve": "libor", "currency": "CNY", "tenor_months": 12, "rate": 0.04}],
        ),
        {"shock": "rate", "product": "loan", "start": 2, "end": 2, "value": 0.02},
    )
    assert ledger.objective == pytest.approx(19.3)
    rows = ledger.tables["positions"]
    rates = rows.loc[rows["product"] == "loan", "rate"].tolist()
    assert rates == pytest.approx([0.05, (6 + 0.6 + 0.7) / 120, 0.05])


def test_a_plug_earns_the_shock_in_full(tmp_path):
    """Cash of 100 at 1 %; in year 2 rates are 2 % up: 1 + 3 = 4. Two shocks on the same cell add up: 1 + 6 = 7."""
    up = {"shock": "rate", "start": 2, "value": 0.02}
    again = {"shock": "rate", "product": "cash", "start": 2, "value": 0.03}
    tables = one_bank(plug(100, 0.01))
    assert under(tmp_path / "one", {"periods": 2}, tables, up).objective == pytest.approx(4)
    assert under(tmp_path / "two", {"periods": 2}, tables, up, again).objective == pytest.approx(7)


def test_the_horizon_values_cohorts_at_the_rate_they_were_written_at(tmp_path):
    """10 are written for two years in the one planned year, at 5 % + 2 %; FTP is 4 % and does not move.

    0.7 in the year, 10 x (7 % - 4 %) = 0.3 after it: 1.0.
    """
    loan = LOAN | {"tenor_months": 24}
    ledger = under(
        tmp_path,
        {"horizon_value": "run_off"},
        one_bank(
            plug(100),
            position("loan", 0, 0.05, max_new=10, min_new=10),
            products=[CASH, loan, DEPOSIT, EQUITY],
            curves=[{"curve": "ftp", "currency": "CNY", "tenor_months": 12, "rate": 0.04}],
        ),
        {"shock": "rate", "product": "loan", "value": 0.02},
    )
    assert ledger.objective == pytest.approx(1.0)


def test_new_business_multiplies_what_may_and_what_must_be_written(tmp_path):
    """Loans earn 5 %: at most 40 may be written; deposits cost 1 %: 20 must be taken, in year 2 by `bounds` 30.

    A half of all: loans 20, 20; deposits 10, 15. Year 1: 1 - 0.1. Year 2: 2 - 0.25. 2.65.
    """
    ledger = under(
        tmp_path,
        {"periods": 2},
        one_bank(
            plug(100),
            position("loan", 0, 0.05, max_new=40),
            position("deposit", 0, 0.01, min_new=20, max_new=60),
            bounds=[{"region": "home", "product": "deposit", "start": 2, "min_new": 30}],
        ),
        {"shock": "new_business", "value": 0.5},
    )
    assert balances(ledger, "loan") == pytest.approx([20, 40])
    assert balances(ledger, "deposit") == pytest.approx([10, 25])
    assert ledger.objective == pytest.approx(2.65)


REGIONS = [{"region": "group"}, *({"region": r, "parent": "group"} for r in ("east", "west"))]
LANE = {"lane": "e-w", "lender": "east", "borrower": "west", "rate": 0.0}


def two_regions(**lane):
    """East holds 100 of cash at 1 %, West lends at 5 % what it can borrow."""
    return {
        "regions": REGIONS,
        "products": PRODUCTS,
        "positions": [
            plug(100, 0.01, region="east"),
            position("equity", 100, 0, region="east", **NO_NEW),
            plug(0, 0.01, region="west"),
            position("loan", 0, 0.05, region="west", max_new=100) | {"max_balance": 100},
        ],
        "lanes": [LANE | lane],
    }


@pytest.mark.parametrize(
    ("shock", "lent"),
    [
        ({"value": 0.5}, [60, 30]),
        ({"value": 0.5, "region": "west"}, [60, 30]),
        ({"value": 0.5, "region": "group"}, [60, 30]),
        ({"value": 0.5, "lane": "e-w"}, [60, 30]),
        ({"value": 0.0}, [60, 0]),
        ({"value": 0.5, "region": "north"}, [60, 60]),
    ],
)
def test_lane_capacity_is_multiplied(tmp_path, shock, lent):
    """A lane of 60 placed anew each year, by half or shut in year 2; each unit lent earns 5 % - 1 % over cash at 1 %.

    A shock of another region leaves it alone. Loans of one year: 1 + 1 + 4 % of what is lent.
    """
    tables = two_regions(capacity=60)
    tables["regions"] = [*REGIONS, {"region": "north", "parent": "group"}]
    tables["products"] = [CASH, LOAN | {"tenor_months": 12}, DEPOSIT, EQUITY]
    ledger = under(
        tmp_path, {"periods": 2}, tables, {"shock": "lane_capacity", "start": 2, **shock}
    )
    assert ledger.tables["lanes"]["outstanding"].tolist() == pytest.approx(lent)
    assert ledger.objective == pytest.approx(2 + 0.04 * sum(lent))


@pytest.mark.parametrize(("value", "lent"), [(0.0, 0), (0.5, 100), (2.0, 100)])
def test_a_lane_without_capacity_stays_without_one_unless_it_is_shut(tmp_path, value, lent):
    ledger = under(tmp_path, {}, two_regions(), {"shock": "lane_capacity", "value": value})
    assert ledger.tables["lanes"]["outstanding"].tolist() == pytest.approx([lent])


def test_expected_loss_adds_to_that_of_the_products_after_rules(tmp_path):
    """Loans of 100 at 5 % lose 1 % by a rule, 2 % more in year 2: 4 + 2 = 6."""
    ledger = under(
        tmp_path,
        {"periods": 2},
        one_bank(
            plug(0),
            position("loan", 100, 0.05, **NO_NEW),
            rules=[{"attribute": "expected_loss", "product": "loan", "value": 0.01}],
        ),
        {"shock": "expected_loss", "class": "loan", "start": 2, "value": 0.02},
    )
    assert ledger.objective == pytest.approx(6)


def test_risk_weight_adds_to_positions_and_to_claims_on_lanes(tmp_path):
    """East may hold 30 of risk-weighted assets; its claim on West weighs 50 %, in the shock 75 %: 40 instead of 60.

    They earn 4 % over cash at 1 %: 1 + 1.6 = 2.6. A shock of all that East holds hits its cash as well: 25 % of 100 are
    25, and each unit lent adds 50 %, so 10. One of what West holds leaves it alone: 60.
    """
    claim = {"product": "claim", "side": "asset", "risk_weight": 0.5}
    tables = two_regions(capacity=90, asset_product="claim")
    tables["products"] = [*PRODUCTS, claim]
    tables["limits"] = [
        {"limit": "rwa", "region": "east", "measure": "rwa", "sense": "max", "bound": 30}
    ]
    shock = {"shock": "risk_weight", "value": 0.25}
    hits = (({"product": "claim"}, 40), ({"lane": "e-w"}, 40), ({"region": "east"}, 10))
    for number, (where, lent) in enumerate((*hits, ({"region": "west"}, 60))):
        ledger = under(tmp_path / str(number), {}, tables, shock | where)
        assert ledger.tables["lanes"]["outstanding"].tolist() == pytest.approx([lent])
        assert ledger.objective == pytest.approx(1 + 0.04 * lent)


def test_haircut_and_lcr_outflow_squeeze_liquidity_from_both_sides(tmp_path):
    """Deposits of 100 flow out at 20 % + 10 %, cash counts 100 % - 20 %: the LCR wants 30 / 0.8 = 37.5 of cash.

    Of 100 that came from deposits 62.5 may be lent, at 5 % less 1 % on deposits: 3.125 - 1 = 2.125.
    """
    deposit = DEPOSIT | {"lcr_outflow": 0.2}
    ledger = under(
        tmp_path,
        {},
        one_bank(
            plug(100),
            position("loan", 0, 0.05, max_new=200),
            position("deposit", 100, 0.01, **NO_NEW),
            equity=0,
            products=[CASH, LOAN, deposit, EQUITY],
            limits=[
                {
                    "limit": "lcr",
                    "region": "home",
                    "measure": "hqla",
                    "denominator": "net_outflow",
                    "sense": "min",
                    "bound": 1,
                }
            ],
        ),
        {"shock": "haircut", "product": "cash", "value": 0.2},
        {"shock": "lcr_outflow", "class": "deposit", "value": 0.1},
    )
    assert balances(ledger, "cash") == pytest.approx([37.5])
    assert ledger.objective == pytest.approx(2.125)


def test_limits_of_all_and_of_the_scenario_hold_and_no_others(tmp_path):
    """Loans at 5 % may be 50, in the scenario 30, in the base case 10, in another scenario 5."""
    bounds = {"all": 50, "storm": 30, "base": 10, "calm": 5}
    tables = one_bank(
        plug(100),
        position("loan", 0, 0.05, max_new=200),
        limits=[
            {
                "limit": f"loans_{name}",
                "region": "home",
                "measure": "class:loan",
                "sense": "max",
                "bound": bound,
                "scenarios": name,
            }
            for name, bound in bounds.items()
        ],
        scenarios=[{"scenario": "storm"}, {"scenario": "calm"}],
    )
    case = write_case(tmp_path, {}, tables)
    for scenario, lent in (("storm", 30), ("base", 10), ("calm", 5)):
        ledger = planned(book_of(case, scenario))
        assert balances(ledger, "loan") == pytest.approx([lent])
        limits = ledger.tables["limits"]
        assert set(limits["limit"]) == {"loans_all", f"loans_{scenario}"}
        assert set(limits["scenario"]) == set(ledger.tables["opening_limits"]["scenario"])
        assert set(limits["scenario"]) == {scenario}
