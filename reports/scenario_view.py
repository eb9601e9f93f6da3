"""A run over scenarios as people read it: its scenarios, what is decided first, and the room that limits leave in each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, load
from alm.case.calendar import period_ends
from reports.labels import Labels
from reports.limit_rows import LIGHTS
from reports.names import money, names
from reports.run import NoPlanError
from reports.style import Fill

NAMED = 4  # limits that one cell names
MISSED = ("short", "broken")


@dataclass(frozen=True)
class ScenarioView:
    """One run over scenarios in one language.

    Parameters
    ----------
    table
        Plan table `scenarios`.
    """

    folder: Path
    case: Case
    manifest: dict[str, Any]
    table: pd.DataFrame
    labels: Labels

    @property
    def settings(self) -> Any:
        """Settings of the case."""
        return self.case.settings

    @property
    def mode(self) -> str:
        """Mode of the run."""
        return str(self.manifest["options"]["mode"])

    @property
    def shares(self) -> bool:
        """Whether scenarios share decisions."""
        return self.mode != "sweep"

    @property
    def money(self) -> str:
        """Unit of money in words."""
        return money(self.case, self.labels)

    @property
    def subtitle(self) -> str:
        """One line that says which run this is."""
        labels = self.labels
        mode = labels(f"mode.{self.mode}")
        date = labels("page.as_of", date=self.settings.as_of)
        run = labels("page.run", id=self.manifest["id"])
        return " · ".join((str(self.manifest["name"]), mode, date, run, self.money))

    def names(self, table: str, key: str) -> dict[str, str]:
        """Name the rows of a table of the case in the language of the report."""
        return names(self.case, self.labels, table, key)

    @cached_property
    def scenarios(self) -> list[str]:
        """Every scenario, as the case has them."""
        return [str(name) for name in self.table["scenario"]]

    @cached_property
    def closes(self) -> pd.Series:
        """Date of each close, by period."""
        ends = pd.to_datetime(pd.Series(period_ends(self.settings)))
        return ends.iloc[1:]

    def plans(self, name: str) -> pd.DataFrame:
        """Put a plan table of all scenarios together, with a column `scenario`."""
        planned = self.table[self.table["objective"].notna()]
        parts = [
            pd.read_parquet(self.folder / "scenarios" / folder / "plan" / f"{name}.parquet").assign(
                scenario=scenario
            )
            for scenario, folder in zip(planned["scenario"], planned["folder"], strict=True)
        ]
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def without_plan(self) -> dict[str, str]:
        """Give the status of each scenario that has no plan, in words."""
        rows = self.table[self.table["objective"].isna()]
        return {
            scenario: self.labels.word("run_status", status or "unknown")
            for scenario, status in zip(rows["scenario"], rows["status"], strict=True)
        }

    @cached_property
    def limits(self) -> pd.DataFrame:
        """Limits of every scenario at their worst close: the least headroom of those with the worst light."""
        rows = self.plans("limits").assign(limit=lambda rows: rows["limit"].astype(str))
        rank = rows["status"].astype(str).map({name: each[0] for name, each in LIGHTS.items()})
        rows = rows.assign(rank=rank).sort_values(["rank", "headroom"], kind="stable")
        return rows.drop_duplicates(["scenario", "limit"])

    @cached_property
    def what_breaks(self) -> dict[str, str]:
        """Name what each scenario's plan misses."""
        names = self.names("limits", "limit")
        missed = self.limits[self.limits["status"].isin(MISSED)]
        named = missed["limit"].map(names).groupby(missed["scenario"])
        return {str(name): _few(list(each)) for name, each in named}

    @cached_property
    def tightest(self) -> dict[str, str]:
        """Name what binds in each scenario."""
        names = self.names("limits", "limit")
        rows = self.limits[self.limits["status"].isin(["binding", "at_bound"])]
        named = rows["limit"].map(names).groupby(rows["scenario"])
        return {str(name): _few(list(each)) for name, each in named}

    @cached_property
    def decided_first(self) -> pd.DataFrame:
        """List what is decided in the periods before scenarios part, or in the first: least and most over scenarios.

        Returns
        -------
        kind, what (product or lane), region, currency, period, least, most, same.
        """
        last = max(1, self.shared_periods)
        positions, lanes = self.plans("positions"), self.plans("lanes")
        positions = positions[positions["period"] <= last]
        products = self.case.table("products").set_index("product")
        plugs = self.case.table("positions").query("plug")[["region", "currency", "product"]]
        is_plug = pd.MultiIndex.from_frame(positions[["region", "currency", "product"]]).isin(
            pd.MultiIndex.from_frame(plugs)
        )
        side = positions["product"].map(products["side"])
        asset = side.isin(["asset", "off_balance"])
        base = positions.assign(what=positions["product"].map(self.names("products", "product")))
        base["where"] = base["region"].map(self.names("regions", "region"))
        written = base[~is_plug].assign(
            kind=np.where(asset[~is_plug], "write", "raise"), amount=base["new"]
        )
        sold = base[~is_plug].assign(kind="sell", amount=base["sold"])
        terms = self.case.table("lanes").set_index("lane")
        regions = self.names("regions", "region")
        placed = lanes[lanes["period"] <= last].assign(
            kind="place",
            amount=lambda rows: rows["transfer"],
            what=lambda rows: rows["lane"].map(terms["borrower"]).map(regions),
            where=lambda rows: rows["lane"].map(terms["lender"]).map(regions),
            currency=lambda rows: rows["lane"].map(terms["currency"]),
        )
        keep = ["kind", "where", "what", "currency", "period"]
        every = pd.concat([each[[*keep, "amount"]] for each in (placed, written, sold)])
        found = every.groupby(keep, sort=False)["amount"].agg(["min", "max"]).reset_index()
        found = found[found["max"] > 0].rename(columns={"min": "least", "max": "most"})
        found = found.sort_values(["period"], kind="stable", ignore_index=True)
        return found.assign(
            close=found["period"].map(self.closes),
            kind_name=[self.labels(f"decision.{kind}") for kind in found["kind"]],
            same=np.isclose(
                found["least"], found["most"], rtol=0, atol=0.5 * self.settings.quantum
            ),
        )

    @cached_property
    def shared_periods(self) -> int:
        """Number of periods, from the first on, whose decisions all scenarios share."""
        if self.mode == "sweep":
            return 0
        if self.mode == "robust":
            return int(self.settings.periods)
        rows = self.case.table("scenarios")
        parents = dict(zip(rows["scenario"], rows["parent"], strict=True))
        starts = dict(zip(rows["scenario"], rows["start"].astype(int), strict=True))

        def parts_at(name: str) -> int:
            """Give the first period that is not decided by the trunk."""
            first = starts[name]
            while parents[name]:
                name = parents[name]
                first = min(first, starts[name])
            return int(first)

        return min(parts_at(name) for name in starts) - 1


def _few(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" +{more}" if more > 0 else "")


def light(status: str) -> Fill:
    """Give the traffic light of a status."""
    return LIGHTS[status][1] if status in LIGHTS else Fill.NONE


def read_view(folder: Path, labels: Labels, case: Case | None = None) -> ScenarioView:
    """Read a run over scenarios.

    Raises
    ------
    NoPlanError
        It ended without plans.
    """
    place = folder / "plan" / "scenarios.parquet"
    if not place.is_file():
        raise NoPlanError(f"{folder} holds no plans to report")
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    table = pd.read_parquet(place).assign(status=lambda rows: rows["status"].fillna(""))
    table = table.astype(dict.fromkeys(("scenario", "name", "status", "folder"), "str"))
    return ScenarioView(folder, case or load(folder / "inputs"), manifest, table, labels)
