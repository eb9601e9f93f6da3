"""Measures that are reported in numbers and that no limit of the convex model can name yet."""

from __future__ import annotations

import numpy as np

from alm.formulation.book import Book
from alm.formulation.scopes import Scope, node_mask


def open_lanes(book: Book, scopes: list[Scope], outstanding: np.ndarray) -> np.ndarray:
    """Count the lanes with at least one end inside that carry a quantum or more: (scope, close)."""
    inside = node_mask(scopes, book.nodes, book.subtree)
    touches = inside[:, book.end_nodes["lender"]] | inside[:, book.end_nodes["borrower"]]
    carries = outstanding >= 0.5 * book.case.settings.quantum
    return np.asarray(touches.astype(float) @ carries)
