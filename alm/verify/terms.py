"""What a case says, as arrays: the given side of every formula in this package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from alm.case import Case
from alm.verify.attributes import resolve
from alm.verify.periods import Periods
from alm.verify.shocks import ATTRIBUTES, BASE, Shocks
from alm.verify.survival import share_left

POSITION = ["region", "currency", "product"]
SIGN = {"asset": 1.0, "off_balance": 1.0, "liability": -1.0, "equity": -1.0}


@dataclass(frozen=True, eq=False)
class Terms(Periods):
    """A case, aligned: rows of `positions`, `lanes`, `regions`, `nodes` are the axes of all arrays.

    Amounts are in table units of their own currency; `fx` turns them into the reporting currency.
    Under a `scenario` its shocks are in every array that has periods.
    """

    case: Case
    scenario: str = BASE
    _resolved: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    @property
    def quantum(self) -> float:
        """Every amount of the plan is a multiple of it."""
        return self.case.settings.quantum

    @cached_property
    def shocks(self) -> Shocks:
        """The scenario's shocks."""
        rows = self.case.table("shocks")
        rows = rows.loc[(rows["scenario"] == self.scenario) & (self.scenario != BASE)]
        return Shocks(rows, pd.Index(self.regions["region"]), self.subtree, self.periods)

    def fx(self, currencies: pd.Series) -> np.ndarray:
        """Return reporting units per unit of each currency in each period: (currency, period)."""
        factor = self.shocks.translation(currencies, self.case.settings.currency)
        return self.base_fx(currencies)[:, None] * factor

    def base_fx(self, currencies: pd.Series) -> np.ndarray:
        """Return reporting units per unit of each currency (table fx; the reporting currency is 1)."""
        table = self.case.table("fx")
        rates = dict(zip(table["currency"], table["rate"], strict=True))
        rates[self.case.settings.currency] = 1.0
        return currencies.map(rates).to_numpy(float)

    # -- regions and nodes -------------------------------------------------------------------------

    @cached_property
    def regions(self) -> pd.DataFrame:
        """Table regions, indexed 0..R-1."""
        return self.case.table("regions").reset_index(drop=True)

    def region_index(self, names: pd.Series | Sequence[str]) -> np.ndarray:
        """Return the row of each region, -1 where it is unknown."""
        return self._region_names.get_indexer(pd.Index(names, dtype=object))

    @cached_property
    def _region_names(self) -> pd.Index:
        return pd.Index(self.regions["region"], dtype=object)

    @cached_property
    def subtree(self) -> np.ndarray:
        """Whether the subtree of region i holds region j: (region, region)."""
        parent = self.region_index(self.regions["parent"])
        holds = np.eye(len(parent), dtype=bool)
        child, above = np.arange(len(parent)), parent.copy()
        while (above >= 0).any():
            child, above = child[above >= 0], above[above >= 0]
            holds[above, child] = True
            above = parent[above]
        return holds

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Nodes (region, currency) that hold positions or end a lane."""
        lanes = self.lanes
        ends = [
            self.positions[["region", "currency"]],
            lanes[["lender", "currency"]].set_axis(["region", "currency"], axis=1),
            lanes[["borrower", "borrower_currency"]].set_axis(["region", "currency"], axis=1),
        ]
        return (
            pd.concat(ends).drop_duplicates().sort_values(["region", "currency"], ignore_index=True)
        )

    def node_index(self, regions: pd.Series, currencies: pd.Series) -> np.ndarray:
        """Return the row in `nodes` of each (region, currency)."""
        wanted = pd.MultiIndex.from_arrays([regions, currencies])
        return self._node_keys.get_indexer(wanted)

    @cached_property
    def _node_keys(self) -> pd.MultiIndex:
        return pd.MultiIndex.from_frame(self.nodes)

    @cached_property
    def node_region(self) -> np.ndarray:
        """Row in `regions` of each node."""
        return self.region_index(self.nodes["region"])

    # -- positions ---------------------------------------------------------------------------------

    @cached_property
    def products(self) -> pd.DataFrame:
        """Table products, indexed by product."""
        return self.case.table("products").set_index("product", drop=False)

    @cached_property
    def positions(self) -> pd.DataFrame:
        """Table positions with the columns of its product, jurisdiction and tax_rate; index 0..P-1."""
        rows = self.case.table("positions").reset_index(drop=True)
        return self.with_product(rows, rows["region"], rows["product"])

    def with_product(
        self, rows: pd.DataFrame, regions: pd.Series, products: pd.Series
    ) -> pd.DataFrame:
        """Add the columns of the product and of the region that holds it; a blank product weighs 0."""
        columns = self.products.drop(columns=["product", "name", "name_zh"])
        behaviour = columns.reindex(products).reset_index(drop=True)
        numbers = behaviour.select_dtypes("number").columns
        blank = (products == "").to_numpy()
        behaviour.loc[blank, numbers] = 0.0
        held = self.regions.set_index("region")[["jurisdiction", "tax_rate"]]
        held = held.reindex(regions).reset_index(drop=True)
        return pd.concat([rows.reset_index(drop=True), behaviour, held], axis=1)

    @cached_property
    def plug(self) -> np.ndarray:
        """Whether a position squares the day."""
        return self.positions["plug"].to_numpy(bool)

    @cached_property
    def sign(self) -> np.ndarray:
        """1 for what earns (assets, commitments), -1 for what is paid for (liabilities, equity)."""
        return self.positions["side"].map(SIGN).to_numpy(float)

    def side(self, *sides: str) -> np.ndarray:
        """Whether a position is on one of the sides."""
        return np.isin(self._sides, sides)

    @cached_property
    def _sides(self) -> np.ndarray:
        return self.positions["side"].to_numpy(str)

    @cached_property
    def position_fx(self) -> np.ndarray:
        """Reporting units per unit of the position's currency: (position, period)."""
        return self.fx(self.positions["currency"])

    @cached_property
    def opening_fx(self) -> np.ndarray:
        """The same for the opening balance sheet: (position)."""
        return self.base_fx(self.positions["currency"])

    @cached_property
    def opening(self) -> np.ndarray:
        """Balance at as_of."""
        return self.positions["balance"].to_numpy(float)

    @cached_property
    def position_region(self) -> np.ndarray:
        """Row in `regions` of each position."""
        return self.region_index(self.positions["region"])

    @cached_property
    def position_node(self) -> np.ndarray:
        """Row in `nodes` of each position."""
        return self.node_index(self.positions["region"], self.positions["currency"])

    def position_index(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the row in `positions` of each row of a table with the position's key."""
        if rows.empty:
            return np.zeros(0, np.intp)
        return self._position_keys.get_indexer(pd.MultiIndex.from_frame(rows[POSITION]))

    @cached_property
    def _position_keys(self) -> pd.MultiIndex:
        return pd.MultiIndex.from_frame(self.positions[POSITION])

    @cached_property
    def addons(self) -> dict[str, np.ndarray]:
        """Constants by measure, added to every scope that holds the region: (region, period)."""
        return {str(m): self._added(of) for m, of in self.case.table("addons").groupby("measure")}

    def _added(self, rows: pd.DataFrame) -> np.ndarray:
        period = np.arange(1, self.periods + 1)
        begun = rows["start"].to_numpy()[:, None] <= period
        applies = begun & (period <= rows["end"].to_numpy()[:, None])
        amounts = applies * rows["amount"].to_numpy(float)[:, None]
        return self.by_region(amounts, self.region_index(rows["region"]))

    def by_region(self, amounts: np.ndarray, region: np.ndarray) -> np.ndarray:
        """Sum rows of (n, period) by region: (region, period)."""
        total = np.zeros((len(self.regions), amounts.shape[1]))
        np.add.at(total, region, amounts)
        return total

    def attribute(self, name: str) -> np.ndarray:
        """Attribute of each position and period, rules and shocks applied: (position, period)."""
        return self._resolve("positions", self.positions, name)

    def _resolve(self, which: str, holders: pd.DataFrame, name: str) -> np.ndarray:
        if (which, name) not in self._resolved:
            rules = self.case.table("rules")
            values = resolve(rules, holders, name, self.periods)
            if name in ATTRIBUTES:
                values = values + self.shocks.added(name, holders)
            known = (holders["product"] != "").to_numpy()[:, None]
            self._resolved[which, name] = values * known
        return self._resolved[which, name]

    # -- lanes -------------------------------------------------------------------------------------

    @cached_property
    def lanes(self) -> pd.DataFrame:
        """Table lanes, indexed 0..L-1."""
        return self.case.table("lanes").reset_index(drop=True)

    @cached_property
    def lane_fx(self) -> np.ndarray:
        """Reporting units per unit of the lane's currency: (lane, period)."""
        return self.fx(self.lanes["currency"])

    @cached_property
    def debt_fx(self) -> np.ndarray:
        """Reporting units per unit of the currency in which the borrower owes: (lane, period)."""
        return self.fx(self.lanes["borrower_currency"])

    @cached_property
    def debt_ratio(self) -> np.ndarray:
        """Units owed per unit lent, fixed at base fx: (lane)."""
        lent, owed = self.lanes["currency"], self.lanes["borrower_currency"]
        return self.base_fx(lent) / self.base_fx(owed)

    @cached_property
    def capacity(self) -> np.ndarray:
        """Largest outstanding of each lane, inf without one: (lane, period); 0 closes the lane."""
        factor = self.shocks.multiplied("lane_capacity", *self._lane_ends.values())
        limit = self.lanes["capacity"].fillna(np.inf).to_numpy(float)[:, None]
        return np.where(factor == 0, 0.0, limit * np.where(factor == 0, 1.0, factor))

    @cached_property
    def lender_region(self) -> np.ndarray:
        """Row in `regions` of the lender."""
        return self.region_index(self.lanes["lender"])

    @cached_property
    def borrower_region(self) -> np.ndarray:
        """Row in `regions` of the borrower."""
        return self.region_index(self.lanes["borrower"])

    @cached_property
    def lender_node(self) -> np.ndarray:
        """Row in `nodes` of the lender."""
        return self.node_index(self.lanes["lender"], self.lanes["currency"])

    @cached_property
    def borrower_node(self) -> np.ndarray:
        """Row in `nodes` of the borrower."""
        return self.node_index(self.lanes["borrower"], self.lanes["borrower_currency"])

    @cached_property
    def lane_corridor(self) -> np.ndarray:
        """Row in table corridors of each lane, -1 without one."""
        names = pd.Index(self.case.table("corridors")["corridor"])
        return names.get_indexer(pd.Index(self.lanes["corridor"]))

    def lane_attribute(self, end: str, name: str) -> np.ndarray:
        """Attribute of the claim (end "lender") or the debt ("borrower"): (lane, period).

        Attributes of lanes' products follow the region that holds that end (section 3).
        """
        return self._resolve(end, self._lane_ends[end], name)

    @cached_property
    def _lane_ends(self) -> dict[str, pd.DataFrame]:
        """Products of claims and debts, with the regions that hold them."""
        columns = {
            "lender": {"currency": "currency", "product": "asset_product"},
            "borrower": {"currency": "borrower_currency", "product": "liability_product"},
        }
        ends = {
            end: pd.DataFrame(
                {"region": self.lanes[end], "lane": self.lanes["lane"]}
                | {name: self.lanes[column] for name, column in of.items()}
            )
            for end, of in columns.items()
        }
        return {
            end: self.with_product(rows, rows["region"], rows["product"])
            for end, rows in ends.items()
        }

    # -- run-off -----------------------------------------------------------------------------------

    def survival(self, lags: int) -> np.ndarray:
        """Share of a cohort that is still there after 0, 1, ... lags - 1 periods: (position, lag)."""
        product = self.products
        tenor = product["tenor_months"].to_numpy(float) / self.step_months
        shape = product["amortisation"].to_numpy(str)
        left = [share_left(shape, tenor, k) for k in range(lags)]
        rows = pd.Index(product["product"]).get_indexer(self.positions["product"])
        return np.column_stack(left)[rows] if left else np.zeros((len(rows), 0))

    @cached_property
    def residual(self) -> np.ndarray:
        """Periods left of each legacy book at as_of, NaN where it does not run off."""
        return self.positions["residual_months"].to_numpy(float) / self.step_months

    def residual_share(self, elapsed: float) -> np.ndarray:
        """Share of each legacy book still there by residual_months, `elapsed` periods after as_of."""
        shape = self.positions["residual_shape"].to_numpy(str)
        return share_left(shape, self.residual, elapsed)

    @cached_property
    def has_runoff_rows(self) -> np.ndarray:
        """Whether table runoff gives the legacy share of a position, instead of residual_months."""
        given = np.zeros(len(self.positions), bool)
        given[self.position_index(self.case.table("runoff"))] = True
        return given

    @cached_property
    def legacy_share(self) -> np.ndarray:
        """L: share of the legacy book still there at close t = 0..T, shocks applied: (position, T + 1)."""
        left = np.column_stack([self.residual_share(t) for t in range(self.periods + 1)])
        rows = self.case.table("runoff")
        left[self.position_index(rows), rows["period"].to_numpy(int)] = rows["remaining"]
        return left * self.legacy_kept

    @cached_property
    def kept(self) -> np.ndarray | None:
        """Share of older books that shocks leave in each period: (position, period); None without any."""
        return self.shocks.kept(self.positions) if self.shocks.has("runoff") else None

    @cached_property
    def legacy_kept(self) -> np.ndarray:
        """Share of the legacy books that shocks have left by close t = 0..T: (position, T + 1)."""
        share = np.ones((len(self.positions), self.periods + 1))
        if self.kept is not None:
            share[:, 1:] = np.cumprod(self.kept, axis=1)
        return share

    @cached_property
    def cohort_kept(self) -> np.ndarray:
        """Share of each period's new business that later shocks have left by T: (position, period)."""
        share = np.ones((len(self.positions), self.periods))
        if self.kept is not None:
            share[:, :-1] = np.cumprod(self.kept[:, :0:-1], axis=1)[:, ::-1]
        return share
