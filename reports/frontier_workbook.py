"""The workbook of a frontier: one sheet with every point and a chart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.chart import Reference, ScatterChart, Series

from alm.case import Case, load
from reports.archive import save
from reports.book import begin
from reports.chart import centimetres, chart_title
from reports.labels import Labels
from reports.names import money, scenario_names
from reports.page import Page
from reports.run import NoPlanError
from reports.style import (
    AXIS_TITLE_SIZE,
    CHART_COLOURS,
    CHART_MONEY,
    CHART_TITLE_SIZE,
    Fill,
    Form,
    decimals,
)
from reports.table import FIRST_TABLE_ROW, Block, Column

NAME = "report.xlsx"
CHART_HEIGHT, ROOM = 11.0, 24  # centimetres, rows
COLUMNS = (
    Column("point", Form.COUNT),
    Column("bound", Form.RATIO, given=True, form_by="form"),
    Column("value", Form.RATIO, form_by="form", label="column.measured"),
    Column("objective", Form.AMOUNT),
    Column("cost", Form.AMOUNT, label="column.given_up"),
    Column("income", Form.AMOUNT, label="column.income_after_tax"),
    Column("remark", fill_by="fill"),
    Column("status_name", label="column.status"),
    Column("knee_objective", Form.AMOUNT, label="frontier.knee"),
)


@dataclass(frozen=True)
class Frontier:
    """What the run folder of a frontier holds."""

    folder: Path
    case: Case
    points: pd.DataFrame
    manifest: dict[str, Any]
    labels: Labels

    @property
    def limit(self) -> pd.Series:
        """The limit that is moved."""
        limits = self.case.table("limits")
        return limits[limits["limit"] == self.manifest["limit"]].iloc[0]

    @property
    def is_ratio(self) -> bool:
        """Whether bounds are ratios, not amounts."""
        return bool(self.limit["denominator"])

    @cached_property
    def name(self) -> str:
        """Name of the limit in the language of the report."""
        chinese = self.labels.language == "zh" and str(self.limit["name_zh"])
        return str(chinese or self.limit["name"])

    @property
    def money(self) -> str:
        """Unit of money in words."""
        return money(self.case, self.labels)


def read_frontier(folder: Path, labels: Labels, case: Case | None = None) -> Frontier:
    """Read a frontier back from its folder.

    Raises
    ------
    NoPlanError
        There was no plan at any bound.
    """
    if not (folder / "plan" / "frontier.parquet").is_file():
        raise NoPlanError(f"{folder} holds no plan to report: frontier missing")
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    points = pd.read_parquet(folder / "plan" / "frontier.parquet")
    return Frontier(folder, case or load(folder / "inputs"), points, manifest, labels)


def write_frontier_workbook(folder: Path, labels: Labels, case: Case | None = None) -> Path:
    """Write `report.xlsx` of a frontier, from what its folder holds."""
    frontier = read_frontier(folder, labels, case)
    path = folder / NAME
    save(build(frontier), path, frontier.case.settings.as_of)
    return path


def build(frontier: Frontier) -> Workbook:
    """Build the workbook of a frontier."""
    labels, quantum = frontier.labels, frontier.case.settings.quantum
    workbook, (page,) = begin([labels("sheet.frontier")], labels, decimals(quantum))
    _write(page, frontier)
    return workbook


def _write(page: Page, frontier: Frontier) -> None:
    labels, manifest = frontier.labels, frontier.manifest
    scenario = str(manifest["options"]["scenario"])
    called = scenario_names(frontier.case, labels).get(scenario, scenario)
    subtitle = " · ".join(
        (
            frontier.case.settings.name,
            labels("page.as_of", date=manifest["as_of"]),
            labels("page.scenario", name=called),
            labels("page.run", id=manifest["id"]),
            labels("page.money", money=frontier.money),
        )
    )
    title = labels("frontier.title", limit=frontier.name)
    page.title(title, subtitle, labels("note.frontier"))
    header = FIRST_TABLE_ROW + ROOM
    place = page.table(_rows(frontier), COLUMNS, header)
    page.put(FIRST_TABLE_ROW - 1, 1, _knee(frontier))
    _draw(page, frontier, place)
    page.sheet.freeze_panes = None
    page.set_up(0, place.last_row, place.last_column, one_page=True)


def _knee(frontier: Frontier) -> str:
    labels, knee = frontier.labels, frontier.manifest["knee"]
    if knee is None:
        return labels("frontier.straight")
    shown = f"{knee:.2%}" if frontier.is_ratio else f"{knee:,.6g}"
    return labels("frontier.knee_at", bound=shown)


def _rows(frontier: Frontier) -> pd.DataFrame:
    labels, points = frontier.labels, frontier.points
    knee = points["knee"].astype(bool)
    failed = points["objective"].isna()
    remark = knee.map({True: labels("frontier.knee"), False: ""}).mask(
        failed, labels("frontier.none")
    )
    fill = knee.map({True: Fill.GREEN.value, False: Fill.NONE.value}).mask(failed, Fill.RED.value)
    status = (
        points["status"].fillna("").astype(str).map(lambda code: labels.word("run_status", code))
    )
    verified = points["verified"].astype(bool) | failed
    return points.assign(
        form=str((Form.RATIO if frontier.is_ratio else Form.AMOUNT).value),
        remark=remark,
        fill=fill,
        status_name=status.where(verified, labels("frontier.unverified")),
        knee_objective=points["objective"].where(knee),
    )


def _draw(page: Page, frontier: Frontier, place: Block) -> None:
    """Draw the frontier as a line through its points, and the knee as a mark on it."""
    labels = frontier.labels
    chart = ScatterChart()
    chart.style, chart.scatterStyle = 13, "lineMarker"
    chart.title = chart_title(labels("frontier.chart"), CHART_TITLE_SIZE)
    chart.x_axis.title = chart_title(labels("column.bound"), AXIS_TITLE_SIZE)
    chart.y_axis.title = chart_title(labels("frontier.axis", money=frontier.money), AXIS_TITLE_SIZE)
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.number_format = "0.0%" if frontier.is_ratio else CHART_MONEY
    chart.y_axis.number_format = CHART_MONEY
    chart.y_axis.crosses = "min"
    chart.x_axis.crosses = "min"
    chart.x_axis.tickLblPos = chart.y_axis.tickLblPos = "low"
    least, most = frontier.points["bound"].min(), frontier.points["bound"].max()
    if most > least:
        chart.x_axis.scaling.min, chart.x_axis.scaling.max = float(least), float(most)
    rows = {"min_row": place.first_row, "max_row": place.last_row}
    x = Reference(page.sheet, min_col=place.column("bound"), **rows)
    for key, colour in (("objective", CHART_COLOURS[0]), ("knee_objective", CHART_COLOURS[2])):
        y = Reference(
            page.sheet, min_col=place.column(key), min_row=place.header_row, max_row=place.last_row
        )
        series = Series(y, x, title_from_data=True)
        series.marker.symbol, series.marker.size = "circle", 6 if key == "objective" else 12
        series.marker.graphicalProperties.solidFill = colour
        series.marker.graphicalProperties.line.solidFill = colour
        series.graphicalProperties.line.solidFill = colour
        series.graphicalProperties.line.noFill = None if key == "objective" else True
        if key != "objective":
            series.graphicalProperties.line.solidFill = None
        series.smooth = False
        chart.series.append(series)
    chart.legend.position = "b"
    chart.width, chart.height = centimetres(page.sheet, 1, place.last_column), CHART_HEIGHT
    page.sheet.add_chart(chart, f"A{FIRST_TABLE_ROW}")
