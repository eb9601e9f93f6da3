"""Standard libraries: the rows they make, worked by hand, and how they are added to a case."""

import math
import shutil
from pathlib import Path

import pandas as pd
import pytest

import scenarios.libraries
from alm.case import load
from scenarios.libraries import LIBRARIES
from tests.cli.cases import TABLES, replace, three_regions, write_case
from tests.cli.program import THREE_REGIONS, alm

FOREIGN = {
    "products": (
        "product,side,class,tenor_months,rate_type,index,repricing_months,risk_weight,expected_loss,lcr_outflow\n"
        "cash,asset,cash,,,,,,,\n"
        "loan,asset,loan,48,,,,0.6,0.003,\n"
        "floater,asset,loan,60,floating,ftp,3,1.5,0.01,\n"
        "deposit,liability,deposit,,,,,,,0.05\n"
        "notes,liability,debt,12,,,,,,0.3\n"
    ),
    "positions": (
        "region,currency,product,balance,rate,residual_months,max_new,plug\n"
        "East,CNY,cash,130,0.01,,,true\n"
        "East,CNY,deposit,100,0.005,,0,false\n"
        "East,CNY,notes,30,0.02,,0,false\n"
        "West,CNY,cash,0,0.01,,,true\n"
        "West,CNY,loan,50,0.06,12,500,false\n"
        "West,CNY,deposit,50,0.005,,0,false\n"
        "West,USD,cash,0,0.03,,,true\n"
        "West,USD,floater,40,0.05,,0,false\n"
        "West,USD,deposit,40,0.005,,0,false\n"
    ),
    "fx": "currency,rate\nUSD,7\n",
    "curves": "curve,currency,tenor_months,rate\nftp,CNY,12,0.02\nftp,USD,12,0.04\n",
}


def made(case: Path, library: str) -> pd.DataFrame:
    """Give the shocks of a library for a case, with what is blank as NaN."""
    (found,) = [each for each in LIBRARIES if each.name == library]
    return pd.DataFrame(found.make(load(case)).shocks)


@pytest.fixture(scope="module")
def two_currencies(tmp_path_factory) -> Path:
    return write_case(tmp_path_factory.mktemp("libraries") / "case", **FOREIGN)


def test_every_file_is_a_library_and_every_library_is_in_the_registry():
    folder = Path(scenarios.libraries.__file__).parent
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--"}
    assert files == {library.name for library in LIBRARIES}


def test_rates_move_by_the_shock_at_the_tenor_at_which_a_product_reprices(two_currencies):
    """USD: parallel 200, short 300, long 225 bp from 2026 on. The floater reprices at 3 months, t = 1/4 year:

    steepener -0.65 x 300 x exp(-1/16) + 0.9 x 225 x (1 - exp(-1/16)). Loans of CNY are written for four years: a short shock of 300
    has lost all but 1/e.
    """
    shocks = made(two_currencies, "rates").set_index(["scenario", "currency", "product"])["value"]
    near = math.exp(-1 / 16)
    steep = (-0.65 * 0.03 * near + 0.9 * 0.0225 * (1 - near)).__round__(6)
    assert shocks["rates-steepener", "USD", "floater"] == steep
    assert shocks["rates-parallel-up", "USD", "floater"] == 0.02
    assert shocks["rates-short-up", "CNY", "loan"] == round(0.03 / math.e, 6)
    assert shocks["rates-short-down", "USD", "cash"] == -0.03
    assert len(shocks) == 6 * 7  # seven pairs of currency and product bear interest


def test_china_keeps_the_sizes_of_2016(tmp_path):
    """CNY parallel: 250 bp then, 225 bp from 2026 on."""
    regions = "region,parent,jurisdiction\nGroup,,cn\nEast,Group,cn\nWest,Group,cn\n"
    case = write_case(tmp_path / "case", regions=regions)
    shocks = made(case, "rates")
    assert set(shocks.loc[shocks["scenario"] == "rates-parallel-up", "value"]) == {0.025}


def test_deposits_lose_their_outflow_and_the_rest_counts_as_less_stable(two_currencies):
    """5 % leaves this bank, what stays counts 10 %: 5 points more. 30 % of the notes leave all banks."""
    shocks = made(two_currencies, "deposit-runoff")
    rows = {
        (row.scenario.removeprefix("runoff-"), row.shock, row.product): row.value
        for row in shocks.itertuples()
    }
    assert rows == {
        ("idiosyncratic", "runoff", "deposit"): 0.05,
        ("idiosyncratic", "lcr_outflow", "deposit"): 0.05,
        ("market", "runoff", "deposit"): 0.05,
        ("market", "runoff", "notes"): 0.3,
        ("combined", "runoff", "deposit"): 0.05,
        ("combined", "lcr_outflow", "deposit"): 0.05,
        ("combined", "runoff", "notes"): 0.3,
    }


