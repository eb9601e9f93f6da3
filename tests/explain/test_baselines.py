"""The simpler plans: what each holds still, and what it shares out."""

import numpy as np
import pytest

from alm.explain.baselines import frozen_lanes, held_transfers, hold, pro_rata, run_off
from alm.plan.decisions import cohort_balance, legacy_balance, outstanding_amount, read_decisions
from solvers import solve
from tests.oracle.hand import CASH, EQUITY, LOAN, NO_NEW, plug, position, write_case
from tests.properties.pool import SEEDS, drawn, model_of


@pytest.fixture(params=SEEDS)
def model(request):
    return drawn(request.param)


def test_renewing_what_runs_off_keeps_every_balance(model):
    """Exact where no cohort's own run-off asks for less than nothing: volumes are never negative here."""
    book = model.book
    volume = run_off(book)
    kept = cohort_balance(book, volume) + legacy_balance(book, np.zeros_like(volume))
    others = ~book.plug
    assert (volume >= 0).all()
    np.testing.assert_allclose(
        kept[others], np.repeat(book.opening[:, None], book.periods, axis=1)[others], atol=1e-8
    )


def test_hold_sells_nothing_and_stays_within_what_may_be_written(model):
    book, held = model.book, hold(model.book)
    others = ~book.plug
    assert not held.sold.any()
    assert (held.new[others] >= book.min_new[others]).all()
    assert (held.new[others] <= book.max_new[others]).all()
    free = others[:, None] & (book.min_new < held.new) & (held.new < book.max_new)
    np.testing.assert_allclose(held.new[free], run_off(book)[free])


def test_held_lanes_stay_at_their_opening_while_they_may(model):
    """Never above the opening or the capacity; below it only where the window is shut."""
    book = model.book
    lanes = book.lanes
    opening = lanes.table["opening"].to_numpy(float)[:, None]
    standing = outstanding_amount(book, held_transfers(book))
    wanted = np.minimum(opening, lanes.capacity)
    shut = ~lanes.open_window
    assert (standing <= np.maximum(wanted, lanes.opening[:, 1:]) + 1e-9).all()
    np.testing.assert_allclose(standing[~shut], wanted[~shut], atol=1e-9)
    assert not held_transfers(book)[shut].any()


def test_pro_rata_shares_the_plans_volume_by_what_regions_hold(tmp_path):
    """60 and 30 written over two years; A, B and C hold 30, 10 and 0 of 40: 45, 15, 0 and 22.5, 7.5, 0. B may write 6.

    A product that nobody holds yet is shared equally.
    """
    names = ["a", "b", "c"]
    tables = {
        "regions": [{"region": name, "parent": "a" * (name != "a")} for name in names],
        "products": [CASH, LOAN, {"product": "bond", "side": "asset"}, EQUITY],
        "positions": [plug(0, region=name) for name in names]
        + [
            position("loan", balance, 0.05, region=name, max_new=most)
            for name, balance, most in (("a", 30, 90), ("b", 10, 6), ("c", 0, 90))
        ]
        + [position("bond", 0, 0.05, region=name, max_new=90) for name in names]
        + [
            position("equity", balance, 0, region=name, **NO_NEW)
            for name, balance in (("a", 30), ("b", 10))
        ],
    }
    book = model_of(lambda folder: write_case(folder, {"periods": 2}, tables)).book
    key = list(zip(book.positions["region"], book.positions["product"], strict=True))
    written = {("c", "loan"): [60, 30], ("a", "bond"): [9, 0]}
    new = np.array([written.get(each, [0, 0]) for each in key], dtype=float)
    shared = dict(zip(key, pro_rata(book, hold_nothing(book, new)).new.tolist(), strict=True))
    assert [shared[name, "loan"] for name in names] == [[45, 22.5], [6, 6], [0, 0]]
    assert [shared[name, "bond"] for name in names] == [[3, 0], [3, 0], [3, 0]]
    assert not any(shared[name, "cash"] != [0, 0] for name in names)


def hold_nothing(book, new):
    """Decisions with these volumes and nothing else."""
    from dataclasses import replace

    return replace(hold(book), new=new)


def test_frozen_lanes_keep_what_is_outstanding_and_leave_the_rest_free(model):
    book, formulation = model.book, model.formulation
    problem = frozen_lanes(book, formulation)
    if "transfer" not in formulation.columns:
        assert problem is formulation.problem
        return
    solution = solve(problem)
    if not solution.has_point:
        assert solution.status == "infeasible"
        return
    frozen = read_decisions(book, formulation, solution.x)
    np.testing.assert_allclose(frozen.transfer, held_transfers(book), atol=1e-9)
    # One more set of bounds can only cost.
    assert solution.objective >= model.solution.objective - 1e-6 * (1 + abs(solution.objective))


@pytest.mark.parametrize(("ticket", "stays"), [(0, 20), (20, 20), (30, 0)])
def test_lanes_held_in_lots_stay_at_the_whole_lots_of_their_opening(tmp_path, ticket, stays):
    """25 outstanding, lots of 10: 20 can be rolled, nothing where the smallest ticket is 30."""
    lane = {"lane": "a-b", "lender": "a", "borrower": "b", "opening": 25, "capacity": 100}
    tables = {
        "regions": [{"region": "a", "parent": ""}, {"region": "b", "parent": "a"}],
        "products": [CASH, EQUITY],
        "positions": [
            plug(75, region="a"),
            plug(25, region="b"),
            position("equity", 100, 0, region="a", **NO_NEW),
        ],
        "lanes": [lane | {"lot": 10, "minimum_ticket": ticket, "cost": 0}],
    }
    model = model_of(lambda folder: write_case(folder, {"periods": 2}, tables))
    held = held_transfers(model.book)
    assert held.tolist() == [[stays, stays]]
    assert solve(frozen_lanes(model.book, model.formulation)).status == "optimal"
