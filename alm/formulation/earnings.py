"""What one unit of each decision earns: interest, costs, tax, horizon value, capital charge.

All values are in reporting currency per unit of the position's own currency, discounted, after tax, and summed over the
plan's periods and, with a horizon value, the periods after it. Rates are per year, times the year fraction of each period.
Contract, sections 4 to 6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alm.formulation.book import Book
from alm.formulation.curves import ftp_rates
from alm.formulation.measures.capital import risk_weight_after_conversion


@dataclass(frozen=True)
class Earnings:
    """Coefficients of the objective.

    Attributes
    ----------
    new : array (position, period written)
        One unit of new business at its base rate, over its life.
    price : array (position, period written)
        Change of the objective per unit of balance and year of rate given up, over its life: times
        `price_slope x (volume - reference_volume)` it is what the volume costs in price.
    back_book : array (position, period)
        Cost of one unit of volume above the reference: the legacy book repriced for that period.
    adjustment : array (position, period)
        Cost of one unit of change of volume against the period before.
    balance : array (position, period)
        Plugs: interest and costs on one unit of closing balance. All: less the capital charge.
    gone : array (position, period)
        One unit of the opening legacy book gone by disposal at that close.
    sold : array (position, period)
        Loss on one unit newly sold.
    outstanding : array (lane, period)
        One unit outstanding at that close: cost, withholding tax and the difference of the two ends' income taxes.
    posted : array (position, period)
        One unit of closing balance that bears no interest: running costs only.
    constant : float
        What nobody decides: the legacy books, opening balances and add-ons.
    """

    new: np.ndarray
    price: np.ndarray
    back_book: np.ndarray
    adjustment: np.ndarray
    balance: np.ndarray
    gone: np.ndarray
    sold: np.ndarray
    outstanding: np.ndarray
    posted: np.ndarray
    constant: float


def earnings(book: Book) -> Earnings:
    """Work out the coefficients of the objective from a book."""
    when = (book.year_fraction * book.discount)[1 : book.periods + 1]
    after = (1.0 - book.tax_rate)[:, None]
    unit = legacy_unit_income(book)
    # Money that flows in a period: discounted, in reporting currency.
    flow = book.fx * book.discount[1 : book.periods + 1]
    running = np.where(book.plug[:, None], _on_balance(book, unit, when * book.fx), 0.0)
    given_up = _legacy_values(book, unit, when * book.fx)
    given_up[:, -1] += legacy_horizon_value(book) * book.fx[:, -1]
    new, price = _new_business(book, when * book.fx)
    return Earnings(
        new=new,
        price=price,
        back_book=back_book_cost(book) * after * when * book.fx,
        adjustment=_column(book, "adjustment_cost") * after * flow,
        balance=running - capital_charge_per_unit(book) * when * book.fx,
        gone=-given_up,
        sold=-_column(book, "disposal_haircut") * after * flow,
        outstanding=_lane_earnings(book, when),
        posted=_on_balance(book, -running_costs(book) * after, when * book.fx),
        constant=_constant(book, unit, when, given_up),
    )


def _column(book: Book, name: str) -> np.ndarray:
    """Give a column of the positions: (position, 1)."""
    return book.positions[name].to_numpy(float)[:, None]


def after_tax_interest(book: Book) -> np.ndarray:
    """Share of a position's interest that is left after tax, its exempt share untaxed: (position)."""
    exempt = book.positions["tax_exempt"].to_numpy(float)
    return np.asarray(1.0 - book.tax_rate * (1.0 - exempt))


def running_costs(book: Book) -> np.ndarray:
    """Cost per unit of average balance and year, before tax: (position, period).

    Expected loss on assets and commitments, operating cost on every side.
    """
    bears_loss = (book.sign > 0)[:, None]
    return np.asarray(
        book.attribute["expected_loss"] * bears_loss + book.attribute["operating_cost"]
    )


def legacy_unit_income(book: Book) -> np.ndarray:
    """Income after tax per unit of average balance and year of legacy books and plugs: (position, period)."""
    after = (1.0 - book.tax_rate)[:, None]
    interest = (after_tax_interest(book) * book.sign)[:, None] * book.own_rate
    return np.asarray(interest - running_costs(book) * after)


