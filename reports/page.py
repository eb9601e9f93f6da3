"""A sheet to write on: cells, tables, widths and the set-up of the printed page."""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from reports.labels import Labels
from reports.style import HEADER, NUMERIC, SECTION, SUBTITLE, TITLE, Fill, Form, Ink, Style, Styles

FIRST_TABLE_ROW = 5
WIDEST, WIDEST_NOTE, NARROWEST = 34, 60, 9
LEGIBLE_WIDTH, NOTE_WIDTH, PAGE_ROWS = 250, 150, 42
LINE_POINTS, TITLE_POINTS = 14.0, 26.0
LEADS_A_FORMULA = ("=", "+", "-", "@")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
EXCEL_EPOCH = pd.Timestamp("1899-12-30")
LONGEST_TEXT = 32_767


@dataclass(frozen=True)
class Column:
    """One column of a table on a sheet.

    Parameters
    ----------
    key
        Column of the frame.
    given
        The values are inputs (blue), not results.
    label
        Key of the heading; blank: `column.<key>`.
    text
        The heading itself, where it comes from the case.
    form_by, fill_by
        Columns of the frame that hold the `Form` and the `Fill` row by row.
    optional
        Left out where no row has a value.
    widest
        Largest width, in characters; 0: `WIDEST`, for notes `WIDEST_NOTE`.
    """

    key: str
    form: Form = Form.TEXT
    given: bool = False
    label: str = ""
    form_by: str = ""
    fill_by: str = ""
    optional: bool = False
    widest: int = 0
    text: str = ""

    @property
    def most(self) -> int:
        """Largest width, in characters."""
        return self.widest or (WIDEST_NOTE if self.form is Form.NOTE else WIDEST)

    @property
    def heading(self) -> str:
        """Key of the heading."""
        return self.label or f"column.{self.key}"


@dataclass(frozen=True)
class Block:
    """Where a table stands, so that formulas and charts can point at it."""

    sheet: str
    keys: tuple[str, ...]
    header_row: int
    rows: int
    first_column: int = 1

    @property
    def first_row(self) -> int:
        """First row of values."""
        return self.header_row + 1

    @property
    def last_row(self) -> int:
        """Last row of values; an empty table keeps one blank row, so that ranges stay valid."""
        return self.header_row + max(1, self.rows)

    @property
    def last_column(self) -> int:
        """Number of the last column."""
        return self.first_column + len(self.keys) - 1

    def column(self, key: str) -> int:
        """Give the number of a column on the sheet."""
        return self.first_column + self.keys.index(key)

    def letter(self, key: str) -> str:
        """Give the letter of a column on the sheet."""
        return str(get_column_letter(self.column(key)))

    def range(self, key: str) -> str:
        """Give the absolute reference of the values of a column, with the name of the sheet."""
        letter = self.letter(key)
        return f"{quote_sheetname(self.sheet)}!${letter}${self.first_row}:${letter}${self.last_row}"

    @property
    def area(self) -> str:
        """Reference of header and values on the sheet itself."""
        first, last = get_column_letter(self.first_column), get_column_letter(self.last_column)
        return f"{first}{self.header_row}:{last}{self.last_row}"


def kept(columns: Sequence[Column], frame: pd.DataFrame) -> tuple[Column, ...]:
    """Leave out optional columns in which no row has a value."""
    return tuple(c for c in columns if not (c.optional and _blank(frame[c.key]).all()))


def block(
    sheet: str, columns: Sequence[Column], rows: int, header_row: int = FIRST_TABLE_ROW
) -> Block:
    """Say where a table will stand before, or without, writing it."""
    return Block(sheet, tuple(c.key for c in columns), header_row, rows)


