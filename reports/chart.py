"""Native charts, all with a title and axes that show."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.chart import BarChart, Reference, Series
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.worksheet.worksheet import Worksheet

from reports.page import Block
from reports.style import CHART_COLOURS, CHART_MONEY

ROW_CENTIMETRES = 0.53


def bars(
    sheet: Worksheet,
    place: Block,
    category: str,
    values: Sequence[str],
    title: str,
    number_format: str = CHART_MONEY,
    rows: int | None = None,
) -> BarChart:
    """Draw the first rows of a table as horizontal bars, the first row on top."""
    chart = _chart(sheet, place, category, values, title, number_format, rows)
    chart.type = "bar"
    chart.x_axis.scaling.orientation = "maxMin"
    chart.y_axis.crosses = "max"
    chart.gapWidth = 60
    return chart


def bridge(sheet: Worksheet, place: Block, category: str, values: Sequence[str], title: str) -> BarChart:
    """Draw a bridge: stacked columns of which the first only lifts the others."""
    chart = _chart(sheet, place, category, values, title, CHART_MONEY, None)
    chart.type, chart.grouping, chart.overlap, chart.legend = "col", "stacked", 100, None
    chart.gapWidth = 40
    lift = chart.series[0].graphicalProperties
    lift.noFill = True
    lift.line.noFill = True
    return chart


def label_bars(chart: BarChart, number_format: str) -> None:
    """Write the value at each bar."""
    for series in chart.series:
        series.dLbls = DataLabelList(showVal=True, numFmt=number_format)
        for other in ("showSerName", "showCatName", "showLegendKey", "showPercent", "showLeaderLines"):
            setattr(series.dLbls, other, False)


def anchor(sheet: Worksheet, chart: BarChart, cell: str, width: float, height: float) -> None:
    """Put a chart on a sheet; width and height in centimetres."""
    chart.width, chart.height = width, height
    sheet.add_chart(chart, cell)


def _chart(
    sheet: Worksheet,
    place: Block,
    category: str,
    values: Sequence[str],
    title: str,
    number_format: str,
    rows: int | None,
) -> BarChart:
    chart = BarChart()
    chart.title = title
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.number_format = number_format
    chart.x_axis.tickLblPos = "low"
    last = place.last_row if rows is None else min(place.last_row, place.header_row + rows)
    for key, colour in zip(values, CHART_COLOURS, strict=False):
        column = place.column(key)
        series = Series(Reference(sheet, min_col=column, min_row=place.first_row, max_row=last))
        series.tx = SeriesLabel(v=str(sheet.cell(place.header_row, column).value))
        series.graphicalProperties.solidFill = colour
        series.invertIfNegative = False
        chart.series.append(series)
    labels = place.column(category)
    chart.set_categories(Reference(sheet, min_col=labels, min_row=place.first_row, max_row=last))
    chart.legend.position = "b"
    if len(values) == 1:
        chart.legend = None
    return chart
