"""Rounding: whole quanta everywhere, every node squared, and nothing further from the solution than it must be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alm.plan.decisions import (
    Decisions,
    cohort_balance,
    legacy_balance,
    outstanding_amount,
    read_decisions,
)
from alm.plan.rounding import Plan, round_plan
from tests.oracle.hand import CASH, EQUITY, GILT, LOAN, NO_NEW, plug, position, write_case
from tests.properties.pool import SEEDS, drawn, model_of

FEW = {"limit": "few", "measure": "open_lanes", "region": "head", "sense": "max", "bound": 2}
OVERNIGHT = {"product": "overnight", "side": "liability", "class": "overnight"}


def whole(amounts: np.ndarray, quantum: float) -> bool:
    """Whether amounts are multiples of the quantum, up to the last bits of a float."""
    quanta = amounts / quantum
    return bool((np.abs(quanta - np.rint(quanta)) <= 1e-9 * (1 + np.abs(quanta))).all())


def imbalance(book, plan: Plan) -> np.ndarray:
    """Assets and lent less liabilities, equity and borrowed, in quanta: (node, period)."""
    total = np.zeros((len(book.nodes), book.periods))
    np.add.at(total, book.node, book.funding_sign[:, None] * plan.balance)
    nodes = list(book.nodes.itertuples(index=False, name=None))
    for number, lane in enumerate(book.lanes.table.itertuples()):
        total[nodes.index((lane.lender, lane.currency))] += plan.outstanding[number]
        total[nodes.index((lane.borrower, lane.borrower_currency))] -= plan.debt[number]
    return total / book.case.settings.quantum


@pytest.fixture(params=SEEDS)
def rounded(request):
    """A random case, the decisions of its best plan, and the plan in whole quanta."""
    model = drawn(request.param)
    wanted = read_decisions(model.book, model.formulation, model.solution.x)
    return model.book, wanted, round_plan(model.book, wanted)


def test_every_node_balances_to_the_quantum(rounded):
    book, _, plan = rounded
    assert not plan.unsquared.any()
    assert np.abs(imbalance(book, plan)).max() < 1e-6


def test_every_amount_is_whole_quanta(rounded):
    book, _, plan = rounded
    quantum = book.case.settings.quantum
    for amounts in (*vars(plan.decisions).values(), plan.balance, plan.outstanding, plan.debt):
        assert whole(amounts, quantum)


def test_balances_follow_the_formula_of_the_written_decisions(rounded):
    """Contract, section 5: other balances round their formula; outstanding amounts are sums of transfers."""
    book, _, plan = rounded
    quantum, done = book.case.settings.quantum, plan.decisions
    formula = legacy_balance(book, done.sold) + cohort_balance(book, done.new)
    others = ~book.plug
    assert np.abs(plan.balance - formula)[others].max() <= 0.5 * quantum * (1 + 1e-6)
    np.testing.assert_allclose(plan.balance[book.plug], done.plug[book.plug], atol=1e-9)
    exact = outstanding_amount(book, done.transfer)
    assert np.abs(plan.outstanding - exact).max(initial=0) <= 0.5 * quantum * (1 + 1e-6)


def test_cohorts_and_lanes_keep_within_half_a_quantum_of_the_solution(rounded):
    """Errors do not add up from period to period. Where a bound stops the rounding it may be a whole one."""
    book, wanted, plan = rounded
    quantum = book.case.settings.quantum
    off = cohort_balance(book, plan.decisions.new) - cohort_balance(book, wanted.new)
    free = (plan.decisions.new > book.min_new + quantum) & (
        plan.decisions.new < book.max_new - quantum
    )
    # What a plug without room passed on to a volume is not rounding.
    assert np.abs(off[free]).max(initial=0) <= (0.5 + 1e-6) * quantum
    assert np.abs(off).max() <= 2 * quantum
    lanes = plan.outstanding - outstanding_amount(book, wanted.transfer)
    assert np.abs(lanes).max(initial=0) <= (1 + 1e-6) * quantum


def test_bounds_are_kept(rounded):
    book, wanted, plan = rounded
    quantum, new, transfer = book.case.settings.quantum, plan.decisions.new, plan.decisions.transfer
    others = ~book.plug
    near = 1e-6 * quantum
    assert (new[others] >= np.ceil(book.min_new / quantum - 1e-6)[others] * quantum - near).all()
    assert (new[others] <= np.floor(book.max_new / quantum + 1e-6)[others] * quantum + near).all()
    assert (transfer >= 0).all()
    assert not transfer[~book.lanes.open_window].any()
    assert (plan.outstanding <= book.lanes.capacity + near).all()
    assert not transfer[wanted.transfer < 1e-6 * quantum].any()
    share = book.positions["max_disposal"].to_numpy(float) * book.opening
    assert (plan.decisions.sold.sum(axis=1) <= share + near).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.sampled_from(SEEDS), noise=st.integers(0, 2**31))
def test_any_decisions_are_squared_by_plugs_with_room(seed, noise):
    """Volumes drawn at random, not a solution at all: plugs without a ceiling take whatever is missing.

    Borrowing plugs end at 500, so the volumes stay small.
    """
    model, rng = drawn(seed), np.random.default_rng(noise)
    book = model.book
    new = np.where(book.plug[:, None], 0.0, book.min_new + rng.uniform(0, 1, book.min_new.shape))
    nothing = np.zeros_like(new)
    start = np.where(book.plug[:, None], book.opening[:, None], 0.0) + nothing
    transfer = np.where(
        book.lanes.open_window, rng.uniform(0, 2, book.lanes.open_window.shape), 0.0
    )
    plan = round_plan(book, Decisions(np.minimum(new, book.max_new), nothing, start, transfer))
    assert np.abs(imbalance(book, plan) - plan.unsquared).max() < 1e-6
    assert not plan.unsquared.any()


def book_of(tables: dict, **more):
    return model_of(lambda folder: write_case(folder, {"quantum": 1} | more, tables)).book


def test_money_passes_through_a_node_without_positions():
    """head -> hub -> west and east in quanta of 1: 10.6 go down, 5.3 to each. Each lane on its own rounds to 11, 5 and 5.

    One unit would be left in the hub, which has nothing to hold it.
    """
    regions = ["head", "hub", "west", "east"]
    lanes = [("down", "head", "hub"), ("west", "hub", "west"), ("east", "hub", "east")]
    tables = {
        "regions": [{"region": name, "parent": "head" * (name != "head")} for name in regions],
        "products": [CASH, LOAN, EQUITY],
        "positions": [
            plug(100, region="head"),
            position("equity", 100, 0, region="head", **NO_NEW),
            *(plug(0, region=name) for name in ("west", "east")),
            *(position("loan", 0, 0.05, region=name, max_new=50) for name in ("west", "east")),
        ],
        "lanes": [{"lane": n, "lender": a, "borrower": b} for n, a, b in lanes],
    }
    book = book_of(tables)
    transfer = np.array(
        [{"down": 10.6, "west": 5.3, "east": 5.3}[n] for n in book.lanes.table["lane"]]
    )
    at = book.positions["product"] == "loan"
    new = np.where(at, 5.3, 0.0)[:, None]
    held = np.where(book.positions["region"] == "head", 89.4, 0.0) * book.plug
    plan = round_plan(book, Decisions(new, 0 * new, held[:, None], transfer[:, None]))
    assert not plan.unsquared.any()
    assert not imbalance(book, plan).any()
    placed = dict(zip(book.lanes.table["lane"], plan.decisions.transfer[:, 0], strict=True))
    assert placed["down"] == placed["west"] + placed["east"]
    assert placed["down"] in (10, 11)


def sent_to_west(regions, lanes, transfer, limits=()):
    """Round the transfers that bring money from head to west by regions that hold nothing; give book and plan."""
    tables = {
        "regions": [{"region": name, "parent": "head" * (name != "head")} for name in regions],
        "products": [CASH, EQUITY],
        "positions": [
            plug(100, region="head"),
            position("equity", 100, 0, region="head", **NO_NEW),
            plug(0, region="west"),
        ],
        "lanes": lanes,
        "limits": list(limits),
    }
    book = book_of(tables)
    nothing, sent = np.zeros((3, 1)), transfer[0]
    held = np.where(book.plug, np.where(book.positions["region"] == "head", 100 - sent, sent), 0.0)
    wanted = Decisions(nothing, nothing, held[:, None], np.array(transfer)[:, None])
    return book, round_plan(book, wanted)


def test_a_chain_without_positions_is_rerouted_to_its_end():
    """head -> a -> b -> west with 10.4, 10.6 and 10.4: every lane ends with the same whole number."""
    hops = [("1", "head", "a"), ("2", "a", "b"), ("3", "b", "west")]
    lanes = [
        {"lane": n, "lender": a, "borrower": b, "capacity": 10 if n == "3" else None}
        for n, a, b in hops
    ]
    book, plan = sent_to_west(["head", "a", "b", "west"], lanes, [10.4, 10.6, 10.4])
    assert plan.decisions.transfer[:, 0].tolist() == [10, 10, 10]
    assert not plan.unsquared.any()
    assert not imbalance(book, plan).any()


@pytest.mark.parametrize(("limits", "third"), [([], 1), ([FEW], 0)])
def test_money_is_not_sent_by_a_shut_lane_where_open_lanes_are_counted(limits, third):
    """Eleven come to `a` in a lot of eleven, its lane to west carries ten: the shut one takes the last, unless two lanes are all there may be."""
    ways = [("1", "head", "a", 100), ("2", "a", "west", 10), ("3", "a", "west", 100)]
    lanes = [
        {"lane": n, "lender": a, "borrower": b, "capacity": room, "lot": 11 * (n == "1")}
        for n, a, b, room in ways
    ]
    _, plan = sent_to_west(["head", "a", "west"], lanes, [11.0, 11.0, 0.0], limits)
    assert plan.decisions.transfer[:, 0].tolist() == [11, 10, third]
    assert plan.unsquared.any() == (third == 0)


@pytest.mark.parametrize(
    ("cash", "overnight", "taken"),
    [
        # Equity 100 funds a loan of 93 by then; 7 are missing among the plugs.
        ({}, {}, {"cash": 7, "overnight": 0}),
        ({"max_balance": 5}, {}, {"cash": 5, "spare": 2}),
        ({"min_balance": 9}, {}, {"cash": 9, "overnight": 2}),
        ({"max_balance": 5}, {"min_balance": 1}, {"cash": 5, "overnight": 1, "spare": 3}),
    ],
)
def test_several_plugs_share_what_is_missing_within_their_bounds(cash, overnight, taken):
    tables = {
        "regions": [{"region": "home"}],
        "products": [CASH, OVERNIGHT, LOAN, GILT, EQUITY],
        "positions": [
            plug(100) | cash,
            position("gilt", 0, 0, plug=True),
            position("overnight", 0, 0.05, plug=True) | overnight,
            position("loan", 0, 0.05, max_new=93),
            position("equity", 100, 0, **NO_NEW),
        ],
    }
    book = book_of(tables)
    product = book.positions["product"]
    new = product.map({"loan": 93.0}).fillna(0.0).to_numpy()[:, None]
    # The solution has the plugs where they belong, give or take half a quantum.
    held = {"gilt" if k == "spare" else k: v for k, v in taken.items()}
    solved = product.map(held).fillna(0.0).to_numpy(float)[:, None] * book.plug[:, None]
    drift = 0.4 * np.where(product == "cash", 1.0, 0.0)[:, None]
    plan = round_plan(book, Decisions(new, 0 * new, solved + drift, np.zeros((0, 1))))
    assert not plan.unsquared.any()
    balance = dict(zip(product, plan.balance[:, 0], strict=True))
    assert {name: balance[name] for name in held} == held
    assert not imbalance(book, plan).any()


def test_a_plug_at_its_ceiling_leaves_the_rest_to_the_next():
    """Cash ends at 5, so of 8 unforeseen units 5 - 4 go to cash, the rest comes off what is borrowed overnight."""
    tables = {
        "regions": [{"region": "home"}],
        "products": [CASH, OVERNIGHT, EQUITY],
        "positions": [
            plug(5, max_balance=5),
            position("overnight", 0, 0.05, plug=True),
            position("equity", 5, 0, **NO_NEW),
        ],
    }
    book = book_of(tables)
    product = book.positions["product"]
    held = product.map({"cash": 4.0, "overnight": 7.0}).fillna(0.0).to_numpy()[:, None]
    nothing = np.zeros_like(held)
    plan = round_plan(book, Decisions(nothing, nothing, held, np.zeros((0, 1))))
    balance = dict(zip(product, plan.balance[:, 0], strict=True))
    assert not plan.unsquared.any()
    assert balance["cash"] <= 5
    assert balance["cash"] - balance["overnight"] == 5


def test_a_volume_moves_where_the_plugs_have_no_room():
    """Cash is 5, neither more nor less; 10 of legacy loans fall to 6.67, written as 7; 44.6 + 43.73 are lent, 45 + 44: 101.

    Equity is 100, so one of the new volumes gives up its rounding.
    """
    tables = {
        "regions": [{"region": "home"}],
        "products": [CASH, LOAN, GILT, {"product": "old", "side": "asset"}, EQUITY],
        "positions": [
            plug(90, min_balance=5, max_balance=5),
            position("old", 10, 0, residual_months=36, residual_shape="linear", **NO_NEW),
            position("loan", 0, 0, max_new=50),
            position("gilt", 0, 0, max_new=50),
            position("equity", 100, 0, **NO_NEW),
        ],
    }
    book = book_of(tables)
    product = book.positions["product"]
    new = product.map({"loan": 44.6, "gilt": 131.2 / 3}).fillna(0.0).to_numpy()[:, None]
    plan = round_plan(book, Decisions(new, 0 * new, 5.0 * book.plug[:, None], np.zeros((0, 1))))
    assert not plan.unsquared.any()
    assert not imbalance(book, plan).any()
    assert sorted(plan.balance[:, 0].tolist()) in ([5, 7, 44, 44, 100], [5, 7, 43, 45, 100])


def test_a_node_is_funded_even_where_its_plug_breaks_a_bound():
    tables = {
        "regions": [{"region": "home"}],
        "products": [CASH, EQUITY],
        "positions": [plug(5, max_balance=5), position("equity", 5, 0, max_new=3, min_new=3)],
    }
    book = book_of(tables)
    new = np.where(book.plug, 0.0, 3.0)[:, None]
    plan = round_plan(book, Decisions(new, 0 * new, 5.0 * book.plug[:, None], np.zeros((0, 1))))
    assert not plan.unsquared.any()
    assert not imbalance(book, plan).any()
    assert plan.decisions.plug.max() == 8
