"""How an amount of money is named, for people."""

from __future__ import annotations

UNITS = {1.0: "", 1e3: "thousand", 1e6: "million", 1e9: "billion"}


def money_name(currency: str, unit: float, number: str = "") -> str:
    """Name an amount of money in table units, or the unit alone.

    >>> money_name("CNY", 1e6), money_name("CNY", 1e9, "1"), money_name("USD", 10_000)
    ('CNY million', 'CNY 1 billion', 'USD x 10,000')
    """
    words = [currency, number, UNITS.get(unit, f"x {unit:,.15g}")]
    return " ".join(word for word in words if word)
