"""Whole decisions: what makes them coarser or dearer never earns more, and the order of rows says nothing."""

from random import Random

import pandas as pd
import pytest

from alm.case import load
from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from alm.runs.allocate import allocate
from solvers import Status, solve
from tests.oracle.cases import random_tables
from tests.oracle.hand import write_case

NEAR = 1e-6
COARSER = {  # feature: column, what is made of what is there
    "lots": ("lot", lambda lot: 2 * lot),  # every multiple of the new lot is one of the old
    "tickets": ("minimum_ticket", lambda ticket: 1.3 * ticket),
    "fixed_costs": ("fixed_cost", lambda cost: 1.5 * cost + 0.01),
}


def best(folder, settings, tables):
    """The optimum as profit, -inf where there is no plan."""
    solution = solve(
        formulate(open_book(load(write_case(folder, settings, tables)))).problem, gap=1e-9
    )
    assert solution.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return -solution.objective if solution.status is Status.OPTIMAL else -float("inf")


@pytest.mark.parametrize("seed", [1, 4])
@pytest.mark.parametrize("feature", sorted(COARSER))
def test_what_is_coarser_or_dearer_never_earns_more(tmp_path, feature, seed):
    """Nor is any plan with it worth more than the best without it."""
    settings, tables = random_tables(seed, frozenset({feature}))
    column, change = COARSER[feature]
    found = []
    for factor in (lambda _: None, lambda cell: cell, change):
        changed = {
            name: [
                row | {column: factor(row[column])} if row.get(column) else row
                for row in tables[name]
            ]
            for name in ("products", "lanes")
        }
        found.append(best(tmp_path, settings, tables | changed))
    assert found[0] > -float("inf")
    assert found[0] >= found[1] - NEAR
    assert found[1] >= found[2] - NEAR


def test_shuffled_rows_give_the_same_whole_plan(tmp_path, monkeypatch):
    """To the last quantum: what is found among equals does not hang on the order of rows."""
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    settings, tables = random_tables(3, frozenset({"lots", "fixed_costs", "tickets"}))
    plans = []
    for name in ("one", "two"):
        folder = write_case(tmp_path / name, settings, tables)
        run = allocate(folder, out=tmp_path / f"run-{name}", baselines=False)
        assert run.verified
        plans.append(
            [pd.read_parquet(run.folder / "plan" / f"{t}.parquet") for t in ("positions", "lanes")]
        )
        for rows in tables.values():
            Random(name).shuffle(rows)
    for one, two in zip(*plans, strict=True):
        keys = [c for c in ("region", "currency", "product", "lane", "period") if c in one]
        columns = [c for c in ("new", "sold", "balance", "transfer", "outstanding") if c in one]
        left, right = (
            each.sort_values(keys)[keys + columns].reset_index(drop=True) for each in (one, two)
        )
        pd.testing.assert_frame_equal(left, right)
