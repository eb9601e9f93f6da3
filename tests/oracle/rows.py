"""Rows of tables as dictionaries, and the tree that some of them make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]


def blank(cell: object) -> bool:
    """Whether a cell says nothing: no text, not a number, not a time."""
    return cell is None or cell == "" or cell != cell


def subtree(parents: Mapping[str, str], region: str) -> set[str]:
    """Section 2: the region and all below it."""
    found = {region}
    while more := {name for name, above in parents.items() if above in found} - found:
        found |= more
    return found
