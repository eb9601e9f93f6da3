"""Read one key of case.toml: a TOML value, or text from a change for this run only."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from alm.case.cells import A_NUMBER, LARGEST
from alm.case.faults import Fault, nearest
from alm.case.spec.column import Column, Kind
from alm.case.spec.page import allowed_text

_KIND_TEXT = {
    Kind.TEXT: "text",
    Kind.NUMBER: A_NUMBER,
    Kind.INTEGER: "a whole number",
    Kind.FLAG: "true or false",
    Kind.DATE: "a date such as 2025-12-31",
    Kind.NAMES: 'a list of names such as ["large_exposure"]',
}


def read_key(key: Column, raw: object) -> tuple[Any, Fault | None]:
    """Read the value of a key; None with a fault where it is wrong, None alone where it is not given."""
    if raw is None or raw == "":
        missing = Fault("case.toml", None, key.name, "", allowed_text(key) or _KIND_TEXT[key.kind])
        return None, missing if key.required else None
    value = _READERS[key.kind](raw)
    if value is None:
        return None, Fault("case.toml", None, key.name, _shown(raw), _KIND_TEXT[key.kind])
    if _is_outside(key, value):
        hint = nearest(str(value), key.allowed)
        return None, Fault("case.toml", None, key.name, _shown(raw), allowed_text(key), hint)
    return value, None


def parse_text(key: Column, text: str) -> Any:
    """Turn the text of a change into what TOML would have said; text itself where it cannot be."""
    text = text.strip()
    if key.kind in (Kind.TEXT, Kind.DATE):
        return text
    if key.kind is Kind.NAMES and not text.startswith("["):
        return [name.strip() for name in text.split(",") if name.strip()]
    try:
        return json.loads(text.replace("_", "") if key.kind is not Kind.NAMES else text)
    except json.JSONDecodeError:
        return text


def _is_outside(key: Column, value: Any) -> bool:
    if key.allowed:
        return value not in key.allowed
    if not isinstance(value, int | float):
        return False
    below = key.low is not None and value < key.low
    above = key.high is not None and value > key.high
    return below or above or (key.above is not None and value <= key.above)


def _number(raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        number = float(raw)
    except OverflowError:  # a whole number beyond any float
        return None
    return number if abs(number) <= LARGEST else None


def _integer(raw: object) -> int | None:
    number = _number(raw)
    return int(number) if number is not None and number.is_integer() else None


def _date(raw: object) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        return None


def _names(raw: object) -> tuple[str, ...] | None:
    if not isinstance(raw, list | tuple) or not all(isinstance(name, str) and name for name in raw):
        return None
    return tuple(raw)


def _text(raw: object) -> str | None:
    return str(raw) if isinstance(raw, str) else None


def _flag(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


_READERS: dict[Kind, Callable[[object], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.INTEGER: _integer,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
    Kind.NAMES: _names,
}


def _shown(raw: object) -> object:
    # A whole number of thousands of digits has no text.
    if isinstance(raw, int) and abs(raw) > 10**300:
        return "a number of hundreds of digits"
    return raw if isinstance(raw, str | int | float | bool) else str(raw)
