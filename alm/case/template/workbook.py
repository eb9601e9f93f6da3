"""A workbook with a sheet for each table: drop-downs, ranges, and a comment on each column."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from alm.case.cells import parse_number
from alm.case.spec.column import Column, Kind, Table
from alm.case.spec.page import allowed_text, default_text
from alm.case.spec.tables import TABLES, find
from alm.case.template.example import rows
from alm.case.template.labels import label

LAST_ROW = 5000
"""Drop-downs and formats reach down to here; the reader has no such end."""

REQUIRED = PatternFill("solid", fgColor="1F4E79")
OPTIONAL = PatternFill("solid", fgColor="DDEBF7")
NOTES = (
    ("One sheet for each table of the case; settings are in case.toml beside this file.", True),
    ("A dark column must be filled in every row; a blank cell elsewhere means the default.", False),
    ("The comment on each column says its meaning, unit, default and what may stand there.", False),
    ("Rates and shares are decimals: 0.03 is 3 %. A cell shown in percent can be typed so.", False),
    ("Columns whose name starts with note are remarks: kept, never read. Sheets too.", False),
    ("Sheets with a dark tab need rows. The others may stay empty.", False),
)


def workbook_bytes(*, example: bool, chinese: bool = False) -> bytes:
    """Make the workbook; with the rows of the example, and with Chinese labels, if asked."""
    book = Workbook()
    _write_notes(book.active, chinese)
    for table in TABLES:
        sheet = book.create_sheet(label(table, chinese))
        _write_table(sheet, table, rows(table.name) if example else [], chinese)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _write_notes(sheet: Any, chinese: bool) -> None:
    sheet.title = "notes"
    for line, is_bold in NOTES:
        sheet.append([line])
        sheet.cell(sheet.max_row, 1).font = Font(bold=is_bold)
    sheet.append([])
    for table in TABLES:
        sheet.append([label(table, chinese), table.description])
    sheet.column_dimensions["A"].width = 16


def _write_table(sheet: Any, table: Table, filled: list[dict[str, str]], chinese: bool) -> None:
    sheet.freeze_panes = "A2"
    sheet.sheet_properties.tabColor = "1F4E79" if table.required else "DDEBF7"
    for place, column in enumerate(table.columns, start=1):
        letter = get_column_letter(place)
        _write_head(sheet.cell(1, place), table, column)
        sheet.cell(1, place).value = label(column, chinese)
        sheet.column_dimensions[letter].width = max(11, len(column.name) + 3)
        sheet.column_dimensions[letter].number_format = _number_format(column)
        validation = validation_of(column, chinese)
        if validation is not None:
            validation.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(validation)
        for row, cells in enumerate(filled, start=2):
            _write_cell(sheet, row, place, column, cells.get(column.name, ""))


def _write_head(cell: Any, table: Table, column: Column) -> None:
    cell.font = Font(bold=True, color="FFFFFF" if column.required else "000000")
    cell.fill = REQUIRED if column.required else OPTIONAL
    cell.alignment = Alignment(horizontal="left")
    cell.comment = Comment(comment_text(table, column), "contract", height=130, width=300)


def comment_text(table: Table, column: Column) -> str:
    """Say what a column means: its meaning, unit, default, what may stand there, and where the contract says so."""
    unit = {"amount": "units of the currency, as case.toml says"}.get(column.unit, column.unit)
    lines = [
        column.description,
        f"Unit: {unit}" if unit else "",
        f"Blank: {default_text(column)}" if not column.required else "Required.",
        f"Allowed: {allowed_text(column)}" if allowed_text(column) else "",
        f"Contract, section {table.section}.",
    ]
    return "\n".join(line for line in lines if line)


def validation_of(column: Column, chinese: bool = False) -> DataValidation | None:
    """Make the drop-down or the range of a column; None where any text may stand."""
    if column.allowed or column.kind is Kind.FLAG:
        words = column.allowed or ("true", "false")
        validation = DataValidation(type="list", formula1=f'"{",".join(words)}"')
    elif column.refers:
        validation = DataValidation(type="list", formula1=_names_of(column.refers, chinese))
        # The reporting currency needs no rate, and `also` words stand in no sheet: the list only helps.
        if column.refers == "fx" or column.also:
            validation.showErrorMessage = False
            return validation
    elif column.kind is Kind.DATE:
        validation = DataValidation(type="date", operator="greaterThan", formula1="1")
    elif column.kind in (Kind.NUMBER, Kind.PERIOD):
        validation = _range(column)
    else:
        return None
    validation.showErrorMessage = True
    validation.allow_blank = True
    validation.errorTitle = column.name
    validation.error = (allowed_text(column) or f"a {column.kind.value}")[:225]
    return validation


def _names_of(table: str, chinese: bool) -> str:
    """Refer to the names that another sheet holds, without the blanks below them."""
    spec = find(table)
    letter = get_column_letter(spec.names.index(spec.key[0]) + 1)
    below = f"{label(spec, chinese)}!${letter}$2"
    return f"OFFSET({below},0,0,MAX(1,COUNTA({below}:${letter}${LAST_ROW})),1)"


def _range(column: Column) -> DataValidation:
    kind = "whole" if column.kind is Kind.PERIOD else "decimal"
    if column.above is not None:
        return DataValidation(type=kind, operator="greaterThan", formula1=f"{column.above:g}")
    low = -1e15 if column.low is None else column.low
    high = 1e15 if column.high is None else column.high
    return DataValidation(type=kind, operator="between", formula1=f"{low:g}", formula2=f"{high:g}")


def _number_format(column: Column) -> str:
    if column.kind is Kind.DATE:
        return "yyyy-mm-dd"
    if column.unit in ("per year", "share"):
        return "0.00%"
    return "General"


def _write_cell(sheet: Any, row: int, place: int, column: Column, text: str) -> None:
    if not text:
        return
    is_number = column.kind in (Kind.NUMBER, Kind.PERIOD)
    cell = sheet.cell(row, place, parse_number(text) if is_number else text)
    cell.number_format = _number_format(column)
