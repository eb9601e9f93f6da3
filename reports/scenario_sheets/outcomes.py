"""One page for the committee: what scenarios earn, what breaks, and what it is worth to know more."""

from __future__ import annotations

from typing import Any

from reports import chart, reasons
from reports.page import Page
from reports.scenario_view import ScenarioView
from reports.style import Fill, Form, Style
from reports.table import Column, kept

NAME = "scenarios"
TOP = 5
COLUMNS = (
    Column("title", Form.NOTE, label="column.scenario", widest=34),
    Column("probability", Form.RATIO, given=True),
    Column("objective", Form.AMOUNT),
    Column("income", Form.AMOUNT, label="column.income_after_tax"),
    Column("wait_and_see", Form.AMOUNT, label="column.own_best", optional=True),
    Column("regret", Form.AMOUNT, label="column.regret", optional=True),
    Column("of_base_plan", Form.AMOUNT, label="column.of_base_plan", optional=True),
    Column("breaks", Form.NOTE, label="column.what_breaks", widest=40, fill_by="fill"),
    Column("binds", Form.NOTE, label="column.what_binds", widest=48, optional=True),
)
MOST_BARS = 30
WIDEST_CHART = 26.0  # centimetres
NOTHING = 0.005  # shown as 0.00


def write(page: Page, view: ScenarioView) -> None:
    """Write figures and words above, a row for every scenario, and bars of what each earns."""
    page.title(page.labels("sheet.scenarios"), view.subtitle)
    table = _rows(page, view)
    columns = kept(COLUMNS, table)
    row = _figures(page, view, TOP)
    page.section(row, "section.by_scenario")
    place = page.table(table, columns, row + 1)
    _banner(page, view, place.last_column)
    # Words run across the table, whose widths are known by now.
    last = _words(page, view, place.last_row + 2, place.last_column)
    last = _draw(page, view, place, last)
    page.set_up(0, last, place.last_column, one_page=place.rows <= MOST_BARS)


def _banner(page: Page, view: ScenarioView, last_column: int) -> None:
    verified = view.manifest.get("verified") is True
    fill = Fill.GREEN if verified else Fill.RED
    for column in range(1, last_column + 1):
        page.put(3, column, None, Style(fill=fill))
    words = page.labels("text.verified" if verified else "text.not_verified")
    page.put(3, 1, words, Style(bold=True, size=16, fill=fill))
    page.sheet.row_dimensions[3].height = 24


def _rows(page: Page, view: ScenarioView) -> Any:
    names, nothing = view.names("scenarios", "scenario"), page.labels("text.nothing_breaks")
    breaks = {**view.what_breaks, **view.without_plan}
    table = view.table.assign(
        title=view.table["scenario"].map(names),
        breaks=[breaks.get(name, nothing) for name in view.scenarios],
        binds=[view.tightest.get(name, "") for name in view.scenarios],
        fill=[(Fill.RED if name in breaks else Fill.GREEN).value for name in view.scenarios],
    )
    if not view.shares:
        table[["wait_and_see", "regret", "of_base_plan"]] = float("nan")
    return table


def _figures(page: Page, view: ScenarioView, top: int) -> int:
    """Write what all scenarios together come to; give the next free row."""
    run, risk = view.manifest, view.settings.risk
    weighs = risk.cvar_weight > 0
    figures = [
        ("text.status", view.labels.word("run", str(run["status"] or "unknown")), Form.TEXT),
        ("text.criterion" if weighs else "", run["objective"], Form.AMOUNT),
        ("text.expected", run["expected"], Form.AMOUNT),
        ("text.cvar", run["cvar"], Form.AMOUNT),
        ("text.gap", run["gap"], Form.RATIO),
        ("text.wait_and_see" if view.shares else "", run["wait_and_see"], Form.AMOUNT),
        ("text.evpi" if view.shares else "", run["evpi"], Form.AMOUNT),
        ("text.expected_of_base" if view.shares else "", run["expected_of_base_plan"], Form.AMOUNT),
        ("text.vss" if view.shares else "", run["vss"], Form.AMOUNT),
    ]
    page.section(top, "section.result")
    row = top + 1
    for key, value, form in figures:
        if key:
            words = view.labels(key, tail=f"{1 - risk.cvar_level:.0%}") if "cvar" in key else ""
            page.put(row, 1, words or view.labels(key), Style(inset=True))
            known = value is not None
            shown = value if known else view.labels("text.no_such_plan")
            page.put(row, 5, shown, Style(form if known else Form.TEXT, bold=True))
            row += 1
    return row + 1


def _words(page: Page, view: ScenarioView, row: int, last_column: int) -> int:
    """Say in words what the figures mean to those who decide."""
    run, labels = view.manifest, view.labels

    def money(value: float) -> str:
        return f"{value:,.2f}"

    said = [labels(f"about.{view.mode}")]
    if view.shares and run["evpi"] is not None:
        said.append(labels("text.about_evpi", worth=money(run["evpi"]), money=view.money))
    if run["vss"] is not None and run["vss"] < -NOTHING:
        said.append(labels("text.about_guard", worth=money(-run["vss"]), money=view.money))
    elif run["vss"] is not None:
        said.append(labels("text.about_vss", worth=money(run["vss"]), money=view.money))
    elif view.shares and run["infeasible_in"]:
        names = view.names("scenarios", "scenario")
        unable = ", ".join(names.get(name, name) for name in run["infeasible_in"])
        said.append(labels("text.about_unable", scenarios=unable))
    if run.get("weightless"):
        names = view.names("scenarios", "scenario")
        without = ", ".join(names.get(name, name) for name in run["weightless"])
        said.append(labels("text.about_weightless", scenarios=without))
    said += reasons.in_words(view)
    page.section(row, "section.in_words")
    row += 1
    for each in said:
        row = page.text(row, each, last_column)
    return row


def _draw(page: Page, view: ScenarioView, place: Any, row: int) -> int:
    """Draw what scenarios earn, beside their own best plans where decisions are shared."""
    rows = min(place.rows, MOST_BARS)
    values = ("objective", "wait_and_see") if view.shares else ("objective",)
    titles = chart.Titles(
        view.labels("chart.scenarios", money=view.money),
        view.labels("column.scenario"),
        view.labels("column.objective"),
    )
    drawing = chart.bars(page.sheet, place, "title", values, titles, rows=rows)
    height = max(7.0, 3.0 + 0.9 * rows)
    width = min(WIDEST_CHART, chart.centimetres(page.sheet, 1, place.last_column))
    chart.anchor(page.sheet, drawing, f"A{row + 1}", width, height)
    return row + 2 + round(height / chart.ROW_CENTIMETRES)
