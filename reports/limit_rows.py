"""Limits as people read them: with names, use, traffic light, and the tolerance of rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alm.case.tree import ancestry
from reports.style import Fill, Form

if TYPE_CHECKING:
    from reports.view import View

LIGHTS = {
    "broken": (0, Fill.RED),
    "short": (1, Fill.RED),
    "binding": (2, Fill.AMBER),
    "at_bound": (3, Fill.AMBER),
    "amber": (4, Fill.AMBER),
    "met": (5, Fill.GREEN),
    "waived": (6, Fill.GREY),
}
ROOM = ("headroom", "tolerance", "shortfall", "missed")
MISSED = ("short", "broken")
AT_BOUND = ("binding", "at_bound", *MISSED)
UNKNOWN = (len(LIGHTS), Fill.NONE)
# A tolerance is a sum of binary fractions; a figure at it is within it.
WITHIN = 1 + 1e-9


def limit_rows(view: View) -> pd.DataFrame:
    """List plan limits with what the case says of them, the worst first.

    Returns
    -------
    The plan table `limits` and: `form`, how value and bound read; `use`, the share of the bound that is taken;
    `rank` and `fill` of the traffic light; `<amount>_form`, how amounts of room read; `tolerance`, the miss that rounding may cause and that counts as kept;
    `missed`, the shortfall where it is larger than that, else 0.
    """
    terms = view.run.case.table("limits").drop(columns=["bound", "start", "end", "scenarios"])
    terms = terms.rename(columns={"denominator": "denominator_measure"})
    terms = terms.assign(limit_name=terms["limit"].map(view.names("limits", "limit")))
    terms = terms.drop(columns=["name", "name_zh"])
    frame = view.plan("limits").merge(terms, on="limit", how="left", validate="many_to_one")
    frame = frame.assign(tolerance=_tolerance(view, frame))
    frame = frame.merge(_prices(view), on=["limit", "period"], how="left", validate="many_to_one")
    amount = frame["measure"].map({"open_lanes": Form.COUNT.value}).fillna(Form.AMOUNT.value)
    word, standing = view.labels.word, _standing(frame)
    missed = frame["shortfall"].where(frame["shortfall"] > WITHIN * frame["tolerance"], 0.0)
    frame = frame.assign(missed=missed)
    frame = frame.assign(
        **{f"{room}_form": _room(frame[room]) for room in ROOM},
        standing=standing,
        region_name=frame["region"].map(view.region_names),
        sense_name=[word("sense", sense) for sense in frame["sense"]],
        tier_name=[word("tier", tier) for tier in frame["tier"]],
        enforcement_name=[word("enforcement", code) for code in frame["enforcement"]],
        light=[word("status", code) for code in standing],
        fill=[LIGHTS.get(code, UNKNOWN)[1] for code in standing],
        rank=[LIGHTS.get(code, UNKNOWN)[0] for code in standing],
        close=view.closes(frame["period"]),
        form=amount.where(frame["denominator_measure"] == "", Form.RATIO.value),
        use=_use(frame),
    )
    return frame.sort_values(["rank", "limit", "period"], ignore_index=True)


def _standing(limits: pd.DataFrame) -> pd.Series:
    """Tell a limit that costs money at its bound from one that only stands there: more room would earn nothing."""
    free = (limits["status"] == "binding") & (limits["price"] == 0)
    return limits["status"].mask(free, "at_bound")


def _room(amounts: pd.Series) -> list[str]:
    """Give the form of room: below one unit it shows more decimals than the quantum has, so that none is hidden."""
    small = (amounts.abs() < 1) & (amounts != 0)
    return [Form.ROOM.value if at else Form.AMOUNT.value for at in small]


def _prices(view: View) -> pd.DataFrame:
    prices = view.plan("prices").query("kind == 'limit'").rename(columns={"name": "limit"})
    return prices.groupby(["limit", "period"])[["price_per_year"]].sum().reset_index()


def _use(limits: pd.DataFrame) -> pd.Series:
    """Divide what is used by what is allowed: value by bound under a max, bound by value under a min."""
    value, bound = limits["value"], limits["bound"]
    use = (value / bound).where(limits["sense"] == "max", bound / value)
    return use.where((value > 0) & (bound > 0))


def _tolerance(view: View, limits: pd.DataFrame) -> np.ndarray:
    """Give the miss that counts as kept: one quantum per position and lane in the scope, at fx. Contract, section 5.

    Returns
    -------
    (limit)
        Reporting currency.
    """
    lines = ancestry(view.run.case.table("regions"))
    positions, lanes = view.run.case.table("positions"), view.run.case.table("lanes")
    ends = [(lanes["lender"], lanes["currency"]), (lanes["borrower"], lanes["borrower_currency"])]
    held, lane = (view.fx_at.loc[rows["currency"]].to_numpy() for rows in (positions, lanes))
    known: dict[tuple[str, str, str], np.ndarray] = {}
    keys = list(limits[["region", "scope", "currency"]].itertuples(index=False, name=None))
    for region, scope, currency in dict.fromkeys(keys):
        within = (
            {region} if scope == "solo" else {at for at, line in lines.items() if region in line}
        )
        inside = [
            regions.isin(within) & ((currencies == currency) | (currency == ""))
            for regions, currencies in ((positions["region"], positions["currency"]), *ends)
        ]
        quanta = held[inside[0]].sum(axis=0) + lane[inside[1] | inside[2]].sum(axis=0)
        known[region, scope, currency] = quanta * view.settings.quantum
    return np.array([known[key][at] for key, at in zip(keys, limits["period"], strict=True)], float)
