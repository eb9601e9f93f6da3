"""Every default of the contract, written out by hand: nothing here is read from the spec."""

import math
from datetime import date

import pandas as pd
import pytest

from alm.case import load
from alm.case.spec import KEYS, TABLES, find

from .conftest import TOML

# Only what has no default; a quarter as step shows what follows it, East's euro what follows the region.
TOML_BARE = """
contract = 1
name = "bare"
as_of = 2025-12-31
periods = 4
step = "quarter"
currency = "CNY"
horizon_value = "none"
"""
BARE = {
    "regions": "region,parent,currency\ngroup,,\neast,group,EUR\n",
    "products": "product,side,tenor_months,amortisation\ncash,asset,,\nloan,asset,6,linear\n",
    "positions": "region,product,balance,rate,max_new,plug\neast,cash,0,0.01,,true\neast,loan,0,0.03,1,\ngroup,cash,0,,,true\n",
    "fx": "currency,rate\nEUR,7.8\n",
    "limits": "limit,region,measure,sense,bound\ncap,group,rwa,max,9\n",
    "lanes": "lane,lender,borrower,borrower_currency,cost\nin,group,east,,\nout,east,group,,\nswap,east,east,CNY,\n",
    "curves": "curve,currency,tenor_months,rate\nftp,CNY,1,0.01\nftp,CNY,5,0.03\nftp,EUR,12,0.015\nftp,EUR,24,0.5\n",
    "rules": "attribute,value\nrsf,0.5\n",
    "addons": "measure,region,amount\nrwa,east,1\n",
    "bounds": "region,product,max_balance\neast,loan,9\n",
    "runoff": "region,product,period,remaining\n"
    + "".join(f"east,loan,{t},1\n" for t in range(1, 5)),
    "targets": "region,product,period,balance,weight\neast,loan,1,9,1\n",
    "volatility": "region,product,factor,loading\neast,loan,f,1\n",
    "scenarios": "scenario\na\nb\n",
    "shocks": "scenario,shock,value\na,runoff,0.1\n",
}

NAN = math.nan
# One row of each table, named by its key, and what its blank cells mean.
EXPECTED: dict[tuple[str, str], dict[str, object]] = {
    ("regions", "group"): {
        "name": "group",
        "kind": "branch",
        "currency": "CNY",
        "tax_rate": 0.0,
        "transferable": 1.0,
    },
    ("products", "loan"): {
        "name": "loan",
        "rate_type": "fixed",
        "beta": 1.0,
        "repricing_months": 3.0,
        "expected_loss": 0.0,
        "operating_cost": 0.0,
        "tax_exempt": 0.0,
        "ftp_curve": "ftp",
        "ftp_tenor_months": 6.0,
        "fixed_cost": 0.0,
        "max_disposal": 0.0,
        "disposal_haircut": 0.0,
        "lot": 0.0,
        "minimum_ticket": 0.0,
        "risk_weight": 0.0,
        "ccf": 1.0,
        "haircut": 0.0,
        "lcr_outflow": 0.0,
        "lcr_inflow": 0.0,
        "asf": 0.0,
        "rsf": 0.0,
        "leverage_factor": 0.0,
        "reserve_ratio": 0.0,
    },
    ("products", "cash"): {"amortisation": "bullet"},
    ("rules", "rsf"): {"start": 1, "end": 4},
    ("addons", "rwa"): {"start": 1, "end": 4},
    ("positions", "loan"): {
        "currency": "EUR",
        "new_rate": 0.03,
        "price_slope": 0.0,
        "reference_volume": 0.0,
        "back_book": 0.0,
        "residual_shape": "linear",
        "min_balance": 0.0,
        "min_new": 0.0,
        "adjustment_cost": 0.0,
        "plug": False,
    },
    ("bounds", "east"): {"currency": "EUR", "start": 1, "end": 4},
    ("runoff", "east"): {"currency": "EUR"},
    ("targets", "east"): {"currency": "EUR"},
    ("volatility", "east"): {"currency": "EUR"},
    ("lanes", "out"): {
        "currency": "EUR",
        "borrower_currency": "EUR",
        "tenor_months": 3.0,
        "opening": 0.0,
        "rate": 0.0,
        "cost": 0.0,
        "tax": 0.0,
        "fixed_cost": 0.0,
        "minimum_ticket": 0.0,
        "lot": 0.0,
        "start": 1,
        "end": 4,
    },
    ("limits", "cap"): {
        "name": "cap",
        "scope": "subtree",
        "start": 1,
        "end": 4,
        "scenarios": "all",
        "enforcement": "hard",
        "tier": "regulatory",
    },
    ("scenarios", "a"): {"name": "a", "probability": 0.5, "start": 2},
    ("shocks", "a"): {"start": 1, "end": 4},
}
# Tables that cannot be in a case that loads, since the model refuses them; their defaults are filled all the same.
REFUSED = {
    ("tiers", "currency"),
    ("corridors", "fixed_cost"),
    ("corridors", "minimum"),
    ("positions", "rate"),
}


@pytest.fixture
def bare(write):
    return load(write(toml=TOML_BARE, **BARE))


def row_named(case, table: str, name: str) -> pd.Series:
    rows = case.table(table)
    return rows[(rows[list(find(table).key)] == name).any(axis=1)].iloc[0]


