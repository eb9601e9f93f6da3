"""Small reading aids for columns whose index is the row as the person sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd


def by_row(values: pd.Series) -> Iterator[tuple[int, Any]]:
    """Pair each row with its value, as plain Python numbers and text."""
    yield from zip(values.index.tolist(), values.tolist(), strict=True)


def look_up(names: pd.Series, known: Mapping[str, Any], dtype: str) -> pd.Series:
    """Map names to values; missing where unknown.

    Unlike `Series.map` the result has the type asked for even where there are no names at all.
    """
    return pd.Series([known.get(name) for name in names], index=names.index, dtype=dtype)
