"""Library `rates`: the six supervisory rate shocks, by currency."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files

import numpy as np
import pandas as pd

from alm.case import Case
from scenarios.library import Library, Rows, products_held, scenario, shock

DECAY = 4.0  # years; SRP31.91(2)
STILL_2016 = ("cn", "eu")  # jurisdictions whose own rule keeps the sizes of 2016
# Weight of the parallel, short and long size in the move at a tenor. SRP31.91.
SIX = (
    ("parallel-up", "Rates up, parallel", 1.0, 0.0, 0.0),
    ("parallel-down", "Rates down, parallel", -1.0, 0.0, 0.0),
    ("steepener", "Short rates down, long rates up", 0.0, -0.65, 0.9),
    ("flattener", "Short rates up, long rates down", 0.0, 0.8, -0.6),
    ("short-up", "Short rates up", 0.0, 1.0, 0.0),
    ("short-down", "Short rates down", 0.0, -1.0, 0.0),
)


def rates(case: Case) -> Rows:
    """Move the rates of each product by the supervisory shock at the tenor at which it reprices.

    The move at a tenor of t years is parallel, `short x exp(-t/4)` or `long x (1 - exp(-t/4))`, or a mix. A fixed product takes
    the tenor of `tenor_months`, a floating one that of `repricing_months`, plugs and what never matures overnight. Equity,
    off-balance products and what bears no interest are left as they are.

    References
    ----------
    SRP31.90-31.91: BCBS d368 (2016) until the end of 2025, BCBS d578 (2024) from 2026 on; groups of China and the EU keep
    the sizes of 2016.
    """
    products = products_held(case)
    products = products[products["side"].isin(["asset", "liability"]) & products["bears"]]
    pairs = case.table("positions")[["currency", "product"]].drop_duplicates()
    pairs = pairs.merge(products, on="product").merge(_sizes(case), on="currency", how="left")
    pairs = pairs.sort_values(["currency", "product"])
    unknown = sorted(set(pairs.loc[pairs["parallel"].isna(), "currency"]))
    pairs = pairs[pairs["parallel"].notna()].assign(years=_tenor)
    moves = {name: _moves(pairs, *weights) for name, _, *weights in SIX}
    shocks = [
        shock(
            f"rates-{name}",
            "rate",
            value,
            f"{_words(years)}; {source}",
            currency=currency,
            product=product,
        )
        for name, move in moves.items()
        for currency, product, years, source, value in zip(
            pairs["currency"],
            pairs["product"],
            pairs["years"],
            pairs["source"],
            move,
            strict=True,
        )
        if abs(value) >= 5e-7
    ]
    titles = [
        scenario(f"rates-{name}", title, "supervisory rate shock, SRP31.91")
        for name, title, *_ in SIX
    ]
    left_out = tuple(f"rates in {each}: no supervisory size is known" for each in unknown)
    return Rows(tuple(titles) if shocks else (), tuple(shocks), left_out)


def _sizes(case: Case) -> pd.DataFrame:
    """Give the sizes by currency that are in force on the first day that is planned."""
    text = files("scenarios.libraries").joinpath("rate_shocks.csv")
    with text.open(encoding="utf-8") as file:
        sizes = pd.read_csv(file, dtype={"start": "str", "end": "str"}, keep_default_na=False)
    regions = case.table("regions")
    home = set(regions.loc[regions["parent"] == "", "jurisdiction"].str.casefold())
    day = str(case.settings.as_of + timedelta(days=1))
    if home & set(STILL_2016):
        return sizes[sizes["end"] != ""]
    return sizes[(sizes["start"] <= day) & ((sizes["end"] == "") | (sizes["end"] >= day))]


def _tenor(pairs: pd.DataFrame) -> pd.Series:
    """Give the tenor in years at which each product reprices."""
    floating = pairs["rate_type"] == "floating"
    months = pairs["tenor_months"].mask(floating, pairs["repricing_months"])
    overnight = pairs["is_plug"].astype(bool) | months.isna()
    return months.mask(overnight, 0.0).astype(float) / 12


def _words(years: float) -> str:
    return f"at {12 * years:g} months" if years else "overnight"


def _moves(pairs: pd.DataFrame, parallel: float, short: float, long: float) -> pd.Series:
    near = np.exp(-pairs["years"] / DECAY)
    return (
        parallel * pairs["parallel"]
        + short * pairs["short"] * near
        + long * pairs["long"] * (1 - near)
    )


LIBRARY = Library("rates", "Six supervisory rate shocks, by currency and repricing tenor", rates)
