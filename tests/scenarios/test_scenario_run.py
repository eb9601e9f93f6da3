"""Planning for a scenario in the real program: verified, reported, and scaled."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from openpyxl import load_workbook

from alm.formulation.formulate import formulate
from reports.table import TOTAL_CELL
from scenarios import shocked
from solvers import solve
from tests.cli.program import alm
from tests.oracle.hand import write_case
from tests.properties.test_properties import in_other_units
from tests.scenarios.storm import NAME
from tests.scenarios.test_fx_shocks_by_hand import DOLLARS
from tests.scenarios.test_model_under_shocks import stormy

SHOCKS = (
    {"shock": "fx", "currency": "USD", "start": 2, "value": 0.5},
    {"shock": "rate", "product": "cash", "value": 0.01},
    {"shock": "runoff", "class": "loan", "start": 2, "value": 0.2},
)


@pytest.fixture(scope="module")
def stormy_run(tmp_path_factory):
    """USD 100 of loans at 5 %; in year 2 a fifth runs off into cash at 1 %, and a dollar is worth half."""
    root = tmp_path_factory.mktemp("storm")
    rows = [{"scenario": NAME, **shock} for shock in SHOCKS]
    tables = {**DOLLARS, "scenarios": [{"scenario": NAME}], "shocks": rows}
    case = write_case(root / "case", {"periods": 2}, tables)
    done = alm("allocate", case, "--scenario", NAME, "--out", root / "run", "--json")
    return done, root / "run"


def test_a_plan_for_a_scenario_is_verified_with_its_baselines(stormy_run):
    """Year 1: 100 x 5 % x 7 = 35. Year 2: (80 x 5 % + 20 x 1 %) x 3.5 = 14.7."""
    done, folder = stormy_run
    assert done.code == 0, done.out
    assert done.answer["verified"]
    assert done.answer["objective"] == pytest.approx(49.7)
    assert (
        json.loads((folder / "run.json").read_text(encoding="utf-8"))["options"]["scenario"] == NAME
    )
    baselines = pd.read_parquet(folder / "plan" / "baselines.parquet")
    assert baselines["verified"].all()
    assert baselines["objective"].tolist() == pytest.approx([49.7] * 4)


def test_a_plan_for_a_scenario_does_not_pass_for_one_of_the_base(stormy_run, tmp_path):
    _, folder = stormy_run
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    manifest["options"]["scenario"] = "base"
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    try:
        assert alm("verify", folder).code == 5
    finally:
        manifest["options"]["scenario"] = NAME
        (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert alm("verify", folder).code == 0


def test_the_workbook_shows_balances_at_the_rates_of_the_scenario(stormy_run):
    """Loans of USD 100 are 700 before and, 80 of them at 3.5, 280 after; the Summary names the scenario."""
    workbook = load_workbook(stormy_run[1] / "report.xlsx")
    texts = [cell.value for row in workbook["Summary"].iter_rows() for cell in row]
    assert NAME in texts
    rows = [[cell.value for cell in row] for row in workbook["Balance sheets"].iter_rows()]
    (loans,) = (row for row in rows if "home" in row and "loan" in row)
    assert [value for value in loans if isinstance(value, float)] == pytest.approx([700, 280, -420])


@pytest.mark.libreoffice
def test_the_live_checks_of_a_stormy_workbook_read_zero(stormy_run, recalculate):
    (workbook,) = recalculate([stormy_run[1] / "report.xlsx"])
    assert workbook["Reconciliation"][TOTAL_CELL].value == "OK"


@pytest.mark.parametrize("seed", [100, 115])
def test_twice_the_amounts_give_twice_the_objective_under_shocks(seed):
    model = stormy(seed)
    other = in_other_units(model, 2.0)
    one, two = (solve(formulate(shocked(each.book, "storm")).problem) for each in (model, other))
    assert two.objective == pytest.approx(2 * one.objective, rel=1e-6, abs=1e-6)
