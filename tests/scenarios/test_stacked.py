"""Several scenarios as one problem: the limiting cases, and what is shared where books differ. All in one year or two."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alm.case import load
from alm.explain.no_plan_together import why_infeasible_together
from alm.formulation.stacked import Risk, stack
from alm.runs.reference import Reference
from alm.runs.together import How, alone, set_scene, together
from scenarios import BASE, Mode, cvar, tree_of
from solvers.warm import QUADRATIC
from tests.cli.program import EXAMPLES, alm
from tests.oracle.hand import (
    CASH,
    DEPOSIT,
    GILT,
    HOME,
    LOAN,
    NO_NEW,
    plug,
    position,
    write_case,
)


def planned(case, mode=Mode.ROBUST, risk=Risk(), how=How()):  # noqa: B008  # frozen values
    tree = tree_of(case, mode)
    scenes = [set_scene(case, name) for name in tree.names]
    return together(scenes, tree.key, tree.probability, risk, how)


def of(tmp_path, names, rows, shocks, products=(CASH, GILT, LOAN, DEPOSIT)):
    """Scenarios of one letter each, in one year."""
    tables = {
        "regions": HOME,
        "products": list(products),
        "positions": rows,
        "scenarios": [{"scenario": name} for name in names],
        "shocks": shocks,
    }
    return load(write_case(tmp_path / "case", {}, tables))


def test_one_scenario_is_its_own_problem():
    case = load(EXAMPLES / "three-regions")
    scene = set_scene(case, BASE)
    problem = scene.formulation.problem
    key = np.zeros((1, scene.book.periods), dtype=int)
    same = stack(
        [scene.book], [scene.formulation], key, np.ones(1), Risk(weight=0.7, level=0.9)
    ).problem
    for name in ("c", "q", "row_lower", "row_upper", "lower", "upper", "integer"):
        assert np.array_equal(getattr(same, name), getattr(problem, name)), name
    assert (same.A != problem.A).nnz == 0
    assert same.offset == problem.offset


def test_scenarios_without_shocks_have_the_plan_of_the_base():
    case = load(EXAMPLES / "two-weathers", ("shocks.#2.value=0", "shocks.#3.value=0"))
    base = alone(set_scene(case, BASE), How())
    found = planned(case, Mode.STOCHASTIC)
    assert found.objectives == pytest.approx([6.0, 6.0])
    for plan in found.plans:
        assert np.array_equal(plan.decisions.new, base.plans[0].decisions.new)


def test_disposals_are_shared_as_a_share_of_what_shocks_have_left(tmp_path):
    """Gilts of 100 at 1 % go into cash at 3 %. In b half of them run off first, in c all: 100, 50 and nothing are sold.

    Of a book that is gone there is no share to decide, so c holds nobody back.
    """
    gilt = GILT | {"max_disposal": 1}
    rows = [
        plug(0, 0.03),
        position("gilt", 100, 0.01, **NO_NEW),
        position("deposit", 100, 0.0, **NO_NEW),
    ]
    shocks = [
        {"scenario": name, "shock": "runoff", "product": "gilt", "value": value}
        for name, value in (("b", 0.5), ("c", 1))
    ]
    case = of(tmp_path, "abc", rows, shocks, (CASH, gilt, DEPOSIT))
    sold = [plan.decisions.sold.sum() for plan in planned(case).plans]
    assert sold == pytest.approx([100, 50, 0])


def test_what_one_scenario_may_not_write_nobody_does(tmp_path):
    """Loans and gilts of up to 40 at 5 %; in b no loans, and a quarter of the gilts: shared, that is the most in both."""
    rows = [
        plug(100, 0.01),
        position("loan", 0, 0.05, max_new=40),
        position("gilt", 0, 0.05, max_new=40),
        position("deposit", 100, 0.0, **NO_NEW),
    ]
    shocks = [
        {"scenario": "b", "shock": "new_business", "product": name, "value": value}
        for name, value in (("loan", 0), ("gilt", 0.25))
    ]
    case = of(tmp_path, "ab", rows, shocks)
    for plan in planned(case).plans:
        written = dict(
            zip(case.table("positions")["product"], plan.decisions.new[:, 0], strict=True)
        )
        assert written == {"cash": 0, "deposit": 0, "gilt": 10, "loan": 0}


CHEAPER_BY_VOLUME = [
    plug(100, 0.01),
    position("loan", 0, 0.05, max_new=40, price_slope=0.001),
    position("deposit", 100, 0.0, **NO_NEW),
]


def test_the_worst_half_of_a_quadratic_objective(tmp_path):
    """Loans at 5 % less 0.001 x volume, cash at 1 %; in b loans earn 4 % less: cash is better, by v^2 / 1000.

    a earns 1 + 0.04 v - 0.001 v^2, b 1 - 0.001 v^2. Expected is best at v = 10 (1.3 and 0.9), the worst half, b, at 0.
    With weight w it is 1 + 0.02 (1 - w) v - 0.001 v^2: v = 10 (1 - w), so 5 at w = 0.5: 1.175 and 0.975.
    """
    worse = {"scenario": "b", "shock": "rate", "product": "loan", "value": -0.04}
    case = of(tmp_path, "ab", CHEAPER_BY_VOLUME, [worse], (CASH, LOAN, DEPOSIT))
    found = planned(case, risk=Risk(0.5, 0.5))
    assert found.objectives == pytest.approx([1.175, 0.975], abs=1e-6)
    assert -found.solution.objective == pytest.approx(0.5 * 1.075 + 0.5 * 0.975, abs=1e-6)
    assert planned(case).objectives == pytest.approx([1.3, 0.9], abs=1e-6)


def test_a_scenario_with_squares_begins_where_the_base_ended(tmp_path):
    """Loans at 5 % less 0.001 x volume, cash at 1 %: v = 20 earns 1.4. In b loans earn 2 % less: v = 10 earns 1.1."""
    worse = {"scenario": "b", "shock": "rate", "product": "loan", "value": -0.02}
    case = of(tmp_path, "b", CHEAPER_BY_VOLUME, [worse], (CASH, LOAN, DEPOSIT))
    base = alone(set_scene(case, BASE), How())
    found = alone(set_scene(case, "b"), How(start=base.start))
    assert [base.objectives, found.objectives] == [[pytest.approx(1.4)], [pytest.approx(1.1)]]
    assert found.solution.backend == QUADRATIC
    assert not found.solution.x.size, "what is handed on is apart from what a run keeps"


def test_the_mean_of_the_worst_counts_a_part_of_the_scenario_at_its_edge():
    """Worst 0.3: all of 1 (0.2), and 0.1 of the 0.5 at 4: (0.2 + 0.4) / 0.3 = 2."""
    assert cvar([9, 1, 4], [0.3, 0.2, 0.5], 0.7) == pytest.approx(2.0)


def test_among_equal_plans_every_scenario_stays_close_to_the_reference(tmp_path):
    """Loans earn the 1 % of cash: 70 were written at this close before, so 70 are again, in both scenarios; else none."""
    rows = [
        plug(100, 0.01),
        position("loan", 0, 0.01, max_new=100),
        position("deposit", 100, 0, **NO_NEW),
    ]
    case = of(tmp_path, "ab", rows, [])
    key = {"region": "home", "currency": "CNY", "close": "2026-12-31"}
    written = pd.DataFrame(
        [
            {**key, "product": "loan", "new": 70.0, "sold": 0.0, "balance": 70.0},
            {**key, "product": "cash", "new": 0.0, "sold": 0.0, "balance": 30.0},
        ]
    )
    lanes = pd.DataFrame(columns=["lane", "close", "transfer"])
    earlier = Reference("", written, lanes, case.settings.unit)
    for how, amount in ((How(), 0.0), (How(reference=earlier), 70.0)):
        found = planned(case, how=how)
        assert [plan.decisions.new.max() for plan in found.plans] == [amount, amount]


FUNDED = [plug(100, 0.01), position("deposit", 100, 0, **NO_NEW)]


def test_limits_that_shared_decisions_cannot_all_keep_are_named_with_their_scenarios(
    tmp_path, monkeypatch
):
    """At least 60 of loans in a, at most 40 in b: each alone can, both cannot; the target gives way, by 20."""
    loans = {"region": "home", "measure": "class:loan"}
    limits = [
        {**loans, "limit": "many", "sense": "min", "bound": 60, "scenarios": "a"},
        {**loans, "limit": "few", "sense": "max", "bound": 40, "scenarios": "b", "tier": "target"},
    ]
    tables = {
        "regions": HOME,
        "products": [CASH, LOAN, DEPOSIT],
        "positions": [*FUNDED, position("loan", 0, 0.03, max_new=100)],
        "scenarios": [{"scenario": "a"}, {"scenario": "b"}],
        "limits": limits,
    }
    case = write_case(tmp_path / "case", {}, tables)
    done = alm("scenarios", case, "--mode", "robust", "--out", tmp_path / "run", "--json")
    assert (done.code, done.answer["status"]) == (3, "infeasible")
    assert "infeasible" not in done.answer
    assert done.answer["reason"] == (
        "each scenario has a plan of its own, but no decisions that they share suit all of them: these limits cannot all"
        " hold; the least that must give way: few (target, home, row 3 of limits) by CNY 20 million in period 1 of"
        " scenario b. There is a plan with --set limits.few.bound=60"
    )
    monkeypatch.setattr("alm.runs.scenario_sums.EXPLAINED_COLUMNS", 1)
    done = alm("scenarios", case, "--mode", "robust", "--out", tmp_path / "run", "--json")
    assert (
        "which limits or bounds stand in the way is not known: the joint problem has"
        in (done.answer["reason"])
    )


def why_together(case):
    """What stands in the way of one plan for all scenarios."""
    tree = tree_of(case, Mode.ROBUST)
    scenes = [set_scene(case, name) for name in tree.names]
    books, parts = [each.book for each in scenes], [each.formulation for each in scenes]
    stacked = stack(books, parts, tree.key, tree.probability, Risk())
    return why_infeasible_together(books, stacked).text


def test_bounds_of_shared_decisions_that_cross_are_named(tmp_path):
    """40 of loans must be written, in b a quarter of them."""
    rows = [*FUNDED, position("loan", 0, 0.03, min_new=40, max_new=40)]
    fewer = {"scenario": "b", "shock": "new_business", "product": "loan", "value": 0.25}
    case = of(tmp_path, "ab", rows, [fewer], (CASH, LOAN, DEPOSIT))
    assert why_together(case) == (
        "new business of home CNY loan in period 1: at least 40 in scenario a, at most 10 in scenario b"
    )
