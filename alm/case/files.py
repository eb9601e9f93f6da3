"""Read the cells of a file as text, blank rows included, so that row numbers are those the person sees."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable
from datetime import datetime, time
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile, ZipFile

import openpyxl
import pandas as pd

Grid = list[list[str]]
MOST_CELLS = 10_000_000
"""Cells of one table that are still read: more is a mistake, or meant to fill the memory."""

T = TypeVar("T")


class UnreadableError(Exception):
    """A file that cannot be read; the message says why."""


def read_csv(path: Path) -> Grid:
    """Read a CSV file in UTF-8, with or without a byte order mark, or in GB 18030."""
    raw = path.read_bytes()
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            content = raw.decode("gb18030")
        except UnicodeDecodeError:
            raise UnreadableError("neither UTF-8 nor GB 18030 text") from None
    try:
        # Not splitlines: it would also break a row at the line separators of Unicode.
        rows = csv.reader(io.StringIO(content, newline=""), strict=True)
        return [[cell.strip() for cell in row] for row in rows]
    except csv.Error as error:
        raise UnreadableError(f"not comma-separated text: {error}") from None


def read_parquet(path: Path) -> Grid:
    """Read a Parquet file; its column names are row 1."""
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise UnreadableError(f"not a Parquet file: {error}") from None
    columns = [[cell_text(value) for value in table[name].tolist()] for name in table.columns]
    return [[str(name).strip() for name in table.columns], *map(list, zip(*columns, strict=True))]


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook."""
    return _with_workbook(path, lambda book: list(book.sheetnames))


def read_sheets(path: Path, names: Iterable[str]) -> dict[str, Grid]:
    """Read sheets of a workbook: the values that were saved, not the formulas."""
    wanted = tuple(names)
    return _with_workbook(path, lambda book: {name: _sheet(book[name]) for name in wanted})


def formulas_without_value(path: Path, name: str) -> list[tuple[int, int]]:
    """Find cells with a formula whose result was never saved: (row, column) from 1.

    A program that writes formulas without computing them leaves such cells; read as blank they would
    silently take a default.
    """
    if not _holds_formulas(path):
        return []

    def formulas(book: Any) -> set[tuple[int, int]]:
        return {
            (row, column)
            for row, cells in enumerate(_rows(book[name]), start=1)
            for column, cell in enumerate(cells, start=1)
            if isinstance(cell, str) and cell.startswith("=")
        }

    found = _with_workbook(path, formulas, data_only=False)
    grid = read_sheets(path, [name])[name]
    return sorted((row, column) for row, column in found if not grid[row - 1][column - 1])


def _holds_formulas(path: Path) -> bool:
    """Look for the tag of formulas: much faster than to parse a workbook that has none."""
    with ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f" in parts.read(name) for name in sheets)


def cell_text(value: object) -> str:
    """Write a value as the text that reads back as the same value.

    >>> [cell_text(value) for value in (None, 2.0, 0.1, True, datetime(2025, 12, 31), " x ")]
    ['', '2', '0.1', 'true', '2025-12-31', 'x']
    """
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else str(value)
    return str(value).strip()


def _sheet(sheet: Any) -> Grid:
    return [[cell_text(value) for value in row] for row in _rows(sheet)]


def _rows(sheet: Any) -> Iterable[tuple[object, ...]]:
    # Some writers store a wrong size of the sheet, and rows beyond it would be lost.
    sheet.reset_dimensions()
    return sheet.iter_rows(values_only=True)


def _with_workbook(path: Path, use: Callable[[Any], T], data_only: bool = True) -> T:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
    except (OSError, BadZipFile, KeyError, ValueError) as error:
        raise UnreadableError(f"not an Excel workbook: {error}") from None
    try:
        return use(book)
    finally:
        book.close()