def test_a_downgrade_takes_the_next_risk_weight(two_currencies):
    """0.6 is 40 % of the way from 0.5 to 0.75, so it becomes 0.75 + 0.4 x 0.25 = 0.85, and the loss 0.003 x 0.85 / 0.6.

    1.5 is the last class. The group's notes count in full: 0.7 more.
    """
    shocks = made(two_currencies, "downgrade")
    rows = {(row.scenario, row.shock, row.product): row.value for row in shocks.itertuples()}
    assert rows == {
        ("downgrade-borrowers", "risk_weight", "loan"): 0.25,
        ("downgrade-borrowers", "expected_loss", "loan"): 0.00125,
        ("downgrade-group", "lcr_outflow", "notes"): 0.7,
    }


def test_foreign_currencies_fall_and_rise(two_currencies):
    shocks = made(two_currencies, "devaluation")
    assert dict(zip(shocks["scenario"], shocks["value"], strict=True)) == {
        "USD-falls": 0.85,
        "USD-rises": 1.15,
    }
    assert set(shocks["currency"]) == {"USD"}


def test_a_lane_closes_when_its_opening_amount_is_repaid(tmp_path):
    """10 stand on the lane for one month of two: it closes in period 2, for both regions alike, so once."""
    lanes = "lane,lender,borrower,rate,capacity,opening,residual_months\neast-west,East,West,0.02,40,10,2\n"
    positions = TABLES["positions"].replace("cash,100", "cash,90").replace("cash,0", "cash,10")
    case = write_case(tmp_path / "case", lanes=lanes, positions=positions)
    shocks = made(case, "lane-closure")
    assert shocks[["scenario", "lane", "start", "value"]].to_numpy().tolist() == [
        ["closed-East", "east-west", 2, 0.0]
    ]


def test_a_library_is_added_to_what_is_there_and_only_once(tmp_path):
    case = three_regions(tmp_path / "case")
    mine = "scenario,note_mine\nquiet,kept as it is\n"
    (case / "scenarios.csv").write_text(mine, encoding="utf-8")
    done = alm("scenarios", case, "--library", "lane-closure", "--json")
    assert done.code == 0, done.out
    assert done.answer["scenarios"] == [
        f"closed-{each}" for each in ("Centre", "North", "South", "Group")
    ]
    lines = (case / "scenarios.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["scenario,note_mine,name,note", "quiet,kept as it is,,"]
    before = {path: path.read_bytes() for path in case.iterdir()}
    both = alm("scenarios", case, "--library", "rates", "--library", "downgrade", "--json")
    assert (both.code, both.answer["faults"][0]["found"]) == (2, "rates, downgrade")
    again = alm("scenarios", case, "--library", "lane-closure", "--json")
    assert (again.code, again.answer["scenarios"], again.answer["shocks"]) == (0, [], 0)
    assert {path: path.read_bytes() for path in case.iterdir()} == before
    (case / "shocks.csv").unlink()  # as if it had been killed between the two files
    assert alm("scenarios", case, "--library", "lane-closure").code == 0
    assert {path: path.read_bytes() for path in case.iterdir()} == before


def test_a_name_that_other_rows_have_is_refused_and_nothing_is_written(tmp_path):
    case = three_regions(tmp_path / "case")
    assert alm("scenarios", case, "--library", "lane-closure").code == 0
    replace(case / "shocks.csv", "North,0,", "North,0.5,")
    before = {path: path.read_bytes() for path in case.iterdir()}
    done = alm("scenarios", case, "--library", "lane-closure", "--json")
    assert (done.code, done.answer["faults"][0]["found"]) == (2, "closed-North")
    assert {path: path.read_bytes() for path in case.iterdir()} == before


def test_tables_in_workbooks_and_elsewhere_are_refused(tmp_path):
    case = three_regions(tmp_path / "case")
    pd.DataFrame({"scenario": ["quiet"]}).to_parquet(case / "scenarios.parquet", index=False)
    done = alm("scenarios", case, "--library", "rates", "--json")
    assert (done.code, done.answer["faults"][0]["table"]) == (2, "scenarios")
    assert "scenarios.csv" in done.answer["faults"][0]["hint"]
    assert not (case / "shocks.csv").exists()


def test_probabilities_that_are_given_are_not_made_up(tmp_path):
    case = Path(shutil.copytree(THREE_REGIONS.parent / "two-weathers", tmp_path / "case"))
    done = alm("scenarios", case, "--library", "rates", "--json")
    assert (done.code, done.answer["faults"][0]["column"]) == (2, "probability")


def test_libraries_are_listed_and_a_wrong_name_lists_them(tmp_path):
    listed = alm("scenarios", "--list", columns=None)
    assert listed.code == 0
    assert all(each.name in listed.out and each.line in listed.out for each in LIBRARIES)
    wrong = alm("scenarios", THREE_REGIONS, "--library", "lane-closures", columns=None)
    assert wrong.code == 2
    assert "did you mean lane-closure?" in wrong.err
    assert all(each.line in wrong.out for each in LIBRARIES)
    nothing = alm("scenarios", THREE_REGIONS, "--library", "devaluation", "--json")
    assert (nothing.code, nothing.answer["faults"][0]["found"]) == (2, "devaluation")
