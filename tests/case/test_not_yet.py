"""What the model cannot do yet is refused by name; what it can do is not."""

import pytest

from alm.case import load
from alm.case.not_yet import NOT_YET

from .conftest import TABLES, faults_of

LIMIT = "limit,region,measure,denominator,sense,bound"
LANE = "lane,lender,borrower,asset_product,liability_product,capacity"


def product(column: str, value: str) -> dict[str, str]:
    table = (
        TABLES["products"]
        .replace("hqla_class", f"hqla_class,{column}")
        .replace("loan,2,", f"loan,2,,{value}")
    )
    return {"products": table}


def lane(column: str, value: str) -> dict[str, str]:
    return {"lanes": f"{LANE},{column}\nthere,west,east,claim,debt,9,{value}\n"}


def limit(*lines: str) -> dict[str, str]:
    return {"limits": "\n".join((LIMIT, *lines)) + "\n"}


def sloped(column: str, *lines: str) -> dict[str, str]:
    positions = (
        TABLES["positions"]
        .replace("plug\n", f"plug,{column}\n")
        .replace("80,0.04,10,", "80,0.04,10,,0.001")
    )
    return {"positions": positions, **limit(*lines)}


REFUSED = {
    "steps": (
        {
            "steps": "limit,measure,at_least,bound\nlcr,outflow_at_risk,100,1.1\nlcr,hqla,200,1.2\n"
            "lcr,blend,300,1.3\n",
            "measures": "measure,term,weight\nblend,outflow_at_risk,1\n",
        },
        [("steps", 2, "measure"), ("steps", 4, "measure")],
    ),
    "measures": (
        limit("d,west,delta_nii,,max,1", "e,west,cet1,delta_eve,min,1"),
        [("limits", 2, "measure"), ("limits", 3, "denominator")],
    ),
    "a measure in a combination": (
        {"measures": "measure,term,weight\nx,delta_eve,1\n"},
        [("measures", 2, "term")],
    ),
    "measures on the side where the limit is not convex": (
        limit(
            "a,west,outflow_at_risk,,max,1",
            "b,west,outflow_at_risk,,min,1",
            "c,west,assets,outflow_at_risk,max,1",
            "d,west,assets,outflow_at_risk,max,-1",
            "e,west,assets,outflow_at_risk,min,1",
            "f,west,assets,outflow_at_risk,min,-1",
            "g,west,assets,outflow_at_risk,max,0",
        ),
        [("limits", 3, "measure"), ("limits", 4, "denominator"), ("limits", 7, "denominator")],
    ),
    "combinations on the side where the limit is not convex": (
        {
            "measures": "measure,term,weight\nroom,hqla,1\nroom,outflow_at_risk,-1\n",
            **limit("a,west,room,,min,1", "b,west,room,,max,1"),
        },
        [("limits", 3, "measure")],
    ),
    "combinations of combinations on the side where the limit is not convex": (
        {
            "measures": "measure,term,weight\nless,outflow_at_risk,1\nfree,less,-2\nspent,free,-1\n",
            **limit("a,west,free,,min,1", "b,west,free,,max,1", "c,west,spent,,max,1"),
        },
        [("limits", 3, "measure")],
    ),
    "a max on income where volumes move prices": (
        sloped(
            "price_slope",
            "a,west,income,,max,1",
            "b,group,net_interest_income,,max,1",
            "c,east,income,,max,1",
            "d,group,income,,min,1",
        ),
        [("limits", 2, "measure"), ("limits", 3, "measure")],
    ),
    "a max on income with adjustment costs": (
        sloped(
            "adjustment_cost",
            "a,west,income,,max,1",
            "b,west,income,,min,1",
            "c,east,income,,max,1",
        ),
        [("limits", 2, "measure")],
    ),
}


@pytest.mark.parametrize(("tables", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_supported_is_refused_where_it_stands(tables, expected, write):
    faults = faults_of(write(**tables))
    assert [(fault.table, fault.row, fault.column) for fault in faults] == expected
    assert all(fault.hint.endswith("is not supported yet") for fault in faults)


def test_every_refusal_is_tested():
    refused = {
        place
        for _, expected in REFUSED.values()
        for place in ((table, column) for table, _, column in expected)
    }
    assert refused == {(entry.table, entry.column) for entry in NOT_YET}


def test_what_can_be_held_exactly_may_stand_on_either_side(write):
    """Contract, section 7: `hqla`, `net_outflow` and `usable_hqla` on either side, by binaries."""
    tables = limit(
        "a,west,hqla,,max,1",
        "b,west,net_outflow,,min,1",
        "c,group,usable_hqla,,max,1",
        "d,west,assets,hqla,min,1",
        "e,west,assets,net_outflow,max,1",
    )
    assert load(write(**tables)).warnings == ()


def test_what_is_supported_is_not_refused(write):
    tables = {
        "products": TABLES["products"].replace(
            "deposit,liability,deposit,,", "deposit,liability,deposit,,L1"
        ),
        "rules": "attribute,class,value\nrisk_weight,loan,0.5\n",
        "addons": "measure,region,amount\nrwa,west,5\nrwa,west,6\n",
        "bounds": "region,product,max_balance\nwest,loan,200\n",
        "runoff": "region,product,period,remaining\n"
        + "".join(f"west,loan,{t},0.5\n" for t in (1, 2, 3)),
        "targets": "region,product,period,balance,weight\nwest,loan,1,80,2\n",
        "measures": "measure,term,weight\nroom,hqla,1\nroom,net_outflow,-1\nroom,class:loan,0.1\n",
        "lanes": "lane,lender,borrower,borrower_currency,cost,lot\nswap,west,west,EUR,0.01,0.01\n",
        "limits": f"{LIMIT},currency,waiver_until\na,group,room,,min,0,EUR,2026-03-31\nb,west,income,,min,0,,\n"
        "c,west,outflow_at_risk,equity,max,0.5,,\n",
        "volatility": "region,product,factor,loading\nwest,deposit,f,0.1\n",
        "rate_shocks": "shock,currency,tenor_months,move\nup,CNY,12,0.02\n",
        "scenarios": "scenario\nbad\n",
        "shocks": "scenario,shock,class,value\nbad,runoff,deposit,0.1\n",
    }
    assert load(write(**tables)).warnings == ()