def test_every_default_of_a_column_is_what_the_contract_says(bare):
    found = {
        place: {column: row_named(bare, *place)[column] for column in expected}
        for place, expected in EXPECTED.items()
    }
    assert found == EXPECTED


def test_no_default_is_left_out_of_this_test():
    tested = {(table, column) for (table, _), columns in EXPECTED.items() for column in columns}
    declared = {(t.name, c.name) for t in TABLES for c in t.columns if c.default is not None}
    assert tested | REFUSED == declared


def test_a_rate_is_zero_by_default_and_corridors_cost_nothing(write):
    case = load(write(toml=TOML_BARE, **BARE, corridors="corridor\nsea\n"))
    assert case.table("positions").query("region == 'group'")["rate"].tolist() == [0.0]
    assert case.table("corridors")[["fixed_cost", "minimum"]].to_numpy().tolist() == [[0.0, 0.0]]


def test_an_fx_swap_costs_the_difference_of_the_ftp_curves_at_its_tenor(bare):
    """3 months: CNY lies half-way from 0.01 to 0.03, EUR is flat below 12 months: 0.02 - 0.015."""
    assert row_named(bare, "lanes", "swap")["cost"] == pytest.approx(0.005, abs=1e-15)


def test_what_has_no_default_stays_blank(bare):
    loan, cash = row_named(bare, "positions", "loan"), row_named(bare, "products", "cash")
    for column in (
        "residual_months",
        "ftp_rate",
        "transfer_rate",
        "max_balance",
        "min_renewal",
        "max_renewal",
        "last_new",
    ):
        assert math.isnan(loan[column]), column
    assert math.isnan(cash["tenor_months"])
    assert math.isnan(cash["ftp_tenor_months"])
    assert (
        cash["hqla_class"],
        cash["capital_tier"],
        cash["class"],
        cash["index"],
        cash["name_zh"],
    ) == ("",) * 5
    lane, limit = row_named(bare, "lanes", "in"), row_named(bare, "limits", "cap")
    assert math.isnan(lane["capacity"])
    assert math.isnan(lane["residual_months"])
    assert (lane["asset_product"], lane["corridor"]) == ("", "")
    assert (limit["denominator"], limit["currency"], limit["owner"]) == ("", "", "")
    assert math.isnan(limit["penalty"])
    assert pd.isna(limit["waiver_until"])


def test_every_default_of_case_toml_is_what_the_contract_says(write):
    settings = load(write(toml=TOML)).settings
    assert (settings.contract, settings.name, settings.as_of, settings.periods) == (
        1,
        "sound",
        date(2025, 12, 31),
        3,
    )
    assert (settings.step, settings.unit, settings.quantum) == ("month", 1_000_000, 0.01)
    assert (settings.accrual, settings.day_count, settings.discount_rate) == (
        "average",
        "30/360",
        0.0,
    )
    assert settings.custom_measures == ()
    assert (settings.capital.ratio, settings.capital.charge_rate) == (0.0, 0.0)
    assert (settings.horizon.capital, settings.horizon.max_months) == (True, 60)
    assert (settings.earnings.retained, settings.earnings.product) == (0.0, "")
    risk, solve = settings.risk, settings.solve
    assert (risk.cvar_weight, risk.cvar_level, risk.outflow_confidence) == (0.0, 0.95, 2.326)
    assert (solve.gap, solve.time_limit, solve.seed) == (1e-4, 600, 0)
    assert len(KEYS) == 25


def test_the_defaults_that_were_taken_are_listed(bare):
    taken = bare.defaults
    assert list(taken.columns) == ["table", "row", "key", "column", "value"]
    of_loan = taken[(taken["table"] == "positions") & (taken["row"] == 3)]
    assert (
        dict(zip(of_loan["column"], of_loan["value"], strict=True)) == EXPECTED["positions", "loan"]
    )
    assert set(of_loan["key"]) == {"east/EUR/loan"}
    toml = taken[taken["table"] == "case.toml"].set_index("column")["value"]
    assert toml["solve.gap"] == 1e-4
    assert "step" not in toml
    assert not (
        (taken["table"] == "regions") & (taken["column"] == "currency") & (taken["row"] == 3)
    ).any()


def test_a_table_that_is_not_given_is_empty_with_typed_columns(write):
    case = load(write(limits=None))
    limits = case.table("limits")
    assert limits.empty
    assert limits["bound"].dtype == "float64"
    assert limits["start"].dtype == "int64"
    assert limits["measure"].dtype == "str"
    assert limits["waiver_until"].dtype == "datetime64[us]"
    assert case.table("positions")["plug"].dtype == "bool"
    assert case.given("limits").empty
    with pytest.raises(KeyError):
        case.table("limit")


def test_a_custom_measure_is_a_column_that_is_zero_where_blank(write):
    toml = TOML + 'custom_measures = ["big", "unused"]\n'
    products = "product,side,big\ncash,asset,\nloan,asset,2.5\ndeposit,liability,\nshares,equity,\n"
    case = load(write(toml=toml, products=products, lanes=None))
    assert case.table("products").set_index("product")["big"].to_dict() == {
        "cash": 0.0,
        "loan": 2.5,
        "deposit": 0.0,
        "shares": 0.0,
    }
    assert case.table("products")["unused"].tolist() == [0.0] * 4
