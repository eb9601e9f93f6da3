"""Lots, tickets, fixed costs, corridors and rates by volume, worked by hand, through the whole line to the verified plan.

One year on closing balances. `home` has 100 of money, cash pays 1 %, a loan at 5 % takes at most 95.
"""

import pandas as pd
import pytest

from alm.runs.allocate import allocate
from tests.oracle.hand import CASH, EQUITY, NO_NEW, plug, position, write_case

LOAN = {"product": "loan", "side": "asset", "class": "loan", "tenor_months": 36}
TIER = {"region": "home", "currency": "CNY", "product": "loan"}


@pytest.fixture
def planned(tmp_path, monkeypatch):
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)

    def plan(settings=None, options=None, **tables):
        write_case(tmp_path / "case", {"periods": 1} | (settings or {}), tables)
        run = allocate(tmp_path / "case", out=tmp_path / "run", baselines=False, **(options or {}))
        assert run.verified
        assert run.status == "optimal"
        assert run.bound >= run.objective - 1e-9
        return run

    return plan


def written(run, table="positions", column="new", key="product"):
    rows = pd.read_parquet(run.folder / "plan" / f"{table}.parquet")
    return rows.loc[rows[column] > 0].set_index(key)[column].to_dict()


def at_home(loan=None, **more):
    return {
        "regions": [{"region": "home"}],
        "products": [CASH, LOAN | (loan or {}), EQUITY],
        "positions": [
            plug(100, 0.01),
            position("loan", 0, 0.05, max_new=95) | more.pop("row", {}),
            position("equity", 100, 0, **NO_NEW),
        ],
        **more,
    }


@pytest.mark.parametrize(
    ("loan", "objective", "new"),
    [
        # Lots of 30: 90 at 5 %, 10 at 1 %.
        ({"lot": 30}, 4.6, 90),
        # All or nothing at 95, the most: 95 at 5 %, 5 at 1 %.
        ({"minimum_ticket": 95}, 4.8, 95),
        # A ticket that the bound does not reach: nothing is written.
        ({"minimum_ticket": 200}, 1.0, 0),
        # 95 x 4 % = 3.8 more than cash: worth 3, not worth 5.
        ({"fixed_cost": 3}, 1.8, 95),
        ({"fixed_cost": 5}, 1.0, 0),
    ],
)
def test_new_business_in_lots_tickets_and_at_a_fixed_cost(planned, loan, objective, new):
    run = planned(**at_home(loan))
    assert run.objective == pytest.approx(objective)
    assert written(run).get("loan", 0) == new


def test_a_rate_that_gets_better_with_volume_is_earned_in_order(planned):
    """50 at 5 %, then 45 at 8 %, 5 of cash: 2.5 + 3.6 + 0.05 = 6.15; the better part alone is not to be had."""
    run = planned(**at_home(tiers=[TIER | {"over": 50, "rate": 0.08}]))
    assert run.objective == pytest.approx(6.15)
    assert written(run) == {"loan": 95}


def test_a_rate_that_gets_worse_with_volume_stops_where_cash_pays_more(planned):
    """50 at 5 %, above at 0.5 %: cash at 1 % is better: 2.5 + 0.5 = 3."""
    run = planned(**at_home(tiers=[TIER | {"over": 50, "rate": 0.005}]))
    assert run.objective == pytest.approx(3.0)
    assert written(run) == {"loan": 50}


def test_lots_and_price_slopes_together(planned):
    """9 % less 0.1 % for each unit: 40 would be best, in lots of 30 it is 30 x 6 % + 70 x 1 % = 2.5, 60 give 2.2."""
    run = planned(**at_home({"lot": 30}, row={"rate": 0.09, "price_slope": 0.001}))
    assert run.objective == pytest.approx(2.5)
    assert written(run) == {"loan": 30}


def test_a_fixed_cost_falls_due_only_on_something(planned):
    """Income of the first year is at most 1.8, and only then can loans be written, which pay in the second year too.

    1 of cash and 4 % of 20 more on loans are 1.8. One quantum of what costs 2 makes room for 50 more loans: 1 + 2.8 - 2
    in the first year, 3.8 in the second. A cost without that quantum would be none in the accounts.
    """
    tables = at_home(bounds=[TIER | {"start": 2, "max_new": 0}])
    tables["products"].append(
        {"product": "dear", "side": "asset", "class": "loan", "fixed_cost": 2}
    )
    tables["positions"].append(position("dear", 0, 0.01, max_new=10))
    cap = {"limit": "cap", "region": "home", "measure": "income", "sense": "max", "bound": 1.8}
    run = planned({"periods": 2}, **tables, limits=[cap | {"end": 1}])
    assert run.objective == pytest.approx(5.6)
    positions = pd.read_parquet(run.folder / "plan" / "positions.parquet").query("period == 1")
    assert positions.set_index("product")["new"].loc[["dear", "loan"]].tolist() == [0.01, 70]


# a has 100 of money; b lends 40 at 5 %, c 40 at 4 %. A lane costs 0.1 %, so b gains 1.56 over cash, c 1.16.
GROUP = {
    "regions": [{"region": "g"}, *({"region": r, "parent": "g"} for r in "abc")],
    "products": [CASH, LOAN, EQUITY],
    "positions": [
        plug(100, 0.01) | {"region": "a"},
        plug(0, 0.01) | {"region": "b"},
        plug(0, 0.01) | {"region": "c"},
        position("equity", 100, 0, **NO_NEW) | {"region": "a"},
        position("loan", 0, 0.05, max_new=40) | {"region": "b"},
        position("loan", 0, 0.04, max_new=40) | {"region": "c"},
    ],
}
FEW = {"limit": "few", "region": "g", "measure": "open_lanes", "sense": "max", "bound": 1}


