"""A sheet to write on: cells, tables, widths and the set-up of the printed page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break

from reports.cells import LEADS_A_FORMULA, printable, rendered, shown_width
from reports.labels import Labels
from reports.rows import Panel, Sheet
from reports.style import (
    HEADER,
    NOTE,
    SECTION,
    SUBTITLE,
    TITLE,
    Fill,
    Form,
    Ink,
    Style,
    Styles,
)
from reports.table import FIRST_TABLE_ROW, WIDEST, WIDEST_NOTE, Block, Column
from reports.text import display_width, lines, longest_word

NARROWEST = 9
# A4 landscape at full size; a wider sheet is printed smaller, down to the width that is still legible.
LEGIBLE_WIDTH, PAGE_WIDTH, PAGE_ROWS, UNSET_WIDTH = 330, 146, 33, 13.0
# Narrower, the line below the title would be cut, and the print be huge.
NARROWEST_PAGE = 115
NOTE_ROW, LINE_POINTS, TITLE_POINTS = 3, 14.0, 26.0


@dataclass
class Page:
    """One sheet of the workbook and what it is written with.

    Parameters
    ----------
    places
        Where tables stand, by name, on all sheets written so far; the checks find them here.
    notes
        Columns of texts that wrap: values, first row, column.
    note
        How to read the sheet, above its tables.
    """

    sheet: Sheet
    styles: Styles
    labels: Labels
    places: dict[str, Block] = field(default_factory=dict)
    notes: list[tuple[pd.Series, int, int]] = field(default_factory=list)
    note: str = ""

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

    def _text(self, row: int, column: int, value: str, style: Style) -> None:
        quoted = replace(style, quoted=value.startswith(LEADS_A_FORMULA))
        cell = self.sheet.cell(row, column, printable(value))
        cell.data_type = "s"
        cell._style = self.styles.array(quoted)

    def title(self, title: str, subtitle: str, note: str = "") -> None:
        """Write the top of the sheet: what it is, of which run, how to read it."""
        self.put(1, 1, title, TITLE)
        self._raise(1, TITLE_POINTS)
        self.put(2, 1, subtitle, SUBTITLE)
        if note:
            self.put(NOTE_ROW, 1, note, NOTE)
            self.note = note

    def text(self, row: int, text: str, last_column: int) -> int:
        """Write a paragraph across the first columns; give the next free row."""
        self.put(row, 1, text, NOTE)
        self.across(row, 1, last_column, text)
        return row + 1

    def across(self, row: int, first_column: int, last_column: int, text: str) -> None:
        """Let a text that wraps run across columns, in a row as high as its lines."""
        first, last = self.letter(first_column), self.letter(last_column)
        self.sheet.merged_cells.add(f"{first}{row}:{last}{row}")
        self._raise(row, LINE_POINTS * lines(text, self._span(first_column, last_column) - 2))

    def _span(self, first_column: int, last_column: int) -> float:
        return sum(self._width_of(self.letter(at)) for at in range(first_column, last_column + 1))

    def _width_of(self, letter: str) -> float:
        """Give the width of a column; to look one up would make it, with openpyxl's own width."""
        dimensions = self.sheet.column_dimensions
        return float(dimensions[letter].width) if letter in dimensions else UNSET_WIDTH

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
        self._raise(row, LINE_POINTS * max(lines(heading, widest - 1) for heading in headings) + 4)

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
        cells = []
        for number, column in enumerate(columns, first_column):
            self.put(header_row, number, self._heading(column), HEADER)
            cells.append(self._column(frame, column, place, number))
            if column.form is Form.NOTE:
                self.notes.append((frame[column.key], place.first_row, number))
        self.sheet.panels.append(Panel(place.first_row, first_column, tuple(cells)))
        self._header_height(place, columns)
        return place

    def _heading(self, column: Column) -> str:
        return column.text or self.labels(column.heading)

    def _column(self, frame: pd.DataFrame, column: Column, place: Block, number: int) -> list[str]:
        """Render the values of a column, and make it wide enough for them and for the words of its heading."""
        values = frame[column.key]
        base = Style(column.form, ink=Ink.INPUT if column.given else Ink.RESULT, inset=True)
        width = max(
            longest_word(self._heading(column)),
            shown_width(values, column.form, self.styles.digits),
        )
        self.fit(number, width + 2, column.most)
        look = _looks(frame, column, base)
        return rendered(values, look, self.letter(number), place.first_row, self.styles)

    def fit_together(self, first: int, last: int, width: float) -> None:
        """Make columns together at least this wide, by widening the first."""
        others = self._span(first + 1, last) if last > first else 0.0
        self.fit(first, width - others)

    def fit(self, column: int, width: float, widest: int = WIDEST_NOTE) -> None:
        """Make a column at least this wide, up to the widest that is allowed."""
        letter, dimensions = self.letter(column), self.sheet.column_dimensions
        known = dimensions[letter].width if letter in dimensions else 0.0
        dimensions[letter].width = max(known, min(max(width, NARROWEST), widest))

    def _header_height(self, place: Block, columns: Sequence[Column]) -> None:
        most = max(
            lines(self._heading(column), self._span(number, number) - 1)
            for number, column in enumerate(columns, place.first_column)
        )
        self._raise(place.header_row, LINE_POINTS * most + 4)

    def _raise_notes(self) -> None:
        """Make rows high enough for texts that wrap; not every spreadsheet does it by itself."""
        for values, first_row, number in self.notes:
            room = self._span(number, number) - 1  # the indent takes one
            filled = {text: lines(text, room) for text in values.dropna().astype(str).unique()}
            if max(filled.values(), default=1) == 1:
                continue
            for row, text in enumerate(values.tolist(), first_row):
                if filled.get(text, 1) > 1:
                    self._raise(row, LINE_POINTS * filled[text])

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
        while self._span(1, last_column) < NARROWEST_PAGE:
            last_column += 1
        sheet, setup = self.sheet, self.sheet.page_setup
        sheet.sheet_view.showGridLines = False
        sheet.print_area = f"A1:{self.letter(last_column)}{last_row}"
        sheet.print_title_rows = f"1:{header_row}" if header_row else "1:2"
        setup.orientation, setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        width = self._span(1, last_column)
        setup.fitToWidth = 1 if one_page else math.ceil(width / LEGIBLE_WIDTH)
        if setup.fitToWidth > 1:
            sheet.print_title_cols = "A:B"
        if self.note:
            self.across(
                NOTE_ROW, 1, self._first_page(last_column, width / setup.fitToWidth), self.note
            )
            self.note = ""
        setup.fitToHeight = 1 if one_page else 0
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.8, 0.3, 0.4
        sheet.oddFooter.left.text = sheet.title.replace("&", "&&")
        sheet.oddFooter.right.text = self.labels("page.of", page="&P", pages="&N")

    def _first_page(self, last_column: int, width: float) -> int:
        """Give the last column that stands on the first of the pages side by side."""
        columns = range(2, last_column + 1)
        return max((at for at in columns if self._span(1, at) <= width), default=1)

    def together(self, first_row: int, last_row: int) -> None:
        """Keep rows on one printed page: they start a new one where they do not fit below what stands there."""
        breaks = self.sheet.row_breaks.brk
        start = breaks[-1].id if breaks else 0
        if last_row - start > PAGE_ROWS * max(1.0, self._width() / PAGE_WIDTH):
            self.sheet.row_breaks.append(Break(id=first_row - 1))

    def _width(self) -> float:
        """Sum the columns that show; the wider a sheet, the smaller it prints, the more rows a page holds."""
        dimensions = self.sheet.column_dimensions.values()
        return sum(each.width for each in dimensions if not each.hidden)

    def nothing(self, key: str, last_column: int) -> None:
        """Say in words that there are no rows, on a page as wide as the table would be."""
        self.put(FIRST_TABLE_ROW, 1, self.labels(key))
        self.set_up(0, FIRST_TABLE_ROW, last_column)

    def filtered(self, place: Block) -> None:
        """Make a table a list to filter, its header always in sight."""
        self.sheet.auto_filter.ref = place.area
        self.sheet.freeze_panes = f"A{place.first_row}"
        self.set_up(place.header_row, place.last_row, place.last_column)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _looks(frame: pd.DataFrame, column: Column, base: Style) -> list[Style] | Style:
    """Give the style of all cells of a column, or, where form or fill change from row to row, of each."""
    if not (column.form_by or column.fill_by):
        return base
    forms = frame[column.form_by] if column.form_by else [base.form] * len(frame)
    fills = frame[column.fill_by] if column.fill_by else [base.fill] * len(frame)
    known: dict[tuple[str, str], Style] = {}
    for form, fill in zip(forms, fills, strict=True):
        if (form, fill) not in known:
            known[form, fill] = replace(base, form=Form(form), fill=Fill(fill))
    return [known[pair] for pair in zip(forms, fills, strict=True)]
