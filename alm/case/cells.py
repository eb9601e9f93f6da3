"""Turn the text of cells into numbers, periods, flags and dates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from alm.case.faults import HINTED, Fault, nearest
from alm.case.rows import by_row
from alm.case.spec.column import Column, Kind
from alm.case.spec.page import range_text

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+)(\.\d*)?")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_PERCENT = re.compile(r"([+-]?[\d.,]+)\s*%")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_BRACKETS = re.compile(r"\(([\d.,]+)\)")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d")
LARGEST = 1e30
"""Beyond this a number is a slip of the keyboard: no amount is that large, and solvers call it infinite."""
A_NUMBER = f"a number of at most {LARGEST:g} in size"
_FLAGS = {
    **dict.fromkeys(("true", "1", "1.0", "yes", "y", "t", "是"), True),
    **dict.fromkeys(("false", "0", "0.0", "no", "n", "f", "否"), False),
}


@dataclass(frozen=True)
class Typed:
    """A column after reading: its values (blank where `faults` has the row) and what is wrong with it."""

    values: pd.Series
    faults: list[Fault]


def read_column(table: str, column: Column, text: pd.Series) -> Typed:
    """Read the text of one column.

    Parameters
    ----------
    text
        Cells as typed, stripped; "" is blank. The index is the row as the person sees it.

    Returns
    -------
    Typed
        Values: text `str` with "", numbers and periods float64 with NaN, flags float64 1/0/NaN, dates datetime64 with NaT.
    """
    if column.kind is Kind.TEXT:
        return _texts(table, column, text)
    return _parsed(table, column, text)


def _texts(table: str, column: Column, text: pd.Series) -> Typed:
    if not column.allowed:
        return Typed(text, [])
    wrong = ~text.isin(["", *column.allowed])
    allowed = ", ".join(column.allowed)
    faults = [
        Fault(
            table,
            row,
            column.name,
            cell,
            allowed,
            nearest(cell, column.allowed) if i < HINTED else "",
        )
        for i, (row, cell) in enumerate(by_row(text[wrong]))
    ]
    return Typed(text.mask(wrong, ""), faults)


def _parsed(table: str, column: Column, text: pd.Series) -> Typed:
    filled = text[text != ""]
    parse, blank, allowed, hint = _PARSERS[column.kind]
    values = pd.Series(blank, index=text.index)
    if filled.empty:
        return Typed(values, [])
    codes, words = pd.factorize(filled.to_numpy(dtype=object))
    known = [parse(word) for word in words]
    wrong = np.array([value is None for value in known])
    read = np.array(
        [blank if value is None else value for value in known], dtype=values.to_numpy().dtype
    )
    values[text != ""] = read[codes]
    faults = [
        Fault(table, row, column.name, cell, allowed, hint(cell))
        for row, cell in by_row(filled[wrong[codes]])
    ]
    outside = _outside(column, values)
    faults += [
        Fault(table, row, column.name, cell, range_text(column), _percent_as_decimal(column, cell))
        for row, cell in by_row(text[outside])
    ]
    return Typed(values.mask(outside), faults)


def _outside(column: Column, values: pd.Series) -> pd.Series:
    outside = pd.Series(False, index=values.index)
    if column.low is not None:
        outside |= values < column.low
    if column.high is not None:
        outside |= values > column.high
    if column.above is not None:
        outside |= values <= column.above
    return outside


def parse_number(cell: str) -> float | None:
    """Read a number of at most `LARGEST` in size, with thousands separators or full-width digits if need be.

    >>> parse_number("1,234.5"), parse_number("3%"), parse_number("nan")
    (1234.5, None, None)
    """
    cell = unicodedata.normalize("NFKC", cell).replace("\N{MINUS SIGN}", "-").strip()
    if _THOUSANDS.fullmatch(cell):
        cell = cell.replace(",", "").replace(" ", "")
    if not _PLAIN.fullmatch(cell):
        return None
    value = float(cell)
    return value if abs(value) <= LARGEST else None


def _parse_period(cell: str) -> float | None:
    value = parse_number(cell)
    return value if value is not None and value.is_integer() else None


def _parse_flag(cell: str) -> float | None:
    flag = _FLAGS.get(cell.casefold())
    return None if flag is None else float(flag)


def parse_date(cell: str) -> np.datetime64 | None:
    """Read a date: 2025-12-31, 2025/12/31, 2025.12.31 or 20251231."""
    for form in _DATES:
        try:
            return np.datetime64(datetime.strptime(cell, form), "us")
        except ValueError:
            continue
    return None


def _number_hint(cell: str) -> str:
    """Say how the number was probably meant."""
    plain = unicodedata.normalize("NFKC", cell)
    if percent := _PERCENT.fullmatch(plain):
        value = parse_number(percent[1])
        return "" if value is None else f"{value / 100:.12g}"
    if brackets := _BRACKETS.fullmatch(plain):
        return f"-{brackets[1]}"
    if _DECIMAL_COMMA.fullmatch(plain):
        return plain.replace(",", ".")
    return ""


def _percent_as_decimal(column: Column, cell: str) -> str:
    value = parse_number(cell)
    if column.unit == "share" and value is not None and 1 < value <= 100:
        return f"{value:g} % is written {value / 100:.12g}"
    return ""


def _no_hint(_: str) -> str:
    return ""


_Parser = tuple[Callable[[str], object], object, str, Callable[[str], str]]
_PARSERS: dict[Kind, _Parser] = {
    Kind.NUMBER: (parse_number, np.nan, A_NUMBER, _number_hint),
    Kind.PERIOD: (_parse_period, np.nan, "a whole number", _number_hint),
    Kind.FLAG: (_parse_flag, np.nan, "true or false", _no_hint),
    Kind.DATE: (parse_date, np.datetime64("NaT", "us"), "a date such as 2025-12-31", _no_hint),
}
