"""The workbook of a stress: how a plan stands in each scenario, and how large the shocks must be to break each limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alm.case import Case
from reports.book import write_book
from reports.labels import Labels, read_labels
from reports.names import money, names
from reports.page import Page
from reports.style import Fill, Form
from reports.table import Column, kept

FILLS = {"green": Fill.GREEN.value, "amber": Fill.AMBER.value, "red": Fill.RED.value}
BY_SCENARIO = (
    Column("title", Form.NOTE, label="column.scenario", widest=40),
    Column("light_name", label="column.light", fill_by="fill"),
    Column("first_name", Form.NOTE, label="stress.first", widest=40),
    Column("red_at", Form.FACTOR, label="stress.red_at"),
    Column("gap", Form.AMOUNT, label="stress.missing", optional=True),
    Column("where", Form.NOTE, label="stress.where", optional=True, widest=30),
    Column("gap_at", Form.FACTOR, label="stress.gap_at", optional=True),
    Column("remark", Form.NOTE, label="column.remark", optional=True),
)
OF_LIMIT = (
    Column("limit_name", Form.NOTE, label="column.limit", widest=36),
    Column("region_name", label="column.region"),
)
EVERY = (
    *OF_LIMIT,
    Column("title", Form.NOTE, label="column.scenario", widest=32),
    Column("light_name", label="column.light", fill_by="fill"),
    Column("period", Form.COUNT),
    Column("value", Form.RATIO, form_by="form"),
    Column("bound", Form.RATIO, given=True, form_by="form"),
    Column("early_warning", Form.RATIO, given=True, form_by="form", optional=True),
    Column("headroom", Form.AMOUNT),
    Column("red_at", Form.FACTOR, label="stress.red_at"),
    Column("remark", Form.NOTE, label="column.remark", optional=True, widest=30),
)
WIDEST = 16


@dataclass(frozen=True)
class Stressed:
    """What `alm stress` found, with the names of the case.

    Parameters
    ----------
    found
        As `alm stress --json` prints it.
    """

    found: Mapping[str, Any]
    case: Case
    labels: Labels

    @property
    def subtitle(self) -> str:
        """One line that says what was stressed."""
        settings, labels = self.case.settings, self.labels
        date = labels("page.as_of", date=settings.as_of)
        unit = labels("page.money", money=money(self.case, labels))
        return " · ".join((settings.name, date, Path(self.found["run"]).resolve().name, unit))

    def titles(self) -> dict[str, str]:
        """Name the scenarios."""
        return names(self.case, self.labels, "scenarios", "scenario")

    def rows(self, name: str) -> pd.DataFrame:
        """Give the rows of one part with words for lights."""
        rows = pd.DataFrame(list(self.found[name]))
        words = {light: self.labels(f"light.{light}") for light in FILLS}
        return rows.assign(
            title=rows["scenario"].map(self.titles()),
            light_name=rows["light"].map(words),
            fill=rows["light"].map(FILLS),
        )

    def limits(self) -> pd.DataFrame:
        """Give the rows of limits, with names and forms."""
        rows = self.rows("limits")
        ratios = self.case.table("limits").set_index("limit")["denominator"] != ""
        form = rows["limit"].map(ratios).map({True: Form.RATIO.value, False: Form.AMOUNT.value})
        fails = self.labels("stress.with_plan")
        return rows.assign(
            limit_name=rows["limit"].map(names(self.case, self.labels, "limits", "limit")),
            region_name=rows["region"].map(names(self.case, self.labels, "regions", "region")),
            form=form,
            remark=rows["with_plan"].map({True: fails, False: ""}),
        )


def write_stress_workbook(
    path: Path, found: Mapping[str, Any], case: Case, lang: str = "en"
) -> Path:
    """Write what a stress found.

    Parameters
    ----------
    path
        The workbook.
    found
        As `alm stress --json` prints it.
    case
        Of the run that was stressed.
    lang
        Language of labels and names.
    """
    labels = read_labels(lang)
    stressed = Stressed(found, case, labels)
    sheets = {
        labels("sheet.stress"): lambda page: _by_scenario(page, stressed),
        labels("sheet.stress_factors"): lambda page: _by_limit(page, stressed),
        labels("sheet.stress_limits"): lambda page: _every(page, stressed),
    }
    return write_book(path, case, labels, sheets)


def _by_scenario(page: Page, stressed: Stressed) -> None:
    """Write a row for every scenario."""
    page.title(page.labels("sheet.stress"), stressed.subtitle, _note(stressed) + _unknown(stressed))
    rows = _scenarios(stressed)
    page.filtered(page.table(rows, kept(BY_SCENARIO, rows)))


def _by_limit(page: Page, stressed: Stressed) -> None:
    """Write a row for every limit and a column for every scenario: its light, and how large a shock turns it red."""
    page.title(page.labels("sheet.stress_factors"), stressed.subtitle, _note(stressed))
    if not stressed.found["limits"]:
        page.nothing("text.no_limits", len(OF_LIMIT))
        return
    titles = stressed.titles()
    scenarios = [each["scenario"] for each in stressed.found["scenarios"]]
    columns = tuple(
        Column(f"at_{n}", Form.FACTOR, text=titles[name], fill_by=f"fill_{n}", widest=WIDEST)
        for n, name in enumerate(scenarios)
    )
    page.filtered(page.table(_heat(stressed.limits(), scenarios), (*OF_LIMIT, *columns)))


def _note(stressed: Stressed) -> str:
    return stressed.labels("note.stress", most=f"{stressed.found['most']:g}")


def _unknown(stressed: Stressed) -> str:
    """Name the scenarios of which nothing is known; blank if there are none."""
    titles = stressed.titles()
    named = [titles[each["scenario"]] for each in stressed.found["unknown"]]
    return stressed.labels("stress.unknown", scenarios=", ".join(named)) if named else ""


def _scenarios(stressed: Stressed) -> pd.DataFrame:
    labels, rows = stressed.labels, stressed.rows("scenarios")
    limits = names(stressed.case, labels, "limits", "limit")
    regions = names(stressed.case, labels, "regions", "region")
    where = [
        labels("stress.place", region=regions[region], period=int(period))
        if pd.notna(region)
        else ""
        for region, period in zip(rows["gap_region"], rows["gap_period"], strict=True)
    ]
    impossible = labels("stress.impossible")
    first = rows["first"].map(limits).fillna(labels("text.nothing_breaks"))
    return rows.assign(
        first_name=first.mask(rows["with_plan"].astype(bool), labels("stress.itself")),
        red_at=rows["red_at"].astype(float),
        gap=rows["gap"].astype(float).where(rows["gap"].astype(float) > 0),
        gap_at=rows["gap_at"].astype(float),
        where=where,
        remark=rows["carried_out"].map({True: "", False: impossible}),
    )


def _heat(limits: pd.DataFrame, scenarios: list[str]) -> pd.DataFrame:
    """Set factors and lights of limits by scenario side by side; a limit that does not hold in a scenario is blank there."""
    named = limits.drop_duplicates("limit").set_index("limit")[["limit_name", "region_name"]]
    red_at, fill = (
        limits.pivot(index="limit", columns="scenario", values=each).reindex(
            index=named.index, columns=scenarios
        )
        for each in ("red_at", "fill")
    )
    for number, name in enumerate(scenarios):
        named[f"at_{number}"] = red_at[name].astype(float)
        named[f"fill_{number}"] = fill[name].fillna(Fill.NONE.value)
    return named.reset_index(drop=True)


def _every(page: Page, stressed: Stressed) -> None:
    """List every limit in every scenario."""
    note = page.labels("note.stress_limits")
    page.title(page.labels("sheet.stress_limits"), stressed.subtitle, note)
    if not stressed.found["limits"]:
        page.nothing("text.no_limits", len(EVERY))
        return
    rows = stressed.limits()
    figures = dict.fromkeys(("value", "bound", "early_warning", "headroom", "red_at"), float)
    rows = rows.astype({"period": "Int64", **figures})
    page.filtered(page.table(rows, kept(EVERY, rows)))
