"""The book: a case resolved into arrays, the only thing that the model and the accounts read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from alm.case import Case
from alm.case.calendar import year_fractions
from alm.formulation.attributes import resolve_attributes
from alm.formulation.lane_book import LaneBook, by_period, open_lanes
from alm.formulation.runoff import legacy_share, surviving
from alm.formulation.scopes import subtree_matrix

MONTHS = {"month": 1, "quarter": 3, "year": 12}
# Interest, fees and losses of assets and commitments come in; those of liabilities and equity go out.
SIGN = {"asset": 1.0, "off_balance": 1.0, "liability": -1.0, "equity": -1.0}
PRODUCT_COLUMNS = [
    "side",
    "class",
    "tenor_months",
    "amortisation",
    "rate_type",
    "beta",
    "tax_exempt",
    "ftp_curve",
    "ftp_tenor_months",
    "fixed_cost",
    "lot",
    "max_disposal",
    "minimum_ticket",
    "disposal_haircut",
    "hqla_class",
    "capital_tier",
]


@dataclass(frozen=True)
class Book:
    """A case as arrays over `position`, `period`, `lane` and `node`.

    Amounts are in table units of their own currency, `fx` turns them into reporting currency. Arrays
    over time have one column per period 1..T, except where `0..T` is said. They are those of the case
    as it stands; a scenario changes them and nothing else.

    Attributes
    ----------
    positions : DataFrame
        One row per position in the order of the key, with the columns of its product.
    nodes : DataFrame
        `region, currency`; every place where funds must balance.
    year_fraction, discount : array (0..T+beyond)
        Indexed by the number of the period; period 0 counts nothing.
    fx : array (position, period)
        Reporting units per unit of the position's currency: balances of a close and income of a period
        count at that period's rate, what comes after T at the rate of T.
    own_rate : array (position, period)
        Rate per year that the legacy book or the plug earns in each period.
    new_rate : array (position, period written)
        Rate posted for new business, at the reference volume.
    at_first, passed_on : array (position, period)
        Under a scenario, a floating cohort earns `new_rate` in the period in which it is written; in each later
        one `new_rate` less `at_first` of the period written plus `passed_on` of that period. 0 otherwise.
    attribute : dict of str to array (position, period)
    legacy : array (position, 0..T+beyond)
        Share of the legacy book still there, shocks included.
    survival : array (position, age 0..T+beyond)
        Share of a cohort still there by its tenor and amortisation.
    lasting : array (position, period)
        Share that a run-off shock of that period leaves of what was written before; 1 otherwise.
    min_balance, max_balance, min_new, max_new : array (position, period)
    scenario : str
        Whose shocks the arrays carry, and whose limits hold besides those of `all`.
    """

    case: Case
    positions: pd.DataFrame
    nodes: pd.DataFrame
    regions: pd.DataFrame
    subtree: pd.DataFrame
    year_fraction: np.ndarray
    discount: np.ndarray
    beyond: int
    node: np.ndarray
    region: np.ndarray
    sign: np.ndarray
    fx: np.ndarray
    tax_rate: np.ndarray
    opening: np.ndarray
    plug: np.ndarray
    own_rate: np.ndarray
    new_rate: np.ndarray
    at_first: np.ndarray
    passed_on: np.ndarray
    attribute: dict[str, np.ndarray]
    legacy: np.ndarray
    survival: np.ndarray
    lasting: np.ndarray
    min_balance: np.ndarray
    max_balance: np.ndarray
    min_new: np.ndarray
    max_new: np.ndarray
    lanes: LaneBook
    scenario: str

    @property
    def periods(self) -> int:
        """Number of planning periods T."""
        return self.case.settings.periods

    @property
    def step(self) -> int:
        """Months per period."""
        return MONTHS[self.case.settings.step]

    @cached_property
    def dealt(self) -> np.ndarray:
        """Positions whose new business is a decision or is tied to something, as row numbers.

        A renewal floor and the cost of leaving last month's volume hold where nothing may be written, too.
        """
        column = self.positions
        tied = (column["min_renewal"].fillna(0.0) > 0) | (
            (column["adjustment_cost"] > 0) & column["last_new"].notna()
        )
        written = (self.max_new > 0).any(axis=1) | (self.min_new > 0).any(axis=1)
        return np.flatnonzero(~self.plug & (written | tied.to_numpy()))

    @cached_property
    def disposable(self) -> np.ndarray:
        """Positions of whose legacy book a part may be sold, as row numbers."""
        share = self.positions["max_disposal"].to_numpy(float)
        return np.flatnonzero(~self.plug & (share > 0) & (self.opening > 0))

    @cached_property
    def booked(self) -> np.ndarray:
        """Positions whose balance is a column: decided ones, plugs, and those with a bound or target of their own."""
        bound = (self.min_balance > 0).any(axis=1) | np.isfinite(self.max_balance).any(axis=1)
        chosen = bound | self.plug
        for rows in (self.dealt, self.disposable, self.targeted, self.retaining):
            chosen[rows] = True
        return np.flatnonzero(chosen)

    @cached_property
    def targeted(self) -> np.ndarray:
        """Position that each row of the table `targets` names, as row numbers: (target)."""
        key = ["region", "currency", "product"]
        every = pd.MultiIndex.from_frame(self.positions[key])
        return every.get_indexer(pd.MultiIndex.from_frame(self.case.table("targets")[key]))

    @cached_property
    def retaining(self) -> np.ndarray:
        """Equity positions to which a region's retained income is posted, as row numbers. Contract, section 5."""
        earnings = self.case.settings.earnings
        home = self.regions.set_index("region")["currency"]
        own = (self.positions["product"] == earnings.product) & (
            self.positions["currency"] == self.positions["region"].map(home)
        )
        return np.flatnonzero(own.to_numpy() & (earnings.retained > 0))

    @cached_property
    def end_nodes(self) -> dict[str, np.ndarray]:
        """Node of each lane's `lender` and `borrower`: arrays (lane)."""
        nodes = pd.MultiIndex.from_frame(self.nodes)
        ends = {"lender": "currency", "borrower": "borrower_currency"}
        return {
            end: nodes.get_indexer(pd.MultiIndex.from_frame(self.lanes.table[[end, money]]))
            for end, money in ends.items()
        }

    def left_after(self, age: int) -> np.ndarray:
        """Share that run-off shocks leave of what was written `age` periods before each close: (position, period)."""
        shape = self.lasting.shape
        if age == 0 or not self._has_run_off_shocks:
            return np.broadcast_to(1.0, shape)
        if age not in self._left:
            before = np.concatenate([np.ones((shape[0], age - 1)), self.lasting], axis=1)
            self._left[age] = np.asarray(sliding_window_view(before, age, axis=1).prod(axis=-1))
        return self._left[age]

    @cached_property
    def _left(self) -> dict[int, np.ndarray]:
        """What `left_after` has worked out, by age."""
        return {}

    def cohort_share(self, age: int) -> np.ndarray:
        """Share still there of the cohort written `age` periods before each close: (position, period)."""
        return self.survival[:, age : age + 1] * self.left_after(age)

    @cached_property
    def _has_run_off_shocks(self) -> bool:
        return bool((self.lasting != 1.0).any())

    @cached_property
    def node_fx(self) -> np.ndarray:
        """Reporting units per unit of each node's currency: (node, period)."""
        rate = np.ones((len(self.nodes), self.periods))
        rate[self.end_nodes["lender"]] = self.lanes.fx
        rate[self.end_nodes["borrower"]] = self.lanes.debt_fx / self.lanes.debt_ratio[:, None]
        rate[self.node] = self.fx
        return rate

    def at_opening(self) -> Book:
        """Give the same book at the exchange rates of the opening balance sheet, which no scenario moves."""
        rates = exchange_rates(self.case)
        return replace(
            self,
            fx=by_period(self.positions["currency"].map(rates), self.periods),
            lanes=self.lanes.at(rates),
        )

    @cached_property
    def combinations(self) -> dict[str, pd.DataFrame]:
        """Terms and weights of each combined measure: `term, weight`, by its name. Contract, section 7."""
        by_name = self.case.table("measures").groupby("measure")
        return {str(name): rows[["term", "weight"]] for name, rows in by_name}

    @property
    def average(self) -> tuple[float, float]:
        """Weights of the opening and the closing balance in the balance that earns interest."""
        return (0.5, 0.5) if self.case.settings.accrual == "average" else (0.0, 1.0)

    @cached_property
    def funding_sign(self) -> np.ndarray:
        """+1 for assets, -1 for liabilities and equity, 0 off balance: (position)."""
        return np.where(self.positions["side"] == "off_balance", 0.0, self.sign)


