"""Bounds in steps, liquid assets on their wrong side and what regions may count of each other's, worked by hand.

One year on closing balances; a run is only good where the written plan keeps the exact rule, which verification says.
"""

import pytest

from tests.oracle.hand import CASH, EQUITY, NO_NEW, plug, position

from .test_whole_decisions import LOAN, planned, written  # noqa: F401  (a fixture)

BILL = {"product": "bill", "side": "asset", "class": "bill", "hqla_class": "L1", "tenor_months": 36}
COVERED = BILL | {"product": "covered", "hqla_class": "L2A"}
DEPOSIT = {"product": "deposit", "side": "liability", "class": "deposit", "lcr_outflow": 1.0}
CLAIM = {"product": "claim", "side": "asset", "class": "claim", "lcr_inflow": 1.0}


def home(*rows):
    return {"regions": [{"region": "home"}], "positions": [plug(100, 0.01), *rows]}


def limit(measure, sense, bound, **more):
    return {
        "limit": "it",
        "region": "home",
        "measure": measure,
        "sense": sense,
        "bound": bound,
    } | more


@pytest.mark.parametrize(
    ("bound", "at_least", "stepped", "objective", "loan"),
    [
        # Equity of 10 % of loans; from 60 of loans on 20 %: equity of 10 allows 100, then 50: stay a cent below 60.
        (0.1, 60, 0.2, 59.99 * 0.05 + 40.01 * 0.01, 59.99),
        # The step loosens the bound: 20 % below 40 allows 50, 10 % from 40 on allows all 95.
        (0.2, 40, 0.1, 95 * 0.05 + 5 * 0.01, 95),
        # 40 % allows 25, and the looser 25 % (40) begins at 60: out of reach.
        (0.4, 60, 0.25, 25 * 0.05 + 75 * 0.01, 25),
    ],
)
def test_a_bound_that_moves_in_steps(planned, bound, at_least, stepped, objective, loan):  # noqa: F811
    own = {"product": "own", "side": "equity", "class": "own", "capital_tier": "cet1"}
    run = planned(
        **home(
            position("loan", 0, 0.05, max_new=95),
            position("equity", 90, 0, **NO_NEW),
            position("own", 10, 0, **NO_NEW),
        ),
        products=[CASH, LOAN, EQUITY, own],
        limits=[limit("cet1", "min", bound, denominator="class:loan")],
        steps=[{"limit": "it", "measure": "class:loan", "at_least": at_least, "bound": stepped}],
    )
    assert run.objective == pytest.approx(objective)
    assert written(run) == {"loan": pytest.approx(loan)}


def test_the_highest_step_reached_applies(planned):  # noqa: F811
    """Loans are capped at 30; with 50 of cash or more at 80, with 20 or more at 70. 80 leave 20: 70; so 70 and 30 of cash."""
    run = planned(
        **home(position("loan", 0, 0.05, max_new=95), position("equity", 100, 0, **NO_NEW)),
        products=[CASH, LOAN, EQUITY],
        limits=[limit("class:loan", "max", 30)],
        steps=[
            {"limit": "it", "measure": "product:cash", "at_least": 50, "bound": 80},
            {"limit": "it", "measure": "product:cash", "at_least": 20, "bound": 70},
        ],
    )
    assert run.objective == pytest.approx(70 * 0.05 + 30 * 0.01)


@pytest.mark.parametrize(
    ("measure", "sense", "bound", "stepped", "objective", "more"),
    [
        # Half of the net outflow in cash leaves 70 for loans, all of it 40, which is below the step: stay a cent below it.
        ("hqla", "min", 0.5, 1.0, 49.99 * 0.05 + 50.01 * 0.01, {"denominator": "net_outflow"}),
        ("usable_hqla", "min", 30, 60, 49.99 * 0.05 + 50.01 * 0.01, {}),
        # Claims of 20 bring net outflow down to 40, claims of 40 to 20: 60 are left for loans, above the step.
        ("net_outflow", "max", 40, 20, 60 * 0.05 + 40 * 0.01, {}),
        # 0.5 x the norm of 60 and of what is lent: 80 lent make 50; 25 do not cover the deposits, so 20 is out of reach.
        ("outflow_at_risk", "max", 50, 20, 49.99 * 0.05 + 50.01 * 0.01, {}),
    ],
)
def test_steps_move_the_bound_of_liquidity(
    planned,  # noqa: F811
    measure,
    sense,
    bound,
    stepped,
    objective,
    more,
):
    """100 of cash are funded by deposits of 60 that flow out; loans earn 5 %, cash and claims 1 %; from 50 of loans on the bound is the other."""
    loading = [("deposit", "run", 1.0), ("loan", "draw", 1.0)]
    run = planned(
        {"risk": {"outflow_confidence": 0.5}},
        **home(
            position("loan", 0, 0.05, max_new=95),
            position("claim", 0, 0.01, max_new=95),
            position("deposit", 60, 0, **NO_NEW),
            position("equity", 40, 0, **NO_NEW),
        ),
        products=[CASH, LOAN, CLAIM, DEPOSIT, EQUITY],
        limits=[limit(measure, sense, bound, **more)],
        steps=[{"limit": "it", "measure": "class:loan", "at_least": 50, "bound": stepped}],
        volatility=[
            {"region": "home", "product": product, "factor": factor, "loading": each}
            for product, factor, each in loading
        ],
    )
    assert run.objective == pytest.approx(objective, abs=2e-3)


