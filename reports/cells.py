"""A column of a table as the XML of its cells, rendered in one sweep.

A cell of openpyxl costs several microseconds to make and to write, a line of text a fraction of one; workbooks hold a
million of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from reports.style import NUMERIC, Fill, Form, Style, Styles
from reports.text import display_width

LEADS_A_FORMULA = ("=", "+", "-", "@")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
EXCEL_EPOCH = pd.Timestamp("1899-12-30")
LONGEST_TEXT = 32_767


def rendered(
    values: pd.Series, look: Sequence[Style] | Style, letter: str, first_row: int, styles: Styles
) -> list[str]:
    """Render the cells of a column below each other.

    Parameters
    ----------
    values
        What the cells hold; blanks and infinities give cells without a value.
    look
        The style of all, or of each.

    Returns
    -------
    One cell a row as XML; an empty string where there is neither a value nor a fill.
    """
    rows = range(first_row, first_row + len(values))
    if isinstance(look, Style) and pd.api.types.is_float_dtype(values) and look.fill is Fill.NONE:
        number = styles.number(look)  # amounts do not repeat: no memory, no call
        return [
            "" if value is None else f'<c r="{letter}{row}" s="{number}"><v>{value}</v></c>'
            for row, value in zip(rows, cell_values(values), strict=True)
        ]
    looks = [look] * len(values) if isinstance(look, Style) else look
    endings_of = _endings_of_texts if isinstance(values.dtype, pd.StringDtype) else _endings
    return [
        "" if ending is None else f'<c r="{letter}{row}"{ending}'
        for row, ending in zip(rows, endings_of(values, looks, styles), strict=True)
    ]


def _endings(values: pd.Series, looks: Sequence[Style], styles: Styles) -> list[str | None]:
    """Give all of each cell but its address; None where there is neither a value nor a fill.

    Columns repeat themselves, so each ending is made once. A column shares few styles: to tell them apart by
    identity spares hashing all that a style says for every cell.
    """
    known: dict[tuple[Any, ...], str | None] = {}
    endings = []
    for value, style in zip(cell_values(values), looks, strict=True):
        key = (value, id(style), value.__class__)
        if key not in known:
            known[key] = _ending(value, style, styles)
        endings.append(known[key])
    return endings


def _endings_of_texts(
    values: pd.Series, looks: Sequence[Style], styles: Styles
) -> list[str | None]:
    """Give `_endings` of a column of texts, which pandas tells apart without making each a Python object."""
    text, texts = pd.factorize(values)
    look, ids = pd.factorize(np.fromiter(map(id, looks), np.int64, len(looks)))
    pair, pairs = pd.factorize((text + 1) * len(ids) + look)
    held = [None, *(each or None for each in texts)]
    known = {id(style): style for style in looks}
    endings = [
        _ending(held[each // len(ids)], known[ids[each % len(ids)]], styles) for each in pairs
    ]
    return np.array(endings, dtype=object)[pair].tolist() if endings else []


def _ending(value: Any, style: Style, styles: Styles) -> str | None:
    """Render a cell from behind its address; text is always text, whatever it starts with."""
    if value is None and style.fill is Fill.NONE:
        return None
    if isinstance(value, str):
        quoted = replace(style, quoted=value.startswith(LEADS_A_FORMULA))
        return f' s="{styles.number(quoted)}" t="inlineStr">{inline(value)}</c>'
    number = styles.number(style)
    if value is None:
        return f' s="{number}"/>'
    if isinstance(value, bool):
        return f' s="{number}" t="b"><v>{int(value)}</v></c>'
    return f' s="{number}"><v>{value}</v></c>'


def inline(text: str) -> str:
    """Render a text as it stands inside its cell."""
    return f'<is><t xml:space="preserve">{escape(printable(text))}</t></is>'


def printable(text: str) -> str:
    """Replace letters that XML forbids, and cut what a cell cannot hold."""
    return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_TEXT]


def cell_values(values: pd.Series) -> list[Any]:
    """Turn a column into what cells hold: dates as day numbers, blanks, empty texts and infinities as None.

    >>> cell_values(pd.Series([1.5, float("inf"), float("nan")]))
    [1.5, None, None]
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        values = (values - EXCEL_EPOCH).dt.days.astype(float)
    if pd.api.types.is_float_dtype(values):
        values = values.where(values.abs() < math.inf)
    held = (
        values.notna() if pd.api.types.is_numeric_dtype(values) else values.notna() & (values != "")
    )
    cells = values.to_numpy(object, copy=True)
    cells[~held.to_numpy(bool)] = None
    return cells.tolist()


def shown_width(values: pd.Series, form: Form, digits: int) -> int:
    """Give the width of the widest value as shown."""
    if form is Form.DATE:
        return len("2025-12-31")
    if form in NUMERIC and pd.api.types.is_numeric_dtype(values):
        largest = values.abs().where(values.abs() < math.inf).max()
        amounts = dict.fromkeys((Form.AMOUNT, Form.CHECK, Form.ROOM), digits)
        shown = {**amounts, Form.PRICE: 6, Form.COUNT: 0}.get(form, 3)
        return 0 if pd.isna(largest) else len(f"{largest:,.{shown}f}") + 2
    return max((display_width(str(value)) for value in values.dropna().unique()), default=0)
