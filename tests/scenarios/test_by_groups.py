"""A joint problem begun in the bases of groups: the same optimum, in fewer pivots."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from alm.case import load
from alm.formulation.book import open_book
from alm.formulation.stacked import Risk, stack
from alm.runs.by_groups import agreed
from alm.runs.together import set_scene
from scenarios import Mode, tree_of
from solvers import Basis, Status, solve
from tests.cli.program import EXAMPLES

NAMES = [f"s{number:02}" for number in range(12)]


def with_drawn_futures(folder):
    """Three regions in twelve futures that part after the first month: loans earn less or more, and less of them is asked for."""
    shutil.copytree(EXAMPLES / "three-regions", folder)
    draw = np.random.default_rng(3)
    rows = {
        "scenario": np.repeat(NAMES, 2),
        "shock": ["rate", "new_business"] * len(NAMES),
        "class": "loan",
        "start": 2,
        "value": np.column_stack([draw.normal(0, 0.01, 12), draw.uniform(0.4, 1.2, 12)]).ravel(),
    }
    pd.DataFrame({"scenario": NAMES}).to_csv(folder / "scenarios.csv", index=False)
    pd.DataFrame(rows).to_csv(folder / "shocks.csv", index=False)
    return load(folder)


def test_scenarios_that_agreed_in_groups_agree_all_in_fewer_pivots(tmp_path):
    case = with_drawn_futures(tmp_path / "case")
    book, tree = open_book(case), tree_of(case, Mode.STOCHASTIC)
    scenes = [set_scene(case, name, book) for name in tree.names]
    books, parts = [each.book for each in scenes], [each.formulation for each in scenes]
    alone = [solve(part.problem, "highs").basis for part in parts]
    grouped = agreed(
        *(books, parts, tree.key, alone),
        lambda problem, basis, left: solve(problem, "highs", basis=basis, time_limit=left),
    )
    stacked = stack(books, parts, tree.key, tree.probability, Risk())
    ways = [None, stacked.basis(alone), stacked.basis(grouped)]
    nothing, side_by_side, by_groups = (solve(stacked.problem, "highs", basis=way) for way in ways)
    assert by_groups.status is Status.OPTIMAL
    assert by_groups.objective == pytest.approx(nothing.objective, rel=1e-9)
    assert 0 < by_groups.iterations < side_by_side.iterations
    # What a basis over all says of a scenario is what puts it together again.
    held = [stacked.part_basis(number, by_groups.basis) for number in range(len(parts))]
    assert (
        solve(stacked.problem, "highs", basis=stacked.basis(held)).iterations < by_groups.iterations
    )


def test_without_the_basis_of_every_scenario_nothing_is_solved():
    known = Basis(np.zeros(3, dtype=np.int8), np.zeros(2, dtype=np.int8))
    bases = [known] * 11 + [None]
    assert agreed((), (), np.zeros((12, 3), dtype=int), bases, None) == bases
