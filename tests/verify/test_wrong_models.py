"""Plans that a wrong model would make: consistent tables by one wrong rule. Every one is refused.

The decisions are those of a good plan of the same case; they are rounded, squared and written up by the program's own
accounts with one rule of the case changed, and then held against the case as it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from .made import Made, good_run, refused_by, run_of, solved, written

SEED, STORMY = 55, 4


def with_setting(case, group, **values):
    settings = case.settings
    if group:
        values = {group: replace(getattr(settings, group), **values)}
    return replace(case, settings=replace(settings, **values))


def with_table(case, table, rows):
    return replace(case, tables={**case.tables, table: rows})


def multiplied(table, column, factor):
    def changed(case):
        rows = case.table(table)
        assert (rows[column] != 0).any()
        return with_table(case, table, rows.assign(**{column: rows[column] * factor}))

    return changed


def without(table, **key):
    """The case without a table, or without its rows that `key` names."""

    def changed(case):
        rows = case.table(table)
        left = rows.iloc[:0]
        for column, value in key.items():
            left = rows[rows[column] != value]
        assert len(left) < len(rows)
        return with_table(case, table, left)

    return changed


def other(value, *choices):
    return next(choice for choice in choices if choice != value)


WRONG = {
    "interest on the wrong balance": lambda c: with_setting(
        c, "", accrual=other(c.settings.accrual, "average", "closing")
    ),
    "days counted wrongly": lambda c: with_setting(
        c, "", day_count=other(c.settings.day_count, "act/360", "30/360")
    ),
    "discounted wrongly": lambda c: with_setting(
        c, "", discount_rate=c.settings.discount_rate + 0.01
    ),
    "capital charged at another ratio": lambda c: with_setting(
        c, "capital", ratio=c.settings.capital.ratio + 0.05, charge_rate=0.1
    ),
    "all taxed": multiplied("products", "tax_exempt", 0.0),
    "taxed at another rate": multiplied("regions", "tax_rate", 0.5),
    "no losses expected": multiplied("products", "expected_loss", 0.0),
    "no operating cost": multiplied("products", "operating_cost", 0.0),
    "legacy books run off later": multiplied("positions", "residual_months", 2.0),
    "no haircut on liquid assets": multiplied("products", "haircut", 0.0),
    "lanes cost nothing": multiplied("lanes", "cost", 0.0),
    "lanes pay no interest": multiplied("lanes", "rate", 0.0),
    "rules are not read": without("rules"),
    "add-ons are not read": without("addons"),
    "targets are not charged": without("targets"),
    "weights by time left are not read": without("ladder"),
    "nothing is retained": lambda c: with_setting(c, "earnings", retained=0.0),
    "twice as much is at risk": lambda c: with_setting(
        c, "risk", outflow_confidence=2 * c.settings.risk.outflow_confidence
    ),
}
FEATURES = frozenset({"retained", "outflow_at_risk", "ladder"})


@pytest.mark.parametrize("rule", WRONG)
def test_a_plan_by_a_wrong_rule_is_refused(rule):
    of = solved(SEED, FEATURES)
    good = good_run(SEED, FEATURES)
    made = run_of(of, written(of, WRONG[rule](of.case)))
    assert refused_by(replace(made, terms=good.terms)) != ""


@pytest.mark.parametrize("kind", ["runoff", "rate", "expected_loss", "risk_weight", "fx"])
def test_a_plan_that_forgets_a_shock_is_refused(kind):
    of = solved(STORMY, frozenset(), "storm")
    good = good_run(STORMY, frozenset(), "storm")
    made = run_of(of, written(of, without("shocks", shock=kind)(of.case)))
    assert refused_by(replace(made, terms=good.terms)) != ""


@pytest.mark.parametrize("measure", ["assets", "lent", "rwa"])
def test_an_elimination_dropped_is_refused(measure):
    """Inner lanes counted in the group's figures, in both tables alike: claims swell assets, and weigh."""
    made = good_run(SEED, FEATURES)
    terms = made.terms
    root = terms.regions.loc[terms.regions["parent"] == "", "region"].item()
    claim = made.replay().lanes.claim
    if measure == "rwa":
        claim = claim * terms.lane_attribute("lender", "risk_weight")
    inner = claim.sum(axis=0)
    assert (inner > 0).any()
    assert refused_by(with_more(made, root, measure, inner)) == "measures_are_right"


def with_more(made: Made, region: str, measure: str, more: np.ndarray) -> Made:
    rows = made.tables["measures"].copy()
    hit = (rows["region"] == region) & (rows["scope"] == "subtree") & (rows["measure"] == measure)
    rows.loc[hit, "value"] += more[rows.loc[hit, "period"].to_numpy(int) - 1]
    return replace(made, tables={**made.tables, "measures": rows})
