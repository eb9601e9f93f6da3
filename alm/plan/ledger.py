"""The ledger of a plan: its tables by name, as they are written to the run folder."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alm.formulation.amounts import Amounts, amounts_of, combination, lane_edges, piecewise
from alm.formulation.book import Book
from alm.formulation.limit_rows import LimitRows
from alm.formulation.measures.ladder import Ladder
from alm.formulation.measures.open_lanes import OPEN_LANES, count_open_lanes
from alm.formulation.measures.outflow_at_risk import AT_RISK, risk_factors
from alm.formulation.measures.registry import (
    COUNTS,
    EARNINGS,
    LINEAR,
    OVER_REGIONS,
    PIECEWISE,
    linear_weights,
)
from alm.formulation.measures.usable_hqla import USABLE, shared_liquidity
from alm.formulation.measures.weights import addons
from alm.formulation.scopes import Scope, node_mask
from alm.formulation.steps import bounds_in_force
from alm.plan import accounts
from alm.plan.decisions import sold_share
from alm.plan.rounding import Plan

# Rounding of binary fractions, relative to the value.
_SAME = 1e-12


@dataclass(frozen=True)
class Quantities:
    """What measures weigh, at some closes: arrays (row, close).

    `debt` is what the borrower owes in its own currency's quanta, at base fx, in units of the lane's currency,
    `unsold` the opening legacy books that are not sold, `first` the number of the first close.
    """

    balance: np.ndarray
    new: np.ndarray
    sold: np.ndarray
    outstanding: np.ndarray
    debt: np.ndarray
    transfer: np.ndarray
    earnings: dict[str, np.ndarray]
    unsold: np.ndarray
    first: int


@dataclass(frozen=True)
class Ledger:
    """Everything that a plan says in numbers.

    `tables` are those of docs/architecture.md; `objective` their sum, `income` after tax over the horizon, undiscounted.
    """

    tables: dict[str, pd.DataFrame]
    objective: float
    horizon_value: float
    income: float
    interest: float


def numbers(amounts: Amounts, quantities: Quantities, closes: slice) -> np.ndarray:
    """Evaluate measures on numbers: (amount, close), in the order of `amounts`.

    Parameters
    ----------
    closes : slice
        Which periods' weights apply to the columns of the quantities.
    """
    book = amounts.book
    value = np.zeros((len(amounts.order), quantities.balance.shape[1]))
    for measure, rows in amounts.rows.items():
        derived, combined = piecewise(measure), combination(book, measure)
        if derived is not None:
            parts = [value[amounts.parts_at(part, rows)] for part in derived.parts]
            regions = amounts.holds[amounts.scope_of[rows]]
            value[rows] = derived.exact(parts) + regions @ addons(book, derived.addon)[:, closes]
        elif len(combined):
            for term, weight in combined.itertuples(index=False):
                value[rows] += float(weight) * value[amounts.parts_at(term, rows)]
        elif measure == OPEN_LANES:
            inside = amounts.inside[amounts.scope_of[rows]]
            value[rows] = count_open_lanes(book, inside, quantities.outstanding)
        elif measure == AT_RISK:
            exposures = [value[amounts.parts_at(part, rows)] for part in risk_factors(book)]
            value[rows] = np.sqrt(sum((each**2 for each in exposures), np.zeros(1)))
        elif measure == USABLE:
            for row in rows:
                value[row] = _usable(amounts, amounts.order[row][0], value)
        else:
            value[rows] = _linear(amounts, measure, rows, quantities, closes)
    return value


def _usable(amounts: Amounts, scope: Scope, value: np.ndarray) -> np.ndarray:
    """Sum what regions may use of each other's liquid assets: (close)."""
    total = np.zeros(value.shape[1])
    for solo, share in shared_liquidity(amounts.book, scope):
        stock, need = (value[amounts.place[solo, part]] for part in ("hqla", "net_outflow"))
        own = np.minimum(stock, need)
        total += own + share * (stock - own)
    return total


def _linear(
    amounts: Amounts, measure: str, rows: np.ndarray, quantities: Quantities, closes: slice
) -> np.ndarray:
    """Sum weighted balances over the nodes of each scope, add crossing lanes and constants."""
    book = amounts.book
    regions = amounts.holds[amounts.scope_of[rows]]
    if measure in EARNINGS:
        return np.asarray(regions @ quantities.earnings[measure])
    inside = amounts.inside[amounts.scope_of[rows]]
    weight = linear_weights(book, measure)
    by_node = np.zeros((len(book.nodes), quantities.balance.shape[1]))
    amount = getattr(quantities, weight.quantity) * weight.position[:, closes]
    if weight.ladder is not None:
        amount = amount + _moved(weight.ladder, quantities)
    np.add.at(by_node, book.node, amount)
    total = inside @ by_node + regions @ weight.fixed[:, closes]
    for edge in lane_edges(book, weight, inside):
        on_lane = getattr(quantities, edge.quantity)[edge.lane] * edge.weight[:, closes]
        np.add.at(total, edge.row, on_lane)
    return np.asarray(total)


