"""Limits that bite: bounds set where the best plan without them already stands, or a little inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from alm.case import Case, load

from .best import Best
from .cases import random_tables
from .hand import write_case
from .limits import HIGH, LOW, Scope
from .products import Row, maybe, pick

RATIOS = [
    ("total_capital", "rwa", "min"), ("cet1", "rwa", "min"), ("tier1", "leverage_exposure", "min"),
    ("hqla", "net_outflow", "min"), ("hqla", "net_outflow", "min"), ("asf", "rsf", "min"),
    ("class:loan", "liabilities", "max"), ("class:deposit", "assets", "min"), ("rwa", "assets", "max"),
    ("net_outflow", "hqla", "max"), ("lent", "assets", "max"), ("borrowed", "liabilities", "max"),
    ("green", "assets", "min"), ("inflow", "outflow", "max"), ("hqla", "assets", "min"),
    ("blend", "assets", "max"), ("cushion", "liabilities", "min"),
]  # fmt: skip
AMOUNTS = [
    ("assets", "max"), ("liabilities", "max"), ("equity", "min"), ("class:bond", "min"), ("product:loan", "max"),
    ("product:term", "min"), ("rwa", "max"), ("required_reserve", "max"), ("hqla", "min"), ("net_outflow", "max"),
    ("outflow", "max"), ("inflow", "min"), ("lent", "max"), ("borrowed", "max"), ("lent:", "max"),
    ("new_business", "max"), ("new_business", "min"), ("disposals", "max"), ("disposals", "min"), ("transfers", "max"),
    ("transfers", "min"), ("net_interest_income", "min"), ("income", "min"), ("net_interest_income", "max"),
    ("green", "max"), ("green", "min"), ("rsf", "max"), ("leverage_exposure", "max"), ("blend", "max"),
    ("cushion", "min"), ("total_capital", "min"),
]  # fmt: skip
MEASURES = [
    {"measure": "blend", "term": "rwa", "weight": 0.5},
    {"measure": "blend", "term": "net_outflow", "weight": 1},
    {"measure": "blend", "term": "equity", "weight": -0.25},
    {"measure": "cushion", "term": "hqla", "weight": 1},
    {"measure": "cushion", "term": "net_outflow", "weight": -0.2},
]


def write_random_case(seed: int, folder: Path) -> Path:
    """Write a random case whose limits bite; a few are left infeasible."""
    rng = Random(f"limits {seed}")
    settings, tables = random_tables(seed)
    tables["measures"] = list(MEASURES)
    drafts = Drafts(rng, settings, tables, load(write_case(folder, settings, tables)))
    tables["limits"] = [drafts.limit(number) for number in range(rng.randint(2, 7))]
    case = load(write_case(folder, settings, tables))
    left_infeasible = rng.random() < 0.15
    while not left_infeasible and Best(case).solve().status == "infeasible":
        hard = [row for row in tables["limits"] if row["enforcement"] == "hard"]
        if not hard:
            break
        softened = rng.choice(hard)
        softened.update(enforcement="soft", penalty=pick(rng, 0.02, 0.2))
        rows = case.table("limits")
        rows.loc[rows["limit"] == softened["limit"], ["enforcement", "penalty"]] = (
            "soft",
            softened["penalty"],
        )
        case = replace(case, tables={**case.tables, "limits": rows})
    for rows in tables.values():
        rng.shuffle(rows)
    return write_case(folder, settings, tables)


class Drafts:
    """Limits drawn around the best plan without them."""

    def __init__(
        self, rng: Random, settings: dict[str, Any], tables: dict[str, list[Row]], case: Case
    ) -> None:
        self.rng, self.settings, self.tables = rng, settings, tables
        self.free = Best(case)
        outcome = self.free.solve()
        names = self.free.model.names
        self.plan = {names[v]: value for v, value in outcome.x.items()}

    def limit(self, number: int) -> Row:
        """Draw a limit on something that is not nothing."""
        for _ in range(5):
            drawn = self.attempt(number)
            if drawn["bound"] != 0:
                break
        return drawn

    def attempt(self, number: int) -> Row:
        """Draw a limit, its bound from the plan without limits."""
        rng = self.rng
        region = rng.choice(self.tables["regions"])["region"]
        scope = rng.choice(["subtree", "subtree", "solo", None])
        measure, denominator, sense = self.kind()
        outside = self.outside(region, scope)
        if measure == "lent:":
            measure = f"lent:{rng.choice(outside)}" if outside else "lent"
        last = self.settings["periods"]
        start = maybe(rng, 0.3, rng.randint(1, last)) or 1
        end = maybe(rng, 0.3, rng.randint(start, last)) or last
        home = next(r["currency"] for r in self.tables["regions"] if r["region"] == region)
        income = measure in ("income", "net_interest_income")
        currency = None if income else maybe(rng, 0.2, home)
        row: Row = {
            "limit": f"limit{number}", "region": region, "scope": scope,
            "currency": currency, "measure": measure, "denominator": denominator, "sense": sense, "start": start, "end": end,
        }  # fmt: skip
        hard = rng.random() < 0.5
        row["enforcement"] = "hard" if hard else "soft"
        row["penalty"] = None if hard else pick(rng, 0.01, 0.2)
        row["bound"] = self.bound(row, pick(rng, 0, 0.03) if hard else pick(rng, 0.01, 0.2))
        row["waiver_until"] = maybe(rng, 0.15, self.free.facts.period_end(rng.randint(1, last)))
        return row

    def kind(self) -> tuple[str, str | None, str]:
        """Draw measure, denominator and sense; income has limits only where it is linear, or concave and a floor."""
        while True:
            measure, denominator, sense = self.rng.choice(
                [*RATIOS, *((name, None, sense) for name, sense in AMOUNTS)]
            )
            sloped = any(row.get("price_slope") for row in self.tables["positions"])
            if not (sloped and measure in ("income", "net_interest_income")):
                return measure, denominator, sense

    def outside(self, region: str, scope: str | None) -> list[str]:
        """Regions that share nothing with a scope: neither in it nor above it."""
        facts = self.free.facts
        inside = {region} if scope == "solo" else facts.subtree(region)
        return sorted(name for name in facts.regions if not facts.subtree(name) & inside)

    def value(self, row: Row, t: int) -> float | None:
        """The measure, or the ratio, in the plan without limits."""
        scope = Scope(
            self.free.brute, row["region"], row["scope"] or "subtree", row["currency"] or ""
        )
        turn = row["sense"] == "min"
        limits = self.free.limits
        top = limits.measure(row["measure"], scope, t, LOW if turn else HIGH)
        below = None
        if row["denominator"]:
            below = limits.measure(row["denominator"], scope, t, HIGH if turn else LOW)
        model = self.free.model
        known = {name: self.plan.get(name, 0.0) for name in model.names}
        x = model.completed(known)
        if below is None:
            return top.value(x)
        return top.value(x) / below.value(x) if below.value(x) > 0.01 else None

    def bound(self, row: Row, inside: float) -> float:
        """A bound that the plan without limits misses by the share `inside` in its worst period."""
        values = [self.value(row, t) for t in range(row["start"], row["end"] + 1)]
        known = [value for value in values if value is not None] or [1.0]
        worst = min(known) if row["sense"] == "min" else max(known)
        push = inside * abs(worst) * (1 if row["sense"] == "min" else -1)
        if row["denominator"] in ("hqla", "net_outflow"):  # a negative bound would not be convex
            return round(max(0.05, worst + push), 4)
        return round(worst + push, 4 if row["denominator"] else 2)
