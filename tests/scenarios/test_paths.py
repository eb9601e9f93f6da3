"""Paths drawn with a seed: the same rows, the correlation that was asked, and nothing taken for granted."""

import numpy as np
import pandas as pd
import pytest

from alm.case import load
from scenarios.paths import Factors, draw_paths
from tests.cli.cases import write_case
from tests.cli.program import alm

from .test_libraries import FOREIGN

ASKED = ("--generate", 3, "--seed", 7, "--rate-volatility", 0.01, "--correlation", 0.5)
MANY = 4_000


def moves(case, **chosen) -> pd.DataFrame:
    """Draw many paths; give the move of each factor that is hit: (path and period, factor)."""
    rows = pd.DataFrame(draw_paths(load(case), Factors(MANY, 1, **chosen)).shocks)
    rows["factor"] = rows["shock"] + " " + rows["currency"].fillna("") + rows["region"].fillna("")
    rows = rows.drop_duplicates(["scenario", "start", "factor"])
    return rows.pivot_table("value", ["scenario", "start"], "factor").fillna(0.0)


def test_factors_have_the_volatility_and_the_correlation_that_were_asked(tmp_path):
    """Months: 1 % a year is 1 % / sqrt(12) a month. Half of the run-off is cut at 0; z above 0 has the mean sqrt(2 / pi)."""
    case = write_case(tmp_path / "case", **FOREIGN)
    drawn = moves(case, rate_volatility=0.01, runoff_volatility=0.06, correlation=0.25)
    cny, usd = drawn["rate CNY"], drawn["rate USD"]
    assert len(drawn) == 2 * MANY
    assert cny.std() * np.sqrt(12) == pytest.approx(0.01, rel=0.03)
    assert cny.corr(usd) == pytest.approx(0.25, abs=0.04)
    left = drawn["runoff East"]
    assert left[left > 0].mean() == pytest.approx(0.06 / np.sqrt(12) * np.sqrt(2 / np.pi), rel=0.03)
    assert (left > 0).mean() == pytest.approx(0.5, abs=0.03)


def test_loadings_of_the_case_are_taken_where_it_has_them(tmp_path):
    """0.3 and 0.4 on two factors that are not correlated: a standard deviation of 0.5 a period, cut at 0 and 1."""
    table = (
        "region,currency,product,factor,loading\nEast,CNY,deposit,a,0.03\nEast,CNY,deposit,b,0.04\n"
    )
    case = write_case(tmp_path / "case", **FOREIGN, volatility=table)
    drawn = moves(case, rate_volatility=0.01, runoff_volatility=None, correlation=0.0)
    left = drawn["runoff CNYEast"]
    assert left[left > 0].mean() == pytest.approx(0.05 * np.sqrt(2 / np.pi), rel=0.03)


def test_the_same_seed_gives_the_same_bytes_and_the_case_can_be_planned(tmp_path):
    cases = [write_case(tmp_path / name) for name in ("one", "two")]
    done = [alm("scenarios", case, *ASKED, "--runoff-volatility", 0.05, "--json") for case in cases]
    assert [each.code for each in done] == [0, 0], done[0].out
    assert done[0].answer["scenarios"] == ["path-7-001", "path-7-002", "path-7-003"]
    for name in ("scenarios.csv", "shocks.csv"):
        assert (cases[0] / name).read_bytes() == (cases[1] / name).read_bytes()
    notes = load(cases[0]).given("scenarios")["note"]
    assert set(notes) == {"seed 7; rates 0.01 a year; run-off 0.05 a year; correlation 0.5"}
    few = draw_paths(load(cases[0]), Factors(2, 7, 0.01, 0.05, 0.5)).tables()["shocks"]
    given = load(cases[0]).given("shocks")
    first = given[given["scenario"] != "path-7-003"].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, first[few.columns], check_dtype=False)


def test_what_is_not_said_is_refused_at_once(tmp_path):
    case = write_case(tmp_path / "case")
    done = alm("scenarios", case, "--generate", 0, "--correlation", 1.5, "--json")
    assert done.code == 2
    assert [fault["column"] for fault in done.answer["faults"]] == [
        "--generate",
        "--seed",
        "--rate-volatility",
        "--correlation",
        "--runoff-volatility",
    ]
    assert not (case / "scenarios.csv").exists()
