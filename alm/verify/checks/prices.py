"""Checks of prices: what can be told of a dual without solving again.

That a price is the right one cannot be told: it is a dual of the problem.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from alm.verify.checks.bounds import bound
from alm.verify.checks.limits import named
from alm.verify.replay import Replay
from alm.verify.terms import Terms
from alm.verify.verification import Finding, at_least, cells, equal, true_for

KEY = ["kind", "name", "region", "currency", "period"]


def prices_are_consistent(replay: Replay) -> Iterator[Finding]:
    """Confirm signs, that both tables state the same price of a limit, and what it is per year.

    A limit and a capacity are worth at least nothing; a bound more than nothing as a ceiling, less as a
    floor, and only where somebody wrote that bound.
    """
    limits = replay.limits
    price = np.where(limits.stated, limits.found("price"), 0.0)
    if np.isnan(price[limits.stated]).all():
        return  # all blank: a run whose prices could not be computed says none
    where = named(limits, "limits", "price")
    yield at_least(where, price, 0.0, 0.0)
    if "prices" not in replay.tables:
        return
    rows = replay.tables["prices"]
    rows = rows.astype(dict.fromkeys(KEY[:-1], "str")).reset_index(drop=True)
    yield equal(where, price, _of_limits(replay, rows), 1e-9 * np.abs(price))
    at = cells("prices.price", rows[KEY], by_period=False)
    least, most = _signs(replay.terms, rows)
    paid = rows["price"].to_numpy(float)
    fits = (paid >= least) & (paid <= most)
    yield true_for(at, fits, paid, "a price on the side of a bound that is there")
    period = rows["period"].to_numpy(int) - 1
    yearly = paid / (replay.terms.years * replay.terms.discounts)[period]
    once = ((rows["kind"] == "bound") & rows["name"].str.endswith(" (new)")).to_numpy()
    found = rows["price_per_year"].to_numpy(float, na_value=np.nan)
    per_year = cells("prices.price_per_year", rows[KEY], by_period=False)
    yield true_for(per_year, ~once | np.isnan(found), found, "blank: a volume is written once")
    yield equal(per_year, np.where(once, yearly, found), yearly, 1e-9 * np.abs(yearly))


def _of_limits(replay: Replay, rows: pd.DataFrame) -> np.ndarray:
    """Price of each limit and period by table prices, 0 without a row: (limit, period)."""
    of = rows.loc[rows["kind"] == "limit"]
    price = np.zeros(replay.limits.stated.shape)
    at = pd.Index(replay.limits.rows["limit"]).get_indexer(pd.Index(of["name"]))
    price[at, of["period"].to_numpy(int) - 1] = of["price"].to_numpy(float)
    return price


def _signs(terms: Terms, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest price that each row may state, 0 or without end."""
    least, most = np.zeros(len(rows)), np.full(len(rows), np.inf)
    period = rows["period"].to_numpy(int) - 1
    least[(rows["kind"] == "funds").to_numpy()] = -np.inf
    lanes = np.flatnonzero(rows["kind"] == "lane")
    lane = pd.Index(terms.lanes["lane"]).get_indexer(pd.Index(rows["name"].iloc[lanes]))
    most[lanes] = np.where(np.isfinite(terms.capacity[lane, period[lanes]]), np.inf, 0.0)
    for kind in ("balance", "new"):
        end = f" ({kind})"
        at = np.flatnonzero((rows["kind"] == "bound") & rows["name"].str.endswith(end))
        of = rows.iloc[at].assign(product=rows["name"].iloc[at].str.removesuffix(end))
        cell = (terms.position_index(of), period[at])
        floor, ceiling = bound(terms, f"min_{kind}", 0.0), bound(terms, f"max_{kind}", np.inf)
        least[at] = np.where(floor[cell] > 0, -np.inf, 0.0)
        most[at] = np.where(np.isfinite(ceiling[cell]), np.inf, 0.0)
    return least, most