def test_steps_where_nothing_is_volatile(planned):  # noqa: F811
    """Without loadings nothing is at risk, which any bound from 0 on allows: all 95 are lent, 5 of cash stay."""
    run = planned(
        **home(position("loan", 0, 0.05, max_new=95), position("equity", 100, 0, **NO_NEW)),
        products=[CASH, LOAN, EQUITY],
        limits=[limit("outflow_at_risk", "max", 0)],
        steps=[{"limit": "it", "measure": "class:loan", "at_least": 50, "bound": 10}],
    )
    assert run.objective == pytest.approx(95 * 0.05 + 5 * 0.01)


def test_a_cap_on_liquid_assets(planned):  # noqa: F811
    """Bills and covered bonds pay more than cash, and hqla may be 50 at most.

    40 % of the stock at most is level 2: 30 of bills count 50 with 20 of covered bonds or with 70 of them, so 70 may be written:
    30 x 2 % + 70 x 3 % = 2.7. A cap on each piece would have allowed 20.
    """
    run = planned(
        **home(
            position("bill", 0, 0.02, min_new=30, max_new=30),
            position("covered", 0, 0.03, max_new=95),
            position("equity", 100, 0, **NO_NEW),
        ),
        products=[CASH, BILL, COVERED, EQUITY],
        limits=[limit("hqla", "max", 50)],
    )
    assert run.objective == pytest.approx(30 * 0.02 + 70 * 0.03)


def test_a_floor_on_net_outflow(planned):  # noqa: F811
    """100 of deposits flow out, claims at 4 % flow in, as far as 75: so net outflow is 25 at least whatever is written.

    A floor of 30 asks for claims of 70 at most. The rows of its pieces alone would let the measure be called 30 with 95.
    """
    tables = {
        "regions": [{"region": "home"}],
        "products": [CASH, CLAIM, DEPOSIT, EQUITY],
        "positions": [
            plug(110, 0.01),
            position("claim", 0, 0.04, max_new=95),
            position("deposit", 100, 0.0, **NO_NEW),
            position("equity", 10, 0, **NO_NEW),
        ],
    }
    free = planned(**tables, limits=[limit("net_outflow", "min", 25)])
    assert free.objective == pytest.approx(95 * 0.04 + 15 * 0.01)
    held = planned(**tables, limits=[limit("net_outflow", "min", 30)])
    assert held.objective == pytest.approx(70 * 0.04 + 40 * 0.01)


def test_what_regions_need_themselves_counts_with_inflows_capped(planned):  # noqa: F811
    """The daughter has 60 of bills and 100 of outflow; nothing of what it does not need may be counted above it.

    Claims of hers pay 4 %, bills 1 %. With c of claims she needs max(100 - c, 25), of which 60 are there: the group may count
    min(60, that). It must count 25: all 95 of claims may be written, by the cap. The convex form, 100 - c, allows 75.
    """
    run = planned(
        regions=[{"region": "g"}, {"region": "d", "parent": "g", "transferable": 0}],
        products=[CASH, BILL, CLAIM, DEPOSIT, EQUITY],
        positions=[
            plug(0, 0.01) | {"region": "g"},
            plug(100, 0.01) | {"region": "d"},
            position("bill", 60, 0.01, **NO_NEW) | {"region": "d"},
            position("claim", 0, 0.04, max_new=95) | {"region": "d"},
            position("deposit", 100, 0.0, **NO_NEW) | {"region": "d"},
            position("equity", 60, 0, **NO_NEW) | {"region": "d"},
        ],
        limits=[
            {"limit": "it", "region": "g", "measure": "usable_hqla", "sense": "min", "bound": 25}
        ],
    )
    assert run.objective == pytest.approx(60 * 0.01 + 95 * 0.04 + 5 * 0.01)
