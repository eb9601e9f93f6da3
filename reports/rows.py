"""Sheets whose tables are text, and the writing of their rows.

openpyxl makes an XML element of every cell: 55,000 rows of 16 columns take it 15 s on one core, text alone 1 s.
Everything else of a sheet is written by openpyxl; this puts the rows where it leaves room for them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reports.cells import inline

ROOM = re.compile(r"<sheetData\s*/>|<sheetData></sheetData>")


@dataclass(frozen=True)
class Panel:
    """The values of a table: cells as XML, column by column; an empty string is no cell."""

    first_row: int
    first_column: int
    columns: tuple[list[str], ...]

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def rows(self) -> list[str]:
        """The cells of every row."""
        return ["".join(cells) for cells in zip(*self.columns, strict=True)]


class Sheet(Worksheet):  # type: ignore[misc]  # openpyxl has no types
    """A sheet of openpyxl that holds tables as panels beside its cells."""

    def __init__(self, parent: Workbook, title: str) -> None:
        super().__init__(parent, title)
        self.panels: list[Panel] = []

    def calculate_dimension(self) -> str:
        """Give the area that cells and panels fill."""
        rows = [row for row, _ in self._cells] or [1]
        columns = [column for _, column in self._cells] or [1]
        for panel in self.panels:
            rows.append(panel.first_row + panel.height - 1)
            columns.append(panel.first_column + len(panel.columns) - 1)
        return f"A1:{get_column_letter(max(columns))}{max(rows)}"


class RowlessWriter(WorksheetWriter):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's writer of a sheet, but for the rows."""

    def rows(self) -> list[Any]:
        """Leave the rows out."""
        return []


class FastWriter(ExcelWriter):  # type: ignore[misc]  # openpyxl has no types
    """openpyxl's writer of a workbook, with rows written as text."""

    def write_worksheet(self, ws: Sheet) -> None:
        """Write one sheet into the archive."""
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts
        writer = RowlessWriter(ws)
        writer.write()
        ws._rels = writer._rels
        frame = Path(writer.out).read_text(encoding="utf-8")
        writer.cleanup()
        before, after = ROOM.split(frame, maxsplit=1)
        content = "".join((before, "<sheetData>", *sheet_rows(ws), "</sheetData>", after))
        self._archive.writestr(ws.path[1:], content)
        self.manifest.append(ws)


def sheet_rows(ws: Sheet) -> Iterator[str]:
    """Render the rows of a sheet: cells and rows of panels from left to right, and the heights that were set."""
    heights = {
        row: dimension.height for row, dimension in ws.row_dimensions.items() if dimension.height
    }
    rows: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for (row, column), cell in ws._cells.items():
        rows[row].append((column, _cell(f"{get_column_letter(column)}{row}", cell)))
    for panel in ws.panels:
        for row, cells in enumerate(panel.rows, panel.first_row):
            rows[row].append((panel.first_column, cells))
    for row in sorted(rows):
        height = f' ht="{heights[row]:g}" customHeight="1"' if row in heights else ""
        beside = rows[row]
        content = beside[0][1] if len(beside) == 1 else "".join(c for _, c in sorted(beside))
        yield f'<row r="{row}"{height}>{content}</row>'


def _cell(reference: str, cell: Cell) -> str:
    """Render a single cell."""
    value, start = cell._value, f'<c r="{reference}" s="{cell.style_id}"'
    if value is None or value == "":
        return f"{start}/>"
    if cell.data_type == "n":
        return f"{start}><v>{value}</v></c>"
    if cell.data_type == "f":
        return f"{start}><f>{escape(value[1:])}</f></c>"
    if cell.data_type == "b":
        return f'{start} t="b"><v>{int(value)}</v></c>'
    return f'{start} t="inlineStr">{inline(value)}</c>'
