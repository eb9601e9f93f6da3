"""Why there is no plan: the limits that cannot all hold, and how far they must give way."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from alm.explain.conflict import contradicting_bounds
from alm.explain.elastic import Allowance, Misses, UnfinishedError, least_misses
from alm.explain.reason import Kind, Reason
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.formulation.measures.open_lanes import OPEN_LANES
from alm.money import money_name

# The last gives way first. Contract, section 7.
TIERS = ("statutory", "regulatory", "board", "management", "target")
LISTED = 5
DIGITS, DECIMALS = 6, 7
ROUNDING = 1e-7


def why_infeasible(book: Book, formulation: Formulation) -> Reason:
    """Name the limits that must give way, by how much, and the bounds at which there would be a plan.

    Limits give way by tier, targets first and statutory ones last, within a tier as little as possible in reporting
    currency. If no plan keeps everything else even so, bounds of positions and lanes contradict each other. All that may
    take as long as one solve (`solve.time_limit`).
    """
    rows, table = limit_rows(formulation)
    allowance = Allowance(book.case.settings.solve.time_limit)
    try:
        misses = least_misses(
            formulation.problem, rows, np.ones(len(rows)), ranks(table), allowance
        )
        if misses is None:
            return Reason(contradicting_bounds(book, formulation, allowance), kind=Kind.BOUNDS)
    except UnfinishedError as error:
        return Reason(unnamed(str(error)))
    return told(book, with_misses(formulation, table, misses).assign(whose=""))


def unnamed(why: str) -> str:
    """Say that the conflict is not named, and why."""
    return f"which limits or bounds stand in the way is not known: {why}"


def ranks(table: pd.DataFrame) -> np.ndarray:
    """Give the order in which limits are kept, statutory ones first: (row)."""
    return np.array([TIERS.index(tier) for tier in table["tier"]], dtype=int)


def with_misses(formulation: Formulation, table: pd.DataFrame, misses: Misses) -> pd.DataFrame:
    """Add by how much each row of limits is missed, and the bound at which it would be kept; NaN where there may be no plan so."""
    enough = _enough(formulation, table, misses)
    return table.assign(missed=misses.missed, enough=enough if misses.are_enough else np.nan)


def told(book: Book, table: pd.DataFrame) -> Reason:
    """Say which limits must give way, and the bounds at which there would be a plan.

    Parameters
    ----------
    table : DataFrame
        Of `with_misses`, with `whose`: the scenario in which the row holds; blank where there is but one.
    """
    short = table[table["missed"] > 0]
    if short.empty:
        return Reason(unnamed("what is missed is less than the solver's precision"))
    worst = short.sort_values("missed", ascending=False, kind="stable")
    worst = worst.drop_duplicates(["limit", "whose"])
    worst = worst.sort_values("tier", key=lambda tier: -tier.map(TIERS.index), kind="stable")
    advice = _advice(short)
    missed = worst[["limit", "tier", "region", "period", "missed"]].to_dict("records")
    return Reason(_sentence(book, worst, advice), advice, Kind.LIMITS, tuple(missed))


def limit_rows(formulation: Formulation) -> tuple[np.ndarray, pd.DataFrame]:
    """List the rows that keep hard limits, and the limit and period of each."""
    blocks = [block for name, block in formulation.rows.items() if name.startswith("limit ")]
    places = [block.coords[0].to_numpy() for block in blocks]
    table = formulation.limits.table.iloc[np.concatenate([np.array([], dtype=int), *places])]
    numbers = [block.numbers.ravel() for block in blocks]
    hard = (table["enforcement"] == "hard").to_numpy()
    return np.concatenate([np.array([], dtype=int), *numbers])[hard], table[hard]


def _enough(formulation: Formulation, table: pd.DataFrame, misses: Misses) -> np.ndarray:
    """Give the bound at which each row would be kept: (row).

    NaN where no bound would do, the denominator being 0, or where the bound moves in steps.
    """
    amount = formulation.columns["amount"].numbers if len(table) else np.empty((0, 0), dtype=int)
    place, period = table["denominator_at"].to_numpy(int), table["period"].to_numpy(int) - 1
    below = np.where(place < 0, 1.0, misses.x[amount[place, period]] if len(table) else 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(below > 0, misses.missed / below, np.nan)
    # Which bound of a limit with steps is in force may be another then.
    change[table.index.isin(formulation.limits.steps["row"])] = np.nan
    sign = np.where(table["sense"] == "min", -1.0, 1.0)
    return table["bound"].to_numpy(float) + sign * change


def _advice(short: pd.DataFrame) -> tuple[str, ...]:
    """Loosen each limit to the bound that all its periods need, rounded to the loose side."""
    said = []
    for (limit, sense), rows in short.groupby(["limit", "sense"], sort=True):
        enough = rows["enough"].to_numpy(float)
        if np.isnan(enough).any():
            return ()
        bound = enough.min() if sense == "min" else enough.max()
        said.append(f"limits.{limit}.bound={_loosely(float(bound), up=sense == 'max'):.{DIGITS}g}")
    return tuple(said)


def _loosely(value: float, *, up: bool) -> float:
    """Round to `DIGITS` digits, upwards or downwards; what so few digits say up to the solver's rounding is said so.

    >>> _loosely(1 / 3, up=True), _loosely(1 / 3, up=False), _loosely(60 + 1e-9, up=True)
    (0.333334, 0.333333, 60.0)
    """
    if abs(value) <= ROUNDING:
        return 0.0
    digits = DIGITS - 1 - math.floor(math.log10(abs(value)))
    scale = 10.0 ** min(digits, DECIMALS)
    near = round(value * scale)
    if abs(near / scale - value) <= ROUNDING * max(1.0, abs(value)):
        return near / scale
    return (math.ceil if up else math.floor)(value * scale) / scale


def _sentence(book: Book, worst: pd.DataFrame, advice: tuple[str, ...]) -> str:
    settings = book.case.settings
    limits = book.case.table("limits")
    row_of = dict(zip(limits["limit"], limits.index, strict=True))
    terms = ["limit", "name", "region", "period", "missed", "tier", "whose", "measure"]

    def amount(missed: float, measure: str) -> str:
        figure = f"{missed:,.{DIGITS}g}"
        if measure == OPEN_LANES:
            return f"a count of {figure}"
        return money_name(settings.currency, settings.unit, figure)

    named = [
        f"{name} ({tier}, {region}, row {row_of[limit]} of limits) by {amount(missed, measure)} in period {period}"
        f"{f' of scenario {whose}' if whose else ''}"
        for limit, name, region, period, missed, tier, whose, measure in worst[terms]
        .head(LISTED)
        .itertuples(index=False, name=None)
    ]
    more = f" and {len(worst) - LISTED} more" if len(worst) > LISTED else ""
    found = "these limits cannot all hold; the least that must give way: " + "; ".join(named) + more
    if not advice:
        return found
    return f"{found}. There is a plan with {' '.join(f'--set {each}' for each in advice)}"
