"""How every cell of the workbook looks; nothing else in the package names a colour or a number format.

Inputs are blue and formulas and results black, as bankers read a model; ratios are percent, negatives stand in brackets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side


class Form(StrEnum):
    """What a value is; decides its number format and alignment."""

    TEXT = "text"
    NOTE = "note"
    AMOUNT = "amount"
    CHECK = "check"
    ROOM = "room"
    RATIO = "ratio"
    RATE = "rate"
    PRICE = "price"
    BASIS_POINTS = "basis_points"
    COUNT = "count"
    FACTOR = "factor"
    DATE = "date"


class Fill(StrEnum):
    """The ground a value stands on."""

    NONE = ""
    HEADER = "1F3864"
    BAND = "D9E2F3"
    GREEN = "C6EFCE"
    AMBER = "FFEB9C"
    RED = "FFC7CE"
    GREY = "E7E6E6"
    BLUE = "DDEBF7"


class Ink(StrEnum):
    """The colour of the letters: inputs are blue, results and formulas black."""

    INPUT = "0000FF"
    RESULT = "000000"
    HEADER = "FFFFFF"
    QUIET = "595959"
    TITLE = "1F3864"


FONT = "Calibri"
CHART_COLOURS = ("1F3864", "8FAADC", "C55A11", "7F7F7F")
GRID_COLOUR, CHART_TITLE_SIZE, AXIS_TITLE_SIZE = "D9D9D9", 1200, 900
CHART_MONEY, CHART_RATIO = "#,##0.##;(#,##0.##)", "0%"
THIN = Side(style="thin", color="BFBFBF")
NUMERIC = frozenset(Form) - {Form.TEXT, Form.NOTE}


@dataclass(frozen=True)
class Style:
    """The look of one cell."""

    form: Form = Form.TEXT
    ink: Ink = Ink.RESULT
    fill: Fill = Fill.NONE
    bold: bool = False
    size: int = 10
    centre: bool = False
    border: bool = False
    inset: bool = False
    quoted: bool = False


HEADER = Style(ink=Ink.HEADER, fill=Fill.HEADER, bold=True, centre=True, form=Form.NOTE)
TITLE = Style(ink=Ink.TITLE, bold=True, size=16)
SUBTITLE = Style(ink=Ink.QUIET)
NOTE = Style(ink=Ink.QUIET, form=Form.NOTE)
SECTION = Style(ink=Ink.TITLE, bold=True, size=12)


def decimals(quantum: float) -> int:
    """Count the decimals that a multiple of the quantum can have.

    >>> decimals(0.01), decimals(0.25), decimals(1.0), decimals(5.0)
    (2, 2, 0, 0)
    """
    exponent = Decimal(repr(quantum)).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def number_format(form: Form, digits: int) -> str:
    """Give the number format of a form; amounts show as many decimals as the quantum has, small room three more."""
    amount = "#,##0" + ("." + "0" * digits if digits else "")
    fine = "#,##0." + "0" * (digits + 3)
    formats = {
        Form.AMOUNT: f'{amount}_);({amount});"-"_)',
        Form.CHECK: f"{amount}_);({amount});0_)",
        Form.ROOM: f"{fine}_);({fine});{fine}_)",
        Form.RATIO: "0.00%_);(0.00%);0.00%_)",
        Form.RATE: "0.000%_);(0.000%);0.000%_)",
        Form.PRICE: '#,##0.000000_);(#,##0.000000);"-"_)',
        Form.BASIS_POINTS: "#,##0.00_);(#,##0.00);0.00_)",
        Form.COUNT: "#,##0_);(#,##0);0_)",
        Form.FACTOR: '0.00"×"_)',
        Form.DATE: "yyyy-mm-dd",
    }
    return formats.get(form, "General")


@dataclass
class Styles:
    """The styles of one workbook, each registered once.

    Setting font, fill and format cell by cell costs ten times the writing of the value, so cells share the
    registered style array of openpyxl.

    Parameters
    ----------
    digits
        Decimals of amounts.
    """

    workbook: Workbook
    digits: int
    known: dict[Style, Any] = field(default_factory=dict)
    numbers: dict[Style, int] = field(default_factory=dict)

    def array(self, style: Style) -> Any:
        """Give the style array that cells with this style share."""
        if style not in self.known:
            self.known[style] = self._register(style)
        return self.known[style]

    def number(self, style: Style) -> int:
        """Give the number of a style in the workbook."""
        if style not in self.numbers:
            self.numbers[style] = self.workbook._cell_styles.add(self.array(style))
        return self.numbers[style]

    def _register(self, style: Style) -> Any:
        cell = WriteOnlyCell(self.workbook.worksheets[0])
        cell.font = Font(name=FONT, size=style.size, bold=style.bold, color=style.ink.value)
        cell.number_format = number_format(style.form, self.digits)
        cell.alignment = _alignment(style)
        if style.fill is not Fill.NONE:
            cell.fill = PatternFill("solid", fgColor=style.fill.value)
        if style.border:
            cell.border = Border(top=THIN, bottom=THIN, left=THIN, right=THIN)
        if style.quoted:
            cell.quotePrefix = True
        return cell._style


def _alignment(style: Style) -> Alignment:
    wrap = style.form is Form.NOTE
    if style.centre or style.form is Form.DATE:
        return Alignment(horizontal="center", vertical="center", wrap_text=wrap)
    if style.form in NUMERIC:
        return Alignment(horizontal="right", vertical="center")
    return Alignment(
        horizontal="left", vertical="center", wrap_text=wrap, indent=1 if style.inset else 0
    )