def _moved(ladder: Ladder, quantities: Quantities) -> np.ndarray:
    """Give what the time left of books adds: (position, close)."""
    first, closes = quantities.first, quantities.unsold.shape[1]
    moved = ladder.legacy[:, first : first + closes] * quantities.unsold
    if first:
        for age in range(closes):
            moved[:, age:] += ladder.cohort[:, age:, age] * quantities.new[:, : closes - age]
    return np.asarray(moved)


def quantities_of(book: Book, plan: Plan, income: pd.DataFrame) -> Quantities:
    """Gather what measures weigh from a plan."""

    def regional(values: pd.Series) -> np.ndarray:
        return values.to_numpy(float).reshape(len(book.regions), book.periods)

    interest = income["interest"] - income["back_book"] + income["lane_interest"]
    return Quantities(
        balance=plan.balance,
        new=plan.decisions.new,
        sold=plan.decisions.sold,
        outstanding=plan.outstanding,
        debt=plan.debt / book.lanes.debt_ratio[:, None],
        transfer=plan.decisions.transfer,
        earnings={"net_interest_income": regional(interest), "income": regional(income["income"])},
        unsold=book.opening[:, None] * (1.0 - sold_share(book, plan.decisions.sold)),
        first=1,
    )


def opening_quantities(book: Book) -> Quantities:
    """Gather what measures weigh at the opening: balances and lanes; no flows yet."""
    nothing = np.zeros((len(book.positions), 1))
    still = book.lanes.table["opening"].to_numpy(float)[:, None]
    earned = np.zeros((len(book.regions), 1))
    return Quantities(
        balance=book.opening[:, None],
        new=nothing,
        sold=nothing,
        outstanding=still,
        debt=still,
        transfer=np.zeros_like(still),
        earnings=dict.fromkeys(EARNINGS, earned),
        unsold=book.opening[:, None],
        first=0,
    )


def every_measure(book: Book) -> list[str]:
    """Name every measure that reports show: built-in, by class, custom and combined."""
    classes = sorted({f"class:{name}" for name in book.positions["class"] if name})
    combined = sorted(set(book.case.table("measures")["measure"]))
    return [
        *(name for name, _ in LINEAR),
        *(each.name for each in PIECEWISE),
        *OVER_REGIONS,
        *EARNINGS,
        *([AT_RISK] if risk_factors(book) else []),
        *classes,
        *book.case.settings.custom_measures,
        *combined,
        *COUNTS,
    ]


def measure_table(book: Book, quantities: Quantities, first: int, closes: slice) -> pd.DataFrame:
    """List every measure of every region, solo and with its subtree.

    Parameters
    ----------
    first : int
        Number of the close in the first column.
    """
    names = every_measure(book)
    wanted = [
        (Scope(region, scope, ""), name)
        for region in book.regions["region"]
        for scope in ("solo", "subtree")
        for name in names
    ]
    amounts = amounts_of(book, wanted)
    value = numbers(amounts, quantities, closes)[[amounts.place[pair] for pair in wanted]]
    rows = pd.DataFrame(
        [(scope.region, scope.scope, name) for scope, name in wanted],
        columns=["region", "scope", "measure"],
    )
    table = rows.loc[rows.index.repeat(value.shape[1])].reset_index(drop=True)
    table["period"] = np.tile(np.arange(first, first + value.shape[1]), len(rows))
    return table.assign(value=value.ravel())


def limit_table(book: Book, limits: LimitRows, quantities: Quantities) -> pd.DataFrame:
    """List every limit and period as the plan table `limits` of the contract, section 9; prices are blank yet."""
    value = numbers(limits.amounts, quantities, slice(None))
    return _measured(book, limits, limits.table, value, limits.table["period"].to_numpy(int) - 1)


def opening_limit_table(book: Book, limits: LimitRows) -> pd.DataFrame:
    """Measure every limit at the opening, with the weights of period 1 at the opening's exchange rates."""
    book = book.at_opening()
    amounts = replace(limits.amounts, book=book)
    value = numbers(amounts, opening_quantities(book), slice(0, 1))
    first = limits.table[
        limits.table["period"] == limits.table.groupby("limit")["period"].transform("min")
    ]
    table = _measured(book, limits, first, value, np.zeros(len(first), dtype=int))
    return table.assign(period=0)


def _measured(
    book: Book, limits: LimitRows, table: pd.DataFrame, value: np.ndarray, column: np.ndarray
) -> pd.DataFrame:
    numerator = value[table["numerator_at"].to_numpy(int), column]
    has = (table["denominator_at"] >= 0).to_numpy()
    denominator = np.where(has, value[table["denominator_at"].to_numpy(int), column], np.nan)
    bound = bounds_in_force(table, limits.steps, value, column)
    turned = np.where(table["sense"] == "min", 1.0, -1.0)
    headroom = turned * (numerator - bound * np.where(has, denominator, 1.0))
    ratio = np.divide(
        numerator, denominator, out=np.full(len(table), np.nan), where=denominator > 0
    )
    measured = pd.DataFrame(
        {
            "limit": table["limit"].to_numpy(),
            "period": table["period"].to_numpy(int),
            "scenario": book.scenario,
            "numerator": numerator,
            "denominator": denominator,
            "value": np.where(has, ratio, numerator),
            "bound": bound,
            "headroom": headroom,
            "shortfall": np.maximum(0.0, -headroom),
            "price": 0.0,
        }
    )
    return measured.assign(status=_status(book, table, measured, turned))


