"""How much room a text takes: widths in characters, lines in a column."""

from __future__ import annotations

import textwrap
import unicodedata


def display_width(text: str) -> int:
    """Count the columns that a text fills; a Chinese character fills two.

    >>> display_width("Loan"), display_width("贷款")
    (4, 4)
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def longest_word(text: str) -> int:
    """Give the width below which a heading breaks inside a word.

    >>> longest_word("Worth of one unit")
    5
    """
    if text.isascii():
        return max(map(len, text.split()), default=0)
    return min(display_width(text), 12)


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines: between words, or, in Chinese, where a line is full.

    >>> wrapped("Net interest income", 12), wrapped("净利息收入", 6)
    (['Net interest', 'income'], ['净利息', '收入'])
    >>> wrapped("Head Office → East", 20)
    ['Head Office → East']
    """
    if display_width(text) == len(text):
        return textwrap.wrap(text, width)
    letters = max(1, width // 2)
    return [text[start : start + letters] for start in range(0, len(text), letters)]


def lines(text: str, width: float) -> int:
    """Count the lines that a text fills in a column of a width; at least one."""
    return max(1, len(wrapped(text, max(int(width), 2))))
