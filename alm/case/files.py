"""Read the cells of a file as text, blank rows included, so that row numbers are those the person sees."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any, TypeVar
from zipfile import ZipFile

import openpyxl
import pandas as pd
from openpyxl.utils.cell import coordinate_to_tuple

Grid = list[list[str]]
# More than these is a mistake, or meant to fill the memory; a group of 1,000 regions needs a tenth.
MOST_CELLS = 10_000_000
MOST_PLACES = 100_000_000
MOST_BYTES = 512_000_000
# XML of spreadsheets packs 10 to 50 times; what packs far better is a zip bomb.
_SUSPECT_BYTES = 1_000_000
_SUSPECT_RATIO = 200
_CELL = re.compile(rb"<(?:\w+:)?c\s(?P<is>[^>]*)(?<!/)>(?P<inside>.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_RESULT = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]")
_PLACE = re.compile(rb'\br="([A-Z]+\d+)"')
# Under such names pandas writes row labels that have none.
_ROW_LABELS = re.compile(r"__index_level_\d+__")

T = TypeVar("T")


class UnreadableError(Exception):
    """A file that cannot be read; the message says why."""


def read_csv(path: Path) -> Grid:
    """Read a CSV file: UTF-8 or GB 18030, or UTF-16 with a byte order mark; commas or tabs between the cells."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(f"more than {MOST_BYTES:,} bytes")
        content = _decoded(path.read_bytes())
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from None
    if "\0" in content:
        raise UnreadableError("a file of bytes, not of text")
    heading = content.lstrip().partition("\n")[0]
    separator = "\t" if "\t" in heading and "," not in heading else ","
    try:
        # Not splitlines: it would also break a row at the line separators of Unicode.
        rows = csv.reader(io.StringIO(content, newline=""), strict=True, delimiter=separator)
        return _counted([[cell.strip() for cell in row] for row in rows])
    except csv.Error as error:
        raise UnreadableError(f"not comma-separated text: {error}") from None


def _decoded(raw: bytes) -> str:
    """Decode text as spreadsheets save it: "CSV UTF-8", the Chinese "CSV", or "Unicode text"."""
    is_utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf_16 else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and not _reads_as_chinese(text):
            break
        return text
    raise UnreadableError("neither UTF-8, UTF-16 nor GB 18030 text: save it as UTF-8")


def _reads_as_chinese(text: str) -> bool:
    """Tell whether most signs are those of everyday Chinese: Western text decodes too, as rare ones."""
    signs = [sign for sign in text if not sign.isascii()]
    common = "".join(signs).encode("gb2312", errors="ignore").decode("gb2312")
    return 4 * len(common) >= 3 * len(signs)


def _counted(rows: Iterable[list[str]]) -> Grid:
    """Gather rows, but no more cells than a table may have."""
    grid: Grid = []
    cells = 0
    for row in rows:
        cells += len(row)
        if cells > MOST_CELLS:
            raise UnreadableError(f"more than {MOST_CELLS:,} cells")
        grid.append(row)
    return grid


def read_parquet(path: Path) -> Grid:
    """Read a Parquet file; its column names are row 1, what pandas keeps as index included."""
    from pyarrow import ArrowException, parquet

    try:
        with parquet.ParquetFile(path) as file:
            # Few bytes can stand for any number of rows.
            if file.metadata.num_rows * file.metadata.num_columns > MOST_CELLS:
                raise UnreadableError(f"more than {MOST_CELLS:,} cells")
            table = file.read()
    except (ArrowException, OSError, ValueError) as error:
        raise UnreadableError(f"not a Parquet file: {error}") from None
    kept = [(name, i) for i, name in enumerate(table.column_names) if not _ROW_LABELS.match(name)]
    columns = [[cell_text(value) for value in table.column(i).to_pylist()] for _, i in kept]
    return [[name.strip() for name, _ in kept], *map(list, zip(*columns, strict=True))]


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
    silently take a default. A formula whose result is an empty text is a blank all right.
    """
    # openpyxl reads an empty text and a missing result alike, so the sheet itself is asked.
    part = _with_workbook(path, lambda book: str(book[name]._worksheet_path))
    with ZipFile(path) as parts:
        text = parts.read(part)
    if not _FORMULA.search(text):
        return []
    lost = [
        _PLACE.search(cell["is"])
        for cell in _CELL.finditer(text)
        if _FORMULA.search(cell["inside"])
        and b't="str"' not in cell["is"]
        and not _RESULT.search(cell["inside"])
    ]
    return [coordinate_to_tuple(place[1].decode()) for place in lost if place]


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
    return _counted(map(_texts, _rows(sheet)))


def _texts(cells: tuple[object, ...]) -> list[str]:
    """Write a row as text, without the blanks behind its last cell."""
    row = [cell_text(value) for value in cells]
    filled = max((place for place, cell in enumerate(row, start=1) if cell), default=0)
    return row[:filled]


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
    # Some writers store a wrong size of the sheet, and rows beyond it would be lost.
    sheet.reset_dimensions()
    places = 0
    for row in sheet.iter_rows(values_only=True):
        places += len(row)
        if places > MOST_PLACES:
            raise UnreadableError(f"cells spread over more than {MOST_PLACES:,} places")
        yield row


def _with_workbook(path: Path, use: Callable[[Any], T], data_only: bool = True) -> T:
    try:
        _require_modest_parts(path)
        # Opened here, as openpyxl leaves a file open that it cannot read.
        with path.open("rb") as file, warnings.catch_warnings():
            # What openpyxl cannot keep, such as some drop-downs, is not read anyway.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(file, read_only=True, data_only=data_only)
            try:
                return use(book)
            finally:
                book.close()
    except UnreadableError:
        raise
    except Exception as error:
        # A broken workbook makes openpyxl and its parsers raise nearly anything, while it opens and while it reads.
        raise UnreadableError(f"not an Excel workbook: {error or type(error).__name__}") from None


def _require_modest_parts(path: Path) -> None:
    """Refuse a workbook that unpacks to far more than spreadsheets hold, before anything is unpacked.

    A part never gives more bytes than it declares, so the sizes declared are the most that can come.
    """
    with ZipFile(path) as parts:
        sizes = [(part.file_size, part.compress_size) for part in parts.infolist()]
    if sum(size for size, _ in sizes) > MOST_BYTES:
        raise UnreadableError(f"unpacks to more than {MOST_BYTES:,} bytes")
    if any(size > _SUSPECT_BYTES and size > _SUSPECT_RATIO * packed for size, packed in sizes):
        raise UnreadableError("a part unpacks to hundreds of times its size, unlike a spreadsheet")
