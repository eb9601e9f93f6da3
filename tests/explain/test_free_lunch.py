"""Free lunches in cases small enough for the head, and their absence held against a linear program."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from alm.case import load
from alm.explain.free_lunch import EARNS, as_warnings, free_lunches
from alm.explain.loops import longest_walks, loops_that_gain, walk
from alm.formulation.book import Book, open_book
from solvers import Problem, Status, solve

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SETTINGS = """contract = 1
name = "lunch"
as_of = 2025-12-31
periods = 3
currency = "CNY"
horizon_value = "none"
"""
REGIONS = "region,parent,tax_rate\nGroup,,0\nEast,Group,0\nWest,Group,0\n"
PRODUCTS = "product,side\ncash,asset\novernight,liability\n"
# Cash earns 1 %, overnight money costs 1.5 %: nothing to be had.
POSITIONS = (
    "region,product,balance,rate,max_balance,plug\n"
    "East,cash,0,0.01,,true\nEast,overnight,0,0.015,200,true\nWest,cash,0,0.01,80,true\n"
)
LANES = "lane,lender,borrower,rate,capacity,cost\nE-W,East,West,0.02,50,0.001\nW-E,West,East,0.02,40,0.001\n"


def book_of(folder: Path, toml: str = "", **tables: str) -> Book:
    """Open the case of two regions with some tables replaced."""
    (folder / "case.toml").write_text(SETTINGS + toml, encoding="utf-8")
    base = {"regions": REGIONS, "products": PRODUCTS, "positions": POSITIONS, "lanes": LANES}
    for name, text in {**base, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return open_book(load(folder))


def test_dear_overnight_money_and_costly_lanes_are_no_free_lunch(tmp_path):
    assert free_lunches(book_of(tmp_path)) == []


@pytest.mark.parametrize("name", ["three-regions", "icbc-2025"])
def test_the_examples_offer_no_free_lunch(name):
    assert free_lunches(open_book(load(EXAMPLES / name))) == []


def test_a_plug_that_costs_less_than_another_in_its_node_earns_is_a_free_lunch(tmp_path):
    """Take up at 0.4 %, hold at 1 %: 0.6 % on at most the 200 that overnight money may be."""
    (lunch,) = free_lunches(
        book_of(tmp_path, positions=POSITIONS.replace("0.015", "0.004"), lanes="lane\n")
    )
    assert lunch.earned == pytest.approx(0.006)
    assert lunch.room == 200
    assert (lunch.table, lunch.row, lunch.period) == ("positions", 3, 1)
    assert str(lunch) == (
        "take up overnight in East CNY at 0.4 %, hold cash in East CNY at 1 %: earns 0.6 % a year"
    )


def test_the_way_over_a_lane_is_named_and_bounds_the_lunch(tmp_path):
    """Take up at 1.5 % in East, lend at a cost of 0.1 %, hold in West at 1.9 %: 0.3 %, at most the lane's 50."""
    (lunch,) = free_lunches(
        book_of(tmp_path, positions=POSITIONS.replace("West,cash,0,0.01", "West,cash,0,0.019"))
    )
    assert lunch.earned == pytest.approx(0.003)
    assert lunch.before_tax == pytest.approx(0.003)
    assert lunch.room == 50
    assert not lunch.is_tax_arbitrage
    assert lunch.steps == (
        "take up overnight in East CNY at 1.5 %",
        "lend over E-W (East to West) at 2 % cost 0.1 %",
        "hold cash in West CNY at 1.9 %",
    )


def test_the_dearest_of_several_ways_is_the_one_that_is_named(tmp_path):
    """Cash in East earns 1.6 % and in West 1.9 % less 0.1 % for the lane: West."""
    positions = POSITIONS.replace("East,cash,0,0.01", "East,cash,0,0.016").replace(
        "West,cash,0,0.01", "West,cash,0,0.019"
    )
    (lunch,) = free_lunches(book_of(tmp_path, positions=positions))
    assert lunch.earned == pytest.approx(0.003)
    assert len(lunch.steps) == 3


def test_interest_that_is_paid_where_tax_is_higher_is_tax_arbitrage(tmp_path):
    """East pays 10 %, West 30 %: 1 of interest costs West 0.70 and leaves East 0.90.

    3 % over the one lane, nothing back over the other, each at a cost of 0.1 %: East earns 0.9 x 2.9 %, West
    pays 0.7 x 3.1 %: 2.61 % - 2.17 % = 0.44 %; before tax 0.2 % are lost.
    """
    regions = "region,parent,tax_rate\nGroup,,0\nEast,Group,0.1\nWest,Group,0.3\n"
    lanes = LANES.replace("East,West,0.02", "East,West,0.03").replace(
        "West,East,0.02", "West,East,0"
    )
    (lunch,) = free_lunches(book_of(tmp_path, regions=regions, lanes=lanes))
    assert lunch.earned == pytest.approx(0.9 * 0.029 - 0.7 * 0.03 - 0.7 * 0.001)
    assert lunch.before_tax == pytest.approx(-0.002)
    assert lunch.is_tax_arbitrage
    assert lunch.room == 40
    assert (lunch.table, lunch.row) == ("lanes", 2)
    assert "tax arbitrage: loses 0.2 % before tax, 0.44 % a year after it" in str(lunch)


