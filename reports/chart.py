"""Native charts, all with a title and titled axes that show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.style import AXIS_TITLE_SIZE, CHART_COLOURS, CHART_MONEY, CHART_TITLE_SIZE, GRID_COLOUR
from reports.table import Block
from reports.text import display_width

ROW_CENTIMETRES, COLUMN_CENTIMETRES = 0.53, 0.19


@dataclass(frozen=True)
class Titles:
    """What is written on a chart: above it, along its categories, along its values."""

    chart: str
    categories: str
    values: str


def bars(
    sheet: Worksheet,
    place: Block,
    category: str,
    values: Sequence[str],
    titles: Titles,
    number_format: str = CHART_MONEY,
    rows: int | None = None,
) -> BarChart:
    """Draw the first rows of a table as horizontal bars, the first row on top."""
    chart = _chart(sheet, place, category, values, titles, number_format, rows)
    chart.type = "bar"
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.gapWidth = 60
    return chart


def bridge(
    sheet: Worksheet, place: Block, category: str, values: Sequence[str], titles: Titles
) -> BarChart:
    """Draw a bridge: stacked columns of which the first only lifts the others; their cells may be hidden."""
    chart = _chart(sheet, place, category, values, titles, CHART_MONEY, None)
    chart.visible_cells_only = False
    chart.type, chart.grouping, chart.overlap, chart.legend = "col", "stacked", 100, None
    chart.gapWidth = 40
    lift = chart.series[0].graphicalProperties
    lift.solidFill, lift.noFill = None, True
    lift.line.noFill = True
    return chart


def centimetres(sheet: Worksheet, first_column: int, last_column: int) -> float:
    """Measure columns, so that a chart can be as wide as they are."""
    columns = map(get_column_letter, range(first_column, last_column + 1))
    return COLUMN_CENTIMETRES * sum(sheet.column_dimensions[column].width for column in columns)


def anchor(sheet: Worksheet, chart: BarChart, cell: str, width: float, height: float) -> None:
    """Put a chart on a sheet; width and height in centimetres."""
    chart.width, chart.height = width, height
    sheet.add_chart(chart, cell)


def _chart(
    sheet: Worksheet,
    place: Block,
    category: str,
    values: Sequence[str],
    titles: Titles,
    number_format: str,
    rows: int | None,
) -> BarChart:
    chart = BarChart()
    chart.title = chart_title(titles.chart, CHART_TITLE_SIZE)
    chart.x_axis.title = chart_title(titles.categories, AXIS_TITLE_SIZE)
    chart.y_axis.title = chart_title(titles.values, AXIS_TITLE_SIZE)
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=GRID_COLOUR))
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = number_format
    chart.x_axis.tickLblPos = "low"
    last = place.last_row if rows is None else min(place.last_row, place.header_row + rows)
    for key, colour in zip(values, CHART_COLOURS, strict=False):
        column = place.column(key)
        series = Series(Reference(sheet, min_col=column, min_row=place.first_row, max_row=last))
        heading = Reference(sheet, min_col=column, min_row=place.header_row)
        series.tx = SeriesLabel(strRef=StrRef(f=str(heading)))
        series.graphicalProperties.solidFill = colour
        series.invertIfNegative = False
        chart.series.append(series)
    labels = place.column(category)
    chart.set_categories(Reference(sheet, min_col=labels, min_row=place.first_row, max_row=last))
    chart.legend.position = "b"
    if len(values) == 1:
        chart.legend = None
    return chart


def chart_title(text: str, points: int) -> Title:
    """Write a title beside the plot, small enough for one line; points in hundredths."""
    size = CharacterProperties(sz=points, b=True)
    paragraph = Paragraph(
        pPr=ParagraphProperties(defRPr=size), r=[RegularTextRun(rPr=size, t=text)]
    )
    title = Title(overlay=False)
    # Turned on its side, Chinese is set glyph upon glyph; its titles are short enough to stand upright.
    upright = RichTextProperties(rot=0) if display_width(text) > len(text) else None
    title.tx = Text(rich=RichText(bodyPr=upright, p=[paragraph]))
    return title