def display_width(text: str) -> int:
    """Count the columns that a text fills; a Chinese character fills two.

    >>> display_width("Loan"), display_width("贷款")
    (4, 4)
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@dataclass
class Page:
    """One sheet of the workbook and what it is written with."""

    sheet: Worksheet
    styles: Styles
    labels: Labels
    notes: list[tuple[pd.Series, int, int]] = field(default_factory=list)

    def put(self, row: int, column: int, value: Any, style: Style = Style()) -> None:  # noqa: B008 a frozen value
        """Write one cell; text is always text, whatever it starts with."""
        if isinstance(value, str):
            self._text(row, column, value, style)
        elif not _missing(value):
            self.sheet.cell(row, column, value)._style = self.styles.array(style)
        else:
            self.sheet.cell(row, column)._style = self.styles.array(style)

    @staticmethod
    def letter(column: int) -> str:
        """Give the letter of a column."""
        return str(get_column_letter(column))

    def formula(self, row: int, column: int, text: str, style: Style) -> None:
        """Write a formula."""
        self.sheet.cell(row, column, f"={text}")._style = self.styles.array(style)

    def _text(self, row: int, column: int, value: str, style: Style) -> Cell:
        if value.startswith(LEADS_A_FORMULA):
            style = replace(style, quoted=True)
        cell = self.sheet.cell(
            row, column, NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", value)[:LONGEST_TEXT]
        )
        cell.data_type = "s"
        cell._style = self.styles.array(style)
        return cell

    def title(self, title: str, subtitle: str, note: str = "") -> None:
        """Write the top of the sheet: what it is, of which run, how to read it."""
        self.put(1, 1, title, TITLE)
        self._raise(1, TITLE_POINTS)
        self.put(2, 1, subtitle, SUBTITLE)
        for row, line in enumerate(_wrapped(note, NOTE_WIDTH)[:2], 3):
            self.put(row, 1, line, SUBTITLE)

    def section(self, row: int, key: str, column: int = 1) -> None:
        """Write the heading of a part of the sheet."""
        self.put(row, column, self.labels(key), SECTION)

    def heads(
        self, row: int, headings: Sequence[str], column: int = 1, widest: int = WIDEST
    ) -> None:
        """Write a row of headings, each column as wide as its own; longer ones wrap."""
        for number, heading in enumerate(headings, column):
            self.put(row, number, heading, HEADER)
            self.fit(number, display_width(heading) + 2, widest)
        self._raise(row, LINE_POINTS * max(_lines(heading, widest - 1) for heading in headings) + 4)

    def table(
        self,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        header_row: int = FIRST_TABLE_ROW,
        first_column: int = 1,
    ) -> Block:
        """Write a table with its header; give where it stands."""
        place = Block(
            self.sheet.title, tuple(c.key for c in columns), header_row, len(frame), first_column
        )
        for number, column in enumerate(columns, first_column):
            heading = self._heading(column)
            self.put(header_row, number, heading, HEADER)
            texts = self._column(frame, column, place.first_row, number)
            self.fit(number, max(_longest_word(heading), texts) + 2, column.most)
            if column.form is Form.NOTE:
                self.notes.append((frame[column.key], place.first_row, number))
        self._header_height(place, columns)
        return place

    def _heading(self, column: Column) -> str:
        return column.text or self.labels(column.heading)

    def _column(self, frame: pd.DataFrame, column: Column, first_row: int, number: int) -> int:
        """Write the values of a column; give the width of its widest."""
        values, sheet = frame[column.key], self.sheet
        base = Style(column.form, ink=Ink.INPUT if column.given else Ink.RESULT, inset=True)
        cells, styles = _cells(values), _styles(frame, column, base)
        alike: dict[
            tuple[Any, Style], Cell
        ] = {}  # a column repeats few texts, each is looked at once
        for row, (value, style) in enumerate(zip(cells, styles, strict=True), first_row):
            if value is None and style.fill is Fill.NONE:
                continue
            if isinstance(value, str):
                key = (value, style)
                if key not in alike:
                    alike[key] = self._text(row, number, value, style)
                    continue
                known = alike[key]
                cell = Cell(sheet, row, number)
                cell._value, cell.data_type, cell._style = known._value, "s", known._style
            else:
                cell = Cell(sheet, row, number)
                cell._value, cell._style = value, self.styles.array(style)
                cell.data_type = "b" if isinstance(value, bool) else "n"
            sheet._cells[row, number] = cell
        return _width(values, column.form, self.styles.digits)

    def fit(self, column: int, width: float, widest: int = WIDEST_NOTE) -> None:
        """Make a column at least this wide, up to the widest that is allowed."""
        dimension = self.sheet.column_dimensions[self.letter(column)]
        known = dimension.width if dimension.customWidth else 0.0
        dimension.width = max(known, min(max(width, NARROWEST), widest))

    def _header_height(self, place: Block, columns: Sequence[Column]) -> None:
        lines = 1
        for number, column in enumerate(columns, place.first_column):
            width = int(self.sheet.column_dimensions[self.letter(number)].width) - 1
            lines = max(lines, _lines(self._heading(column), width))
        self._raise(place.header_row, LINE_POINTS * lines + 4)

    def _raise_notes(self) -> None:
        """Make rows high enough for texts that wrap; not every spreadsheet does it by itself."""
        for values, first_row, number in self.notes:
            room = self.sheet.column_dimensions[self.letter(number)].width - 1
            widths = {text: display_width(text) for text in values.dropna().astype(str).unique()}
            for row, text in enumerate(values, first_row):
                if widths.get(text, 0) > room:
                    self._raise(row, LINE_POINTS * math.ceil(widths[text] / room))

    def _raise(self, row: int, height: float) -> None:
        """Make a row at least this high; tables may stand side by side."""
        dimension = self.sheet.row_dimensions[row]
        dimension.height = max(height, dimension.height or 0.0)

    def set_up(
        self, header_row: int, last_row: int, last_column: int, one_page: bool = False
    ) -> None:
        """Set up the printed page: landscape, fitted to the width of the paper, titles repeated, pages numbered.

        A sheet that one page cannot show legibly is spread over as many as its columns need.
        """
        self._raise_notes()  # only now are the widths of all columns known
        sheet, setup = self.sheet, self.sheet.page_setup
        sheet.sheet_view.showGridLines = False
        sheet.print_area = f"A1:{self.letter(last_column)}{last_row}"
        sheet.print_title_rows = f"1:{header_row}" if header_row else "1:2"
        setup.orientation, setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        width = sum(
            sheet.column_dimensions[self.letter(number)].width
            for number in range(1, last_column + 1)
        )
        setup.fitToWidth = 1 if one_page else math.ceil(width / LEGIBLE_WIDTH)
        if setup.fitToWidth > 1:
            sheet.print_title_cols = "A:B"
        setup.fitToHeight = 1 if one_page else 0
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.8, 0.3, 0.4
        sheet.oddFooter.left.text = sheet.title.replace("&", "&&")
        sheet.oddFooter.right.text = self.labels("page.of", page="&P", pages="&N")

    def together(self, first_row: int, last_row: int) -> None:
        """Keep rows on one printed page, where the first page cannot hold them as well."""
        if last_row > PAGE_ROWS:
            self.sheet.row_breaks.append(Break(id=first_row - 1))

    def filtered(self, place: Block) -> None:
        """Make a table a list to filter, its header always in sight."""
        self.sheet.auto_filter.ref = place.area
        self.sheet.freeze_panes = f"A{place.first_row}"
        self.set_up(place.header_row, place.last_row, place.last_column)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _blank(values: pd.Series) -> pd.Series:
    return values.isna() | (values.astype(str) == "")


def _cells(values: pd.Series) -> list[Any]:
    """Turn a column into what cells hold: dates as day numbers, blanks and infinities as None."""
    if pd.api.types.is_datetime64_any_dtype(values):
        values = (values - EXCEL_EPOCH).dt.days.astype(float)
    if pd.api.types.is_numeric_dtype(values):
        values = values.where(values.abs() < math.inf)
    return [None if value is pd.NaT or _missing(value) else value for value in values.tolist()]


def _styles(frame: pd.DataFrame, column: Column, base: Style) -> list[Style]:
    if not (column.form_by or column.fill_by):
        return [base] * len(frame)
    forms = frame[column.form_by] if column.form_by else [base.form] * len(frame)
    fills = frame[column.fill_by] if column.fill_by else [base.fill] * len(frame)
    return [
        replace(base, form=Form(form), fill=Fill(fill))
        for form, fill in zip(forms, fills, strict=True)
    ]


def _width(values: pd.Series, form: Form, digits: int) -> int:
    """Give the width of the widest value as shown."""
    if form is Form.DATE:
        return len("2025-12-31")
    if form in NUMERIC and pd.api.types.is_numeric_dtype(values):
        largest = values.abs().where(values.abs() < math.inf).max()
        shown = {Form.AMOUNT: digits, Form.CHECK: digits, Form.PRICE: 4, Form.COUNT: 0}.get(form, 3)
        return 0 if pd.isna(largest) else len(f"{largest:,.{shown}f}") + 2
    return max((display_width(str(value)) for value in values.dropna().unique()), default=0)


def _longest_word(heading: str) -> int:
    if heading.isascii():
        return max(map(len, heading.split()), default=0)
    return min(display_width(heading), 12)


def _lines(heading: str, width: int) -> int:
    return len(_wrapped(heading, max(width, 2)))


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines: between words, or, in Chinese, where a line is full."""
    if text.isascii():
        return textwrap.wrap(text, width)
    letters = width // 2
    return [text[start : start + letters] for start in range(0, len(text), letters)]