def test_withholding_tax_spoils_the_arbitrage(tmp_path):
    """A fifth of the interest is withheld: East keeps 0.9 x (2.4 % - 0.1 %) = 2.07 %, West pays 2.1 %."""
    regions = "region,parent,tax_rate\nGroup,,0\nEast,Group,0.1\nWest,Group,0.3\n"
    lanes = (
        "lane,lender,borrower,rate,capacity,cost,tax\n"
        "E-W,East,West,0.03,50,0.001,0.2\nW-E,West,East,0,40,0.001,0\n"
    )
    assert free_lunches(book_of(tmp_path, regions=regions, lanes=lanes)) == []


def test_a_swap_there_and_back_at_the_curves_costs_nothing_and_earns_nothing(tmp_path):
    """The two swaps cost +2 % and -2 %; dollars held at 3.4 % cost 1.5 % + 2 % and are dear, at 3.6 % a lunch."""
    curves = "curve,currency,tenor_months,rate\nftp,CNY,1,0.02\nftp,USD,1,0.04\n"
    lanes = (
        "lane,lender,borrower,currency,borrower_currency,capacity\n"
        "in,East,East,CNY,USD,\nout,East,East,USD,CNY,\n"
    )
    tables = {"curves": curves, "lanes": lanes, "fx": "currency,rate\nUSD,7\n"}

    def lunches(rate: float) -> list:
        positions = (
            "region,currency,product,balance,rate,plug\n"
            f"East,CNY,overnight,0,0.015,true\nEast,USD,cash,0,{rate},true\n"
        )
        return free_lunches(book_of(tmp_path, positions=positions, **tables))

    assert lunches(0.034) == []
    (lunch,) = lunches(0.036)
    assert lunch.earned == pytest.approx(0.001)
    assert np.isinf(lunch.room)
    assert lunch.steps[1] == "lend over in (East to East, CNY into USD) at 0 % cost 2 %"


def test_room_is_in_reporting_currency(tmp_path):
    positions = (
        "region,currency,product,balance,rate,max_balance,plug\n"
        "East,USD,overnight,0,0.01,30,true\nEast,USD,cash,0,0.03,,true\n"
    )
    book = book_of(tmp_path, positions=positions, lanes="lane\n", fx="currency,rate\nUSD,7\n")
    assert [lunch.room for lunch in free_lunches(book)] == [210]


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param({"lanes": LANES.replace("0.02,50", "0.02,0")}, id="no capacity"),
        pytest.param({"positions_end": "0"}, id="no room in the plug"),
    ],
)
def test_a_way_that_is_closed_is_no_way(tmp_path, closed):
    positions = POSITIONS.replace("West,cash,0,0.01,80", "West,cash,0,0.019,80")
    if "positions_end" in closed:
        closed, positions = {}, positions.replace("0.019,80", "0.019,0")
    assert free_lunches(book_of(tmp_path, positions=positions, **closed)) == []


def test_a_lane_that_opens_later_serves_lunch_later(tmp_path):
    lanes = LANES.replace("cost\n", "cost,start\n").replace("50,0.001", "50,0.001,3")
    positions = POSITIONS.replace("West,cash,0,0.01", "West,cash,0,0.019")
    (lunch,) = free_lunches(book_of(tmp_path, positions=positions, lanes=lanes))
    assert lunch.period == 3
    assert str(lunch).endswith("(from period 3)")


@pytest.mark.parametrize(("fixed_cost", "served"), [(0.012, 1), (0.013, 0)])
def test_a_lane_whose_fixed_cost_eats_the_lunch_serves_none(tmp_path, fixed_cost, served):
    """0.3 % on 50 is 0.15 a year, 0.0125 a month."""
    positions = POSITIONS.replace("West,cash,0,0.01", "West,cash,0,0.019")
    book = book_of(tmp_path, positions=positions)
    lanes = replace(book.lanes, table=book.lanes.table.assign(fixed_cost=fixed_cost))
    assert len(free_lunches(replace(book, lanes=lanes))) == served


