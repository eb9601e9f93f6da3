"""Measures of any scope, by the table of section 7, exact with min and max."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from alm.case import Case
from alm.verify.closes import Closes
from alm.verify.horizon import risk_weights
from alm.verify.scopes import Scopes, solo_scopes
from alm.verify.terms import Terms


class Weighted(NamedTuple):
    """A measure that sums attribute x balance: sides that count, and which ends of lanes."""

    attribute: str
    sides: tuple[str, ...]
    claims: bool
    debts: bool


# Section 7; off balance counts in rwa, outflow, rsf and leverage_exposure (section 3).
WEIGHTED = {
    "rwa": Weighted("risk_weight", ("asset", "off_balance"), claims=True, debts=False),
    "rsf": Weighted("rsf", ("asset", "off_balance"), claims=True, debts=False),
    "leverage_exposure": Weighted(
        "leverage_factor", ("asset", "off_balance"), claims=True, debts=False
    ),
    "asf": Weighted("asf", ("liability", "equity"), claims=False, debts=True),
    "required_reserve": Weighted("reserve_ratio", ("liability",), claims=False, debts=True),
    "outflow": Weighted("lcr_outflow", ("liability", "off_balance"), claims=False, debts=True),
    "inflow": Weighted("lcr_inflow", ("asset",), claims=True, debts=False),
}
ALL_SIDES = ("asset", "liability", "equity", "off_balance")
CAPITAL = {"cet1": ("cet1",), "tier1": ("cet1", "at1"), "total_capital": ("cet1", "at1", "t2")}
HQLA_CLASSES = ("L1", "L2A", "L2B")


@dataclass(frozen=True, eq=False)
class Measures:
    """The measures at some closes, recomputed from balances as written, reporting currency."""

    terms: Terms
    closes: Closes
    _weights: dict[str, np.ndarray] = field(default_factory=dict)

    def value(self, name: str, scopes: Scopes) -> np.ndarray:
        """Return a measure at each close: (scope, close).

        Raises
        ------
        KeyError
            If the measure is none that this package can confirm.
        """
        formula = FORMULAS.get(name)
        if formula is not None:
            return formula(self, scopes)
        kind, _, argument = name.partition(":")
        if argument:
            return FAMILIES[kind](self, scopes, argument)
        if name in self.terms.case.settings.custom_measures:
            return self._custom(name, scopes)
        return self._combination(name, scopes)

    # -- sums --------------------------------------------------------------------------------------

    def balance(self, *sides: str) -> np.ndarray:
        """Translate closing balances of some sides, reporting currency: (position, close)."""
        return self.closes.balance * self.terms.side(*sides)[:, None] * self.closes.position_fx

    def weighted(self, name: str, scopes: Scopes) -> np.ndarray:
        """Sum weight x balance of positions and of crossing lanes by their products, and add-ons."""
        rule = WEIGHTED[name]
        lanes = self._lanes_weighted(rule.attribute, scopes, claims=rule.claims, debts=rule.debts)
        return scopes.positions(self._position_weighted(name)) + lanes + self.addons(name, scopes)

    def _position_weighted(self, name: str) -> np.ndarray:
        if name not in self._weights:
            rule = WEIGHTED[name]
            rwa = name == "rwa"
            closes = self.closes
            weight = closes.attribute(rule.attribute)
            if rwa:
                weight = risk_weights(self.terms)[:, closes.weights]
            counts = self.terms.side(*rule.sides)[:, None] * closes.position_fx
            amount = closes.balance * weight + closes.moved_by_ladder(rule.attribute)
            self._weights[name] = amount * counts
        return self._weights[name]

    def _lanes_weighted(
        self, attribute: str, scopes: Scopes, *, claims: bool, debts: bool
    ) -> np.ndarray:
        closes, total = self.closes, np.zeros((len(scopes.rows), len(self.closes.numbers)))
        if claims:
            weight = closes.lane_attribute("lender", attribute)
            total += scopes.lanes(scopes.lends_out, closes.claim * weight)
        if debts:
            weight = closes.lane_attribute("borrower", attribute)
            total += scopes.lanes(scopes.borrows_in, closes.debt * weight)
        return total

    def addons(self, name: str, scopes: Scopes) -> np.ndarray:
        """Constants added to exactly this measure of every scope that holds the region (section 3)."""
        if name not in self.terms.addons:
            return np.zeros((len(scopes.rows), len(self.closes.numbers)))
        return scopes.regions(self.terms.addons[name][:, self.closes.weights])

    def _custom(self, name: str, scopes: Scopes) -> np.ndarray:
        """Sum column x balance, any side; lanes by their products, both ends."""
        amounts = self.balance(*ALL_SIDES) * self.closes.attribute(name)
        return scopes.positions(amounts) + self._lanes_weighted(
            name, scopes, claims=True, debts=True
        )

    def _combination(self, name: str, scopes: Scopes) -> np.ndarray:
        """Sum weight x term over the rows of table measures."""
        table = self.terms.case.table("measures")
        rows = table.loc[table["measure"] == name]
        if rows.empty:
            raise KeyError(name)
        parts = [
            weight * self.value(term, scopes)
            for term, weight in zip(rows["term"], rows["weight"], strict=True)
        ]
        return np.sum(parts, axis=0)

    # -- liquidity ---------------------------------------------------------------------------------

    def liquid(self, hqla_class: str, *, given: bool) -> np.ndarray:
        """Post-haircut value of a class held, or given as collateral: (position, close).

        Held: (1 - haircut) x asset; given: (1 + haircut) x liability that names the class.
        """
        haircut = self.closes.attribute("haircut")
        of_class = (self.terms.positions["hqla_class"] == hqla_class).to_numpy()[:, None]
        if given:
            return self.balance("liability") * (1 + haircut) * of_class
        return self.balance("asset") * (1 - haircut) * of_class

    def hqla(self, scopes: Scopes) -> np.ndarray:
        """min(T, 5/3 L1, 20/17 (L1 + L2A)) of what is held less collateral given, and add-ons."""
        L1, L2A, L2B = (
            scopes.positions(self.liquid(of, given=False) - self.liquid(of, given=True))
            for of in HQLA_CLASSES
        )
        capped = np.minimum(5 / 3 * L1, 20 / 17 * (L1 + L2A))
        return np.minimum(L1 + L2A + L2B, capped) + self.addons("hqla", scopes)

    def net_outflow(self, scopes: Scopes) -> np.ndarray:
        """Outflow - min(inflow, 0.75 outflow)."""
        outflow = self.weighted("outflow", scopes)
        return outflow - np.minimum(self.weighted("inflow", scopes), 0.75 * outflow)

    def usable_hqla(self, scopes: Scopes) -> np.ndarray:
        """Sum over regions, each solo, of own + transferable x (hqla - own), own = min(hqla, need)."""
        usable = np.zeros((len(scopes.rows), len(self.closes.numbers)))
        for currency in pd.unique(scopes.rows["currency"]):
            solo = solo_scopes(self.terms, str(currency))
            hqla = self.hqla(solo)
            surplus = hqla - np.minimum(hqla, self.net_outflow(solo))
            trapped = 1 - self.terms.regions["transferable"].to_numpy(float)[:, None]
            rows = np.flatnonzero(scopes.rows["currency"] == currency)
            part = scopes.take(rows)
            # Only the scope's own region may count all of its surplus.
            lost = part.regions(trapped * surplus) - (trapped * surplus)[part.region]
            usable[rows] = part.regions(hqla) - lost
        return usable

    def outflow_at_risk(self, scopes: Scopes) -> np.ndarray:
        """outflow_confidence x the norm, over factors, of the sum of loading x balance."""
        table = self.terms.case.table("volatility")
        square = np.zeros((len(scopes.rows), len(self.closes.numbers)))
        balance = self.balance(*ALL_SIDES)
        for _, rows in table.groupby("factor"):
            loading = np.zeros((len(balance), 1))
            loading[self.terms.position_index(rows), 0] = rows["loading"]
            square += scopes.positions(balance * loading) ** 2
        return self.terms.case.settings.risk.outflow_confidence * np.sqrt(square)

    # -- lanes, volumes, income --------------------------------------------------------------------

    def open_lanes(self, scopes: Scopes) -> np.ndarray:
        """Count lanes with an end inside that carry anything; a corridor counts once."""
        carries, corridor = self.closes.carries.astype(float), self.terms.lane_corridor
        alone = corridor < 0
        count = scopes.lanes(scopes.touches[:, alone], carries[alone])
        for family in np.unique(corridor[~alone]):
            lanes = corridor == family
            count += scopes.lanes(scopes.touches[:, lanes], carries[lanes]) > 0
        return count

    def lent_to(self, scopes: Scopes, region: str) -> np.ndarray:
        """Outstanding lent to the subtree of a region outside."""
        above = self.terms.region_index([region])[0]
        there = self.terms.subtree[above, self.terms.borrower_region]
        return scopes.lanes(scopes.lends_out & there, self.closes.claim)

    def of_column(self, column: str, value: str) -> np.ndarray:
        """Translate closing balances of one class or product: (position, close)."""
        return (
            self.balance(*ALL_SIDES) * (self.terms.positions[column] == value).to_numpy()[:, None]
        )

    def capital(self, tiers: tuple[str, ...]) -> np.ndarray:
        """Balances whose capital_tier counts: (position, close)."""
        counts = self.terms.positions["capital_tier"].isin(tiers).to_numpy()
        return self.balance(*ALL_SIDES) * counts[:, None]

    def volume(self, amounts: np.ndarray) -> np.ndarray:
        """Translate amounts of positions at fx: (position, close)."""
        return amounts * self.closes.position_fx

    def regional(self, scopes: Scopes, *plus: str, minus: tuple[str, ...] = ()) -> np.ndarray:
        """Sum columns of regional income over the regions held."""
        parts = self.closes.regional
        total = np.sum([parts[name] for name in plus], axis=0)
        return scopes.regions(total - sum(parts[name] for name in minus))


Formula = Callable[[Measures, Scopes], np.ndarray]
Family = Callable[[Measures, Scopes, str], np.ndarray]


def _weighted(name: str) -> Formula:
    return lambda m, scopes: m.weighted(name, scopes)


def _capital(name: str, tiers: tuple[str, ...]) -> Formula:
    return lambda m, scopes: scopes.positions(m.capital(tiers)) + m.addons(name, scopes)


FORMULAS: dict[str, Formula] = {
    "assets": lambda m, s: s.positions(m.balance("asset")) + s.lanes(s.lends_out, m.closes.claim),
    "liabilities": lambda m, s: (
        s.positions(m.balance("liability")) + s.lanes(s.borrows_in, m.closes.debt)
    ),
    "equity": lambda m, s: s.positions(m.balance("equity")),
    **{name: _weighted(name) for name in WEIGHTED},
    **{name: _capital(name, tiers) for name, tiers in CAPITAL.items()},
    "hqla": Measures.hqla,
    "net_outflow": Measures.net_outflow,
    "usable_hqla": Measures.usable_hqla,
    "outflow_at_risk": Measures.outflow_at_risk,
    "lent": lambda m, s: s.lanes(s.lends_out, m.closes.claim),
    "borrowed": lambda m, s: s.lanes(s.borrows_in, m.closes.debt),
    "open_lanes": Measures.open_lanes,
    "new_business": lambda m, s: s.positions(m.volume(m.closes.new)),
    "disposals": lambda m, s: s.positions(m.volume(m.closes.sold)),
    "transfers": lambda m, s: s.lanes(s.touches, m.closes.transfer),
    "net_interest_income": lambda m, s: m.regional(
        s, "interest", "lane_interest", minus=("back_book",)
    ),
    "income": lambda m, s: m.regional(s, "income"),
}
FAMILIES: dict[str, Family] = {
    "class": lambda m, s, argument: s.positions(m.of_column("class", argument)),
    "product": lambda m, s, argument: s.positions(m.of_column("product", argument)),
    "lent": Measures.lent_to,
}


def knows(case: Case, name: str) -> bool:
    """Tell whether `Measures.value` can confirm a measure of this name."""
    kind, _, argument = name.partition(":")
    if name in FORMULAS or name in case.settings.custom_measures:
        return True
    if argument:
        return kind in FAMILIES
    table = case.table("measures")
    terms = table.loc[table["measure"] == name, "term"]
    return len(terms) > 0 and all(term != name and knows(case, term) for term in terms)
