"""What libraries of scenarios give: rows of the tables `scenarios` and `shocks` for a case. Contract, section 8."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case
from alm.case.files import cell_text
from alm.case.spec.column import Table
from alm.case.spec.scenarios import SCENARIOS, SHOCKS
from alm.formulation.attributes import resolve_attributes

DEPOSIT_WORDS = ("deposit", "存款")


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of two tables, and what the case gives no cause for.

    Attributes
    ----------
    scenarios, shocks : tuple of dict
        Columns of the contract, and `note`: where the figure comes from. A column that is left out is blank.
    left_out : tuple of str
        What is not covered, each in words.
    """

    scenarios: tuple[dict[str, Any], ...]
    shocks: tuple[dict[str, Any], ...]
    left_out: tuple[str, ...] = ()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables as text, with the columns that are used."""
        return {"scenarios": _text(self.scenarios, SCENARIOS), "shocks": _text(self.shocks, SHOCKS)}


@dataclass(frozen=True)
class Library:
    """A standard set of scenarios, made for a case.

    Attributes
    ----------
    name : str
    line : str
        What it holds, in one line.
    make : callable
        Case to Rows; the case may hold scenarios already.
    """

    name: str
    line: str
    make: Callable[[Case], Rows]


def _text(rows: Iterable[dict[str, Any]], spec: Table) -> pd.DataFrame:
    """Give rows as text, columns in the order of the contract, then the note."""
    table = pd.DataFrame(list(rows))
    order = [name for name in (*spec.names, "note") if name in table]
    return table.reindex(columns=order).astype(object).map(cell_text).astype("str")


def scenario(name: str, title: str, note: str) -> dict[str, Any]:
    """Make a row of table `scenarios`."""
    return {"scenario": name, "name": title, "note": note}


def shock(scenario: str, kind: str, value: float, note: str, **where: Any) -> dict[str, Any]:
    """Make a row of table `shocks`; values are rounded to a millionth, so that files are short and the same everywhere."""
    return {
        "scenario": scenario,
        "shock": kind,
        **where,
        "value": round(float(value), 6) + 0.0,  # no negative zero
        "note": note,
    }


def products_held(case: Case) -> pd.DataFrame:
    """List the products that the case holds, with what its positions say of them together.

    Returns
    -------
    DataFrame, one row a product, by name
        product, side, class, tenor_months, rate_type, repricing_months, hqla_class, capital_tier; `balance` held at as_of,
        `is_plug`, `bears` interest anywhere; `lcr_outflow`, `risk_weight`, `expected_loss` of period 1, rules included: where
        they differ by region the mean by balance (the plain mean where nothing is held yet).
    """
    positions = case.table("positions").reset_index(drop=True)
    value = resolve_attributes(case, positions)
    weight = positions["balance"].to_numpy(float)
    held = positions.groupby("product")["balance"].transform("sum").to_numpy(float)
    count = positions.groupby("product")["balance"].transform("size").to_numpy(float)
    share = np.where(held > 0, weight / np.where(held > 0, held, 1.0), 1.0 / count)
    means = {
        name: pd.Series(value[name][:, 0] * share).groupby(positions["product"]).sum()
        for name in ("lcr_outflow", "risk_weight", "expected_loss")
    }
    bears = (positions["rate"] != 0) | (positions["new_rate"] != 0)
    own = pd.DataFrame(
        {
            "balance": positions.groupby("product")["balance"].sum(),
            "is_plug": positions["plug"].astype(bool).groupby(positions["product"]).any(),
            "bears": bears.groupby(positions["product"]).any(),
            **means,
        }
    )
    kept = ["product", "side", "class", "tenor_months", "rate_type", "repricing_months"]
    products = case.table("products")[[*kept, "hqla_class", "capital_tier"]]
    return products.merge(own, left_on="product", right_index=True).sort_values("product")


def is_deposit(products: pd.DataFrame) -> pd.Series:
    """Tell which products are customers' deposits: liabilities, no plug, whose class or name says so."""
    words = (products["class"] + " " + products["product"]).str.casefold()
    named = words.map(lambda said: any(word in said for word in DEPOSIT_WORDS)).astype(bool)
    return (products["side"] == "liability") & ~products["is_plug"].astype(bool) & named


def is_wholesale(products: pd.DataFrame) -> pd.Series:
    """Tell which products are wholesale funding that may leave within thirty days: a liability with an outflow, no deposit."""
    other = ~is_deposit(products) & ~products["is_plug"].astype(bool)
    funding = (products["side"] == "liability") & (products["capital_tier"] == "")
    return funding & other & (products["lcr_outflow"] > 0)
