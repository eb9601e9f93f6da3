"""What is legal but odd is said, and does not stop a run."""

import pytest

from alm.case import load

from .conftest import TABLES, TOML

CASES = {
    "percent as a rate": (
        {"positions": TABLES["positions"].replace("0.04", "4")},
        [("positions", 3, "rate", "4 % is written 0.04")],
    ),
    "percent as a weight": (
        {
            "products": TABLES["products"]
            .replace("hqla_class\n", "risk_weight\n")
            .replace("cash,,L1", "cash,,")
            .replace("loan,2,", "loan,2,100")
        },
        [("products", 3, "risk_weight", "100 % is written 1")],
    ),
    "percent as the bound of a ratio": (
        {"limits": TABLES["limits"].replace("min,1", "min,100")},
        [("limits", 2, "bound", "100 % is written 1")],
    ),
    "a lane between entities without products": (
        {
            "lanes": "lane,lender,borrower,liability_product\nthere,west,east,debt\nhere,group,west,\n"
        },
        [("lanes", 2, "asset_product", "without one the lane weighs nothing in any ratio")],
    ),
    "a lane that pays for use": (
        {"lanes": "lane,lender,borrower,cost\nhere,group,west,-0.01\n"},
        [("lanes", 2, "cost", "money would be earned by moving it round")],
    ),
    "a loss below zero": (
        {
            "products": TABLES["products"]
            .replace("hqla_class\n", "expected_loss\n")
            .replace("cash,,L1", "cash,,")
            .replace("loan,2,", "loan,2,-0.01")
        },
        [("products", 3, "expected_loss", "a negative one is odd")],
    ),
    "a plug with a tenor": (
        {"products": TABLES["products"].replace("cash,asset,cash,", "cash,asset,cash,1")},
        [("products", 2, "tenor_months", "plugs leave it out")],
    ),
    "a floating product without an index": (
        {
            "products": TABLES["products"]
            .replace("hqla_class\n", "rate_type\n")
            .replace("cash,,L1", "cash,,")
            .replace("loan,2,", "loan,2,floating")
        },
        [("products", 3, "index", "")],
    ),
    "an end after the horizon": (
        {
            "limits": "limit,region,measure,sense,bound,start,end\na,west,rwa,max,1,2,9\nb,west,rwa,max,1,8,9\n"
        },
        [("limits", 2, "end", "read as the last period")],
    ),
}


@pytest.mark.parametrize(("tables", "expected"), CASES.values(), ids=CASES)
def test_the_case_loads_and_the_warning_names_the_cell(tables, expected, write):
    warnings = load(write(**tables)).warnings
    assert [(fault.table, fault.row, fault.column, fault.hint) for fault in warnings] == expected
    assert all(fault.warning for fault in warnings)


def test_percent_in_case_toml_is_warned_of(write):
    (fault,) = load(write(toml=TOML + "[capital]\nratio = 10.5\n")).warnings
    assert (fault.table, fault.column, fault.hint) == (
        "case.toml",
        "capital.ratio",
        "10.5 % is written 0.105",
    )


def test_a_file_with_nearly_the_name_of_a_table_is_warned_of(write):
    folder = write()
    (folder / "limts.csv").write_text("limit\n")
    (folder / "notes.csv").write_text("anything\n")
    (fault,) = load(folder).warnings
    assert (fault.table, fault.hint) == ("limts.csv", "did you mean limits?")
