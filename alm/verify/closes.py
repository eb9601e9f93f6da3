"""What measures weigh at some closes: those of the plan, or the opening balance sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alm.verify.books import Books
from alm.verify.income import REGIONAL, Income
from alm.verify.ladder import moved_by_ladder, opening_still_there, still_there
from alm.verify.lanes import Lanes
from alm.verify.terms import Terms


@dataclass(frozen=True, eq=False)
class Closes:
    """Arrays (row, close).

    Parameters
    ----------
    numbers : (close)
        0 is the opening balance sheet.
    weights
        Which periods' weights and add-ons apply.
    balance, new, sold
        Of positions, in their own currency.
    position_fx, lane_fx, debt_fx
        Reporting units per unit of the currency of positions, of what is lent, of what is owed.
    claim, debt, transfer
        Of lanes, reporting currency.
    carries
        Whether a lane carries anything.
    regional
        Columns of regional income, reporting currency.
    still_there
        Part of the books that is still there so many periods after each close: for weights by time left.
    """

    terms: Terms
    numbers: np.ndarray
    weights: slice
    balance: np.ndarray
    new: np.ndarray
    sold: np.ndarray
    position_fx: np.ndarray
    lane_fx: np.ndarray
    debt_fx: np.ndarray
    claim: np.ndarray
    debt: np.ndarray
    transfer: np.ndarray
    carries: np.ndarray
    regional: dict[str, np.ndarray]
    still_there: Callable[[float], np.ndarray]

    def attribute(self, name: str) -> np.ndarray:
        """Attribute of each position: (position, close)."""
        return self.terms.attribute(name)[:, self.weights]

    def lane_attribute(self, end: str, name: str) -> np.ndarray:
        """Attribute of the claim (end "lender") or the debt ("borrower"): (lane, close)."""
        return self.terms.lane_attribute(end, name)[:, self.weights]

    def moved_by_ladder(self, attribute: str) -> np.ndarray:
        """Return what the time left of books adds to attribute x balance: (position, close)."""
        weight = self.attribute(attribute)
        return moved_by_ladder(self.terms, self.still_there, attribute, weight)


def planned(terms: Terms, books: Books, lanes: Lanes, income: Income) -> Closes:
    """Return the closes of the plan, balances as written."""
    return Closes(
        terms,
        np.arange(1, terms.periods + 1),
        slice(None),
        balance=books.written_balance[:, 1:],
        new=books.new,
        sold=books.sold_amount,
        position_fx=terms.position_fx,
        lane_fx=terms.lane_fx,
        debt_fx=terms.debt_fx,
        claim=lanes.claim,
        debt=lanes.debt,
        transfer=lanes.plan.lane("transfer") * terms.lane_fx,
        carries=lanes.carries,
        regional=income.of_regions,
        still_there=lambda ahead: still_there(terms, books, ahead),
    )


def opening(terms: Terms) -> Closes:
    """Return the opening balance sheet: base fx, the weights of period 1, no flows yet."""
    lanes = terms.lanes
    outstanding = lanes["opening"].to_numpy(float)[:, None]
    lane_fx = terms.base_fx(lanes["currency"])[:, None]
    nothing = np.zeros((len(terms.positions), 1))
    return Closes(
        terms,
        np.array([0]),
        slice(0, 1),
        balance=terms.opening[:, None],
        new=nothing,
        sold=nothing,
        position_fx=terms.opening_fx[:, None],
        lane_fx=lane_fx,
        debt_fx=terms.base_fx(lanes["borrower_currency"])[:, None],
        claim=outstanding * lane_fx,
        debt=outstanding * lane_fx,  # not rounded: it is what the case says
        transfer=np.zeros(outstanding.shape),
        carries=np.rint(outstanding / terms.quantum) >= 1,
        regional={name: np.zeros((len(terms.regions), 1)) for name in REGIONAL},
        still_there=lambda ahead: opening_still_there(terms, ahead),
    )
