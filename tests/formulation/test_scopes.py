"""What a limit sees: its subtree or its region alone, one currency or all, lanes that cross its border."""

import numpy as np
import pandas as pd
import pytest

from alm.formulation.amounts import amounts_of
from alm.formulation.limit_rows import limits_by_period
from alm.formulation.scopes import Scope
from alm.plan.ledger import numbers, opening_quantities
from tests.oracle.hand import CASH, DEPOSIT, EQUITY, LOAN, NO_NEW, position, write_case
from tests.properties.pool import Model, model_of

CLAIM = {
    "product": "claim",
    "side": "asset",
    "class": "interbank",
    "risk_weight": 0.2,
    "lcr_inflow": 1,
}
DEBT = {"product": "debt", "side": "liability", "class": "interbank", "lcr_outflow": 1, "asf": 0.5}
WEIGHTED = [
    CASH,
    LOAN | {"risk_weight": 1},
    DEPOSIT | {"lcr_outflow": 0.1, "asf": 0.9},
    EQUITY | {"capital_tier": "cet1", "asf": 1},
    CLAIM,
    DEBT,
]
ENDS = {"asset_product": "claim", "liability_product": "debt", "residual_months": 24}


def about(value):
    return pytest.approx(value, abs=1e-9)


@pytest.fixture(scope="module")
def model() -> Model:
    """Group CNY, west CNY below it, east USD below it at 7 CNY; three lanes, one of them a swap.

    down 30 group -> west; up 60 west -> group; over 14 west -> east, owed as 2 USD.
    """
    tables = {
        "regions": [
            {"region": "group"},
            {"region": "west", "parent": "group"},
            {"region": "east", "parent": "group", "currency": "USD"},
        ],
        "products": WEIGHTED,
        "fx": [{"currency": "USD", "rate": 7}],
        "positions": [
            position("cash", 50, 0, region="group", plug=True),
            position("loan", 100, 0, region="group", **NO_NEW),
            position("deposit", 90, 0, region="group", **NO_NEW),
            position("equity", 30, 0, region="group", **NO_NEW),
            position("cash", 6, 0, region="west", plug=True),
            position("loan", 200, 0, region="west", **NO_NEW),
            position("deposit", 250, 0, region="west", **NO_NEW),
            position("cash", 5, 0, region="east", plug=True),
            position("deposit", 3, 0, region="east", **NO_NEW),
        ],
        "lanes": [
            {"lane": "down", "lender": "group", "borrower": "west", "opening": 30} | ENDS,
            {"lane": "up", "lender": "west", "borrower": "group", "opening": 60} | ENDS,
            {
                "lane": "over",
                "lender": "west",
                "borrower": "east",
                "currency": "CNY",
                "borrower_currency": "USD",
                "cost": 0,
                "opening": 14,
            }
            | ENDS,
        ],
        "addons": [
            {"measure": "rwa", "region": "west", "amount": 11},
            {"measure": "asf", "region": "east", "amount": 5},
        ],
    }
    return model_of(lambda folder: write_case(folder, {}, tables))


@pytest.mark.parametrize(
    ("scope", "measure", "value"),
    [
        # Subtree of the root: all lanes are inside and cancel. 50 + 100 + 6 + 200 + 5 x 7.
        (("group", "subtree", ""), "assets", 391),
        (("group", "subtree", ""), "liabilities", 90 + 250 + 21),
        (("group", "subtree", ""), "lent", 0),
        # Solo: what it lends is its asset, what it borrows its liability.
        (("group", "solo", ""), "assets", 150 + 30),
        (("group", "solo", ""), "liabilities", 90 + 60),
        (("west", "solo", ""), "assets", 206 + 60 + 14),
        (("west", "subtree", ""), "lent", 74),
        (("west", "solo", ""), "borrowed", 30),
        # A debt in another currency is worth what was lent: 2 USD at 7.
        (("east", "solo", ""), "liabilities", 21 + 14),
        (("east", "solo", ""), "borrowed", 14),
        # One currency: the swap has one end among the CNY nodes, the two other lanes have both.
        (("group", "subtree", "CNY"), "lent", 14),
        (("group", "subtree", "CNY"), "borrowed", 0),
        (("group", "subtree", "USD"), "borrowed", 14),
        (("group", "subtree", "USD"), "assets", 35),
        (("group", "subtree", "CNY"), "assets", 356 + 14),
        # Lanes carry the weights of their products: 0.2 x claim, 1 x debt, only across the border.
        (("group", "subtree", ""), "rwa", 300 + 11),
        (("group", "solo", ""), "rwa", 100 + 0.2 * 30),
        (("west", "solo", ""), "rwa", 200 + 0.2 * 74 + 11),
        (("west", "solo", ""), "outflow", 25 + 30),
        (("west", "solo", ""), "inflow", 74),
        (("group", "solo", ""), "asf", 81 + 30 + 0.5 * 60),
        (("east", "solo", ""), "asf", 18.9 + 0.5 * 14 + 5),
        (("group", "subtree", ""), "asf", 0.9 * 361 + 30 + 5),
        # Classes and products are positions only.
        (("group", "solo", ""), "class:interbank", 0),
        (("group", "subtree", ""), "product:loan", 300),
        (("group", "subtree", ""), "class:cash", 50 + 6 + 35),
        # Lent to the subtree of one region outside.
        (("west", "solo", ""), "lent:east", 14),
        (("west", "solo", ""), "lent:group", 74),
        (("group", "solo", ""), "lent:west", 30),
        # Derived measures come from the summed components: max(30 + ... of both ends) is never summed itself.
        (("group", "subtree", ""), "net_outflow", 36.1),
        (("group", "solo", ""), "net_outflow", 69 - 30),
        (("west", "solo", ""), "net_outflow", 0.25 * 55),
        (("group", "subtree", ""), "hqla", 91),
    ],
)
def test_a_scope_sees_its_nodes_and_the_lanes_across_its_border(model, scope, measure, value):
    pair = (Scope(*scope), measure)
    amounts = amounts_of(model.book, [pair])
    found = numbers(amounts, opening_quantities(model.book), slice(0, 1))
    assert found[amounts.place[pair], 0] == about(value)


def test_a_waived_limit_is_reported_and_has_no_row(tmp_path):
    """Closes before the waiver's date are free: the loans could not reach 50 % before 2027."""
    limit = {"limit": "loans", "region": "home", "measure": "class:loan", "denominator": "assets"}
    tables = {
        "regions": [{"region": "home"}],
        "products": [CASH, LOAN, EQUITY],
        "positions": [
            position("cash", 100, 0, plug=True),
            position("loan", 0, 0.05, max_new=0),
            position("equity", 100, 0, **NO_NEW),
        ],
        "limits": [
            limit | {"sense": "min", "bound": 0.5, "start": 2, "waiver_until": "2028-12-31"}
        ],
    }
    settings = {"periods": 4}
    model = model_of(lambda folder: write_case(folder, settings, tables))
    table = limits_by_period(model.case)
    # Closes at the ends of 2026 to 2029: the limit starts in period 2, closes before 2028-12-31 are waived.
    expected = pd.DataFrame({"period": [2, 3, 4], "enforced": [False, True, True]})
    pd.testing.assert_frame_equal(table[["period", "enforced"]], expected, check_dtype=False)
    (block,) = [b for n, b in model.formulation.rows.items() if n.startswith("limit ")]
    np.testing.assert_array_equal(table.loc[block.coords[0], "period"], [3, 4])
    assert model.solution.status == "infeasible"
