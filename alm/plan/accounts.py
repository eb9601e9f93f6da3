"""The accounts of a plan: what each position, lane and region earns, and the objective, in exact numbers.

Interest is earned on cohorts as they are, each at the rate it was written at; everything else, running costs
included, is measured on the closing balances of the plan, which are whole quanta.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.earnings import (
    after_tax_interest,
    capital_charge_per_unit,
    cohort_average,
    horizon_margin,
    lane_unit_income,
    later_rate,
    legacy_horizon_value,
    tail_years,
)
from alm.formulation.fixed_costs import (
    corridor_fixed_cost,
    lane_fixed_cost,
    product_fixed_cost,
)
from alm.formulation.integers import corridor_members
from alm.formulation.measures.weights import addons
from alm.formulation.tiers import tier_interest
from alm.plan.decisions import cohort_balance, legacy_balance, sold_share

if TYPE_CHECKING:
    from alm.plan.rounding import Plan

NEARLY = 1e-6
"""Quanta: as near to a whole number of them an amount is one."""


@dataclass(frozen=True)
class Flows:
    """Income of positions before tax, by kind: arrays (position, period) in reporting currency.

    `interest` is signed: received positive, paid negative. The others are costs, positive.
    """

    interest: np.ndarray
    expected_loss: np.ndarray
    operating_cost: np.ndarray
    back_book: np.ndarray
    adjustment: np.ndarray
    disposal_loss: np.ndarray

    @property
    def income(self) -> np.ndarray:
        """Income before tax."""
        costs = self.expected_loss + self.operating_cost + self.back_book
        return np.asarray(self.interest - costs - self.adjustment - self.disposal_loss)


def written_rate(book: Book, new: np.ndarray) -> np.ndarray:
    """Give the rate posted for the new business of each period: (position, period). Contract, section 4.

    With tiers it is the average over the volume.
    """
    slope = book.positions["price_slope"].to_numpy(float)[:, None]
    reference = book.positions["reference_volume"].to_numpy(float)[:, None]
    tiers = np.divide(tier_interest(book, new), new, out=np.zeros_like(new), where=new > 0)
    return np.asarray(book.new_rate + tiers - book.sign[:, None] * slope * (new - reference))


def average_legacy(book: Book, plan: Plan) -> np.ndarray:
    """Give the balance of the legacy book or plug that earns in each period: (position, period)."""
    opening, closing = book.average
    close = legacy_balance(book, plan.decisions.sold) + plan.decisions.plug
    before = np.concatenate([book.opening[:, None], close[:, :-1]], axis=1)
    return np.asarray(opening * before + closing * close)


def average_written(book: Book, plan: Plan) -> np.ndarray:
    """Give the average of the balances as the plan writes them, rounded: (position, period)."""
    opening, closing = book.average
    before = np.concatenate([book.opening[:, None], plan.balance[:, :-1]], axis=1)
    return np.asarray(opening * before + closing * plan.balance)


def flows(book: Book, plan: Plan) -> Flows:
    """Work out what positions earn and cost, period by period. Contract, section 5."""
    years, fx, new = book.year_fraction[1 : book.periods + 1], book.fx, plan.decisions.new
    written = written_rate(book, new)
    interest = book.own_rate * average_legacy(book, plan)
    for age in range(book.periods):
        rate = written[:, : book.periods - age] + later_rate(book, age)
        interest[:, age:] += cohort_average(book, age) * rate * new[:, : book.periods - age]
    running = average_written(book, plan) * fx * years
    haircut = book.positions["disposal_haircut"].to_numpy(float)[:, None]
    return Flows(
        interest=book.sign[:, None] * interest * fx * years,
        expected_loss=book.attribute["expected_loss"] * (book.sign > 0)[:, None] * running,
        operating_cost=book.attribute["operating_cost"] * running,
        back_book=_back_book_cost(book, new) * fx * years,
        adjustment=_adjustment_cost(book, new) * fx + product_fixed_cost(book)[:, None] * (new > 0),
        disposal_loss=haircut * plan.decisions.sold * fx,
    )


def _back_book_cost(book: Book, new: np.ndarray) -> np.ndarray:
    """Reprice the legacy book, before disposals, where volume exceeds its reference: (position, period), per year."""
    opening, closing = book.average
    share = (
        opening * book.legacy[:, : book.periods] + closing * book.legacy[:, 1 : book.periods + 1]
    )
    scale = (book.positions["back_book"] * book.positions["price_slope"]).to_numpy(float)
    over = np.maximum(0.0, new - book.positions["reference_volume"].to_numpy(float)[:, None])
    return np.asarray((scale * book.opening)[:, None] * share * over)


def _adjustment_cost(book: Book, new: np.ndarray) -> np.ndarray:
    """Charge each change of volume against the period before; a blank `last_new` leaves the first one free."""
    last = book.positions["last_new"].to_numpy(float)[:, None]
    before = np.concatenate([np.where(np.isnan(last), new[:, :1], last), new[:, :-1]], axis=1)
    return np.asarray(
        book.positions["adjustment_cost"].to_numpy(float)[:, None] * np.abs(new - before)
    )


@dataclass(frozen=True)
class LaneFlows:
    """Interest; cost, withholding tax and fixed costs of lanes: arrays (lane, period), reporting currency."""

    interest: np.ndarray
    lost: np.ndarray


def lane_flows(book: Book, plan: Plan) -> LaneFlows:
    """Work out what borrowers pay and what the group loses on lanes. Contract, section 6."""
    opening, closing = book.average
    first = book.lanes.table["opening"].to_numpy(float)[:, None]
    before = np.concatenate([first, plan.outstanding[:, :-1]], axis=1)
    years = book.year_fraction[1 : book.periods + 1]
    average = (opening * before + closing * plan.outstanding) * book.lanes.fx * years
    _, paid, lost = lane_unit_income(book)
    fixed = _fixed_of_lanes(book, plan.outstanding > 0)
    return LaneFlows(average * paid[:, None], average * lost[:, None] + fixed)


def _fixed_of_lanes(book: Book, carries: np.ndarray) -> np.ndarray:
    """Charge fixed costs of lanes and of corridors, these to their first lane: (lane, period). Contract, section 6."""
    fixed = carries * lane_fixed_cost(book)[:, None]
    cost, bearer = corridor_fixed_cost(book)
    member = corridor_members(book)
    for corridor in np.flatnonzero(bearer >= 0):
        used = carries[member == corridor].any(axis=0)
        fixed[bearer[corridor]] += cost[corridor] * used
    return fixed


def regional_income(book: Book, positions: Flows, lanes: LaneFlows) -> pd.DataFrame:
    """Add up income by region and period, before and after tax.

    Returns
    -------
    DataFrame
        As the plan table `regions` of docs/architecture.md.
    """
    size = (len(book.regions), book.periods)
    lender = book.subtree.columns.get_indexer(pd.Index(book.lanes.table["lender"]))
    borrower = book.subtree.columns.get_indexer(pd.Index(book.lanes.table["borrower"]))

    def by_region(values: np.ndarray, at: np.ndarray) -> np.ndarray:
        total = np.zeros(size)
        np.add.at(total, at, values)
        return total

    parts = {
        name: by_region(getattr(positions, name), book.region)
        for name in Flows.__dataclass_fields__
    }
    lane_interest = by_region(lanes.interest, lender) - by_region(lanes.interest, borrower)
    lane_cost = by_region(lanes.lost, lender)
    before = by_region(positions.income, book.region) + lane_interest - lane_cost
    exempt = book.positions["tax_exempt"].to_numpy(float)[:, None] * positions.interest
    rate = book.regions["tax_rate"].to_numpy(float)[:, None]
    tax = rate * (before - by_region(exempt, book.region))
    table = {
        **parts,
        "lane_interest": lane_interest,
        "lane_cost": lane_cost,
        "income_before_tax": before,
        "tax": tax,
        "income": before - tax,
    }
    index = pd.MultiIndex.from_product(
        [book.regions["region"], range(1, book.periods + 1)], names=["region", "period"]
    )
    return pd.DataFrame({name: v.ravel() for name, v in table.items()}, index=index).reset_index()


def horizon_value(book: Book, plan: Plan) -> float:
    """Value what is still there after the horizon, discounted, in reporting currency. Contract, section 5."""
    if not book.beyond:
        return 0.0
    margin = horizon_margin(book)
    kept = after_tax_interest(book)[:, None] * book.sign[:, None]
    unit = kept * written_rate(book, plan.decisions.new) - margin.cohort_cost[:, None]
    cohorts = (unit * tail_years(book) * plan.decisions.new)[margin.cohort_has_value]
    unsold = 1.0 - sold_share(book, plan.decisions.sold)[:, -1]
    legacy = legacy_horizon_value(book) * book.opening * unsold * book.fx[:, -1]
    return float((cohorts * book.fx[margin.cohort_has_value, -1:]).sum() + legacy.sum())


def capital_charge(book: Book, plan: Plan) -> np.ndarray:
    """Charge the closing RWA of the group: (period), undiscounted, positive. Contract, section 5."""
    capital = book.case.settings.capital
    held = (capital_charge_per_unit(book) * plan.balance * book.fx).sum(axis=0)
    fixed = capital.charge_rate * capital.ratio * addons(book, "rwa").sum(axis=0)
    return np.asarray((held + fixed) * book.year_fraction[1 : book.periods + 1])


def target_charge(book: Book, plan: Plan) -> np.ndarray:
    """Charge squared distances from targets: (period), undiscounted, positive. Contract, section 4."""
    targets, charge = book.case.table("targets"), np.zeros(book.periods)
    at, period = book.targeted, targets["period"].to_numpy(int) - 1
    distance = plan.balance[at, period] - targets["balance"].to_numpy(float)
    np.add.at(charge, period, targets["weight"].to_numpy(float) * distance**2)
    return charge


def position_table(book: Book, plan: Plan, income: np.ndarray) -> pd.DataFrame:
    """List every position and period as the plan table `positions` of the contract, section 9.

    With retained income `posted` says what a position takes up of it: opening - matured + new - sold + posted = balance.
    What plugs take up is whole, too: what is not whole of their opening balance is given back with it.
    """
    opening = np.concatenate([book.opening[:, None], plan.balance[:, :-1]], axis=1)
    change = plan.balance - opening
    plug, decisions = book.plug[:, None], plan.decisions
    quantum = book.case.settings.quantum
    taken_up = quantum * np.ceil(np.maximum(change, 0.0) / quantum - NEARLY)
    new = np.where(plug, taken_up, decisions.new)
    sold, posted = decisions.sold, np.diff(plan.posted, prepend=0.0, axis=1)
    values = {
        "opening": opening,
        "matured": opening + new - sold + posted - plan.balance,
        "new": new,
        "sold": sold,
        "balance": plan.balance,
        "rate": _closing_rate(book, plan),
        "income": income,
    }
    if len(book.retaining):
        values["posted"] = posted
    key = book.positions[["region", "currency", "product"]]
    table = key.loc[key.index.repeat(book.periods)].reset_index(drop=True)
    table["period"] = np.tile(np.arange(1, book.periods + 1), len(key))
    return table.assign(**{name: value.ravel() for name, value in values.items()})


def _closing_rate(book: Book, plan: Plan) -> np.ndarray:
    """Average the rates of what makes up the closing balance: (position, period); 0 on nothing."""
    legacy = legacy_balance(book, plan.decisions.sold) + plan.decisions.plug
    new = plan.decisions.new
    total = legacy + cohort_balance(book, new) + plan.posted
    weighted = book.own_rate * legacy + cohort_balance(book, written_rate(book, new) * new)
    for age in range(1, book.periods):
        moved = later_rate(book, age) * new[:, : book.periods - age]
        weighted[:, age:] += book.cohort_share(age)[:, age:] * moved
    return np.divide(weighted, total, out=np.zeros_like(total), where=total > 0)


def lane_table(book: Book, plan: Plan, lanes: LaneFlows) -> pd.DataFrame:
    """List every lane and period as the plan table `lanes` of the contract, section 9."""
    before = np.concatenate(
        [book.lanes.table["opening"].to_numpy(float)[:, None], plan.outstanding[:, :-1]], axis=1
    )
    values = {
        "transfer": plan.decisions.transfer,
        "repaid": before + plan.decisions.transfer - plan.outstanding,
        "outstanding": plan.outstanding,
        "used": plan.outstanding > 0,
        "cost": lanes.lost,
    }
    index = pd.MultiIndex.from_product(
        [book.lanes.table["lane"], range(1, book.periods + 1)], names=["lane", "period"]
    )
    table = pd.DataFrame({name: v.ravel() for name, v in values.items()}, index=index).reset_index()
    # Without lanes the key has no values to take its types from.
    return table.astype({"lane": "str", "period": "int64"})
