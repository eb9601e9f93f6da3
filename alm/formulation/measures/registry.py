"""Every measure, by name. A new one is one small file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from alm.formulation.book import Book
from alm.formulation.measures import (
    balance_sheet,
    capital,
    custom,
    flows,
    intragroup,
    liquidity,
)
from alm.formulation.measures.hqla import HQLA
from alm.formulation.measures.net_outflow import NET_OUTFLOW
from alm.formulation.measures.open_lanes import OPEN_LANES
from alm.formulation.measures.outflow_at_risk import FACTOR, risk_factor
from alm.formulation.measures.usable_hqla import USABLE
from alm.formulation.measures.weights import Weights

LINEAR: tuple[tuple[str, Callable[[Book], Weights]], ...] = (
    ("assets", balance_sheet.assets),
    ("liabilities", balance_sheet.liabilities),
    ("equity", balance_sheet.equity),
    ("rwa", capital.rwa),
    ("leverage_exposure", capital.leverage_exposure),
    ("cet1", capital.cet1),
    ("tier1", capital.tier1),
    ("total_capital", capital.total_capital),
    ("asf", liquidity.asf),
    ("rsf", liquidity.rsf),
    ("outflow", liquidity.outflow),
    ("inflow", liquidity.inflow),
    ("required_reserve", liquidity.required_reserve),
    ("lent", intragroup.lent),
    ("borrowed", intragroup.borrowed),
    ("new_business", flows.new_business),
    ("disposals", flows.disposals),
    ("transfers", flows.transfers),
)
FAMILIES: tuple[tuple[str, Callable[[Book, str], Weights]], ...] = (
    ("class:", balance_sheet.of_class),
    ("product:", balance_sheet.of_product),
    ("lent:", intragroup.lent_to),
    ("hqla:", liquidity.liquid),
    (FACTOR, risk_factor),
)
PIECEWISE = (HQLA, NET_OUTFLOW)
# Built from every region of a scope, each solo.
OVER_REGIONS = (USABLE,)
# Counts of what carries anything.
COUNTS = (OPEN_LANES,)
# Interest and income of a period are sums over regions, not over the border of a scope.
EARNINGS = ("net_interest_income", "income")


def linear_weights(book: Book, measure: str) -> Weights:
    """Give the weights of a linear measure.

    Raises
    ------
    KeyError
        For a name that is no linear measure; validation lets none through.
    """
    named = dict(LINEAR).get(measure)
    if named is not None:
        return named(book)
    for prefix, family in FAMILIES:
        if measure.startswith(prefix):
            return family(book, measure.removeprefix(prefix))
    if measure in book.case.settings.custom_measures:
        return custom.custom(book, measure)
    raise KeyError(measure)
