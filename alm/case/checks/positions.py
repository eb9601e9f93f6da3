"""Positions, plugs, and the rows of other tables that name a position."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import HINTED, Fault, nearest
from alm.case.rows import look_up
from alm.case.spec.positions import KEY

NAMING_A_POSITION = ("bounds", "runoff", "targets", "tiers", "volatility")

# What contradicts "it never matures, is taken up and given back freely" where it stands on the row of a plug.
_NO_PLUG_POSITIVE = ("price_slope", "back_book", "min_new", "adjustment_cost", "min_renewal")
_NO_PLUG_GIVEN = ("residual_months", "max_renewal")
_NO_PLUG_PRODUCT = ("tenor_months", "max_disposal", "lot", "minimum_ticket", "fixed_cost")


def position_ids(rows: pd.DataFrame) -> pd.MultiIndex:
    """Name rows by region, currency and product."""
    return pd.MultiIndex.from_frame(rows[list(KEY)])


def product_values(draft: Draft, rows: pd.DataFrame, column: str, of: str = "product") -> pd.Series:
    """Look an attribute of products up for each row; missing where the product is unknown."""
    products = draft.tables["products"]
    known = dict(zip(products["product"], products[column], strict=True))
    return look_up(rows[of], known, str(products[column].dtype))


def rows_name_a_position(draft: Draft) -> Iterator[Fault]:
    """Require that bounds, run-off, targets, tiers and loadings belong to a position."""
    known = position_ids(draft.tables["positions"])
    for table in NAMING_A_POSITION:
        rows = draft.tables[table]
        if rows.empty:
            continue
        wrong = pd.Series(~position_ids(rows).isin(known), index=rows.index) & draft.sound(
            table, *KEY
        )
        if wrong.any() and draft.is_whole("positions") and draft.sound("positions", *KEY).all():
            names = ["/".join(key) for key in known]
            for i, row in enumerate(rows.index[wrong]):
                found = "/".join(rows.loc[row, list(KEY)])
                yield Fault(
                    table,
                    int(row),
                    "product",
                    found,
                    "a position that exists",
                    nearest(found, names) if i < HINTED else "",
                )


def max_new_is_given(draft: Draft) -> Iterator[Fault]:
    """Require `max_new` unless the position is a plug."""
    positions = draft.tables["positions"]
    wrong = positions["max_new"].isna() & ~positions["plug"] & draft.sound("positions", "plug")
    yield from faults_at(
        draft, "positions", "max_new", wrong, "an amount, unless plug", "0 for no new business"
    )


def plugs_are_on_the_balance_sheet(draft: Draft) -> Iterator[Fault]:
    """Refuse a commitment as plug: it is outside funding, so it cannot square the day."""
    positions = draft.tables["positions"]
    wrong = positions["plug"] & (product_values(draft, positions, "side") == "off_balance")
    yield from faults_at(draft, "positions", "plug", wrong, "false for a product off balance")


def plugs_never_mature(draft: Draft) -> Iterator[Fault]:
    """Refuse what gives a plug a run-off or new business: it has none, and nothing is ignored."""
    positions = draft.tables["positions"]
    plug = positions["plug"]
    for column in _NO_PLUG_POSITIVE:
        yield from faults_at(
            draft, "positions", column, plug & (positions[column] > 0), "blank or 0 for a plug"
        )
    yield from faults_at(
        draft,
        "positions",
        "max_new",
        plug & (positions["max_new"] > 0),
        "blank for a plug",
        "a plug is bounded by max_balance",
        warning=True,
    )
    for column in _NO_PLUG_GIVEN:
        yield from faults_at(
            draft, "positions", column, plug & positions[column].notna(), "blank for a plug"
        )
    differs = (
        plug
        & (positions["new_rate"] != positions["rate"])
        & draft.sound("positions", "rate", "new_rate")
    )
    yield from faults_at(
        draft,
        "positions",
        "new_rate",
        differs,
        "blank for a plug",
        "a plug earns `rate`",
        warning=True,
    )


def rows_of_plugs_are_bounds_of_balance(draft: Draft) -> Iterator[Fault]:
    """Refuse run-off, tiers and bounds of new business for a plug."""
    positions = draft.tables["positions"]
    plugs = position_ids(positions[positions["plug"]])
    for table in ("bounds", "runoff", "tiers"):
        rows = draft.tables[table]
        if rows.empty:
            continue
        on_plug = pd.Series(position_ids(rows).isin(plugs), index=rows.index)
        if table == "bounds":
            on_plug &= (rows["min_new"] > 0) | (rows["max_new"] > 0)
        yield from faults_at(draft, table, "product", on_plug, "a position that is no plug")


def products_of_plugs_never_mature(draft: Draft) -> Iterator[Fault]:
    """Warn of attributes of a product that its plugs leave out; other positions of it may need them."""
    positions = draft.tables["positions"]
    products = draft.tables["products"]
    of_plug = products["product"].isin(positions.loc[positions["plug"], "product"])
    for column in _NO_PLUG_PRODUCT:
        odd = of_plug & (products[column] > 0)
        yield from faults_at(
            draft,
            "products",
            column,
            odd,
            "blank or 0 for the product of a plug",
            "plugs leave it out",
            warning=True,
        )


def tiers_have_no_price_slope(draft: Draft) -> Iterator[Fault]:
    """Refuse a price slope where `tiers` give the rates of new business (contract, section 4)."""
    positions = draft.tables["positions"]
    if draft.tables["tiers"].empty:
        return
    tiered = position_ids(positions).isin(position_ids(draft.tables["tiers"]))
    wrong = (positions["price_slope"] > 0) & tiered
    yield from faults_at(
        draft, "positions", "price_slope", wrong, "0 for a position with rows in tiers"
    )
