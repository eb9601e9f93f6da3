"""A case of two regions that works: East has the deposits, West the better loans, a lane joins them."""

from __future__ import annotations

import csv

from alm.case.spec.column import Constant

SETTINGS: dict[str, Constant] = {
    "as_of": "2025-12-31",
    "periods": 12,
    "currency": "CNY",
    "horizon_value": "none",
}

_TABLES = {
    "regions": (
        "region,name,name_zh,parent,kind,tax_rate\n"
        "Group,Example Bank,示例银行,,group,0.25\n"
        "East,East,东区,Group,branch,0.25\n"
        "West,West,西区,Group,branch,0.25\n"
    ),
    "products": (
        "product,name,name_zh,side,class,tenor_months,amortisation,expected_loss,operating_cost,risk_weight,"
        "capital_tier\n"
        "cash,Cash,现金,asset,cash,,,,,,\n"
        "loan,Loans,贷款,asset,loan,24,linear,0.004,0.003,1,\n"
        "deposit,Deposits,存款,liability,deposit,,,,0.005,,\n"
        "equity,Equity,股本,equity,equity,,,,,,cet1\n"
    ),
    # East: 500 + 300 + 300 lent = 1,000 + 100. West: 700 + 50 = 450 + 300 borrowed.
    "positions": (
        "region,product,balance,rate,new_rate,price_slope,reference_volume,residual_months,max_balance,max_new,"
        "plug\n"
        "East,cash,300,0.012,,,,,,,true\n"
        "East,loan,500,0.037,0.036,0.0001,20,18,,60,false\n"
        "East,deposit,1000,0.011,0.011,,,,1040,10,false\n"
        "East,equity,100,,,,,,,0,false\n"
        "West,cash,50,0.012,,,,,,,true\n"
        "West,loan,700,0.044,0.043,0.0001,30,18,,90,false\n"
        "West,deposit,450,0.013,0.013,,,,470,10,false\n"
    ),
    "lanes": (
        "lane,lender,borrower,opening,rate,capacity,cost\n"
        "East to West,East,West,300,0.02,500,0.001\n"
        "West to East,West,East,0,0.02,100,0.001\n"
    ),
    "limits": (
        "limit,name,region,measure,denominator,sense,bound,early_warning,tier,owner\n"
        "liquidity,Cash to deposits,Group,class:cash,class:deposit,min,0.08,0.1,board,Treasurer\n"
        "cet1_ratio,CET1 ratio,Group,cet1,rwa,min,0.075,0.08,regulatory,Chief risk officer\n"
    ),
}


def rows(table: str) -> list[dict[str, str]]:
    """Give the rows of a table of the example, text by column; none for a table that it does not need."""
    return list(csv.DictReader(_TABLES.get(table, "").splitlines()))
