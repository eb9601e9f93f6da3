"""The figures of the Summary follow from the other sheets."""

from __future__ import annotations

from reports.checks.formulas import Checks
from reports.sheets.summary import largest_business, largest_transfers

Pair = tuple[str, str, str]


def write(checks: Checks, row: int) -> int:
    """Write one line for every figure; give the next free row."""
    pairs = [*_result(checks), *_earns(checks), *_transfers(checks), *_business(checks)]
    return checks.pairs("section.checks_summary", row, pairs)


def _result(checks: Checks) -> list[Pair]:
    result, labels = checks.table("result"), checks.page.labels
    cells = {
        key: f"{result.cell(result.keys[0], result.first_row + step)}"
        for step, key in enumerate(result.keys)
    }
    income = checks.table("income").range("income")
    bridge = checks.table("bridge")
    total = bridge.cell("value", bridge.last_row)
    pairs = [
        (labels("text.objective"), cells["text.objective"], total),
        (labels("text.income"), cells["text.income"], f"SUM({income})"),
    ]
    if "text.lifted" in cells:
        lift = f"{cells['text.objective']}-{cells['text.bound_before_rounding']}"
        pairs.append((labels("text.lifted"), cells["text.lifted"], lift))
    elif checks.view.manifest.get("bound") is not None:
        gap = f"MAX(0,{cells['text.bound']}-{cells['text.objective']})"
        pairs.append((labels("text.gap_money"), cells["text.gap_money"], gap))
    return pairs


def _earns(checks: Checks) -> list[Pair]:
    """Subtract what each baseline earns from what the plan earns."""
    place, bridge = checks.at("earns"), checks.table("bridge")
    if place is None:
        return []
    name, plan = checks.page.labels("column.plan_earns_more"), bridge.cell("value", bridge.last_row)
    return [
        (f"{name} {number}", place.cell("more", row), f"{plan}-{place.cell('objective', row)}")
        for number, row in enumerate(range(place.first_row, place.last_row + 1), 1)
    ]


def _transfers(checks: Checks) -> list[Pair]:
    """Sum the lanes between two regions in one currency again, at the opening and at the last close."""
    view, place, lanes = checks.view, checks.at("section.do_transfers"), checks.table("lanes")
    if place is None:
        return []
    pairs = []
    rows = view.once(largest_transfers)
    for row, (lender, borrower, currency) in enumerate(
        rows[["lender", "borrower", "currency"]].to_numpy(), place.first_row
    ):
        numbers = (
            f"{lanes.range('lender_region')},{view.region_numbers[lender]},"
            f"{lanes.range('borrower_region')},{view.region_numbers[borrower]},"
            f"{lanes.range('currency_number')},{view.currency_numbers[currency]},{lanes.range('period')}"
        )
        name = f"{view.region_names[lender]} → {view.region_names[borrower]}, {currency}"
        for key, column, period in (
            ("before", "opening", 1),
            ("after", "outstanding", view.periods),
        ):
            again = f"SUMIFS({lanes.range(column)},{numbers},{period})"
            heading = checks.page.labels(f"column.{key}")
            pairs.append((f"{name}: {heading}", place.cell(key, row), again))
    return pairs


def _business(checks: Checks) -> list[Pair]:
    """Look balances up again in their rows of Positions."""
    view, place, positions = (
        checks.view,
        checks.at("section.do_business"),
        checks.table("positions"),
    )
    if place is None:
        return []
    rows, pairs = view.once(largest_business), []
    for row, (region, product, first, last) in enumerate(
        rows[["region_name", "product_name", "first_row", "row"]].to_numpy(), place.first_row
    ):
        for key, column, at in (("before", "opening", first), ("after", "balance", last)):
            heading = checks.page.labels(f"column.{key}")
            again = positions.cell(column, positions.first_row + int(at))
            pairs.append((f"{region}, {product}: {heading}", place.cell(key, row), again))
    return pairs
