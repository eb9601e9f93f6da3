"""The opening balance sheet balances in every node, and each node can square the day."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from alm.case.checks.positions import product_values
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.rows import by_row, look_up

_SIGN = {"asset": 1.0, "liability": -1.0, "equity": -1.0, "off_balance": 0.0}
_NODE = ["region", "currency"]
# Rounding of binary fractions in a sum, relative to its terms.
_NOISE = 1e-12


def each_node_has_a_plug(draft: Draft) -> Iterator[Fault]:
    """Require a plug in every node that holds positions."""
    if not draft.sound("positions", *_NODE, "plug").all():
        return
    positions = draft.tables["positions"].sort_index()
    has_plug = positions.groupby(_NODE)["plug"].transform("any").astype(bool)
    first = positions[~has_plug].drop_duplicates(_NODE)
    for row, region, currency in first[_NODE].itertuples():
        found = f"no plug in {region} {currency}"
        yield Fault("positions", row, "plug", found, "a plug in every node that holds positions")


def each_node_balances_at_as_of(draft: Draft) -> Iterator[Fault]:
    """Require assets + lent = liabilities + equity + borrowed at as_of.

    The tolerance is half a quantum per row of the node (contract, section 5).
    """
    ends = pd.concat([_of_positions(draft), *_of_lanes(draft)], ignore_index=True)
    if not ends["known"].all():
        return
    sums = ends.assign(gross=ends["amount"].abs(), rows=1).groupby(_NODE, as_index=False)
    nodes = sums[["amount", "gross", "rows"]].sum()
    # A node with a faulty amount is not judged.
    blind = ends.loc[ends["amount"].isna(), _NODE]
    nodes = nodes[~pd.MultiIndex.from_frame(nodes[_NODE]).isin(pd.MultiIndex.from_frame(blind))]
    tolerance = draft.settings.quantum / 2 * nodes["rows"]
    wrong = nodes["amount"].abs() > tolerance + _NOISE * nodes["gross"]
    for region, currency, off, gross, rows in nodes[wrong].itertuples(index=False):
        uses, funds = (gross + off) / 2, (gross - off) / 2
        found = f"{region} {currency}: assets and lent {_money(uses)}, funding {_money(funds)}, difference {_money(off)}"
        allowed = f"equal at as_of within {draft.settings.quantum / 2 * rows:g}"
        yield Fault(
            "positions", None, "balance", found, allowed, _repair(draft, region, currency, off)
        )


def _of_positions(draft: Draft) -> pd.DataFrame:
    positions = draft.tables["positions"]
    sign = look_up(product_values(draft, positions, "side"), _SIGN, "float64")
    amount = (positions["balance"] * sign).where(draft.sound("positions", "balance", "product"))
    return positions[_NODE].assign(amount=amount, known=draft.sound("positions", *_NODE))


def _of_lanes(draft: Draft) -> list[pd.DataFrame]:
    """List both ends of every lane that is open at as_of; the debt of an FX-swap lane is fixed at base fx."""
    lanes = draft.tables["lanes"]
    known = draft.sound("lanes", "lender", "borrower", "currency", "borrower_currency")
    opening = lanes["opening"].where(draft.sound("lanes", "opening"))
    fx = dict(zip(draft.tables["fx"]["currency"], draft.tables["fx"]["rate"], strict=True))
    fx[draft.settings.currency] = 1.0
    same = lanes["currency"] == lanes["borrower_currency"]
    ratio = look_up(lanes["currency"], fx, "float64") / look_up(
        lanes["borrower_currency"], fx, "float64"
    )
    ratio = ratio.mask(same, 1.0)
    ends = (("lender", "currency", opening), ("borrower", "borrower_currency", -opening * ratio))
    used = opening.isna() | (opening > 0)
    return [
        pd.DataFrame(
            {"region": lanes[region], "currency": lanes[currency], "amount": amount, "known": known}
        )[used]
        for region, currency, amount in ends
    ]


def _repair(draft: Draft, region: str, currency: str, off: float) -> str:
    positions = draft.tables["positions"]
    plugs = positions[
        (positions["region"] == region) & (positions["currency"] == currency) & positions["plug"]
    ]
    sign = look_up(product_values(draft, plugs, "side"), _SIGN, "float64")
    repaired = plugs["balance"] - off * sign
    for row, balance in by_row(repaired[repaired >= 0]):
        return f"{plugs['product'].to_dict()[row]} in row {row} would have to be {_money(balance)}"
    return ""


def _money(amount: float) -> str:
    return f"{amount:,.6f}".rstrip("0").rstrip(".")
