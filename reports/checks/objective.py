"""The parts of the objective sum to it, stand so on the Summary, and follow from the other sheets."""

from __future__ import annotations

import pandas as pd

from alm.case.calendar import year_fractions
from reports.checks.formulas import CHECK, Checks, Formula
from reports.style import Form, Style
from reports.table import Block, Column
from reports.view import View

ORDER = ("income", "capital_charge", "penalty", "target_charge", "horizon_value")
MADE = ("income", "capital_charge", "penalty")
PERIODS = (
    Column("period_name", Form.COUNT, label="column.period"),
    Column("year_fraction", Form.PRICE, given=True),
    Column("discount", Form.PRICE, given=True),
    Column("capital_rate", Form.RATE, given=True),
    Column("rwa", Form.AMOUNT),
)
PARTS = (
    Column("part_name", label="column.part"),
    Column("value", Form.AMOUNT, label="column.amount"),
)


def write(checks: Checks, row: int) -> int:
    """Write the discounting by period and the parts; give the next free row."""
    checks.page.section(row, "section.checks_discounting")
    periods = checks.page.table(_periods(checks.view), PERIODS, row + 1)
    checks.columns(periods, _discounted(checks, periods))
    return _parts(checks, periods, periods.last_row + 2)


def _periods(view: View) -> pd.DataFrame:
    """List year fraction, discount factor, rate of the capital charge and risk-weighted assets of every period."""
    years = pd.Series(year_fractions(view.settings))
    measures = view.plan("measures")
    rwa = measures[
        (measures["measure"] == "rwa")
        & (measures["region"] == view.root)
        & (measures["scope"] == "subtree")
    ].set_index("period")["value"]
    periods = pd.Series(range(1, view.periods + 1))
    capital = view.settings.capital
    return pd.DataFrame(
        {
            "period_name": periods,
            "year_fraction": years,
            "discount": (1 + view.settings.discount_rate) ** -years.cumsum(),
            "capital_rate": capital.charge_rate * capital.ratio,
            "rwa": periods.map(rwa).astype(float),
        }
    )


def _discounted(checks: Checks, periods: Block) -> list[Formula]:
    """Discount income, capital charge and penalties of every period."""
    period, years, discount, rate, rwa = (periods.letter(column.key) for column in PERIODS)
    income, limits = checks.table("income"), checks.at("limit_closes")

    def penalties(at: int) -> str:
        if limits is None or "penalty" not in limits.keys:
            return "0"
        missed = "*".join(limits.range(key) for key in ("shortfall", "penalty"))
        return f"-SUMPRODUCT(({limits.range('period')}={period}{at})*{missed})*{years}{at}*{discount}{at}"

    return [
        Formula(
            "discounted",
            lambda at: (
                f"SUMIFS({income.range('income')},{income.range('period')},{period}{at})*{discount}{at}"
            ),
        ),
        Formula("charged", lambda at: f"-{rate}{at}*{rwa}{at}*{years}{at}*{discount}{at}"),
        Formula("penalised", penalties),
    ]


def _parts(checks: Checks, periods: Block, row: int) -> int:
    page, view = checks.page, checks.view
    parts = view.plan("objective").groupby("part", sort=False)["value"].sum().reset_index()
    rows = parts.assign(part_name=[page.labels.word("part", part) for part in parts["part"]])
    page.section(row, "section.checks_objective")
    place = page.table(rows, PARTS, row + 1)
    checks.columns(place, _again(checks, periods, place, list(parts["part"])))
    letter, last = place.letter("value"), place.last_row
    page.put(last + 1, 1, page.labels("text.sum_of_parts"), Style(bold=True))
    total = f"SUM({letter}{place.first_row}:{letter}{last})"
    page.formula(last + 1, 2, total, Style(Form.AMOUNT, bold=True))
    page.put(last + 2, 1, page.labels("text.objective_of_run"))
    page.put(last + 2, 2, float(view.manifest["objective"]), Style(Form.AMOUNT))
    page.put(last + 3, 1, page.labels("column.difference"))
    page.formula(last + 3, 2, checks.rounded(f"{letter}{last + 1}-{letter}{last + 2}"), CHECK)
    checks.cells.append(f"${letter}${last + 3}")
    return last + 5


def _again(checks: Checks, periods: Block, place: Block, parts: list[str]) -> list[Formula]:
    """Compare each part with the Summary, and with the other sheets where they hold what it is made of."""
    shown, amount = checks.table("bridge"), place.letter("value")
    order = [part for part in ORDER if part in parts]
    first = periods.last_column + 1
    made = dict(
        zip(MADE, (checks.page.letter(first + step) for step in range(len(MADE))), strict=True)
    )

    def on_summary(at: int) -> str:
        return shown.cell("value", shown.first_row + order.index(parts[at - place.first_row]))

    def from_sheets(at: int) -> str:
        letter = made.get(parts[at - place.first_row])
        if letter is None:
            return f"{amount}{at}"
        return f"SUM({letter}{periods.first_row}:{letter}{periods.last_row})"

    return [
        Formula(
            "summary_gap", lambda at: checks.rounded(f"{amount}{at}-{on_summary(at)}"), check=True
        ),
        Formula(
            "sheets_gap", lambda at: checks.rounded(f"{amount}{at}-{from_sheets(at)}"), check=True
        ),
    ]
