"""Prices: what one more unit of a limit, a lane, a bound or of funds earns. Duals of a basis, checked by `solvers`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from solvers import Solution

COLUMNS = ["kind", "name", "region", "currency", "period", "price", "price_per_year"]
# Smaller prices are the solver's noise: less than a thousandth of a basis point per year.
NOISE = 1e-7


def price_table(book: Book, formulation: Formulation, solution: Solution) -> pd.DataFrame:
    """List what binds with its price.

    Returns
    -------
    DataFrame
        `kind` limit (one more unit of headroom), lane (of capacity), funds (of money in the node), bound (of a bound on
        balance or new business); `price` in reporting currency per unit in reporting currency over the horizon,
        `price_per_year` the same divided by the year fraction and the discount of its period, blank for bounds on new
        business. Funds list every node.
    """
    parts = [
        _limits(formulation, solution),
        _lanes(book, formulation, solution),
        _bounds(book, formulation, solution),
    ]
    listed = pd.concat(
        [
            *(part[part["price"].abs() > NOISE] for part in parts),
            _funds(book, formulation, solution),
        ]
    )
    # A kind without rows has no types to add to the others.
    listed = listed.astype({"period": "int64", "price": "float64"})
    when = (book.year_fraction * book.discount)[listed["period"].to_numpy(int)]
    # A volume is written once and stays for its life: one period's share of a year says nothing of it.
    once = (listed["kind"] == "bound") & listed["name"].str.endswith("(new)")
    yearly = (listed["price"] / when).mask(once)
    return listed.assign(price_per_year=yearly)[COLUMNS].reset_index(drop=True)


def limit_prices(formulation: Formulation, solution: Solution) -> np.ndarray:
    """Give the price of each row of the limit table: (row), 0 where it does not bind."""
    price = np.zeros(len(formulation.limits.table))
    for name, block in formulation.rows.items():
        if name.startswith("limit "):
            # A limit with steps has a row for each of its bounds; those not in force have no price.
            np.maximum.at(price, block.coords[0].to_numpy(), np.abs(solution.dual[block.numbers]))
    return np.where(price > NOISE, price, 0.0)


def _limits(formulation: Formulation, solution: Solution) -> pd.DataFrame:
    table = formulation.limits.table
    return pd.DataFrame(
        {
            "kind": "limit",
            "name": table["limit"],
            "region": table["region"],
            "currency": table["currency"],
            "period": table["period"],
            "price": limit_prices(formulation, solution),
        }
    )


def _cells(rows: pd.DataFrame, periods: int, kind: str, price: np.ndarray) -> pd.DataFrame:
    """Pair rows (name, region, currency) with periods and their prices (row, period)."""
    table = rows.loc[rows.index.repeat(periods)].reset_index(drop=True)
    table["period"] = np.tile(np.arange(1, periods + 1), len(rows))
    return table.assign(kind=kind, price=price.ravel())


def _lanes(book: Book, formulation: Formulation, solution: Solution) -> pd.DataFrame:
    block = formulation.columns.get("outstanding")
    if block is None:
        return pd.DataFrame(columns=COLUMNS[:-1])
    lanes = book.lanes.table
    rows = pd.DataFrame(
        {"name": lanes["lane"], "region": lanes["lender"], "currency": lanes["currency"]}
    )
    worth = np.maximum(0.0, -solution.reduced_cost[block.numbers]) / book.lanes.fx
    return _cells(
        rows, book.periods, "lane", np.where(np.isfinite(book.lanes.capacity), worth, 0.0)
    )


def _bounds(book: Book, formulation: Formulation, solution: Solution) -> pd.DataFrame:
    """Price the bounds that a person wrote on balances and new business: > 0 a ceiling, < 0 a floor."""
    parts = []
    for name, low in (("balance", book.min_balance), ("new", book.min_new)):
        block = formulation.columns.get(name)
        if block is None:
            continue
        rows = block.coords[0].to_numpy()
        key = book.positions.iloc[rows]
        worth = -solution.reduced_cost[block.numbers] / book.fx[rows]
        # A floor of zero is no bound that somebody wrote.
        worth = np.where((worth < 0) & (low[rows] <= 0), 0.0, worth)
        names = pd.DataFrame(
            {
                "name": key["product"].to_numpy() + f" ({name})",
                "region": key["region"].to_numpy(),
                "currency": key["currency"].to_numpy(),
            }
        )
        parts.append(_cells(names, book.periods, "bound", worth))
    return pd.concat(parts)


def _funds(book: Book, formulation: Formulation, solution: Solution) -> pd.DataFrame:
    """Price one more unit of funds in each node: the transfer price that the plan implies."""
    block = formulation.rows["funding"]
    rows = book.nodes.assign(name=book.nodes["region"])
    return _cells(rows, book.periods, "funds", -solution.dual[block.numbers] / book.node_fx)
