"""One page for the committee: is it proven, what to do, what it earns, what binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from openpyxl.utils import quote_sheetname

from reports import chart
from reports.limit_rows import MISSED as MISSED_STATUS
from reports.page import Page
from reports.price_rows import share_at_bound
from reports.sheets import regions
from reports.style import HEADER, NOTE, Fill, Form, Style, decimals
from reports.table import TOTAL_CELL, Block, Column
from reports.text import display_width
from reports.view import View

NAME = "summary"
LEFT, RIGHT, LAST = 1, 9, 14
TOP, DEFINED = 5, 7
EARNS = (
    Column("name", Form.NOTE, label="column.baseline", widest=32),
    Column("objective", Form.AMOUNT, label="column.its_objective"),
    Column("more", Form.AMOUNT, label="column.plan_earns_more"),
    Column("points", Form.BASIS_POINTS, label="column.points_of_assets"),
    Column("without_horizon", Form.AMOUNT),
    Column("of_interest", Form.RATIO, label="column.of_interest", widest=16),
    Column("standing", Form.NOTE, label="column.baseline_standing", widest=18),
)
LANES = (
    Column("lender_name", Form.NOTE, label="column.from", widest=34),
    Column("borrower_name", Form.NOTE, label="column.to", widest=30),
    Column("currency"),
    Column("before", Form.AMOUNT, given=True),
    Column("after", Form.AMOUNT),
    Column("change", Form.AMOUNT),
)
BUSINESS = (
    Column("region_name", Form.NOTE, label="column.region", widest=34),
    Column("product_name", Form.NOTE, label="column.product", widest=30),
    Column("currency"),
    Column("before", Form.AMOUNT, given=True),
    Column("after", Form.AMOUNT),
    Column("change", Form.AMOUNT),
)
BINDS = (
    Column("what", Form.NOTE, widest=34),
    Column("region_name", Form.NOTE, label="column.region", widest=34),
    Column("bound_name", label="column.sense"),
    Column("close", Form.DATE, label="column.dearest_at"),
    Column("price_per_year", Form.PRICE),
    Column("price", Form.PRICE),
)
MISSED = (
    Column("limit_name", Form.NOTE, label="column.limit", widest=34),
    Column("region_name", Form.NOTE, label="column.region", widest=34),
    Column("status_name", label="column.status"),
    Column("close", Form.DATE),
    Column("missed", Form.ROOM, form_by="missed_form"),
)
PARTS = ("income", "capital_charge", "penalty", "target_charge", "horizon_value")
BASELINES = ("hold", "pro_rata", "frozen_lanes")
MOST_TRANSFERS, MOST_BUSINESS, MOST_PRICES, MOST_MISSED = 6, 8, 8, 4
BASIS_POINTS = 1e4
CHART_HEIGHT = 9.0


def write(page: Page, view: View) -> None:
    """Write result and earnings on the left, what to do and what binds on the right."""
    title = page.labels("text.title", group=view.region_names[view.root])
    page.title(title, _subtitle(view))
    _banner(page, view)
    second = max(
        _result(page, view), _transfers(page, view, TOP)
    )  # headers side by side share their height
    left, right = _earnings(page, view, second), second
    for part in (_business, _binds, _missed):
        right = part(page, view, right)
    right = _assets(page, view, right)
    labels = [page.labels(key) for key, _, _ in view.once(_figures)]
    # Without baselines nothing else widens the columns that these labels run over.
    page.fit_together(LEFT, LEFT + 2, max(display_width(each) for each in labels) + 3)
    page.sheet.column_dimensions[page.letter(RIGHT - 1)].width = 3
    page.set_up(0, max(left, right), LAST, one_page=True)


def _subtitle(view: View) -> str:
    """Say which run this is, and what the money of this page is in."""
    money = view.labels("text.money_in", money=view.money)
    return view.subtitle if view.one_currency else f"{view.subtitle} · {money}"


def _banner(page: Page, view: View) -> None:
    """Say in one line across the page whether the plan is verified and the workbook adds up."""
    verified = view.manifest.get("verified") is True
    fill = Fill.GREEN if verified else Fill.RED
    loud = Style(bold=True, size=16, fill=fill)
    for column in range(LEFT, LAST + 1):
        page.put(3, column, None, loud)
    page.put(3, LEFT, page.labels("text.verified" if verified else "text.not_verified"), loud)
    page.put(3, RIGHT, page.labels("text.workbook_checks"), Style(bold=True, size=12, fill=fill))
    name = quote_sheetname(page.labels("sheet.reconciliation"))
    total = f"{name}!{TOTAL_CELL}"
    page.formula(3, RIGHT + 3, total, Style(bold=True, size=12, fill=fill))
    page.sheet.row_dimensions[3].height = 24


def _result(page: Page, view: View) -> int:
    """Write status, objective, bound and gap; give the next free row."""
    page.section(TOP, "section.result", LEFT)
    figures = view.once(_figures)
    page.places["result"] = Block(
        page.sheet.title, tuple(key for key, _, _ in figures), TOP, len(figures), LEFT + 3
    )
    for row, (key, value, form) in enumerate(figures, TOP + 1):
        page.put(row, LEFT, page.labels(key), Style(inset=True))
        page.put(row, LEFT + 3, value, Style(form, bold=True))
    return TOP + 2 + len(figures)


def _figures(view: View) -> list[tuple[str, Any, Form]]:
    run = view.manifest
    known = [
        ("text.status", view.labels.word("run", str(run["status"])), Form.TEXT),
        ("text.objective", run["objective"], Form.AMOUNT),
        ("text.income", run["income"], Form.AMOUNT),
        *_proof(view),
        ("text.at_bound", share_at_bound(view), Form.RATIO),
        ("text.scenario", None if view.scenario == "base" else view.scenario, Form.TEXT),
    ]
    optional = {"text.at_bound", "text.scenario"}
    unknown = view.labels("text.unknown")
    return [
        (key, unknown if value is None else value, Form.TEXT if value is None else form)
        for key, value, form in known
        if not (value is None and key in optional)
    ]


def _proof(view: View) -> list[tuple[str, Any, Form]]:
    """Say how far the plan can be from the best; where whole quanta lift it above the bound, by how much."""
    run, digits = view.manifest, decimals(view.settings.quantum)
    objective, bound, moved = run["objective"], run.get("bound"), _uplift(view).get("frozen_lanes")
    if bound is not None and round(objective - bound, digits) > 0:
        return [
            ("text.bound_before_rounding", bound, Form.AMOUNT),
            ("text.lifted", objective - bound, Form.ROOM),
        ]
    gap = None if bound is None else max(0.0, bound - objective)
    return [
        ("text.bound", bound, Form.AMOUNT),
        ("text.gap_money", gap, Form.ROOM),
        ("text.gap", run.get("gap"), Form.RATE),
        ("text.gap_of_uplift", gap / moved if gap is not None and moved else None, Form.RATE),
    ]


def _uplift(view: View) -> dict[str, float]:
    """Give what the plan earns more than each baseline, horizon value included."""
    rows = view.plan("baselines").set_index("baseline")["objective"]
    more = rows.loc["plan"] - rows.drop("plan") if "plan" in rows.index else rows.iloc[:0]
    return {str(name): float(value) for name, value in more.dropna().items()}


def _earnings(page: Page, view: View, row: int) -> int:
    """Write and draw what the plan earns more than the baselines, and what its objective is made of; give the last row."""
    page.section(row, "section.earns", LEFT)
    rows = _against_baselines(view)
    if rows.empty:
        page.put(row + 1, LEFT, page.labels("text.no_baselines"))
        return _bridge(page, view, row + 3)
    place = page.places["earns"] = page.table(rows, EARNS, row + 1, LEFT)
    row = _bridge(page, view, place.last_row + 2) + 2
    drawing = chart.bars(
        page.sheet,
        place,
        "name",
        ("more", "without_horizon"),
        chart.Titles(page.labels("chart.earns"), page.labels("column.baseline"), view.money),
    )
    width = chart.centimetres(page.sheet, LEFT, RIGHT - 2)
    chart.anchor(page.sheet, drawing, f"A{row}", width, CHART_HEIGHT)
    return row + round(CHART_HEIGHT / chart.ROW_CENTIMETRES)


def _assets(page: Page, view: View, row: int) -> int:
    """Draw the assets of the regions from their sheet; give the last row."""
    place = regions.place(view)
    drawing = regions.assets_chart(page.sheet.parent[place.sheet], place, view)
    width = chart.centimetres(page.sheet, RIGHT, LAST)
    chart.anchor(page.sheet, drawing, f"{page.letter(RIGHT)}{row}", width, CHART_HEIGHT)
    return row + round(CHART_HEIGHT / chart.ROW_CENTIMETRES)


def _against_baselines(view: View) -> pd.DataFrame:
    rows = view.plan("baselines").set_index("baseline")
    if "plan" not in rows.index:
        return rows.iloc[:0]
    plan, others = rows.loc["plan"], rows.loc[[name for name in BASELINES if name in rows.index]]
    more = plan["objective"] - others["objective"]
    within = more - (plan["horizon_value"] - others["horizon_value"])
    rows = pd.DataFrame(
        {
            "name": [view.labels(f"baseline.{name}") for name in others.index],
            "objective": others["objective"],
            "more": more,
            "points": more / view.assets * BASIS_POINTS if view.assets else float("nan"),
            "without_horizon": within,
            "of_interest": (within / others["interest"]).where(others["interest"] > 0),
            "standing": [
                _standing(view, ok, broken)
                for ok, broken in others[["feasible", "broken"]].to_numpy()
            ],
        }
    )
    return rows.sort_values("more", ascending=False, kind="stable")


def _bridge(page: Page, view: View, row: int) -> int:
    """Lead from income after tax to the objective, with what each part is; give the last row."""
    page.section(row, "section.objective", LEFT)
    parts = view.plan("objective").groupby("part")["value"].sum()
    shown = [part for part in PARTS if part in parts.index]
    first = row + 2
    heads = [page.labels(f"column.{key}") for key in ("part", "amount", "what_it_is")]
    for column in range(LEFT, DEFINED + 1):
        page.put(row + 1, column, dict(enumerate(heads, LEFT)).get(column), HEADER)
    page.places["bridge"] = Block(
        page.sheet.title, ("part", "value"), row + 1, len(shown) + 1, LEFT
    )
    for at, part in enumerate(shown, first):
        _defined(page, at, page.labels(f"part.{part}"), parts[part], _definition(view, part), False)
    _defined(
        page,
        first + len(shown),
        page.labels("column.objective"),
        view.manifest["objective"],
        page.labels("define.objective"),
        True,
    )
    return first + len(shown)


def _defined(page: Page, row: int, name: str, value: float, definition: str, total: bool) -> None:
    """Write a part of the objective: its name, its amount, and in words what it is."""
    ground = Style(bold=total, fill=Fill.BAND if total else Fill.NONE)
    page.put(row, LEFT, name, replace(ground, inset=True, form=Form.NOTE))
    page.put(row, LEFT + 1, float(value), replace(ground, form=Form.AMOUNT))
    page.put(row, LEFT + 2, definition, replace(NOTE, fill=ground.fill))
    page.across(row, LEFT + 2, DEFINED, definition)


def _definition(view: View, part: str) -> str:
    """Say what a part of the objective is, with the settings of this case."""
    settings = view.settings
    if part == "horizon_value" and settings.horizon_value == "none":
        return view.labels("define.no_horizon_value")
    capital = view.labels("define.and_capital") if settings.horizon.capital else ""
    return view.labels(
        f"define.{part}",
        periods=view.periods,
        discounting=_discounting(view),
        charge=f"{settings.capital.charge_rate:.2%}",
        ratio=f"{settings.capital.ratio:.2%}",
        months=f"{settings.horizon.max_months:.0f}",
        capital=capital,
    )


def _discounting(view: View) -> str:
    rate = view.settings.discount_rate
    return view.labels("define.discounted" if rate else "define.not_discounted", rate=f"{rate:.2%}")


def _standing(view: View, feasible: Any, broken: Any) -> str:
    if feasible:
        return view.labels("text.baseline_keeps")
    count = 0 if pd.isna(broken) else int(broken)
    if not count:
        return view.labels("text.baseline_breaks_bound")
    return view.labels("text.baseline_breaks", count=count)


def _part(
    page: Page, row: int, key: str, frame: pd.DataFrame, columns: Sequence[Column], nothing: str
) -> tuple[int, Block | None]:
    """Write a part of the right side, or one line where there is nothing; give the next free row."""
    page.section(row, key, RIGHT)
    if frame.empty:
        said = page.labels(nothing)
        page.put(row + 1, RIGHT, said, Style(Form.NOTE, inset=True))
        page.across(row + 1, RIGHT, LAST, said)
        return row + 3, None
    place = page.places[key] = page.table(frame, columns, row + 1, RIGHT)
    return place.last_row + 2, place


def _transfers(page: Page, view: View, row: int) -> int:
    return _part(
        page, row, "section.do_transfers", view.once(largest_transfers), LANES, "text.no_transfers"
    )[0]


def _business(page: Page, view: View, row: int) -> int:
    return _part(
        page, row, "section.do_business", view.once(largest_business), BUSINESS, "text.no_business"
    )[0]


def largest_transfers(view: View) -> pd.DataFrame:
    """Give the pairs of regions between which funding changes most, over all lanes of a currency."""
    lanes = view.lanes
    first, last = lanes[lanes["period"] == 1], lanes[lanes["period"] == view.periods]
    ends = last.assign(after=last["outstanding"]).merge(
        first[["lane", "opening"]].rename(columns={"opening": "before"}), on="lane"
    )
    keys = ["lender", "borrower", "lender_name", "borrower_name", "currency"]
    ends = ends.groupby(keys, as_index=False)[["before", "after"]].sum()
    ends = ends.assign(change=ends["after"] - ends["before"])
    return _largest(view, ends, MOST_TRANSFERS)


def largest_business(view: View) -> pd.DataFrame:
    """Give the positions, without those that square the day, whose balances change most; `row` is theirs in the view."""
    keys = ["region", "currency", "product"]
    plugs = view.run.case.table("positions").query("plug")[keys]
    positions = view.positions.assign(row=range(len(view.positions)))
    positions = positions.merge(plugs.assign(squares=True), on=keys, how="left")
    decided = positions[positions["squares"].isna()]
    first, last = decided[decided["period"] == 1], decided[decided["period"] == view.periods]
    ends = last.drop(columns="opening").merge(
        first[[*keys, "opening", "row"]].rename(columns={"opening": "before", "row": "first_row"}),
        on=keys,
    )
    ends = ends.assign(after=ends["balance"], change=ends["balance"] - ends["before"])
    return _largest(view, ends, MOST_BUSINESS)


def _largest(view: View, ends: pd.DataFrame, count: int) -> pd.DataFrame:
    """Give the rows that change most, measured in the reporting currency."""
    size = view.reporting(ends["change"].abs(), ends["currency"], view.periods)
    return (
        ends.assign(size=size)[size > 0]
        .sort_values("size", ascending=False, kind="stable")
        .head(count)
    )


def _binds(page: Page, view: View, row: int) -> int:
    prices = view.prices
    prices = prices[prices["kind"].isin(["limit", "lane"])].sort_values(
        "size", ascending=False, kind="stable"
    )
    dearest = prices.drop_duplicates(["kind", "name"]).head(MOST_PRICES)
    row, place = _part(page, row, "section.binds", dearest, BINDS, view.nothing("prices"))
    if place is not None and view.has_whole_decisions:
        page.put(place.last_row + 1, RIGHT, page.labels("note.prices_given"))
        row += 1
    return row


def _missed(page: Page, view: View, row: int) -> int:
    limits = view.limits
    missed = limits[limits["status"].isin(MISSED_STATUS)]
    missed = missed.assign(
        status_name=[view.labels.word("status", word) for word in missed["status"]]
    )
    worst = (
        missed.sort_values("missed", ascending=False, kind="stable")
        .drop_duplicates("limit")
        .head(MOST_MISSED)
    )
    row, place = _part(page, row, "section.missed", worst, MISSED, "text.none_missed")
    count = missed["limit"].nunique()
    if place is not None and count > MOST_MISSED:
        page.put(
            place.last_row + 1, RIGHT, page.labels("text.more_missed", count=count - MOST_MISSED)
        )
        row += 1
    return row
