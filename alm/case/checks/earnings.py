"""Retained income finds the equity that it is posted to (contract, section 5)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from alm.case.checks.cells import faults_at
from alm.case.checks.positions import position_ids
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.rows import look_up
from alm.case.spec.positions import KEY

_COSTS = ("expected_loss", "operating_cost", "fixed_cost", "disposal_haircut")


def retained_income_is_not_posted_to_a_plug(draft: Draft) -> Iterator[Fault]:
    """Refuse a plug as the equity that income is posted to: its balance is a decision."""
    positions, earnings = draft.tables["positions"], draft.settings.earnings
    wrong = (positions["product"] == earnings.product) & positions["plug"] & (earnings.retained > 0)
    allowed = "false for the equity that retained income is posted to"
    yield from faults_at(draft, "positions", "plug", wrong, allowed)


def regions_with_income_have_equity(draft: Draft) -> Iterator[Fault]:
    """Require the equity product in the home currency of every region that can earn or lose."""
    earnings, regions = draft.settings.earnings, draft.tables["regions"]
    positions = draft.tables["positions"]
    if not (earnings.retained > 0 and earnings.product) or "earnings.product" in draft.wrong_keys:
        return
    if not draft.sound("positions", *KEY).all() or not draft.sound("regions", "currency").all():
        return
    home = dict(zip(regions["region"], regions["currency"], strict=True))
    held = positions[positions["product"] == earnings.product]
    fed = set(held["region"][held["currency"] == look_up(held["region"], home, "str")])
    for region in sorted(_with_income(draft) & set(home) - fed):
        found = f"no {earnings.product} in {region} {home[region]}"
        yield Fault("positions", None, "product", found, "a row that its income is posted to")


def _with_income(draft: Draft) -> set[str]:
    return set(_earning_positions(draft)) | set(_earning_ends(draft))


def _earning_positions(draft: Draft) -> pd.Series:
    """List the regions of positions with a rate or a cost."""
    positions, products, rules = (draft.tables[name] for name in ("positions", "products", "rules"))
    costly = products["product"][(products[list(_COSTS)] != 0).any(axis=1)]
    ruled = rules["attribute"].isin(_COSTS) & (rules["value"] != 0)
    tiered = position_ids(positions).isin(position_ids(draft.tables["tiers"]))
    earns = (positions[["rate", "new_rate", "adjustment_cost"]] != 0).any(axis=1)
    earns |= positions["product"].isin(costly) | bool(ruled.any())
    return positions["region"][earns.to_numpy() | tiered]


def _earning_ends(draft: Draft) -> pd.Series:
    """List the lenders and borrowers of lanes with interest, and the lenders of lanes with a cost."""
    lanes = draft.tables["lanes"]
    paid = lanes["rate"] != 0
    costly = (lanes["cost"] != 0) | (lanes["fixed_cost"] != 0) | (lanes["corridor"] != "")
    return pd.concat([lanes["lender"][paid | costly], lanes["borrower"][paid]])