def capital_charge_per_unit(book: Book) -> np.ndarray:
    """Capital charge per unit of closing balance and year, untaxed: (position, period)."""
    capital = book.case.settings.capital
    return np.asarray(capital.charge_rate * capital.ratio * risk_weight_after_conversion(book))


def cohort_average(book: Book, age: int) -> np.ndarray:
    """Share that earns in each period of the cohort written `age` periods before: (position, period age+1..T).

    Its opening balance in the period in which it is written is 0.
    """
    opening, closing = book.average
    average = closing * book.cohort_share(age)[:, age:]
    if age:
        average = average + opening * book.cohort_share(age - 1)[:, age - 1 : -1]
    return np.asarray(average)


def later_rate(book: Book, age: int) -> np.ndarray:
    """Give what a cohort earns in each period above the rate it was written at: (position, period age+1..T).

    0 but for floating cohorts under a scenario. Contract, section 8.
    """
    if age == 0:
        return np.zeros_like(book.passed_on)
    return np.asarray(book.passed_on[:, age:] - book.at_first[:, :-age])


def tail_years(book: Book) -> np.ndarray:
    """Discounted years of what is still there of each cohort after the horizon: (position, period written)."""
    last = book.periods
    years = [
        _tail_years(book, book.survival[:, age + 1 : age + 1 + book.beyond])
        * book.left_after(age)[:, -1]
        for age in reversed(range(last))
    ]
    return np.stack(years, axis=1)


