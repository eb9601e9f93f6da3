"""Attributes of products where they stand: the product's own value, overridden by the rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alm.case import Case

REGULATORY = (
    "risk_weight",
    "ccf",
    "haircut",
    "lcr_outflow",
    "lcr_inflow",
    "asf",
    "rsf",
    "leverage_factor",
    "reserve_ratio",
)
COSTS = ("expected_loss", "operating_cost")
# How much each filled cell of a rule counts when rules compete (contract, section 3).
SPECIFICITY = {"product": 8, "class": 4, "region": 2, "jurisdiction": 1}


def attribute_names(case: Case) -> tuple[str, ...]:
    """Name every attribute that rules may override and the model reads, custom measures included."""
    return (*REGULATORY, *COSTS, *case.settings.custom_measures)


def resolve_attributes(case: Case, holdings: pd.DataFrame) -> dict[str, np.ndarray]:
    """Resolve every attribute of some holdings, period by period.

    Parameters
    ----------
    case : Case
    holdings : DataFrame
        One row per holding with the columns `region` and `product`; a blank product carries 0 everywhere.

    Returns
    -------
    dict of str to array (holding, period)
        In the unit of the attribute (decimals; per year for the costs).

    References
    ----------
    Contract, section 3: the most specific rule wins; a rule of a region covers that region only.
    """
    products = case.table("products").set_index("product")
    regions = case.table("regions").set_index("region")
    keys = pd.DataFrame({"region": holdings["region"], "product": holdings["product"]})
    keys["class"] = keys["product"].map(products["class"]).fillna("")
    keys["jurisdiction"] = keys["region"].map(regions["jurisdiction"]).fillna("")
    rules = case.table("rules")
    periods = np.arange(1, case.settings.periods + 1)
    return {
        name: _override(
            np.repeat(
                keys["product"].map(products[name]).fillna(0.0).to_numpy(float)[:, None],
                len(periods),
                axis=1,
            ),
            keys,
            rules[rules["attribute"] == name],
            periods,
        )
        for name in attribute_names(case)
    }


def _override(
    value: np.ndarray, keys: pd.DataFrame, rules: pd.DataFrame, periods: np.ndarray
) -> np.ndarray:
    """Lay the rules of one attribute over the products' values, the least specific first."""
    if rules.empty:
        return value
    weight = sum(points * (rules[column] != "") for column, points in SPECIFICITY.items())
    has_product = (keys["product"] != "").to_numpy()
    for index in rules.index[np.argsort(np.asarray(weight), kind="stable")]:
        rule = rules.loc[index]
        hit = has_product.copy()
        for column in SPECIFICITY:
            if rule[column] != "":
                hit &= (keys[column] == rule[column]).to_numpy()
        during = (periods >= rule["start"]) & (periods <= rule["end"])
        value[np.ix_(hit, during)] = rule["value"]
    return value
