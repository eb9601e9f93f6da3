"""Lanes as arrays: windows, capacities, run-off of what stands at the opening, regulatory weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alm.case import Case
from alm.formulation.attributes import resolve_attributes
from alm.formulation.runoff import surviving


@dataclass(frozen=True)
class LaneBook:
    """The funding lanes of a case.

    Attributes
    ----------
    table : DataFrame
        The table `lanes` in the order of its key.
    fx : array (lane, period)
        Reporting units per unit of the lane's currency.
    debt_fx : array (lane, period)
        Reporting units that the debt on one unit lent is worth; `fx`, unless the rate between the two
        currencies has moved.
    debt_ratio : array (lane)
        Units of the borrower's currency owed per unit lent, at base `fx`.
    tenor : array of int (lane)
        In periods.
    opening : array (lane, 0..T)
        What is still outstanding of the opening amount at each close.
    capacity : array (lane, period)
        Largest outstanding; inf where there is none.
    open_window : array of bool (lane, period)
        Where new transfers may be placed.
    claim, debt : dict of str to array (lane, period)
        Attributes that the lender's claim and the borrower's debt carry.
    claim_side, debt_side : array of str (lane)
        Side of the product that the end carries; blank without one.
    """

    table: pd.DataFrame
    fx: np.ndarray
    debt_fx: np.ndarray
    debt_ratio: np.ndarray
    tenor: np.ndarray
    opening: np.ndarray
    capacity: np.ndarray
    open_window: np.ndarray
    claim: dict[str, np.ndarray]
    debt: dict[str, np.ndarray]
    claim_side: np.ndarray
    debt_side: np.ndarray

    def __len__(self) -> int:
        return len(self.table)

    def at(self, rates: dict[str, float]) -> LaneBook:
        """Give the same lanes at these exchange rates in every period."""
        periods = self.capacity.shape[1]
        owed = self.table["borrower_currency"].map(rates).to_numpy(float) * self.debt_ratio
        return replace(
            self,
            fx=by_period(self.table["currency"].map(rates), periods),
            debt_fx=by_period(owed, periods),
        )


def by_period(value: pd.Series | np.ndarray, periods: int) -> np.ndarray:
    """Say the same in every period: (row, period)."""
    return np.repeat(np.asarray(value, float)[:, None], periods, axis=1)


def open_lanes(case: Case, fx: dict[str, float], step: int) -> LaneBook:
    """Resolve the lanes of a valid case into arrays.

    Parameters
    ----------
    fx : dict of str to float
        Reporting units per unit of each currency.
    step : int
        Months per period.
    """
    table = case.table("lanes").reset_index(drop=True)
    periods = np.arange(1, case.settings.periods + 1)
    residual = table["residual_months"].to_numpy(float) / step
    # A blank residual matures in period 1: nothing of it is there at the first close.
    still = surviving(
        np.full(len(table), "bullet", dtype=object),
        np.where(np.isnan(residual), 1.0, residual),
        np.arange(len(periods) + 1),
    )
    side = case.table("products").set_index("product")["side"]
    rate = table["currency"].map(fx).to_numpy(float)
    return LaneBook(
        table=table,
        fx=by_period(rate, len(periods)),
        debt_fx=by_period(rate, len(periods)),
        debt_ratio=rate / table["borrower_currency"].map(fx).to_numpy(float),
        tenor=np.rint(table["tenor_months"].to_numpy(float) / step).astype(int),
        opening=table["opening"].to_numpy(float)[:, None] * still,
        capacity=by_period(table["capacity"].fillna(np.inf), len(periods)),
        open_window=(periods[None, :] >= table["start"].to_numpy()[:, None])
        & (periods[None, :] <= table["end"].to_numpy()[:, None]),
        claim=_attributes(case, table, "lender", "asset_product"),
        debt=_attributes(case, table, "borrower", "liability_product"),
        claim_side=table["asset_product"].map(side).fillna("").to_numpy(object),
        debt_side=table["liability_product"].map(side).fillna("").to_numpy(object),
    )


def _attributes(case: Case, lanes: pd.DataFrame, end: str, product: str) -> dict[str, np.ndarray]:
    """Resolve the attributes of one end; they follow the region that holds that end."""
    return resolve_attributes(case, pd.DataFrame({"region": lanes[end], "product": lanes[product]}))
