"""The plan tables as people read them: joined with names, dates and the numbers of nodes.

No figure is made here beyond sums, differences and translation at the exchange rates of the case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from alm.case.calendar import period_ends
from reports.labels import Labels
from reports.limit_rows import limit_rows
from reports.names import money, names, unit
from reports.price_rows import price_rows
from reports.run import Run
from reports.style import decimals

NOISE_DECIMALS = 6
T = TypeVar("T")
SIDES = ("asset", "liability", "equity", "off_balance")


@dataclass(frozen=True)
class View:
    """One run in one language."""

    run: Run
    labels: Labels
    _made: dict[Callable[[View], Any], Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, make: Callable[[View], T]) -> T:
        """Give what `make` makes of this view; what several sheets show is made once, and changed by none."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    @property
    def settings(self) -> Any:
        """Settings of the case."""
        return self.run.case.settings

    @property
    def manifest(self) -> dict[str, Any]:
        """`run.json`."""
        return self.run.manifest

    def plan(self, table: str) -> pd.DataFrame:
        """Give a plan table as it was saved."""
        return self.run.plan[table]

    @property
    def has_whole_decisions(self) -> bool:
        """Whether lots, tickets or what is open were decided, so that prices hold given them."""
        return bool(self.manifest.get("whole_decisions"))

    def nothing(self, table: str) -> str:
        """Give the key of the text that stands for an empty plan table: nothing to say, or not known."""
        return f"text.{table}_missing" if self.run.lacks(table) else f"text.no_{table}"

    def names(self, table: str, key: str) -> dict[str, str]:
        """Name the rows of a table of the case in the language of the report."""
        return names(self.run.case, self.labels, table, key)

    @cached_property
    def region_names(self) -> dict[str, str]:
        """Name of every region."""
        return self.names("regions", "region")

    @cached_property
    def product_names(self) -> dict[str, str]:
        """Name of every product."""
        return self.names("products", "product")

    @cached_property
    def root(self) -> str:
        """Code of the region that has no parent: the group."""
        regions = self.run.case.table("regions")
        return str(regions.loc[regions["parent"] == "", "region"].iloc[0])

    @property
    def scenario(self) -> str:
        """Scenario that was planned for."""
        return str((self.manifest.get("options") or {}).get("scenario") or "base")

    @cached_property
    def fx(self) -> dict[str, float]:
        """Reporting units per unit of each currency, without shocks."""
        rates = self.run.case.table("fx")
        return dict(zip(rates["currency"], rates["rate"], strict=True)) | {
            self.settings.currency: 1.0
        }

    @cached_property
    def fx_at(self) -> pd.DataFrame:
        """Reporting units per unit at the opening (period 0) and in each period of the scenario: (currency, period)."""
        currencies = pd.Index(self.fx)
        rates = np.repeat(
            np.array(list(self.fx.values()), float)[:, None], self.periods + 1, axis=1
        )
        shocks = self.run.case.table("shocks")
        shocks = shocks[(shocks["shock"] == "fx") & (shocks["scenario"] == self.scenario)]
        for currency, start, end, value in shocks[["currency", "start", "end", "value"]].to_numpy():
            hit = (currencies != self.settings.currency) & (
                (currencies == currency) | (currency == "")
            )
            rates[hit, int(start) : int(end) + 1] *= float(value)
        return pd.DataFrame(rates, index=currencies)

    def reporting(
        self, amount: pd.Series, currency: pd.Series, period: pd.Series | int
    ) -> pd.Series:
        """Translate amounts into the reporting currency at the rates of their periods; 0 is the opening."""
        rows = self.fx_at.index.get_indexer(pd.Index(currency))
        return amount * self.fx_at.to_numpy()[rows, np.asarray(period, dtype=int)]

    def closes(self, period: pd.Series) -> pd.Series:
        """Date the closes of periods, also of those beyond the horizon."""
        ends = pd.to_datetime(
            pd.Series(period_ends(self.settings, max(period.max(), 0) if len(period) else 0))
        )
        return period.map(ends)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.settings.periods)

    @cached_property
    def region_numbers(self) -> dict[str, int]:
        """Number regions; formulas match numbers, since text may hold wildcards or look like a number."""
        return {region: number for number, region in enumerate(sorted(self.region_names), 1)}

    @cached_property
    def currency_numbers(self) -> dict[str, int]:
        """Number the currencies of nodes."""
        return {code: number for number, code in enumerate(sorted(set(self.nodes["currency"])), 1)}

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """Nodes that hold positions or end lanes: node (number), region, currency."""
        lanes = self.run.case.table("lanes")
        ends = [
            self.plan("positions")[["region", "currency"]],
            lanes[["lender", "currency"]].set_axis(["region", "currency"], axis=1),
            lanes[["borrower", "borrower_currency"]].set_axis(["region", "currency"], axis=1),
        ]
        nodes = (
            pd.concat(ends).drop_duplicates().sort_values(["region", "currency"], ignore_index=True)
        )
        return nodes.assign(node=np.arange(1, len(nodes) + 1))

    def numbered(self, frame: pd.DataFrame, region: str, currency: str, into: str) -> pd.DataFrame:
        """Add the number of the node that two columns name."""
        nodes = self.nodes.rename(columns={"region": region, "currency": currency, "node": into})
        return frame.merge(nodes, on=[region, currency], how="left", validate="many_to_one")

    @cached_property
    def positions(self) -> pd.DataFrame:
        """Plan positions with product, side, class, names, dates and node; assets first.

        `posted`, the retained income that a position takes up, is blank in a run that retains none.
        """
        products = self.run.case.table("products")[["product", "side", "class"]]
        frame = self.plan("positions").merge(
            products, on="product", how="left", validate="many_to_one"
        )
        frame = self.numbered(frame, "region", "currency", "node").assign(
            rank=frame["side"].map({side: rank for rank, side in enumerate(SIDES)})
        )
        frame["posted"] = frame.get("posted", np.nan)
        frame = self._clean(frame, ("opening", "matured", "new", "sold", "posted", "balance"))
        frame = frame.sort_values(["node", "rank", "product", "period"], ignore_index=True)
        return frame.assign(
            region_name=frame["region"].map(self.region_names),
            product_name=frame["product"].map(self.product_names),
            side_name=frame["side"].map(lambda side: self.labels(f"side.{side}")),
            close=self.closes(frame["period"]),
            region_number=frame["region"].map(self.region_numbers),
        )

    @cached_property
    def lanes(self) -> pd.DataFrame:
        """Plan lanes with their ends, opening of each period, dates and nodes.

        `borrowed` is the debt in the borrower's currency, in whole quanta.
        """
        terms = self.run.case.table("lanes")
        keep = [
            "lane",
            "lender",
            "borrower",
            "currency",
            "borrower_currency",
            "tenor_months",
            "rate",
            "capacity",
        ]
        frame = self.plan("lanes").merge(
            terms[[*keep, "opening"]], on="lane", how="left", validate="many_to_one"
        )
        frame = self._clean(frame, ("transfer", "repaid", "outstanding"))
        frame = frame.sort_values(["lane", "period"], ignore_index=True)
        before = frame.groupby("lane")["outstanding"].shift()
        frame = self.numbered(frame, "lender", "currency", "lender_node")
        frame = self.numbered(frame, "borrower", "borrower_currency", "borrower_node")
        tenor = (frame["tenor_months"] / self.settings.step_months).round().astype("int64")
        return frame.assign(
            opening=before.fillna(frame["opening"]),
            net=frame["transfer"] - frame["repaid"],
            borrowed=self._in_borrower_currency(frame),
            lender_name=frame["lender"].map(self.region_names),
            borrower_name=frame["borrower"].map(self.region_names),
            lender_region=frame["lender"].map(self.region_numbers),
            borrower_region=frame["borrower"].map(self.region_numbers),
            currency_number=frame["currency"].map(self.currency_numbers),
            close=self.closes(frame["period"]),
            maturity=self.closes(frame["period"] + tenor),
        )

    def _clean(self, frame: pd.DataFrame, amounts: tuple[str, ...]) -> pd.DataFrame:
        """Take the noise of binary fractions off multiples of the quantum: 16.839, not 16.8389999999999."""
        return frame.assign(
            **frame[list(amounts)].round(decimals(self.settings.quantum) + NOISE_DECIMALS)
        )

    def _in_borrower_currency(self, frame: pd.DataFrame) -> pd.Series:
        quantum = self.settings.quantum
        ratio = frame["currency"].map(self.fx).astype(float) / frame["borrower_currency"].map(
            self.fx
        ).astype(float)
        quanta = ((frame["outstanding"] / quantum).round() * ratio).round()
        return (quanta * quantum).where(
            frame["currency"] != frame["borrower_currency"], frame["outstanding"]
        )

    @cached_property
    def limits(self) -> pd.DataFrame:
        """Limits at every close, the worst first."""
        return limit_rows(self)

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Prices other than 0, the dearest of each kind first."""
        return price_rows(self)

    @cached_property
    def assets(self) -> float:
        """Opening assets of the group in the reporting currency, without lanes."""
        first = self.positions[
            (self.positions["period"] == 1) & (self.positions["side"] == "asset")
        ]
        return float(self.reporting(first["opening"], first["currency"], 0).sum())

    @property
    def money(self) -> str:
        """Unit of money in words: the reporting currency in table units."""
        return money(self.run.case, self.labels)

    @property
    def unit(self) -> str:
        """Unit of the tables in words."""
        return unit(self.run.case.settings.unit, self.labels)

    @property
    def one_currency(self) -> bool:
        """Whether all amounts are in the reporting currency."""
        return set(self.nodes["currency"]) <= {self.settings.currency}

    @property
    def _amounts(self) -> str:
        """Say what amounts are in; where there is one currency, name it."""
        if self.one_currency:
            return self.labels("page.money", money=self.money)
        return self.labels("page.unit", unit=self.unit)

    @property
    def subtitle(self) -> str:
        """One line that says which run this is."""
        return " · ".join(
            (
                str(self.manifest["name"]),
                self.labels("page.as_of", date=self.settings.as_of),
                self.labels("page.run", id=self.manifest["id"]),
                *(
                    []
                    if self.scenario == "base"
                    else [self.labels("page.scenario", name=self.scenario)]
                ),
                self._amounts,
            )
        )
