"""Where there is no plan: what must give way, what contradicts itself, and what earns without end."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from alm.case import load
from alm.explain.elastic import Allowance, UnfinishedError, _require_answer
from alm.explain.endless import why_unbounded
from alm.explain.no_plan import limit_rows, told, why_infeasible
from alm.explain.reason import Kind, Reason
from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from solvers import Solution, Status, solve
from tests.oracle.hand import CASH, DEPOSIT, EQUITY, HOME, LOAN, NO_NEW, plug, position, write_case

BANK = {
    "regions": HOME,
    "products": [CASH, LOAN, DEPOSIT, EQUITY],
    "positions": [
        plug(100, 0.01),
        position("loan", 0, 0.05, max_new=90),
        position("deposit", 60, 0.01, **NO_NEW),
        position("equity", 40, 0, **NO_NEW),
    ],
}


def limit(key: str, measure: str, sense: str, bound: float, **more: object) -> dict[str, object]:
    return {
        "limit": key,
        "region": "home",
        "measure": measure,
        "sense": sense,
        "bound": bound,
    } | more


def model(folder: Path, changes: tuple[str, ...] = (), periods: int = 1, **tables: object):
    settings = {"periods": periods} | tables.pop("settings", {})
    write_case(folder, settings, BANK | tables)
    book = open_book(load(folder, changes))
    return book, formulate(book)


def why(folder: Path, *limits: dict[str, object], **more: object) -> Reason:
    """Explain a case, after seeing that it is infeasible and that the advice, applied, makes it feasible."""
    book, formulation = model(folder, limits=list(limits), **more)
    assert solve(formulation.problem).status is Status.INFEASIBLE
    reason = why_infeasible(book, formulation)
    if reason.advice:
        mended = formulate(open_book(load(folder, reason.advice)))
        assert solve(mended.problem).status is Status.OPTIMAL
    return reason


def test_nothing_is_said_of_what_gives_way_when_time_is_up(tmp_path):
    """No conflict of limits, as little of bounds: loans of at least 120, where no more than 90 can be written."""
    loans = limit("loans", "class:loan", "min", 120)
    reason = why_infeasible(*model(tmp_path, ("solve.time_limit=1e-9",), limits=[loans]))
    assert reason == Reason(
        "which limits or bounds stand in the way is not known: to find the least that must give way takes more than"
        " 1e-09 s (solve.time_limit)"
    )


@pytest.mark.parametrize(
    ("status", "gap", "seconds", "is_answer"),
    [
        (Status.FAILED, np.inf, 0, False),
        (Status.GAP, 1e-4, 0, False),
        (Status.FAILED, np.inf, 600, False),
        (Status.GAP, 0.1, 600, False),
        (Status.INFEASIBLE, np.inf, 600, False),
        (Status.GAP, 1e-4, 600, True),
        (Status.OPTIMAL, 0, 0, True),
    ],
)
def test_what_a_solver_leaves_open_is_not_taken_for_a_conflict(
    status, gap, seconds, is_answer, tmp_path
):
    """Late or not, refused or far from proven, it is no answer; a proven point is one, even if it took the last second."""
    problem = model(tmp_path)[1].problem
    solution = Solution.nothing(problem, status).replace(x=np.zeros(problem.columns), gap=gap)
    with nullcontext() if is_answer else pytest.raises(UnfinishedError):
        _require_answer(solution, Allowance(seconds))


def test_no_plan_is_promised_where_a_miss_in_a_small_unit_passes_for_noise(tmp_path):
    """30 of loans are missing; and 60 of deposits weigh 1e-8 each, 6e-7 where 3e-7 are allowed."""
    reason = why(
        tmp_path,
        limit("loans", "class:loan", "min", 120),
        limit("co2", "co2", "max", 3e-7),
        products=[CASH, LOAN, DEPOSIT | {"co2": 1e-8}, EQUITY],
        settings={"custom_measures": ["co2"]},
    )
    assert [each["limit"] for each in reason.missed] == ["loans"]
    assert not reason.advice


def test_an_amount_gives_way_to_what_can_be_held(tmp_path):
    """Loans of at least 120, but no more than 90 can be written: 30 are missing."""
    reason = why(tmp_path, limit("loans", "class:loan", "min", 120, name="Loans"))
    assert reason.advice == ("limits.loans.bound=90",)
    assert reason.text == (
        "these limits cannot all hold; the least that must give way: Loans (regulatory, home, row 2 of limits) by"
        " CNY 30 million in period 1. There is a plan with --set limits.loans.bound=90"
    )


def test_a_ratio_gives_way_to_the_ratio_that_can_be_reached(tmp_path):
    """At least 1.7 of deposits as cash would be 102; all that there is are 100: 1.66666, rounded to the loose side."""
    ratio = limit("cash", "class:cash", "min", 1.7, denominator="class:deposit")
    reason = why(tmp_path, ratio)
    assert reason.advice == ("limits.cash.bound=1.66666",)
    assert "by CNY 2 million" in reason.text


@pytest.mark.parametrize(
    ("cash", "loans", "gives_way"),
    [
        ("statutory", "target", "loans"),
        ("target", "statutory", "cash"),
        ("regulatory", "board", "loans"),
        ("management", "board", "cash"),
        ("management", "target", "loans"),
    ],
)
def test_limits_give_way_by_tier_targets_first(tmp_path, cash, loans, gives_way):
    """80 of cash and 50 of loans do not fit into 100: 30 must give way, on the side of the lower tier alone."""
    reason = why(
        tmp_path,
        limit("cash", "class:cash", "min", 80, tier=cash),
        limit("loans", "class:loan", "min", 50, tier=loans),
    )
    least = {"cash": 50, "loans": 20}[gives_way]
    assert reason.advice == (f"limits.{gives_way}.bound={least}",)


def test_a_lower_tier_is_not_asked_for_more_than_it_can_give(tmp_path):
    """Even without loans the statutory 120 of cash are 20 short; the target then gives way wholly, and no further."""
    reason = why(
        tmp_path,
        limit("cash", "class:cash", "min", 120, tier="statutory"),
        limit("loans", "class:loan", "min", 10, tier="target"),
    )
    assert reason.advice == ("limits.cash.bound=100", "limits.loans.bound=0")
    assert reason.text.index("loans (target") < reason.text.index("cash (statutory")


def test_one_bound_serves_all_periods(tmp_path):
    """Loans of 30 a year at most: after two years 60, after one 30, where 50 are wanted at both closes."""
    positions = [*BANK["positions"]]
    positions[1] = position("loan", 0, 0.05, max_new=30)
    reason = why(tmp_path, limit("loans", "class:loan", "min", 50), positions=positions, periods=2)
    assert reason.advice == ("limits.loans.bound=30",)
    assert "by CNY 20 million in period 1" in reason.text


@pytest.mark.parametrize("cost", [{"adjustment_cost": 0.01, "last_new": 1}, {"price_slope": 0.01}])
def test_no_cost_is_stated_for_nothing_to_keep_a_limit(cost, tmp_path):
    """100 of cash at 10 % and what it earns, all of it retained: 111.11 of assets, where 105 may be.

    Volumes of at most 1 cost a cent or two; that more were lost than they cost would keep the limit.
    """
    reason = why(
        tmp_path,
        limit("size", "assets", "max", 105),
        settings={"earnings": {"retained": 1, "product": "equity"}},
        positions=[
            plug(100, 0.1),
            position("loan", 0, 0.1, max_new=1, **cost),
            position("equity", 100, 0, **NO_NEW),
        ],
    )
    (advice,) = reason.advice
    assert float(advice.removeprefix("limits.size.bound=")) == pytest.approx(111.1, abs=0.05)


def test_lanes_that_are_missing_are_counted(tmp_path):
    reason = why(tmp_path, limit("lanes", "open_lanes", "min", 2))
    assert reason.advice == ("limits.lanes.bound=0",)
    assert "by a count of 2 in period 1" in reason.text


def test_a_conflict_smaller_than_a_quantum_is_named_too(tmp_path):
    reason = why(tmp_path, limit("loans", "class:loan", "min", 90.004))
    assert reason.advice == ("limits.loans.bound=90",)


def test_a_norm_gives_way_like_any_other_limit(tmp_path):
    """Deposits of 60 move by 10 %, at 2 times that 12 are at risk, where 5 may be: 7 too much."""
    volatility = [{"region": "home", "product": "deposit", "factor": "trust", "loading": 0.1}]
    reason = why(
        tmp_path,
        limit("risk", "outflow_at_risk", "max", 5),
        limit("loans", "class:loan", "min", 10, tier="statutory"),
        volatility=volatility,
        settings={"risk": {"outflow_confidence": 2.0}},
    )
    assert reason.advice == ("limits.risk.bound=12",)


def test_what_gives_way_is_named_where_nothing_is_known_of_what_is_liquid(tmp_path):
    """Loans of 120 are 30 more than can be written; without a plan there is nothing that a cap on liquid assets may be missed by."""
    reason = why(
        tmp_path,
        limit("liquid", "hqla", "max", 60, tier="statutory"),
        limit("loans", "class:loan", "min", 120),
        settings={"earnings": {"retained": 1.0, "product": "equity"}},
    )
    assert reason.advice == ("limits.loans.bound=90",)


def test_bounds_that_contradict_each_other_are_named_with_their_rows(tmp_path):
    """A floor under new loans of 50 and a ceiling of 40 over them, written in `bounds`: 10 are too much."""
    positions = [*BANK["positions"]]
    positions[1] = position("loan", 0, 0.05, min_new=50, max_new=90)
    ceiling = {"region": "home", "product": "loan", "start": 1, "end": 1, "max_balance": 40}
    reason = why(
        tmp_path, limit("any", "class:cash", "min", 0), positions=positions, bounds=[ceiling]
    )
    assert reason.advice == ()
    assert "even with all limits off" in reason.text
    assert "min_new 50 of home CNY loan (row 3 of positions)" in reason.text
    assert "max_balance 40 of home CNY loan (row 2 of bounds)" in reason.text
    assert " of home CNY loan by 10 in period 1" in reason.text
    assert "deposit" not in reason.text


def test_a_bank_that_cannot_fund_itself_is_told_where(tmp_path):
    """Loans of 120 must be written, cash can give 100: 20 of them must give way, since no cash is below 0."""
    positions = [*BANK["positions"]]
    positions[1] = position("loan", 0, 0.05, min_new=120, max_new=120)
    reason = why(tmp_path, positions=positions)
    assert "together with the funding of home CNY," in reason.text
    assert "min_new 120 of home CNY loan (row 3 of positions)" in reason.text
    assert reason.text.endswith("give way: min_new of home CNY loan by 20 in period 1")


def test_a_bank_whose_old_business_cannot_be_funded_is_told_what_is_missing(tmp_path):
    """Deposits of 60 run off after a year and nothing may be written: cash of 50 would have to be 10 below 0."""
    positions = [
        plug(50, 0.01),
        position("loan", 50, 0.05, **NO_NEW),
        position("deposit", 60, 0.01, residual_months=12, **NO_NEW),
        position("equity", 40, 0, **NO_NEW),
    ]
    reason = why(tmp_path, positions=positions)
    assert "min_balance 0 of home CNY cash (row 2 of positions)" in reason.text
    assert reason.text.endswith("min_balance of home CNY cash by 10 in period 1")


def test_a_plug_that_earns_more_than_its_funding_is_named(tmp_path):
    """Overnight money at 0.2 % is put into cash at 1 %; client business is not named."""
    overnight = {"product": "overnight", "side": "liability"}
    positions = [*BANK["positions"], position("overnight", 0, 0.002, plug=True)]
    book, formulation = model(
        tmp_path, products=[*BANK["products"], overnight], positions=positions, periods=3
    )
    assert solve(formulation.problem).status is Status.UNBOUNDED
    text = why_unbounded(book, formulation).text
    assert text.startswith("profit has no upper bound: money goes round without end in period ")
    assert (
        "take up overnight in home CNY at 0.2 % (row 6 of positions), "
        "hold cash in home CNY at 1 % (row 2 of positions)."
    ) in text
    assert "loan" not in text


def test_lanes_that_go_round_are_named_in_order_and_only_one_loop(tmp_path):
    """East pays no tax: it lends West at 1 % and borrows back at 3 %... West relieves 25 % of what it pays.

    West pays 3 % and is relieved of 0.75 %; it earns 1 % and is taxed 0.25 %: 0.5 % a year from nothing. A second,
    poorer loop over a third region exists too, and is left out.
    """
    regions = [
        {"region": "group"},
        *({"region": name, "parent": "group", "tax_rate": tax} for name, tax in
          (("East", 0.0), ("West", 0.25), ("South", 0.10))),
    ]  # fmt: skip
    lanes = [
        {"lane": "east-west", "lender": "East", "borrower": "West", "rate": 0.03},
        {"lane": "west-east", "lender": "West", "borrower": "East", "rate": 0.01},
        {"lane": "east-south", "lender": "East", "borrower": "South", "rate": 0.03},
        {"lane": "south-east", "lender": "South", "borrower": "East", "rate": 0.01},
    ]
    positions = [
        {"region": name, "product": product, "balance": 50, "rate": 0.01} | more
        for name in ("East", "West", "South")
        for product, more in (("cash", {"plug": True}), ("equity", {"max_new": 0}))
    ]
    book, formulation = model(tmp_path, regions=regions, lanes=lanes, positions=positions)
    assert solve(formulation.problem).status is Status.UNBOUNDED
    text = why_unbounded(book, formulation).text
    first, second = text.index("lend over east-west"), text.index("lend over west-east")
    assert "(row 2 of lanes)" in text
    assert "(row 3 of lanes)" in text
    assert first != second
    assert "south" not in text
    assert "cash" not in text


def test_limits_that_are_not_missed_are_not_said_to_give_way(tmp_path):
    """A solver may call infeasible what is missed by less than it can tell."""
    book, formulation = model(tmp_path, limits=[limit("loans", "class:loan", "min", 90)])
    table = limit_rows(formulation)[1].assign(missed=0.0, enough=90.0, whose="")
    reason = told(book, table)
    assert (reason.kind, reason.missed, reason.advice) == (Kind.UNKNOWN, (), ())
    assert "is not known" in reason.text
