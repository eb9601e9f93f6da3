"""Curves that the horizon value needs exist."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from alm.case.checks.cells import faults_at
from alm.case.checks.positions import position_ids, product_values
from alm.case.draft import Draft
from alm.case.faults import Fault, nearest
from alm.case.spec.positions import KEY


def curves_that_are_needed_exist(draft: Draft) -> Iterator[Fault]:
    """Require the curves that the horizon value reads (contract, section 5)."""
    if draft.settings.horizon_value != "run_off":
        return
    curves = draft.tables["curves"]
    known = set(zip(curves["curve"], curves["currency"], strict=True))
    positions = draft.tables["positions"]
    needed = positions[_needs_curve(draft) & draft.sound("positions", *KEY)]
    needed = needed.assign(curve=product_values(draft, needed, "ftp_curve"))
    pairs = needed[["curve", "currency"]].drop_duplicates().itertuples(index=False)
    for curve, currency in pairs:
        if (curve, currency) in known:
            continue
        rows = needed.index[(needed["curve"] == curve) & (needed["currency"] == currency)]
        near = nearest(curve, {name for name, money in known if money == currency} - {curve})
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        needs = f"needed by positions row {rows.min()}{more}, as horizon_value is run_off"
        hint = f"{near}; {needs}" if near else needs
        yield Fault(
            "curves", None, "curve", f"no {curve} in {currency}", "every curve that is needed", hint
        )


def _needs_curve(draft: Draft) -> pd.Series:
    """Tell which positions may earn a margin over FTP after the last period; commitments are not funded, so have none."""
    positions, settings = draft.tables["positions"], draft.settings
    if settings.horizon.max_months < settings.step_months:
        return pd.Series(False, index=positions.index)
    funded = ~positions["plug"] & (product_values(draft, positions, "side") != "off_balance")
    by_table = pd.Series(
        position_ids(positions).isin(position_ids(draft.tables["runoff"])), index=positions.index
    )
    residual = positions["residual_months"] / settings.step_months
    decays = positions["residual_shape"] == "decay"
    legacy = (
        (residual > (settings.periods + 1) * ~decays + decays)
        & ~by_table
        & positions["ftp_rate"].isna()
        & (positions["balance"] > 0)
    )
    bounds = draft.tables["bounds"]
    allowed = position_ids(bounds[bounds["max_new"] > 0])
    writes = (positions["max_new"] > 0) | pd.Series(
        position_ids(positions).isin(allowed), index=positions.index
    )
    # What is written in the last period is gone a period later, whatever its shape, if that is its tenor.
    lasts = product_values(draft, positions, "tenor_months") > settings.step_months
    return funded & (legacy | (writes & lasts))


def floating_rates_name_a_curve(draft: Draft) -> Iterator[Fault]:
    """Warn of a floating product without an index, or with one that is no curve."""
    products = draft.tables["products"]
    known = draft.tables["curves"]["curve"].unique()
    odd = (products["rate_type"] == "floating") & ~products["index"].isin(known)
    yield from faults_at(
        draft,
        "products",
        "index",
        odd,
        "a curve in curves",
        partial(nearest, known=known),
        warning=True,
    )
