"""How much room a text takes: widths in characters, lines in a column."""

from __future__ import annotations

import re
import textwrap
import unicodedata

PIECE = re.compile(r"[!-~]+|.", re.DOTALL)
"""What is not broken: a word of Western letters with its signs, or one letter of another script."""


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
    >>> wrapped("Head Office → East", 20), wrapped("liquidity，第1期：触及", 16)
    (['Head Office → East'], ['liquidity，第1期', '：触及'])
    """
    if display_width(text) == len(text):
        return textwrap.wrap(text, width)
    found, room = [""], width
    for word in PIECE.findall(text):
        for piece in (word[at : at + width] for at in range(0, len(word), width)):
            wide = display_width(piece)
            if wide > room and found[-1]:
                found.append("")
                room, piece = width, piece.lstrip()  # no line begins with a blank
            found[-1] += piece
            room -= display_width(piece)
    return found


def lines(text: str, width: float) -> int:
    """Count the lines that a text fills in a column of a width; at least one."""
    return max(1, len(wrapped(text, max(int(width), 2))))