def _status(
    book: Book, table: pd.DataFrame, measured: pd.DataFrame, turned: np.ndarray
) -> np.ndarray:
    """Say how each limit stands: a miss of at most one quantum per position and lane in its scope is none."""
    allowed = tolerance(book, table)
    headroom = measured["headroom"].to_numpy(float)
    missed = headroom < -allowed
    warning = table["early_warning"].to_numpy(float)
    amber = is_warned(measured["value"].to_numpy(float), warning, turned)
    soft = (table["enforcement"] == "soft").to_numpy()
    return np.select(
        [~table["enforced"].to_numpy(), missed & soft, missed, headroom <= allowed, amber],
        ["waived", "short", "broken", "binding", "amber"],
        default="met",
    )


def is_warned(
    value: np.ndarray, warning: np.ndarray | float, turned: np.ndarray | float
) -> np.ndarray:
    """Tell which values have reached their early warning: at that value a limit turns amber (contract, section 7).

    `turned` is 1 for a min, -1 for a max. False where either is blank.
    """
    return np.asarray(turned * (value - warning) <= _SAME * np.abs(warning))


def tolerance(book: Book, table: pd.DataFrame) -> np.ndarray:
    """Give the miss that still counts as kept: one quantum per position and lane in the scope. Contract, section 5."""
    scopes = [Scope(*key) for key in table[["region", "scope", "currency"]].itertuples(index=False)]
    distinct = sorted(set(scopes))
    inside = node_mask(distinct, book.nodes, book.subtree)
    held = np.zeros((len(book.nodes), book.periods))
    np.add.at(held, book.node, book.fx)
    ends = np.zeros((len(distinct), book.periods))
    if len(book.lanes):
        touches = inside[:, book.end_nodes["lender"]] | inside[:, book.end_nodes["borrower"]]
        ends = touches @ book.lanes.fx
    allowed = (inside @ held + ends) * book.case.settings.quantum
    place = {scope: number for number, scope in enumerate(distinct)}
    at = [place[scope] for scope in scopes]
    return np.asarray(allowed[at, table["period"].to_numpy(int) - 1])


def keep_ledger(book: Book, plan: Plan, limits: LimitRows) -> Ledger:
    """Write up a plan: all its tables, and the objective of the plan as written."""
    positions, lanes = accounts.flows(book, plan), accounts.lane_flows(book, plan)
    income = accounts.regional_income(book, positions, lanes)
    quantities = quantities_of(book, plan, income)
    limit = limit_table(book, limits, quantities)
    value = accounts.horizon_value(book, plan)
    objective = _objective_table(book, plan, income, limits, limit, value)
    return Ledger(
        tables={
            "positions": accounts.position_table(book, plan, positions.income),
            "lanes": accounts.lane_table(book, plan, lanes),
            "limits": limit,
            "measures": measure_table(book, quantities, 1, slice(None)),
            "regions": income,
            "objective": objective,
        },
        objective=float(objective["value"].sum()),
        horizon_value=value,
        income=float(income["income"].sum()),
        interest=float(quantities.earnings["net_interest_income"].sum()),
    )


def opening_tables(book: Book, limits: LimitRows) -> dict[str, pd.DataFrame]:
    """Measure the opening balance sheet, which all plans of a case share: `opening`, `opening_limits`."""
    return {
        "opening": measure_table(book.at_opening(), opening_quantities(book), 0, slice(0, 1)),
        "opening_limits": opening_limit_table(book, limits),
    }


def _objective_table(
    book: Book,
    plan: Plan,
    income: pd.DataFrame,
    limits: LimitRows,
    limit: pd.DataFrame,
    value: float,
) -> pd.DataFrame:
    """List the parts of the objective, discounted and signed, so that all values sum to it."""
    periods = np.arange(1, book.periods + 1)
    discount, years = book.discount[periods], book.year_fraction[periods]
    after_tax = income.groupby("period")["income"].sum().sort_index().to_numpy(float)
    charged = limits.table["enforced"] & (limits.table["enforcement"] == "soft")
    missed = (limit["shortfall"] * limits.table["penalty"].fillna(0.0)).where(charged, 0.0)
    penalty = missed.groupby(limit["period"]).sum().reindex(periods, fill_value=0.0).to_numpy(float)
    parts = {
        "income": after_tax,
        "capital_charge": -accounts.capital_charge(book, plan),
        "penalty": -penalty * years,
        "target_charge": -accounts.target_charge(book, plan),
    }
    table = pd.concat(
        [
            pd.DataFrame({"part": name, "period": periods, "value": each * discount})
            for name, each in parts.items()
        ]
    )
    last = pd.DataFrame({"part": ["horizon_value"], "period": [0], "value": [value]})
    return pd.concat([table, last], ignore_index=True)
