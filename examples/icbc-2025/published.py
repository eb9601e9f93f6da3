"""Reads `sources/`: what the bank, the rulebooks and the markets published.

Amounts come in CNY million and are handed on as whole millions (`int64`), so that sums stay exact;
rates and ratios as decimals. Every file keeps the `source` and `status` of each row.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

SOURCES = Path(__file__).resolve().parent / "sources"
REGIONS = ("HO", "YRD", "PRD", "BHR", "CEN", "WST", "NEA", "OVS")
DOMESTIC = REGIONS[:-1]
BRANCHES = REGIONS[1:-1]


@cache
def table(name: str) -> pd.DataFrame:
    """One file of `sources/` as it is."""
    return pd.read_csv(SOURCES / f"{name}.csv")


def regional(metric: str, year: int = 2025) -> pd.Series:
    """Amounts of a metric by region, CNY million, in the order of `REGIONS`."""
    rows = table("geographic").query("metric == @metric and year == @year").set_index("region")
    return rows["value"].reindex(REGIONS).astype("int64")


def total(metric: str, year: int = 2025) -> int:
    """Give the group's amount of a regional metric, eliminations included, CNY million."""
    rows = table("geographic").query("metric == @metric and year == @year and region == 'TOTAL'")
    return int(rows["value"].item())


def balance(item: str) -> int:
    """Give a line of the consolidated balance sheet at 31 December 2025, CNY million."""
    return int(table("balance_sheet").set_index("item").at[item, "value"])


def ratio(metric: str, date: str = "2025-12-31") -> float:
    """Give a published ratio (percent) or amount (CNY million), as printed."""
    return float(table("ratios").set_index(["date", "metric"]).at[(date, metric), "value"])


def average_rate(category: str, year: int = 2025) -> float:
    """Average yield or cost of a year, decimal per year, from interest over average balance."""
    row = table("yields").set_index(["year", "category"]).loc[(year, category)]
    return float(row["interest"] / row["average_balance"])


def maturing(side: str, item: str) -> pd.Series:
    """Remaining maturity of a balance sheet line by bucket, CNY million."""
    return table("maturity").query("side == @side and item == @item").set_index("bucket")["value"]


def business_line(kind: str, year: int = 2025) -> pd.Series:
    """Loans, non-performing loans or deposits by business line, CNY million."""
    return table("mix").query("table == @kind and year == @year").set_index("item")["value"]


def by_region_and_product() -> pd.DataFrame:
    """Loans and deposits, regions x products, CNY million."""
    rows = table("region_product")
    wide = rows.pivot_table(index="region", columns="product", values="balance", aggfunc="sum")
    return wide.reindex(REGIONS).fillna(0).astype("int64")


def implied(template: str, item: str) -> float:
    """Weighted over unweighted amount of a line of the LCR or NSFR template of Q4 2023."""
    rows = table("lcr_nsfr_2023").set_index(["template", "item"])
    return float(rows.at[(template, item), "implied_factor"])


def weighted_2023(item: str) -> int:
    """Weighted amount of an LCR line, average of Q4 2023, CNY million."""
    return int(table("lcr_nsfr_2023").set_index(["template", "item"]).at[("LCR", item), "weighted"])


def rule(key: str) -> float:
    """Give a factor or minimum of the rulebook by its key in `regulatory.csv`, decimal."""
    return float(table("regulatory").set_index("key").at[key, "value"])


def curve(currency: str, date: str, name: str) -> pd.Series:
    """Yield curve, decimal per year, by tenor in months."""
    rows = table("curves").query("currency == @currency and date == @date and curve == @name")
    return rows.set_index("months")["rate"].sort_index()


def at(points: pd.Series, months: float) -> float:
    """Rate of a curve at a tenor: linear between tenors, flat outside."""
    return float(np.interp(months, points.index, points.to_numpy()))