def _new_business(book: Book, worth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value one unit of new business by the period in which it is written.

    Parameters
    ----------
    worth : array (position, period)
        Discounted years in reporting currency.
    """
    horizon, kept = horizon_margin(book), after_tax_interest(book)[:, None]
    cost = running_costs(book) * (1.0 - book.tax_rate)[:, None]
    interest = kept * book.sign[:, None]
    years, running = np.zeros_like(cost), np.zeros_like(cost)
    for age in range(book.periods):
        written = slice(0, book.periods - age)
        earning = cohort_average(book, age) * worth[:, age:]
        years[:, written] += earning
        running[:, written] += earning * (interest * later_rate(book, age) - cost[:, age:])
    tail = np.where(horizon.cohort_has_value[:, None], tail_years(book), 0.0) * book.fx[:, -1:]
    new = interest * (years + tail) * book.new_rate + running - tail * horizon.cohort_cost[:, None]
    return new, kept * (years + tail)


def _tail_years(book: Book, share: np.ndarray) -> np.ndarray:
    """Discounted years of what is still there after the horizon: (position)."""
    last = book.periods
    when = (book.year_fraction * book.discount)[last + 1 : last + 1 + book.beyond]
    return np.asarray(share @ when) if book.beyond else np.zeros(len(share))


@dataclass(frozen=True)
class HorizonMargin:
    """What is taken off the rate per unit of balance and year after the horizon, after tax: (position)."""

    cohort_cost: np.ndarray
    cohort_has_value: np.ndarray
    legacy_cost: np.ndarray
    legacy_has_value: np.ndarray


def horizon_margin(book: Book) -> HorizonMargin:
    """Work out funding cost, running costs and capital charge after the horizon. Contract, section 5."""
    after = 1.0 - book.tax_rate
    settings = book.case.settings
    running = running_costs(book)[:, -1] * after
    if settings.horizon.capital:
        running = running + capital_charge_per_unit(book)[:, -1]
    cohort_ftp, legacy_ftp = ftp_rates(book)
    key, positions = ["region", "currency", "product"], book.positions
    given = pd.MultiIndex.from_frame(book.case.table("runoff")[key])
    own = pd.MultiIndex.from_frame(positions[key]).isin(given)
    counts = ~book.plug & (settings.horizon_value == "run_off")
    return HorizonMargin(
        cohort_cost=after * book.sign * cohort_ftp + running,
        cohort_has_value=counts & positions["tenor_months"].notna().to_numpy(),
        legacy_cost=after * book.sign * legacy_ftp + running,
        legacy_has_value=counts & positions["residual_months"].notna().to_numpy() & ~own,
    )


def legacy_horizon_value(book: Book) -> np.ndarray:
    """Value after the horizon of one unit of the opening legacy book that is not sold: (position), own currency."""
    horizon = horizon_margin(book)
    rate = after_tax_interest(book) * book.sign * book.positions["rate"].to_numpy(float)
    years = _tail_years(book, book.legacy[:, book.periods + 1 :])
    return np.where(horizon.legacy_has_value, years * (rate - horizon.legacy_cost), 0.0)


def _on_balance(book: Book, unit: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Value one unit of closing balance that earns the legacy rate (plugs): (position, period)."""
    opening, closing = book.average
    earned = unit * worth
    value = closing * earned
    value[:, :-1] += opening * earned[:, 1:]
    return np.asarray(value)


def _legacy_values(book: Book, unit: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Value one unit of the opening legacy book that stays at each close: (position, period).

    At close t the share still there earns as closing balance of t and as opening balance of t + 1.
    """
    opening, closing = book.average
    earned, share = unit * worth, book.legacy[:, 1 : book.periods + 1]
    value = closing * earned * share
    value[:, :-1] += opening * earned[:, 1:] * share[:, :-1]
    return np.asarray(value)


def back_book_cost(book: Book) -> np.ndarray:
    """Cost per unit of volume above the reference and year, before tax: (position, period)."""
    opening, closing = book.average
    share = (
        opening * book.legacy[:, : book.periods] + closing * book.legacy[:, 1 : book.periods + 1]
    )
    scale = book.positions["back_book"] * book.positions["price_slope"]
    return np.asarray((scale.to_numpy(float) * book.opening)[:, None] * share)


def lane_unit_income(book: Book) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give per unit of average outstanding and year, before income tax: (lane).

    Returns
    -------
    received, paid, lost : array (lane)
        What the lender receives net of cost and withholding tax, what the borrower pays, what the group loses.
    """
    table = book.lanes.table
    rate = table["rate"].to_numpy(float)
    withheld = table["tax"].to_numpy(float) * np.maximum(rate, 0.0)
    lost = table["cost"].to_numpy(float) + withheld
    return rate - lost, rate, lost


def _lane_earnings(book: Book, when: np.ndarray) -> np.ndarray:
    """Value one unit outstanding at each close: (lane, period), reporting currency."""
    opening, closing = book.average
    earned = _lane_after_tax(book) * when
    value = closing * earned
    value[:, :-1] += opening * earned[:, 1:]
    return np.asarray(value)


def _lane_after_tax(book: Book) -> np.ndarray:
    """Net effect on the group per unit of average outstanding and year: (lane, period), reporting currency."""
    received, paid, _ = lane_unit_income(book)
    tax = book.regions.set_index("region")["tax_rate"]
    lender = 1.0 - book.lanes.table["lender"].map(tax).to_numpy(float)
    borrower = 1.0 - book.lanes.table["borrower"].map(tax).to_numpy(float)
    return np.asarray((lender * received - borrower * paid)[:, None] * book.lanes.fx)


def _constant(book: Book, unit: np.ndarray, when: np.ndarray, given_up: np.ndarray) -> float:
    """Sum what nobody decides: the opening balances, all legacy books unsold, the add-ons of RWA."""
    opening, _ = book.average
    first = opening * unit[:, 0] * when[0] * book.opening * book.fx[:, 0]
    legacy = np.where(book.plug, 0.0, given_up.sum(axis=1) * book.opening)
    lanes = (
        opening
        * when[0]
        * _lane_after_tax(book)[:, 0]
        * book.lanes.table["opening"].to_numpy(float)
    )
    return float(first.sum() + legacy.sum() + lanes.sum() - _addon_charge(book, when))


def _addon_charge(book: Book, when: np.ndarray) -> float:
    """Capital charge on what the table `addons` adds to the group's RWA."""
    from alm.formulation.measures.weights import addons

    capital = book.case.settings.capital
    return float(capital.charge_rate * capital.ratio * (addons(book, "rwa").sum(axis=0) @ when))
