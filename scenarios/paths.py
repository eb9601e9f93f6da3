"""Paths of rates and of deposits that leave, drawn with a seed: a factor model, one common factor behind all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alm.case import Case
from alm.formulation.book import open_book
from scenarios.library import Rows, is_deposit, products_held, scenario, shock


@dataclass(frozen=True)
class Factors:
    """What paths are drawn from.

    Attributes
    ----------
    number : int
        Of paths.
    seed : int
        The same seed gives the same rows; a larger number of paths begins with the same ones.
    rate_volatility : float
        Standard deviation of a currency's rates over a year, decimal.
    runoff_volatility : float or None
        Standard deviation over a year of the share of a region's deposits that leaves; None takes the loadings of table
        `volatility`, standard deviations over a period.
    correlation : float
        Between any two factors, 0 to 1: rates of two currencies, rates and deposits, deposits of two regions.
    """

    number: int
    seed: int
    rate_volatility: float
    runoff_volatility: float | None
    correlation: float

    @property
    def words(self) -> str:
        """Say all of it, for the notes of the rows."""
        runoff = "loadings of table volatility a period"
        if self.runoff_volatility is not None:
            runoff = f"{self.runoff_volatility:g} a year"
        return (
            f"seed {self.seed}; rates {self.rate_volatility:g} a year; run-off {runoff};"
            f" correlation {self.correlation:g}"
        )


@dataclass(frozen=True)
class Target:
    """What one row of a path hits, and how far: `loading` times the factors, by period."""

    kind: str
    where: dict[str, str]
    loading: npt.NDArray[np.float64]


def draw_paths(case: Case, factors: Factors) -> Rows:
    """Draw paths of rates and run-off.

    Every period has a standard normal factor for each currency and for each region's deposits (or each factor of table
    `volatility`), `z = sqrt(c) common + sqrt(1 - c) own`. Rates of a currency move by `rate_volatility sqrt(y) z` in each period, y its years, and
    stay moved: a random walk. Of deposits `max(0, runoff_volatility sqrt(y) z)`, or `max(0, sum of loading x z)`, leaves: money
    that comes in is not drawn.

    Returns
    -------
    Rows
        Scenarios path-SEED-1, ..., equally likely, whose values are rounded to a millionth.
    """
    names, targets, left_out = _targets(case, factors)
    share = np.sqrt(factors.correlation), np.sqrt(1 - factors.correlation)
    periods = case.settings.periods
    normal = np.random.Generator(np.random.PCG64(factors.seed)).standard_normal(
        (factors.number, periods, 1 + len(names))
    )
    common, own = normal[:, :, :1], normal[:, :, 1:]
    z = share[0] * common + share[1] * own  # (path, period, factor)
    scenarios: list[dict[str, Any]] = []
    shocks: list[dict[str, Any]] = []
    digits = max(3, len(str(factors.number)))
    for path in range(factors.number):
        name = f"path-{factors.seed}-{path + 1:0{digits}d}"
        scenarios.append(scenario(name, f"Path {path + 1} of seed {factors.seed}", factors.words))
        for target in targets:
            move = z[path] @ target.loading
            if target.kind == "runoff":
                move = np.clip(move, 0.0, 1.0)
            note = f"drawn with seed {factors.seed}"
            shocks += [
                shock(name, target.kind, value, note, **target.where, start=period)
                for period, value in enumerate(move.tolist(), start=1)
                if abs(value) >= 5e-7
            ]
    return Rows(tuple(scenarios), tuple(shocks), tuple(left_out))


def _targets(case: Case, factors: Factors) -> tuple[list[str], list[Target], list[str]]:
    """Name the factors, and say what each moves."""
    currencies = sorted(set(case.table("positions")["currency"]))
    sources, left_out = _leaving(case, factors)
    names = [f"rates {currency}" for currency in currencies]
    names += sorted({name for _, loadings in sources for name in loadings})
    place = {name: number for number, name in enumerate(names)}
    years = case.settings.step_months / 12
    targets = []
    for currency in currencies:
        loading = np.zeros(len(names))
        loading[place[f"rates {currency}"]] = factors.rate_volatility * np.sqrt(years)
        targets += [
            Target("rate", {"currency": currency, **where}, loading)
            for where in _bearing_interest(case, currency)
        ]
    for where, loadings in sources:
        loading = np.zeros(len(names))
        for name, size in loadings.items():
            loading[place[name]] = size
        targets.append(Target("runoff", where, loading))
    return names, targets, left_out


def _bearing_interest(case: Case, currency: str) -> list[dict[str, str]]:
    """Name the assets and liabilities of a currency that bear interest in as few rows as possible."""
    products = products_held(case)
    positions = case.table("positions")
    here = set(positions.loc[positions["currency"] == currency, "product"])
    products = products[products["product"].isin(here)]
    moved = products["side"].isin(["asset", "liability"]) & products["bears"]
    if moved.all():
        return [{}]
    whole = moved.groupby(products["class"]).transform("all") & (products["class"] != "")
    classes = sorted(set(products.loc[whole, "class"]))
    single = sorted(products.loc[moved & ~whole, "product"])
    return [{"class": each} for each in classes] + [{"product": each} for each in single]


def _leaving(
    case: Case, factors: Factors
) -> tuple[list[tuple[dict[str, str], dict[str, float]]], list[str]]:
    """Say what may leave, and with which loadings on which factors."""
    if factors.runoff_volatility is None:
        rows = case.table("volatility")
        key = ["region", "currency", "product"]
    else:
        products = products_held(case)
        deposits = products.loc[is_deposit(products), "product"]
        rows = case.table("positions")
        rows = rows[rows["product"].isin(deposits)]
        years = case.settings.step_months / 12
        size = factors.runoff_volatility * np.sqrt(years)
        rows = rows.assign(factor="deposits " + rows["region"], loading=size)
        key = ["region", "product"]
    top, below = _topmost(case, rows, key)
    found = []
    for values, group in top.groupby(key, sort=True):
        where = dict(zip(key, map(str, values), strict=True))
        loadings = group.drop_duplicates("factor").set_index("factor")["loading"]
        found.append((where, {str(name): float(size) for name, size in loadings.items()}))
    said = [f"{each}: moves with the region above it" for each in below]
    if not found:
        said.append("deposits: no liability whose class or name says deposit")
    return found, said


def _topmost(case: Case, rows: pd.DataFrame, key: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Leave out what lies below a region with the same product: a shock there hits its whole subtree."""
    subtree = open_book(case).subtree
    names = rows[key].drop_duplicates().reset_index(drop=True)
    pairs = names.merge(names, on=key[1:], suffixes=("", "_above"))
    pairs = pairs[pairs["region"] != pairs["region_above"]]
    inside = [
        bool(subtree.loc[above, region])
        for above, region in zip(pairs["region_above"], pairs["region"], strict=True)
    ]
    lower = pairs.loc[inside, key].drop_duplicates()
    marked = rows.merge(lower.assign(lower=True), on=key, how="left")
    is_lower = marked["lower"].notna().to_numpy()
    return rows[~is_lower], ["/".join(map(str, each)) for each in lower.to_numpy().tolist()]
