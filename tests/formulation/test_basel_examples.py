"""Worked examples of the Basel standards, from products and balances of a case to the measure.

Amounts are constructed; the rules are those of the paragraphs cited. Each case is one region at its opening.
"""

import pytest

from alm.formulation.amounts import amounts_of
from alm.formulation.scopes import Scope
from alm.plan.ledger import numbers, opening_quantities
from tests.oracle.hand import HOME, NO_NEW, position, write_case
from tests.properties.pool import model_of

PLUG = {"product": "till", "side": "asset"}


def measured(names: list[str], rows: list[tuple[str, float, dict]]) -> dict[str, float]:
    """Measure a balance sheet of (side, balance, weights); a till and equity without weights square it."""
    products = [PLUG, {"product": "rest", "side": "equity"}]
    positions, net = [], 0.0
    for number, (side, balance, weights) in enumerate(rows):
        products.append({"product": f"p{number}", "side": side} | weights)
        positions.append(position(f"p{number}", balance, 0, **NO_NEW))
        net += {"asset": balance, "off_balance": 0.0}.get(side, -balance)
    positions.append(position("till", max(0.0, -net), 0, plug=True))
    positions.append(position("rest", max(0.0, net), 0, **NO_NEW))
    tables = {"regions": HOME, "products": products, "positions": positions}
    model = model_of(lambda folder: write_case(folder, {}, tables))
    scope = Scope("home", "subtree", "")
    amounts = amounts_of(model.book, [(scope, name) for name in names])
    value = numbers(amounts, opening_quantities(model.book), slice(0, 1))[:, 0]
    return {name: value[amounts.place[scope, name]] for name in names}


def liquid(level: str, haircut: float = 0.0) -> dict:
    return {"hqla_class": level, "haircut": haircut}


def about(**expected: float):
    return pytest.approx(expected, abs=1e-6)


def test_level_2_counts_up_to_40_percent_of_the_stock():
    """LCR30.35-39: level 1 60, level 2A 100 at market, 15 % haircut: 85, of which 40 count. LCR20: outflow 200 less 80."""
    found = measured(
        ["hqla", "outflow", "inflow", "net_outflow"],
        [
            ("asset", 60, liquid("L1")),
            ("asset", 100, liquid("L2A", 0.15)),
            ("asset", 160, {"lcr_inflow": 0.5}),
            ("liability", 250, {"lcr_outflow": 0.8}),
        ],
    )
    assert found == about(hqla=100, outflow=200, inflow=80, net_outflow=120)


def test_level_2b_counts_up_to_15_percent_of_the_stock():
    """LCR30.36-39: level 1 100, 2A 20 less 15 %: 17, 2B equities 80 less 50 %: 40. The stock is 117 / 0.85."""
    rows = [
        ("asset", 100, liquid("L1")),
        ("asset", 20, liquid("L2A", 0.15)),
        ("asset", 80, liquid("L2B", 0.5)),
    ]
    assert measured(["hqla"], rows) == about(hqla=117 / 0.85)
    assert pytest.approx(137.647059, abs=1e-6) == 117 / 0.85


def test_both_caps_of_the_stock_bind_together():
    """LCR30.39: level 1 60, 2A 60 and 2B 30 after haircuts: 15 + 35 do not count."""
    rows = [("asset", 60, liquid("L1")), ("asset", 60, liquid("L2A")), ("asset", 30, liquid("L2B"))]
    assert measured(["hqla"], rows) == about(hqla=100)


def test_without_excess_the_whole_stock_counts():
    rows = [("asset", 60, liquid("L1")), ("asset", 30, liquid("L2A")), ("asset", 10, liquid("L2B"))]
    assert measured(["hqla"], rows) == about(hqla=100)


def test_collateral_given_is_no_longer_held():
    """Contract, section 3: 40 borrowed against level 2A with a haircut of 25 % takes 50 of the 60 held."""
    rows = [
        ("asset", 60, liquid("L1")),
        ("asset", 60, liquid("L2A")),
        ("liability", 40, liquid("L2A", 0.25)),
    ]
    assert measured(["hqla"], rows) == about(hqla=70)


def test_inflows_count_up_to_three_quarters_of_outflows():
    """LCR40.77: outflow 100, inflow 90: 75 count, net outflow 25."""
    rows = [("asset", 90, {"lcr_inflow": 1}), ("liability", 100, {"lcr_outflow": 1})]
    assert measured(["net_outflow"], rows) == about(net_outflow=25)


def test_stable_funding_of_a_balanced_book_of_500():
    """NSF30: available 370 of capital, retail, corporate and bank funding; required 257, 2 of it on a commitment of 40."""
    funding = [("equity", 50, 1), ("liability", 200, 0.95), ("liability", 100, 0.9)]
    funding += [("liability", 80, 0.5), ("liability", 70, 0)]
    assets = [(20, 0), (80, 0.05), (30, 0.15), (120, 0.65), (90, 0.5), (130, 0.85), (20, 0.15), (10, 1)]  # fmt: skip
    found = measured(
        ["asf", "rsf", "assets"],
        [(side, balance, {"asf": weight}) for side, balance, weight in funding]
        + [("asset", balance, {"rsf": weight}) for balance, weight in assets]
        + [("off_balance", 40, {"rsf": 0.05})],
    )
    assert found == about(asf=370, rsf=257, assets=500)


def test_risk_weighted_assets_and_own_funds():
    """CRE20, RBC20, LEV30: 620 by exposure class, 40 of it a commitment of 100 at a conversion of 40 %, plus 60 operational.

    Leverage exposure: 1100 of assets and 40 of the commitment. CET1 60, tier 1 65, total capital 75.
    """
    weights = [(200, 0), (100, 0.4), (300, 0.3), (300, 1), (200, 0.75)]
    commitment = {"risk_weight": 1, "ccf": 0.4, "leverage_factor": 0.4}
    capital = [("equity", 60, "cet1"), ("equity", 5, "at1"), ("liability", 10, "t2")]
    found = measured(
        ["rwa", "leverage_exposure", "cet1", "tier1", "total_capital"],
        [("asset", b, {"risk_weight": w, "leverage_factor": 1}) for b, w in weights]
        + [("off_balance", 100, commitment)]
        + [(side, balance, {"capital_tier": tier}) for side, balance, tier in capital],
    )
    assert found == about(rwa=620, leverage_exposure=1140, cet1=60, tier1=65, total_capital=75)
    ratios = [found[name] / (found["rwa"] + 60) for name in ("cet1", "tier1", "total_capital")]
    assert ratios == pytest.approx([0.088235, 0.095588, 0.110294], abs=1e-6)
