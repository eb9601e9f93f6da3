"""Measures that are reported in numbers and that no limit of the convex model can name yet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from alm.formulation.amounts import Amounts, amounts_of
from alm.formulation.book import Book
from alm.formulation.scopes import Scope, node_mask

Numbers = Callable[[Amounts], np.ndarray]


def usable_hqla(book: Book, scopes: list[Scope], numbers: Numbers) -> np.ndarray:
    """Sum what regions may use of each other's liquid assets: (scope, close).

    Each region counts its own stock up to its own net outflow, and of the rest the share that can be transferred;
    all of it for the scope's own region. Contract, section 7; Basel LCR10.7-10.8.

    Parameters
    ----------
    numbers : callable
        Evaluates amounts.
    """
    names = book.regions["region"].tolist()
    wanted = [(Scope(name, "solo", ""), m) for m in ("hqla", "net_outflow") for name in names]
    amounts = amounts_of(book, wanted)
    value = numbers(amounts)[[amounts.place[pair] for pair in wanted]]
    stock, need = value[: len(names)], value[len(names) :]
    own = np.minimum(stock, need)
    share = book.regions["transferable"].to_numpy(float)[:, None]
    usable, free = own + share * (stock - own), stock - own
    rows = []
    for scope in scopes:
        at = names.index(scope.region)
        if scope.scope == "solo":
            rows.append(stock[at])
            continue
        below = book.subtree.loc[scope.region].to_numpy()
        rows.append(usable[below].sum(axis=0) + (1.0 - share[at]) * free[at])
    return np.array(rows)


def open_lanes(book: Book, scopes: list[Scope], outstanding: np.ndarray) -> np.ndarray:
    """Count the lanes with at least one end inside that carry a quantum or more: (scope, close)."""
    inside = node_mask(scopes, book.nodes, book.subtree)
    touches = inside[:, book.end_nodes["lender"]] | inside[:, book.end_nodes["borrower"]]
    carries = outstanding >= 0.5 * book.case.settings.quantum
    return np.asarray(touches.astype(float) @ carries)
