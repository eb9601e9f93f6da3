"""Prices as people read them: what is priced, by name, which side of it binds, and what business stands at a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reports.names import lane_names

if TYPE_CHECKING:
    from reports.view import View

KINDS = ("limit", "lane", "bound", "funds")
BOUNDS = ("balance", "new")
ALIKE = 9  # digits: prices that differ by less are alike, the earliest close goes first


def price_rows(view: View) -> pd.DataFrame:
    """List prices other than 0, the dearest of each kind first.

    Returns
    -------
    The plan table `prices` and: `what`, the limit, lane, product or region by name; `bound_name`, which side of it
    binds; `size`, the price per year without its sign, of bounds over the horizon: new business has no yearly price.
    """
    frame = view.plan("prices")
    frame = frame[frame["price"].abs() > 0]
    rank = frame["kind"].map({kind: rank for rank, kind in enumerate(KINDS)})
    frame = frame.assign(
        kind_name=[view.labels.word("kind", kind) for kind in frame["kind"]],
        what=_named(view, frame),
        bound_name=_sides(view, frame),
        region_name=frame["region"].map(view.region_names).fillna(""),
        close=view.closes(frame["period"]),
        size=frame["price_per_year"]
        .where(frame["kind"] != "bound", frame["price"])
        .abs()
        .round(ALIKE),
        rank=rank.fillna(len(KINDS)),
    )
    keys = ["rank", "size", "name", "region", "period"]
    return frame.sort_values(keys, ascending=[True, False, True, True, True], ignore_index=True)


def bounds_by_name(products: pd.Series) -> dict[str, tuple[str, str]]:
    """Give product and bound of every name that a price of kind `bound` can have.

    Names are looked up whole: a product may itself be called "loans (new)".

    >>> bounds_by_name(pd.Series(["loan"]))
    {'loan (balance)': ('loan', 'balance'), 'loan (new)': ('loan', 'new')}
    """
    return {f"{product} ({bound})": (product, bound) for product in products for bound in BOUNDS}


def share_at_bound(view: View) -> float | None:
    """Give the share of new business, in money, at a bound that somebody wrote and that has a price; None without business."""
    prices = view.plan("prices").query("kind == 'bound' and price != 0")
    known = bounds_by_name(view.run.case.table("products")["product"])
    held = prices.assign(
        product=[known.get(name, ("", ""))[0] for name in prices["name"]],
        bound=[known.get(name, ("", ""))[1] for name in prices["name"]],
    )
    keys = ["region", "currency", "product", "period"]
    held = held[held["bound"] == "new"][keys].drop_duplicates().assign(held=True)
    plugs = view.run.case.table("positions").query("plug")[keys[:3]].assign(plug=True)
    rows = view.positions.merge(plugs, on=keys[:3], how="left").query("plug.isna()")
    rows = rows.merge(held, on=keys, how="left")
    volume = view.reporting(rows["new"], rows["currency"], rows["period"])
    return float(volume[rows["held"].notna()].sum() / volume.sum()) if volume.sum() > 0 else None


def _named(view: View, prices: pd.DataFrame) -> list[str]:
    """Put names for codes: a limit, a region, a lane by its ends, a product with what is bounded of it."""
    case = view.run.case
    bounds = {
        name: f"{view.product_names[product]}, {view.labels.word('bounded', bound)}"
        for name, (product, bound) in bounds_by_name(case.table("products")["product"]).items()
    }
    by_kind = {
        "limit": view.names("limits", "limit"),
        "lane": lane_names(case, view.labels),
        "bound": bounds,
        "funds": view.region_names,
    }
    return [
        by_kind.get(kind, {}).get(name or region, name)
        for kind, name, region in prices[["kind", "name", "region"]].to_numpy()
    ]


def _sides(view: View, prices: pd.DataFrame) -> list[str]:
    """Say which side binds: the sense of a limit, the ceiling of a lane; a bound with a price below 0 is a floor."""
    limits = view.run.case.table("limits")
    senses = dict(zip(limits["limit"], limits["sense"], strict=True))
    sides = {
        "limit": prices["name"].map(senses),
        "lane": pd.Series("max", index=prices.index),
        "bound": pd.Series("min", index=prices.index).where(prices["price"] < 0, "max"),
    }
    side = pd.Series("", index=prices.index)
    for kind, values in sides.items():
        side = side.mask(prices["kind"] == kind, values)
    return ["" if code == "" else view.labels.word("sense", code) for code in side.fillna("")]
