"""Attributes of products by region and period: the product's value, overridden by rules (section 3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

SPECIFICITY = {"product": 8, "class": 4, "region": 2, "jurisdiction": 1}


def resolve(rules: pd.DataFrame, holders: pd.DataFrame, attribute: str, periods: int) -> np.ndarray:
    """Return an attribute for each holder and period; the most specific matching rule wins.

    Parameters
    ----------
    rules
        attribute, product, class, jurisdiction, region, start, end, value; "" matches everything.
    holders
        product, class, jurisdiction, region, and the product's own value in a column named
        `attribute`. Positions, or ends of lanes.

    Returns
    -------
    (holder, period)
    """
    values = np.repeat(holders[attribute].to_numpy(float)[:, None], periods, axis=1)
    if rules.empty:
        return values
    rows = rules.loc[rules["attribute"] == attribute]
    score = sum(points * (rows[name] != "") for name, points in SPECIFICITY.items())
    ordered = rows.assign(score=score).sort_values("score", kind="stable")
    for rule in ordered.to_dict("records"):
        hit = np.ones(len(holders), bool)
        for name in SPECIFICITY:
            if rule[name] != "":
                hit &= (holders[name] == rule[name]).to_numpy()
        values[hit, rule["start"] - 1 : rule["end"]] = rule["value"]
    return values