def open_book(case: Case) -> Book:
    """Resolve a valid case into arrays.

    Parameters
    ----------
    case : Case
        As `alm.case.load` returns it, all defaults filled.

    Returns
    -------
    Book
    """
    settings = case.settings
    step = MONTHS[settings.step]
    beyond = int(settings.horizon.max_months // step) if settings.horizon_value == "run_off" else 0
    through = settings.periods + beyond
    regions = case.table("regions").reset_index(drop=True)
    products = case.table("products").set_index("product")
    positions = case.table("positions").reset_index(drop=True)
    positions = positions.join(products[PRODUCT_COLUMNS], on="product")
    fx = exchange_rates(case)
    lanes = open_lanes(case, fx, step)
    nodes = _nodes(positions, lanes)
    node_of = pd.MultiIndex.from_frame(nodes)
    year_fraction = np.concatenate([[0.0], year_fractions(settings, through)])
    bounds = _bounds(case, positions)
    region = pd.Index(regions["region"]).get_indexer(positions["region"])
    return Book(
        case=case,
        positions=positions,
        nodes=nodes,
        regions=regions,
        subtree=subtree_matrix(regions),
        year_fraction=year_fraction,
        discount=(1.0 + settings.discount_rate) ** -np.cumsum(year_fraction),
        beyond=beyond,
        node=node_of.get_indexer(pd.MultiIndex.from_frame(positions[["region", "currency"]])),
        region=region,
        sign=positions["side"].map(SIGN).to_numpy(float),
        fx=by_period(positions["currency"].map(fx), settings.periods),
        tax_rate=regions["tax_rate"].to_numpy(float)[region],
        opening=positions["balance"].to_numpy(float),
        plug=positions["plug"].to_numpy(bool),
        own_rate=by_period(positions["rate"], settings.periods),
        new_rate=by_period(positions["new_rate"], settings.periods),
        at_first=np.zeros((len(positions), settings.periods)),
        passed_on=np.zeros((len(positions), settings.periods)),
        lasting=np.ones((len(positions), settings.periods)),
        attribute=resolve_attributes(case, positions),
        legacy=legacy_share(case, positions, through, step),
        survival=surviving(
            positions["amortisation"].to_numpy(object),
            positions["tenor_months"].to_numpy(float) / step,
            np.arange(through + 1),
        ),
        lanes=lanes,
        scenario="base",
        **bounds,
    )


def exchange_rates(case: Case) -> dict[str, float]:
    """Give reporting units per unit of each currency; the reporting currency itself is 1."""
    fx = case.table("fx")
    return {
        **dict(zip(fx["currency"], fx["rate"].astype(float), strict=True)),
        case.settings.currency: 1.0,
    }


def _nodes(positions: pd.DataFrame, lanes: LaneBook) -> pd.DataFrame:
    """List every (region, currency) that holds a position or an end of a lane, in order."""
    lender = lanes.table[["lender", "currency"]].set_axis(["region", "currency"], axis=1)
    borrower = lanes.table[["borrower", "borrower_currency"]].set_axis(
        ["region", "currency"], axis=1
    )
    every = pd.concat([positions[["region", "currency"]], lender, borrower])
    return every.drop_duplicates().sort_values(["region", "currency"], ignore_index=True)


def _bounds(case: Case, positions: pd.DataFrame) -> dict[str, np.ndarray]:
    """Spread the bounds of the positions over the periods and lay the table `bounds` over them."""
    periods = np.arange(1, case.settings.periods + 1)
    overrides = case.table("bounds")
    key = ["region", "currency", "product"]
    at = pd.MultiIndex.from_frame(positions[key]).get_indexer(
        pd.MultiIndex.from_frame(overrides[key])
    )
    during = (periods[None, :] >= overrides["start"].to_numpy()[:, None]) & (
        periods[None, :] <= overrides["end"].to_numpy()[:, None]
    )
    spread = {}
    for name, blank in (
        ("min_balance", 0.0),
        ("max_balance", np.inf),
        ("min_new", 0.0),
        ("max_new", 0.0),
    ):
        value = by_period(positions[name].fillna(blank), len(periods))
        given = overrides[name].to_numpy(float)
        row, period = np.nonzero(during & ~np.isnan(given)[:, None])
        value[at[row], period] = given[row]
        spread[name] = value
    return spread
