"""Fill blank cells with the defaults of the contract, those that depend on other cells too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from alm.case.curves import rate_at
from alm.case.settings import Settings
from alm.case.spec.column import Column, Derived, Kind

# A period beyond it never comes; larger ones would not fit into an integer.
_LAST_NUMBER = 1_000_000_000

Tables = Mapping[str, pd.DataFrame]
Rows = Mapping[str, pd.Series]
Rule = Callable[[Rows, Derived, Tables, Settings], object]


def fill(rows: Rows, column: Column, tables: Tables, settings: Settings) -> pd.Series:
    """Fill the blanks of one column.

    Parameters
    ----------
    rows
        Columns of the table by name; those before this one are filled.
    tables
        The tables before this one, filled.

    Returns
    -------
    Series
        Of the column's type; blank where it has no default.
    """
    values = rows[column.name]
    if column.default is not None and len(values):
        default: object = column.default
        if isinstance(default, Derived):
            default = RULES[default.rule](rows, default, tables, settings)
        blank = values == "" if column.kind is Kind.TEXT else values.isna()
        if blank.any():
            values = values.mask(blank, default)
    return final(values, column)


def final(values: pd.Series, column: Column) -> pd.Series:
    """Give a column its type, once it is filled."""
    if column.kind is Kind.FLAG:
        return values.astype(bool)
    if column.kind is Kind.PERIOD:
        # A required period that is blank is a fault; 1 stands in until it is raised.
        return values.fillna(1).clip(upper=_LAST_NUMBER).astype(np.int64)
    return values


def _lookup(names: pd.Series, table: pd.DataFrame, key: str, column: str) -> pd.Series:
    known = dict(zip(table[key], table[column], strict=True))
    return pd.Series([known.get(name, "") for name in names], index=names.index, dtype="str")


def _same_row(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    return rows[default.column]


def _reporting_currency(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    return settings.currency


def _region_currency(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    return _lookup(rows["region"], tables["regions"], "region", "currency")


def _lender_currency(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    return _lookup(rows["lender"], tables["regions"], "region", "currency")


def _product_amortisation(
    rows: Rows, default: Derived, tables: Tables, settings: Settings
) -> object:
    return _lookup(rows["product"], tables["products"], "product", "amortisation")


def _one_step(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    return float(settings.step_months)


def _last_period(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    return float(settings.periods)


def _equal_probability(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    """Share 1 equally where the column is blank everywhere; elsewhere a blank stays one, and is a fault."""
    blank = rows["probability"].isna()
    return 1 / len(blank) if len(blank) and blank.all() else np.nan


def _lane_cost(rows: Rows, default: Derived, tables: Tables, settings: Settings) -> object:
    """Price an FX swap by the two ftp curves at the lane's tenor; other lanes cost nothing."""
    ftp = tables["curves"].loc[tables["curves"]["curve"] == "ftp"]
    borrowed = rate_at(ftp, rows["borrower_currency"], rows["tenor_months"])
    lent = rate_at(ftp, rows["currency"], rows["tenor_months"])
    swap = rows["borrower_currency"] != rows["currency"]
    return (borrowed - lent).where(swap, 0.0)


RULES: dict[str, Rule] = {
    "same_row": _same_row,
    "reporting_currency": _reporting_currency,
    "region_currency": _region_currency,
    "lender_currency": _lender_currency,
    "product_amortisation": _product_amortisation,
    "one_step": _one_step,
    "last_period": _last_period,
    "equal_probability": _equal_probability,
    "lane_cost": _lane_cost,
}
