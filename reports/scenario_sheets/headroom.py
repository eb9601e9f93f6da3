"""Limits by scenario: the least headroom of each, as a heat map."""

from __future__ import annotations

import pandas as pd

from reports.page import Page
from reports.scenario_view import ScenarioView, light
from reports.style import Fill, Form
from reports.table import Column

NAME = "headroom"
FIXED = (
    Column("limit_name", Form.NOTE, label="column.limit", widest=38),
    Column("region_name", label="column.region"),
    Column("sense_name", label="column.sense"),
    Column("times", Form.COUNT, label="column.times_tight"),
)
TIGHT = ("broken", "short", "binding", "at_bound")
WIDEST = 16


def write(page: Page, view: ScenarioView) -> None:
    """Write a row for every limit, those that bind in most scenarios first, and a column for every scenario."""
    note = page.labels("note.headroom", money=view.money)
    page.title(page.labels("sheet.headroom"), view.subtitle, note)
    limits = view.limits
    if limits.empty:
        page.nothing("text.no_limits", len(FIXED))
        return
    names = view.names("scenarios", "scenario")
    table = _heat(view, limits)
    columns = tuple(
        Column(f"room_{n}", Form.AMOUNT, text=names[name], fill_by=f"fill_{n}", widest=WIDEST)
        for n, name in enumerate(view.scenarios)
    )
    page.filtered(page.table(table, (*FIXED, *columns)))


def _heat(view: ScenarioView, limits: pd.DataFrame) -> pd.DataFrame:
    """Pivot headroom and traffic light by limit and scenario; limits of one scenario only are blank elsewhere."""
    terms = view.case.table("limits").set_index("limit")
    tight = limits["status"].isin(TIGHT).groupby(limits["limit"]).sum()
    room, status = (
        limits.pivot(index="limit", columns="scenario", values=each).reindex(columns=view.scenarios)
        for each in ("headroom", "status")
    )
    order = tight.sort_values(ascending=False, kind="stable").index
    rows = {
        "limit_name": pd.Series(order).map(view.names("limits", "limit")),
        "region_name": terms["region"].loc[order].map(view.names("regions", "region")),
        "sense_name": terms["sense"].loc[order].map(lambda sense: view.labels.word("sense", sense)),
        "times": tight.loc[order],
    }
    for number, name in enumerate(view.scenarios):
        rows[f"room_{number}"] = room[name].loc[order]
        rows[f"fill_{number}"] = status[name].loc[order].map(lambda each: light(str(each)).value)
        if name in view.without_plan:
            rows[f"fill_{number}"][:] = Fill.RED.value
    return pd.DataFrame({key: values.to_numpy() for key, values in rows.items()})