def test_losses_costs_and_capital_come_off_what_a_plug_earns(tmp_path):
    """2 % on cash less 0.1 % loss, 0.2 % cost and 10 % x 2 % of capital on a weight of a half: 1.6 %, over 1.5 %."""
    products = (
        "product,side,expected_loss,operating_cost,risk_weight\n"
        "cash,asset,0.001,0.002,0.5\novernight,liability,,,\n"
    )
    positions = POSITIONS.replace("East,cash,0,0.01", "East,cash,0,0.02")
    capital = "[capital]\nratio = 0.1\ncharge_rate = 0.02\n"
    (lunch,) = free_lunches(
        book_of(tmp_path, capital, products=products, positions=positions, lanes="lane\n")
    )
    assert lunch.earned == pytest.approx(0.001)


def test_warnings_name_the_row_and_say_what_bounds_the_loop(tmp_path):
    book = book_of(tmp_path, positions=POSITIONS.replace("0.015,200", "0.004,"), lanes="lane\n")
    (fault,) = as_warnings(book, free_lunches(book))
    assert fault.warning
    assert (fault.table, fault.row, fault.column) == ("positions", 3, "rate")
    assert fault.hint.startswith("no capacity or max_balance bounds it")
    bounded = book_of(tmp_path, positions=POSITIONS.replace("0.015", "0.004"), lanes="lane\n")
    (fault,) = as_warnings(bounded, free_lunches(bounded))
    assert fault.hint == "capacity and max_balance alone bound it, at 200 CNY x 1,000,000"


def test_of_many_lunches_the_dearest_are_named_and_the_others_counted(tmp_path):
    names = [f"R{number:02}" for number in range(13)]
    regions = "region,parent\nGroup,\n" + "".join(f"{name},Group\n" for name in names)
    positions = "region,product,balance,rate,plug\n" + "".join(
        f"{name},cash,0,0.05,true\n{name},overnight,0,{0.01 + 0.001 * place},true\n"
        for place, name in enumerate(names)
    )
    book = book_of(tmp_path, regions=regions, positions=positions, lanes="lane\n")
    faults = as_warnings(book, free_lunches(book))
    assert len(faults) == 11
    assert "in R00" in str(faults[0].found)
    assert "4 % a year" in str(faults[0].found)
    assert faults[-1].found == "3 more such loops"


NODES = 5
ARC = st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.integers(-20, 15)).filter(
    lambda arc: arc[0] != arc[1]
)


def most_earned(tail: np.ndarray, head: np.ndarray, value: np.ndarray) -> float:
    """Earn the most with circulations of up to one unit an arc: a linear program."""
    arc, ones = np.arange(len(tail)), np.ones(len(tail))
    A = sparse.csr_array((ones, (tail, arc)), shape=(NODES, len(tail)))
    A = A - sparse.csr_array((ones, (head, arc)), shape=(NODES, len(tail)))
    nothing = np.zeros(NODES)
    integer = np.zeros(len(tail), dtype=bool)
    program = Problem(-value, 0 * value, A, nothing, nothing, 0 * value, ones, integer)
    solution = solve(program)
    assert solution.status is Status.OPTIMAL
    return -solution.objective


@settings(max_examples=60, deadline=None)
@given(arcs=st.lists(ARC, min_size=1, max_size=14))
def test_there_is_a_loop_if_and_only_if_a_linear_program_earns_something(arcs):
    tail, head = (np.array([arc[place] for arc in arcs]) for place in (0, 1))
    value = np.array([arc[2] for arc in arcs]) / 1000
    loops = loops_that_gain(tail, head, value, NODES)
    most = most_earned(tail, head, value)
    assert bool(loops) == (most > EARNS)
    used = [arc for loop in loops for arc in loop]
    assert len(used) == len(set(used))
    for loop in loops:
        assert value[loop].sum() > EARNS / 2
        assert (head[loop] == np.roll(tail[loop], -1)).all()
    assert value[used].sum() <= most + 1e-7


@settings(max_examples=100, deadline=None)
@given(arcs=st.lists(ARC, max_size=12))
def test_longest_walks_are_the_best_of_all_walks(arcs):
    """Values at or below zero leave no loop that gains; every walk of up to NODES - 1 arcs is tried."""
    tail, head = (np.array([arc[place] for arc in arcs], dtype=int) for place in (0, 1))
    value = -np.abs(np.array([arc[2] for arc in arcs], dtype=float))
    start = np.where(np.arange(NODES) == NODES - 1, 0.0, -np.inf)
    best, via = longest_walks(tail, head, value, start)
    tried = start.copy()
    for _ in range(NODES):
        longer = [(value[arc] + tried[head[arc]], tail[arc]) for arc in range(len(arcs))]
        for reached, node in longer:
            tried[node] = max(tried[node], reached)
    assert best.tolist() == tried.tolist()
    for node in range(NODES):
        steps = walk(via, head, node)
        ends = int(head[steps[-1]]) if steps else node
        assert start[ends] + value[steps].sum() == best[node]
