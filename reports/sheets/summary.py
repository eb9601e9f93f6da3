"""One page for the committee: is it proven, what to do, what it earns, what binds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from openpyxl.utils import quote_sheetname

from reports import chart
from reports.page import Block, Column, Page
from reports.sheets import reconciliation, regions
from reports.style import Fill, Form, Style
from reports.view import View

NAME = "summary"
LEFT, RIGHT, LAST = 1, 8, 13
TOP = 5
EARNS = (
    Column("name", Form.NOTE, label="column.baseline", widest=32),
    Column("more", Form.AMOUNT, label="column.plan_earns_more"),
    Column("points", Form.BASIS_POINTS, label="column.points_of_assets"),
    Column("of_interest", Form.RATIO, label="column.of_interest"),
    Column("without_horizon", Form.AMOUNT),
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
    Column("kind_name", label="column.kind"),
    Column("close", Form.DATE, label="column.dearest_at"),
    Column("price_per_year", Form.PRICE),
    Column("price", Form.PRICE),
)
MISSED = (
    Column("limit_name", Form.NOTE, label="column.limit", widest=34),
    Column("region_name", Form.NOTE, label="column.region", widest=34),
    Column("status_name", label="column.status"),
    Column("close", Form.DATE),
    Column("shortfall", Form.AMOUNT),
)
BASELINES = ("hold", "pro_rata", "frozen_lanes")
MOST_TRANSFERS, MOST_BUSINESS, MOST_PRICES, MOST_MISSED = 6, 8, 8, 4
BASIS_POINTS = 1e4
CHART_HEIGHT = 9.0


def write(page: Page, view: View) -> None:
    """Write result and earnings on the left, what to do and what binds on the right."""
    title = page.labels("text.title", group=view.region_names[view.root])
    page.title(title, f"{view.subtitle} · {page.labels('text.money_in', money=view.money)}")
    _banner(page, view)
    second = max(
        _result(page, view), _transfers(page, view, TOP)
    )  # headers side by side share their height
    left, right = _earnings(page, view, second), second
    for part in (_business, _binds, _missed):
        right = part(page, view, right)
    right = _assets(page, view, right)
    page.sheet.column_dimensions[page.letter(RIGHT - 1)].width = 3
    page.set_up(0, max(left, right), LAST, one_page=True)


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
    total = f"{name}!{reconciliation.TOTAL_CELL}"
    page.formula(3, RIGHT + 3, total, Style(bold=True, size=12, fill=fill))
    page.sheet.row_dimensions[3].height = 24


def _result(page: Page, view: View) -> int:
    """Write status, objective, bound and gap; give the next free row."""
    page.section(TOP, "section.result", LEFT)
    for row, (key, value, form) in enumerate(_figures(view), TOP + 1):
        page.put(row, LEFT, page.labels(key), Style(inset=True))
        page.put(row, LEFT + 3, value, Style(form, bold=True))
    return TOP + 2 + len(_figures(view))


def _figures(view: View) -> list[tuple[str, Any, Form]]:
    run = view.manifest
    objective, bound = run["objective"], run.get("bound")
    gap = None if bound is None else max(0.0, bound - objective)
    moved = _uplift(view).get("frozen_lanes")
    known = [
        ("text.status", view.labels.word("run", str(run["status"])), Form.TEXT),
        ("text.objective", objective, Form.AMOUNT),
        ("text.income", run["income"], Form.AMOUNT),
        ("text.bound", bound, Form.AMOUNT),
        ("text.gap_money", gap, Form.AMOUNT),
        ("text.gap", run.get("gap"), Form.RATE),
        ("text.gap_of_uplift", gap / moved if gap is not None and moved else None, Form.RATE),
        ("text.at_bound", view.share_at_bound, Form.RATIO),
        ("text.scenario", (run.get("options") or {}).get("scenario") or None, Form.TEXT),
    ]
    optional = {"text.at_bound", "text.scenario"}
    unknown = view.labels("text.unknown")
    return [
        (key, unknown if value is None else value, Form.TEXT if value is None else form)
        for key, value, form in known
        if not (value is None and key in optional)
    ]


def _uplift(view: View) -> dict[str, float]:
    """Give what the plan earns more than each baseline, horizon value included."""
    rows = view.plan("baselines").set_index("baseline")["objective"]
    more = rows.loc["plan"] - rows.drop("plan") if "plan" in rows.index else rows.iloc[:0]
    return {str(name): float(value) for name, value in more.dropna().items()}


def _earnings(page: Page, view: View, row: int) -> int:
    """Write and draw what the plan earns more than the baselines; give the last row."""
    page.section(row, "section.earns", LEFT)
    rows = _against_baselines(view)
    if rows.empty:
        page.put(row + 1, LEFT, page.labels("text.no_baselines"))
        return row + 2
    place = page.table(rows, EARNS, row + 1, LEFT)
    drawing = chart.bars(
        page.sheet,
        place,
        "name",
        ("more", "without_horizon"),
        page.labels("chart.earns", money=view.money),
    )
    width = chart.centimetres(page.sheet, LEFT, RIGHT - 2)
    chart.anchor(page.sheet, drawing, f"A{place.last_row + 2}", width, CHART_HEIGHT)
    return place.last_row + 2 + round(CHART_HEIGHT / chart.ROW_CENTIMETRES)


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
    return pd.DataFrame(
        {
            "name": [view.labels(f"baseline.{name}") for name in others.index],
            "more": more,
            "points": more / view.assets * BASIS_POINTS if view.assets else float("nan"),
            "of_interest": (more / others["interest"]).where(others["interest"] > 0),
            "without_horizon": more - (plan["horizon_value"] - others["horizon_value"]),
            "standing": [
                _standing(view, ok, broken)
                for ok, broken in others[["feasible", "broken"]].to_numpy()
            ],
        }
    )


def _standing(view: View, feasible: Any, broken: Any) -> str:
    if feasible:
        return view.labels("text.baseline_keeps")
    return view.labels("text.baseline_breaks", count=0 if pd.isna(broken) else int(broken))


def _part(
    page: Page, row: int, key: str, frame: pd.DataFrame, columns: Sequence[Column], nothing: str
) -> tuple[int, Block | None]:
    """Write a part of the right side, or one line where there is nothing; give the next free row."""
    page.section(row, key, RIGHT)
    if frame.empty:
        page.put(row + 1, RIGHT, page.labels(nothing), Style(inset=True))
        return row + 3, None
    place = page.table(frame, columns, row + 1, RIGHT)
    return place.last_row + 2, place


def _transfers(page: Page, view: View, row: int) -> int:
    lanes = view.lanes
    first, last = lanes[lanes["period"] == 1], lanes[lanes["period"] == view.periods]
    ends = last.assign(after=last["outstanding"]).merge(
        first[["lane", "opening"]].rename(columns={"opening": "before"}), on="lane"
    )
    ends = ends.assign(change=ends["after"] - ends["before"])
    ends = ends.groupby(["lender_name", "borrower_name", "currency"], as_index=False)[
        ["before", "after", "change"]
    ].sum()
    rows = _largest(view, ends, MOST_TRANSFERS)
    return _part(page, row, "section.do_transfers", rows, LANES, "text.no_transfers")[0]


def _business(page: Page, view: View, row: int) -> int:
    positions = view.positions
    plugs = view.run.case.table("positions").query("plug")[["region", "currency", "product"]]
    decided = positions.merge(
        plugs.assign(squares=True), on=["region", "currency", "product"], how="left"
    )
    decided = decided[decided["squares"].isna()]
    first, last = decided[decided["period"] == 1], decided[decided["period"] == view.periods]
    keys = ["region_name", "product_name", "currency"]
    ends = last[[*keys, "balance"]].merge(first[[*keys, "opening"]], on=keys)
    ends = ends.assign(
        before=ends["opening"], after=ends["balance"], change=ends["balance"] - ends["opening"]
    )
    rows = _largest(view, ends, MOST_BUSINESS)
    return _part(page, row, "section.do_business", rows, BUSINESS, "text.no_business")[0]


def _largest(view: View, ends: pd.DataFrame, count: int) -> pd.DataFrame:
    """Give the rows that change most, measured in the reporting currency."""
    size = view.reporting(ends["change"].abs(), ends["currency"])
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
    return _part(page, row, "section.binds", dearest, BINDS, "text.no_prices")[0]


def _missed(page: Page, view: View, row: int) -> int:
    limits = view.limits
    missed = limits[limits["status"].isin(["short", "broken"])]
    missed = missed.assign(
        status_name=[view.labels.word("status", word) for word in missed["status"]]
    )
    worst = (
        missed.sort_values("shortfall", ascending=False, kind="stable")
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
