"""What a committee asks of a plan, as text: five questions, answered from the tables of the run.

No figure is made here beyond differences, sums over periods and the unit of a price.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alm.money import money_name

if TYPE_CHECKING:
    import pandas as pd

    from alm.case import Case
    from alm.runs.run import Run

BASELINES = {
    "hold": "hold every balance",
    "pro_rata": "share volumes pro rata",
    "frozen_lanes": "without moving money",
}
PARTS = {
    "income": "income after tax",
    "capital_charge": "capital charge",
    "penalty": "penalties",
    "target_charge": "charges of targets",
    "horizon_value": "value beyond the horizon",
}
MOST_TRANSFERS, MOST_LIMITS, MOST_LANES, MOST_MISSED = 6, 6, 4, 4
ALIKE = 9  # digits: prices that differ by less are alike, the earliest close goes first
BASIS_POINTS = 1e4
LEAST_SHARE = 1e-6

Row = tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """The answers, every amount in the reporting currency and in table units unless a currency stands beside it.

    Parameters
    ----------
    run
        What `allocate` answered.
    case
        The frozen inputs of the run.
    scenario
        What the run planned for.
    """

    run: Run
    case: Case
    scenario: str = "base"

    @property
    def money(self) -> str:
        """Unit of money in words."""
        return money_name(self.case.settings.currency, self.case.settings.unit)

    @property
    def _digits(self) -> int:
        """Count the decimals of a quantum."""
        return max(0, math.ceil(-math.log10(self.case.settings.quantum) - 1e-9))

    def amount(self, value: float, *, signed: bool = False) -> str:
        """Write an amount with thousands separators and as many decimals as the quantum has."""
        digits = self._digits
        value = 0.0 if abs(value) < 0.5 * 10.0**-digits else value  # no "-0.00"
        return f"{value:{'+' if signed else ''},.{digits}f}"

    def cash(self, value: float) -> str:
        """Write an amount with its currency and unit."""
        return money_name(self.case.settings.currency, self.case.settings.unit, self.amount(value))

    @property
    def heading(self) -> str:
        """Say which case, which scenario other than base, which dates and which unit."""
        settings = self.case.settings
        periods = f"{settings.periods} {settings.step}{'s' if settings.periods != 1 else ''}"
        scenario = "" if self.scenario == "base" else f" · scenario {self.scenario}"
        dates = f"{settings.as_of:%Y-%m-%d}, {periods}"
        return f"{settings.name}{scenario} · {dates} · amounts in {self.money}"

    # 1. What does it earn?

    @property
    def earns(self) -> list[Row]:
        """Compare the plan with simpler ones: name, objective, what the plan earns more, remark."""
        objective = self.run.objective or 0.0
        rows: list[Row] = [("this plan", self.amount(objective), "", "")]
        for name, other in self._baselines.items():
            value = other["objective"]
            if value is None or math.isnan(value):
                rows.append((BASELINES[name], "-", "", "no such plan"))
            else:
                more = self.amount(objective - value, signed=True)
                rows.append((BASELINES[name], self.amount(value), more, _standing(other)))
        return rows

    @property
    def parts(self) -> str:
        """Name the parts of the objective that are not nothing."""
        parts = self.run.tables["objective"].groupby("part")["value"].sum()
        shown = {name: self.amount(parts.get(name, 0.0), signed=True) for name in PARTS}
        nothing = {self.amount(0.0, signed=True)}
        said = [f"{PARTS[name]} {value}" for name, value in shown.items() if value not in nothing]
        return ", ".join(said)

    @cached_property
    def _baselines(self) -> dict[str, Any]:
        table = self.run.tables.get("baselines")
        if table is None:
            return {}
        rows = table.set_index("baseline")
        return {name: rows.loc[name] for name in BASELINES if name in rows.index}

    # 2. What did moving money alone earn?

    @property
    def uplift(self) -> float | None:
        """Give the plan less the best plan with lanes as they stand; None where there is no such plan."""
        frozen = self._baselines.get("frozen_lanes")
        if frozen is None or math.isnan(frozen["objective"]):
            return None
        return float((self.run.objective or 0.0) - frozen["objective"])

    @property
    def moving(self) -> str:
        """Say what moving money between regions earned by itself."""
        if not self._baselines:
            return "Not compared with simpler plans."
        if self.uplift is None:
            return "Without moving money, no plan keeps every limit."
        return f"{self.cash(self.uplift)} more than the best plan with lanes as they stand."

    # 3. What moves?

    @property
    def transfers(self) -> list[Row]:
        """List the lanes that change most: from, to, outstanding at the start, at the end, change, other currency."""
        moved = self._moved
        moved = moved[moved["size"] > 0].head(MOST_TRANSFERS)
        names = ["lender", "borrower", "currency", "before", "after", "change"]
        return [
            (
                *(lender, borrower),
                *(self.amount(before), self.amount(after), self.amount(change, signed=True)),
                "" if currency == self.case.settings.currency else currency,
            )
            for lender, borrower, currency, before, after, change in moved[names].itertuples(
                index=False
            )
        ]

    @property
    def dates(self) -> tuple[str, str]:
        """Give the dates between which lanes change."""
        return self._closes[0], self._closes[-1]

    @cached_property
    def _closes(self) -> list[str]:
        """Date the closes of periods 0..T."""
        from alm.case.calendar import period_ends

        return [f"{day:%Y-%m-%d}" for day in period_ends(self.case.settings)]

    @property
    def _moved(self) -> pd.DataFrame:
        terms = self.case.table("lanes")[["lane", "lender", "borrower", "currency", "opening"]]
        plan = self.run.tables["lanes"]
        last = plan[plan["period"] == self.case.settings.periods][["lane", "outstanding"]]
        ends = terms.merge(last, on="lane", validate="one_to_one")
        ends = ends.rename(columns={"opening": "before", "outstanding": "after"})
        ends["change"] = ends["after"] - ends["before"]
        ends["size"] = ends["change"].abs() * ends["currency"].map(self._fx)
        names = self._names("regions", "region")
        ends = ends.assign(lender=ends["lender"].map(names), borrower=ends["borrower"].map(names))
        return ends.sort_values(["size", "lane"], ascending=[False, True])

    @property
    def _fx(self) -> dict[str, float]:
        rates = self.case.table("fx")
        return {
            **dict(zip(rates["currency"], rates["rate"], strict=True)),
            self.case.settings.currency: 1.0,
        }

    def _names(self, table: str, key: str) -> dict[str, str]:
        rows = self.case.table(table)
        return dict(zip(rows[key], rows["name"], strict=True))

    # 4. What binds, and what does it cost?

    @property
    def binds(self) -> list[Row]:
        """List dear limits and full lanes: what, closes at which it binds, the dearest, bp a year, money a year."""
        prices = self.run.tables.get("prices")
        if prices is None:
            return []
        limits, lanes = self._names("limits", "limit"), self._lane_names
        return [
            *self._dearest(prices[prices["kind"] == "limit"], limits, MOST_LIMITS),
            *self._dearest(prices[prices["kind"] == "lane"], lanes, MOST_LANES),
        ]

    @property
    def _lane_names(self) -> dict[str, str]:
        lanes, names = self.case.table("lanes"), self._names("regions", "region")
        ends = zip(lanes["lender"].map(names), lanes["borrower"].map(names), strict=True)
        texts = [f"Lane {lender} to {borrower}" for lender, borrower in ends]
        return dict(zip(lanes["lane"], texts, strict=True))

    def _dearest(self, prices: pd.DataFrame, names: dict[str, str], most: int) -> list[Row]:
        size = prices["price_per_year"].round(ALIKE)
        prices = prices.assign(size=size).sort_values(["size", "period"], ascending=[False, True])
        closes = prices.groupby("name")["period"].nunique()
        dearest = prices.drop_duplicates("name").head(most)
        return [
            (
                names.get(name, name),
                f"{closes[name]} of {self.case.settings.periods}",
                self._closes[period],
                f"{price * BASIS_POINTS:,.1f}",
                f"{price * self.case.settings.unit:,.0f}",
            )
            for name, period, price in dearest[["name", "period", "price_per_year"]].itertuples(
                index=False
            )
        ]

    @property
    def price_note(self) -> str:
        """Say what the price of a limit or lane means."""
        settings = self.case.settings
        one = money_name(settings.currency, settings.unit, "1")
        given = " given the lots and the lanes that are open" if self.run.whole_decisions else ""
        return f"A year: what room for {one} more would earn at its dearest close{given}."

    @property
    def also_binds(self) -> str:
        """Count the bounds that somebody wrote on balances and new business and that made the plan."""
        prices = self.run.tables.get("prices")
        if prices is None:
            return "The prices could not be computed; the workbook shows which limits are met with no room left."
        count = len(
            prices[prices["kind"] == "bound"].drop_duplicates(["name", "region", "currency"])
        )
        if not count:
            return "No bound on balances or new business binds at a price."
        noun = "bound" if count == 1 else "bounds"
        return (
            f"Also {count:,} {noun} on balances and new business; the workbook lists them by price."
        )

    @property
    def missed(self) -> list[str]:
        """Say which limits the plan misses, the worst first."""
        names = self._names("limits", "limit")
        said: dict[str, str] = {}
        for each in sorted(self.run.violations, key=lambda each: -each["shortfall"]):
            how = f"{each['status']} by {self.amount(each['shortfall'])}"
            text = f"{names[each['limit']]}: {how} on {self._closes[each['period']]}"
            said.setdefault(each["limit"], text)
        lines = list(said.values())
        more = len(lines) - MOST_MISSED
        return lines[:MOST_MISSED] + ([f"and {more} more limits"] if more > 0 else [])

    # 5. Is it proven?

    @property
    def proof(self) -> list[str]:
        """Say whether the plan is verified, and how far it can be from the best."""
        return [self._verified, self._distance]

    @property
    def _verified(self) -> str:
        if self.run.verified:
            return "Verified: every figure was computed again from the saved files."
        return f"NOT VERIFIED: `alm verify {self.run.folder}` lists what could not be confirmed."

    @property
    def _distance(self) -> str:
        if self.run.bound is None or self.run.gap is None or self.run.objective is None:
            return "How far it is from the best plan is unknown: the solver gave no bound."
        money = max(0.0, self.run.bound - self.run.objective)
        if round(self.run.objective - self.run.bound, self._digits) > 0:
            return (
                f"Before rounding no plan earns more than {self._at_most(self.run.bound)}; whole quanta lift"
                f" this one by {self.cash(self.run.objective - self.run.bound)}."
            )
        shares = [f"{_percent(self.run.gap)} of what it earns"]
        if self.uplift and self.uplift > 0:
            shares.append(f"{_percent(money / self.uplift)} of what moving money earned")
        return (
            f"No plan earns more than {self._at_most(self.run.bound)}. At most {self._at_most(money)} is"
            f" missing to that: {', '.join(shares)}."
        )

    def _at_most(self, money: float) -> str:
        """Write an amount rounded up, so that no distance is shown as none."""
        step = 10.0**-self._digits
        return self.cash(math.ceil(money / step - 1e-6) * step)


def _percent(share: float) -> str:
    """Write a share in percent; what is smaller than a solver's precision is only said to be so."""
    if 0 < share < LEAST_SHARE:
        return f"under {LEAST_SHARE * 100:g}%"
    return f"{share * 100:.2g}%"


def _standing(other: Any) -> str:
    """Say whether a baseline keeps the limits; one that does not is no plan that could be followed."""
    if other["feasible"]:
        return "keeps all limits"
    broken = other["broken"]
    count = 0 if math.isnan(broken) else int(broken)
    if not count:
        return "breaks a bound"
    return f"misses limits {count:,}x"
