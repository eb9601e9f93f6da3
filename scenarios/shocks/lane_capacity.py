"""Shock `lane_capacity`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alm.formulation.book import Book
from scenarios.hit import Hit


def lane_capacity(book: Book, hit: Hit, value: float) -> Book:
    """Multiply the capacity of lanes; 0 closes them, one without a capacity included. Contract, section 8."""
    factor = hit.factors(hit.lanes, value)
    capacity = np.zeros_like(factor)
    # 0 times no capacity is closed, not undefined.
    np.multiply(book.lanes.capacity, factor, out=capacity, where=factor > 0)
    return replace(book, lanes=replace(book.lanes, capacity=capacity))
