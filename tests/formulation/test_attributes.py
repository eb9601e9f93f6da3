"""Rules: the most specific wins; product counts 8, class 4, region 2, jurisdiction 1. Contract, section 3."""

import numpy as np
import pandas as pd

from alm.case import load
from alm.formulation.attributes import COSTS, REGULATORY, resolve_attributes
from tests.oracle.hand import CASH, LOAN, plug, write_case

PRODUCTS = [
    CASH | {"risk_weight": 0.01},
    LOAN | {"risk_weight": 0.02},
    {"product": "mortgage", "side": "asset", "class": "loan", "risk_weight": 0.03},
]
REGIONS = [
    {"region": "home", "jurisdiction": "CN"},
    {"region": "branch", "parent": "home", "jurisdiction": "CN"},
    {"region": "abroad", "parent": "home", "jurisdiction": "DE"},
]
# From the least to the most specific; each row's value is its sum of points.
RULES = {
    "all": {},
    "jurisdiction": {"jurisdiction": "CN"},
    "region": {"region": "home"},
    "region and jurisdiction": {"region": "home", "jurisdiction": "CN"},
    "class": {"class": "loan"},
    "class and jurisdiction": {"class": "loan", "jurisdiction": "CN"},
    "class and region": {"class": "loan", "region": "home"},
    "product": {"product": "loan"},
    "product and jurisdiction": {"product": "loan", "jurisdiction": "CN"},
    "product and region": {"product": "loan", "region": "home"},
    "everything": {"product": "loan", "class": "loan", "region": "home", "jurisdiction": "CN"},
}
HOLDINGS = pd.DataFrame(
    [(r["region"], p["product"]) for r in REGIONS for p in PRODUCTS] + [("home", "")],
    columns=["region", "product"],
)


def resolved(tmp_path, rules: list[dict], periods: int = 1) -> dict[str, np.ndarray]:
    tables = {
        "regions": REGIONS,
        "products": PRODUCTS,
        "positions": [plug(0)],
        "rules": [{"attribute": "risk_weight"} | rule for rule in rules],
    }
    case = load(write_case(tmp_path, {"periods": periods}, tables))
    return resolve_attributes(case, HOLDINGS)


def test_the_more_specific_of_two_rules_wins(tmp_path):
    """Each neighbour in the list above meets the next on an attribute of its own; the stronger comes first in odd rows."""
    levels, rules = list(RULES.values()), []
    attributes = [*REGULATORY, *COSTS][: len(levels) - 1]
    assert len(attributes) == len(levels) - 1
    for number, attribute in enumerate(attributes):
        pair = [levels[number] | {"value": 0.25}, levels[number + 1] | {"value": 0.75}]
        pair = pair[::-1] if number % 2 else pair
        rules += [{"attribute": attribute} | rule for rule in pair]
    found = resolved(tmp_path, rules)
    place = (HOLDINGS["region"] == "home") & (HOLDINGS["product"] == "loan")
    assert {a: found[a][place, 0].item() for a in attributes} == dict.fromkeys(attributes, 0.75)


def test_rules_reach_what_they_match_and_nothing_else(tmp_path):
    """A region rule covers that region only, not its subtree; what no rule matches keeps the product's value."""
    rules = [
        {"class": "loan", "jurisdiction": "CN", "value": 0.5},
        {"region": "home", "value": 0.7},
        {"product": "mortgage", "region": "abroad", "value": 0.9},
    ]
    #          home: cash, loan, mortgage; branch; abroad; a holding without product
    expected = [0.7, 0.5, 0.5, 0.01, 0.5, 0.5, 0.01, 0.02, 0.9, 0.0]
    assert resolved(tmp_path, rules)["risk_weight"][:, 0].tolist() == expected


def test_a_rule_holds_in_its_periods_only(tmp_path):
    rules = [
        {"product": "loan", "value": 0.4, "start": 2, "end": 3},
        {"class": "loan", "value": 0.3, "end": 3},
    ]
    loan, mortgage = resolved(tmp_path, rules, periods=4)["risk_weight"][1:3]
    assert loan.tolist() == [0.3, 0.4, 0.4, 0.02]
    assert mortgage.tolist() == [0.3, 0.3, 0.3, 0.03]
