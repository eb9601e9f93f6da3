"""The workbook of a comparison: plans side by side, room of limits, decisions that differ, and regret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alm.case import Case
from reports.book import write_book
from reports.labels import Labels, read_labels
from reports.names import lane_names, money, names, scenario_names
from reports.page import Page
from reports.scenario_view import light
from reports.style import Fill, Form
from reports.table import Column, kept

WIDEST = 18
PLANS = (
    Column("label", Form.NOTE, label="compare.plan", widest=44),
    Column("scenario_name", label="column.scenario"),
    Column("status_name", label="column.status"),
    Column("verified_name", label="compare.verified", fill_by="fill"),
    Column("objective", Form.AMOUNT),
    Column("income", Form.AMOUNT, label="column.income_after_tax"),
    Column("gap", Form.RATIO, label="column.run_gap", optional=True),
    Column("regret", Form.AMOUNT, optional=True),
    Column("bound_limits", Form.COUNT, label="compare.binding"),
    Column("first_name", Form.NOTE, label="compare.first", widest=48),
)


@dataclass(frozen=True)
class Compared:
    """What `alm compare` found, with the words of a language.

    Parameters
    ----------
    found
        As `alm compare --json` prints it.
    case
        Of the first plan: its currency and unit are those of all, and its names stand for codes.
    """

    found: Mapping[str, Any]
    case: Case
    labels: Labels

    @property
    def money(self) -> str:
        """Unit of money in words."""
        return money(self.case, self.labels)

    @property
    def subtitle(self) -> str:
        """One line that says what is compared."""
        runs = dict.fromkeys(Path(plan["run"]).resolve().name for plan in self.found["plans"])
        return " · ".join((*runs, self.labels("page.money", money=self.money)))

    def called(self, table: str, key: str) -> dict[str, str]:
        """Name the rows of a table of the case in the language of the workbook."""
        return names(self.case, self.labels, table, key)

    @property
    def scenarios(self) -> dict[str, str]:
        """Names of scenarios."""
        return scenario_names(self.case, self.labels)

    @property
    def decided(self) -> dict[str, str]:
        """Name positions and lanes, by what `alm compare` calls them."""
        regions, products = self.called("regions", "region"), self.called("products", "product")
        keys = self.case.table("positions")[["region", "currency", "product"]]
        positions = {
            f"{region} / {currency} / {product}": (
                f"{regions[region]} / {currency} / {products[product]}"
            )
            for region, currency, product in keys.itertuples(index=False, name=None)
        }
        return positions | lane_names(self.case, self.labels)

    def regretted(self, scenarios: Sequence[str]) -> dict[str, str]:
        """Name the plans whose regret is told, by what `alm compare` calls them."""
        titles = _named(scenarios, self.scenarios)
        best = {
            f"best in {each}": self.labels("compare.best_in", scenario=title)
            for each, title in zip(scenarios, titles, strict=True)
        }
        above = {"this run": "compare.this_run", "base plan": "compare.base_plan"}
        return {name: self.labels(key) for name, key in above.items()} | best

    def columns(self, prefix: str, headings: Sequence[str], fill: str = "") -> tuple[Column, ...]:
        """Give a column for each plan or scenario, headed by its name."""
        return tuple(
            Column(
                f"{prefix}_{n}",
                Form.AMOUNT,
                text=name,
                fill_by=f"{fill}_{n}" if fill else "",
                widest=WIDEST,
            )
            for n, name in enumerate(headings)
        )

    @property
    def plans(self) -> list[str]:
        """Names of the plans."""
        return [str(plan["label"]) for plan in self.found["plans"]]


def write_compare_workbook(
    path: Path, found: Mapping[str, Any], case: Case, lang: str = "en"
) -> Path:
    """Write a comparison.

    Parameters
    ----------
    path
        The workbook.
    found
        As `alm compare --json` prints it.
    case
        Of the first run.
    lang
        Language of labels and names.
    """
    labels = read_labels(lang)
    compared = Compared(found, case, labels)
    sheets: dict[str, Callable[[Page], None]] = {
        labels("sheet.compare"): lambda page: _plans(page, compared),
        labels("sheet.compare_limits"): lambda page: _limits(page, compared),
        labels("sheet.compare_decisions"): lambda page: _decisions(page, compared),
    }
    for number, regret in enumerate(found["regret"] or [], 1):
        title = labels("sheet.regret") + (f" {number}" if number > 1 else "")
        sheets[title] = lambda page, regret=regret: _regret(page, compared, regret)  # type: ignore[misc]
    return write_book(path, case, labels, sheets)


def _plans(page: Page, compared: Compared) -> None:
    labels = page.labels
    page.title(
        labels("sheet.compare"), compared.subtitle, labels("note.compare", money=compared.money)
    )
    rows = pd.DataFrame(list(compared.found["plans"]))
    yes, no = labels("compare.yes"), labels("compare.no")
    verified = rows["verified"].astype(bool)
    limits = compared.called("limits", "limit")
    rows = rows.assign(
        scenario_name=_named(rows["scenario"], compared.scenarios),
        status_name=[labels.word("run_status", str(each)) for each in rows["status"]],
        verified_name=verified.map({True: yes, False: no}),
        fill=verified.map({True: Fill.GREEN.value, False: Fill.RED.value}),
        bound_limits=rows["binding"].map(len),
        first_name=[_met(labels, limits, each) for each in rows["first"]],
    ).astype(dict.fromkeys(("objective", "income", "gap", "regret"), float))
    page.filtered(page.table(rows, kept(PLANS, rows)))


def _named(codes: Iterable[str], called: Mapping[str, str]) -> list[str]:
    """Put names for codes; what the first case does not hold keeps its code."""
    return [called.get(code, code) for code in codes]


def _met(labels: Labels, limits: Mapping[str, str], first: Mapping[str, Any] | None) -> str:
    if first is None:
        return ""
    status = labels.word("status", first["status"])
    limit = limits.get(first["limit"], first["limit"])
    return labels("compare.met", limit=limit, period=first["period"], status=status)


def _limits(page: Page, compared: Compared) -> None:
    note = page.labels("note.compare_limits", money=compared.money)
    page.title(page.labels("sheet.compare_limits"), compared.subtitle, note)
    limits = compared.found["limits"]
    if not limits:
        page.nothing("text.no_limits", 2)
        return
    rows = pd.DataFrame(list(limits))
    called, regions = compared.called("limits", "limit"), compared.called("regions", "region")
    rows = rows.assign(
        name=[called.get(*each) for each in zip(rows["limit"], rows["name"], strict=True)],
        region=_named(rows["region"], regions),
    )
    rooms = pd.DataFrame(rows["headroom"].tolist(), dtype=float).add_prefix("room_")
    fills = pd.DataFrame([[light(str(each)).value for each in row] for row in rows["status"]])
    columns = (
        Column("name", Form.NOTE, label="column.limit", widest=44),
        Column("region"),
        *compared.columns("room", compared.plans, "fill"),
    )
    page.filtered(page.table(pd.concat([rows, rooms, fills.add_prefix("fill_")], axis=1), columns))


def _decisions(page: Page, compared: Compared) -> None:
    note = page.labels("note.compare_decisions", money=compared.money)
    page.title(page.labels("sheet.compare_decisions"), compared.subtitle, note)
    found = compared.found["decisions"]
    if not found:
        page.nothing("compare.same", 2)
        return
    rows = pd.DataFrame(list(found))
    amounts = pd.DataFrame(rows["amounts"].tolist(), dtype=float).add_prefix("amount_")
    rows = rows.assign(
        kind_name=[page.labels.word("moved", kind) for kind in rows["decision"]],
        what=_named(rows["what"], compared.decided),
    )
    columns = (
        Column("kind_name", label="column.decision"),
        Column("what", label="compare.what"),
        *compared.columns("amount", compared.plans),
        Column("spread", Form.AMOUNT, label="compare.spread"),
    )
    page.filtered(page.table(pd.concat([rows, amounts], axis=1), columns))


def _regret(page: Page, compared: Compared, regret: Mapping[str, Any]) -> None:
    labels = page.labels
    called, titles = (
        compared.regretted(regret["scenarios"]),
        _named(regret["scenarios"], compared.scenarios),
    )
    least = called.get(regret["least"], regret["least"]) or labels("compare.none")
    note = labels("note.regret", money=compared.money, least=least)
    subtitle = f"{Path(regret['run']).resolve().name} · {compared.subtitle.split(' · ')[-1]}"
    page.title(labels("sheet.regret"), subtitle, note)
    rows = pd.DataFrame(list(regret["plans"]))
    lost = pd.DataFrame(rows["regret"].tolist(), dtype=float).add_prefix("lost_")
    fills = lost.isna().replace({True: Fill.RED.value, False: Fill.NONE.value})
    fills.columns = pd.Index(f"fill_{n}" for n in range(fills.shape[1]))
    rows = rows.assign(
        plan=_named(rows["plan"], called),
        largest=rows["largest"].astype(float),
    )
    columns = (
        Column("plan", Form.NOTE, label="compare.plan", widest=44),
        *compared.columns("lost", titles, "fill"),
        Column("largest", Form.AMOUNT, label="compare.largest"),
    )
    page.filtered(page.table(pd.concat([rows, lost, fills], axis=1), columns))