def lanes(b=None, c=None, **both):
    plain = {"lender": "a", "capacity": 50, "cost": 0.001} | both
    return [
        plain | {"lane": "ab", "borrower": "b"} | (b or {}),
        plain | {"lane": "ac", "borrower": "c"} | (c or {}),
    ]


@pytest.mark.parametrize(
    ("tables", "objective", "carried"),
    [
        ({"lanes": lanes()}, 3.72, {"ab": 40, "ac": 40}),
        # 1.3 a lane: 1.56 is worth it, 1.16 is not; the closed lane carries exactly nothing.
        ({"lanes": lanes(fixed_cost=1.3)}, 1.26, {"ab": 40}),
        # 2 for both together: 1.56 + 1.16 - 2.
        (
            {"lanes": lanes(corridor="k"), "corridors": [{"corridor": "k", "fixed_cost": 2}]},
            1.72,
            {"ab": 40, "ac": 40},
        ),
        # Together 90 at least or nothing: 10 more than is of use cost 0.01.
        (
            {"lanes": lanes(corridor="k"), "corridors": [{"corridor": "k", "minimum": 90}]},
            3.71,
            {"ab": 45, "ac": 45},
        ),
        # Together 60 at most: 40 to b, 20 to c.
        (
            {"lanes": lanes(corridor="k"), "corridors": [{"corridor": "k", "capacity": 60}]},
            1 + 1.56 + 0.58,
            {"ab": 40, "ac": 20},
        ),
        ({"lanes": lanes(), "limits": [FEW]}, 2.56, {"ab": 40}),
        # A corridor counts once.
        (
            {"lanes": lanes(corridor="k"), "corridors": [{"corridor": "k"}], "limits": [FEW]},
            3.72,
            {"ab": 40, "ac": 40},
        ),
        # 30 in a lot: 30 x 3.9 %; a ticket of 45 of which 40 are of use: 1.16 - 5 x 0.1 %.
        (
            {"lanes": lanes({"lot": 30}, {"minimum_ticket": 45})},
            1 + 1.17 + 1.155,
            {"ab": 30, "ac": 45},
        ),
    ],
)
def test_lanes_and_corridors(planned, tables, objective, carried):
    run = planned(**GROUP, **tables)
    assert run.objective == pytest.approx(objective)
    assert written(run, "lanes", "outstanding", "lane") == carried


def test_lots_tickets_and_shut_lanes_stand_in_the_workbook_as_they_are(tmp_path):
    """Five lots of 7.3 of loans in b and c, in five lots over `ab` and a ticket of 45 over `ac`; `dear`, at 9, stays shut.

    18.5 of cash at 1 % in a, 36.5 at 5 % less 0.1 %, 36.5 at 4 % and 8.5 of cash less 0.045: 0.185 + 1.7885 + 1.5 = 3.4735.
    """
    shut = {"lane": "dear", "lender": "a", "borrower": "b", "capacity": 50, "fixed_cost": 9}
    tables = GROUP | {
        "products": [CASH, LOAN | {"lot": 7.3}, EQUITY],
        "lanes": [*lanes({"lot": 7.3}, {"minimum_ticket": 45}), shut],
    }
    write_case(tmp_path / "case", {"periods": 1}, tables)
    run = allocate(tmp_path / "case", out=tmp_path / "run", baselines=False)
    assert (run.verified, run.objective) == (True, pytest.approx(3.4735))
    read = {
        name: pd.read_excel(run.report, sheet_name=name, header=4)
        for name in ("Lanes", "Positions", "Instructions")
    }
    carried = read["Lanes"].set_index("Lane")["Outstanding"]
    assert carried.to_dict() == {"ab": 36.5, "ac": 45.0, "dear": 0.0}
    assert read["Positions"].query("Product == 'loan'")["New"].tolist() == [36.5, 36.5]
    assert read["Instructions"].set_index("Lane")["Place"].to_dict() == {"ab": 36.5, "ac": 45.0}


def two_loans(**bounds):
    """Two loans alike at 5 %, all or nothing at 60: one of them fits into 100."""
    most = {"loan": 60, "other": 60} | bounds
    loans = [LOAN | {"product": name, "minimum_ticket": 60} for name in most]
    return {
        "regions": [{"region": "home"}],
        "products": [CASH, *loans, EQUITY],
        "positions": [
            plug(100, 0.01),
            *(position(name, 0, 0.05, max_new=bound) for name, bound in most.items()),
            position("equity", 100, 0, **NO_NEW),
        ],
    }


@pytest.mark.parametrize("kept", ["loan", "other"])
def test_of_two_tickets_that_earn_the_same_the_one_of_the_reference_is_kept(
    planned, tmp_path, kept
):
    """Last month only one of them could be written; now both can, and 60 x 5 % + 40 x 1 % = 3.4 either way."""
    closed = "other" if kept == "loan" else "loan"
    before = planned(**two_loans(**{closed: 0}))
    assert written(before) == {kept: 60}
    reference = before.folder.rename(tmp_path / "before")
    now = planned(options={"reference": str(reference)}, **two_loans())
    assert now.objective == pytest.approx(3.4)
    assert written(now) == {kept: 60}
