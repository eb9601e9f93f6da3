"""What templates call tables and columns."""

from __future__ import annotations

from alm.case.spec.column import Column, Table


def label(named: Table | Column, chinese: bool) -> str:
    """Give the Chinese label, or the name."""
    return named.name_zh if chinese else named.name
