"""Limits that bite: bounds set where the best plan without them already stands, or a little inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, load

from .best import Best
from .cases import random_tables
from .features import KINDS, Kind, features_of
from .hand import write_case
from .limits import HIGH, LOW, Scope
from .products import Row, maybe, pick
from .refusals import nothing_is_refused
from .stress import OTHER, STRESS, scenario_of

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
DEFAULTS = {"scope": "subtree", "tier": "regulatory", "scenarios": "all"}
PLAIN: list[Kind] = [*RATIOS, *((name, None, sense) for name, sense in AMOUNTS)]


ONE_SIDED = {
    "hqla",
    "net_outflow",
    "usable_hqla",
    "outflow_at_risk",
    "blend",
    "cushion",
    "burden",
    "strength",
}
STEPPED = ("assets", "class:loan", "class:deposit", "new_business", "rwa")


def write_random_case(seed: int, folder: Path, features: frozenset[str] | None = None) -> Path:
    """Write a random case whose limits bite, rows in any order; a few are left infeasible.

    With `features`, the case has these and a limit that looks at each; without, some of those that the model knows.
    """
    random_case(seed, folder, features)
    return folder


def random_case(seed: int, folder: Path, features: frozenset[str] | None = None) -> Case:
    """Write a random case as `write_random_case` does, and return what a reader of its files would get."""
    rng = Random(f"limits {seed}")
    used = features_of(seed) if features is None else features
    settings, tables = random_tables(seed, used)
    with nothing_is_refused():
        case = load(write_case(folder, settings, tables))
        drafts = Drafts(rng, settings, tables, case, used)
        tables["limits"] = drafts.limits(rng.randint(2, 7))
        if "steps" in used:
            tables["steps"] = drafts.steps(Random(f"steps {seed}"), tables["limits"])
            case = with_steps(case, tables["steps"])
    if rng.random() >= 0.15:
        soften_until_feasible(rng, case, tables["limits"])
    case = with_limits(case, tables["limits"])
    for rows in tables.values():
        rng.shuffle(rows)
    write_case(folder, settings, tables)
    return case


def with_limits(case: Case, limits: list[Row]) -> Case:
    """Put limits into a case that was read without, their defaults filled: reading it again takes longer than its LP."""
    types = case.table("limits").dtypes
    texts = dict.fromkeys(types.index[types == types["limit"]], "") | DEFAULTS
    filled = [
        texts | {"name": row["limit"]} | {c: cell for c, cell in row.items() if cell is not None}
        for row in limits
    ]
    rows = pd.DataFrame(filled, columns=types.index).sort_values("limit")
    rows["waiver_until"] = pd.to_datetime(rows["waiver_until"])
    return replace(
        case,
        tables={**case.tables, "limits": rows.astype({**types, "waiver_until": "datetime64[ns]"})},
    )


def with_steps(case: Case, steps: list[Row]) -> Case:
    """Put steps into a case that was read without."""
    types = case.table("steps").dtypes
    rows = pd.DataFrame(steps, columns=types.index).astype(types)
    return replace(case, tables={**case.tables, "steps": rows.sort_values(["limit", "at_least"])})


MOVED = {
    "positions": {"new_rate": (-0.005, 0.005, "+"), "max_new": (1.0, 1.3, "x")},
    "lanes": {"cost": (0.5, 1.5, "x"), "capacity": (1.0, 1.3, "x")},
    "limits": {"bound": (0.98, 1.02, "x")},
}


def moved(case: Case, rng: np.random.Generator) -> Case:
    """Move rates, volumes, capacities and bounds of a case: another optimum, for which no file is read again."""
    tables = dict(case.tables)
    for name, columns in MOVED.items():
        rows = tables[name].copy()
        for column, (least, most, how) in columns.items():
            by = rng.uniform(least, most, len(rows))
            rows[column] = rows[column] + by if how == "+" else rows[column] * by
        tables[name] = rows
    return replace(case, tables=tables)


def soften_until_feasible(rng: Random, case: Case, limits: list[Row]) -> None:
    """Make hard limits soft, one by one, until there is a plan."""
    scenario = scenario_of(case)
    while Best(with_limits(case, limits), scenario).solve().status == "infeasible":
        hard = [row for row in limits if row["enforcement"] == "hard"]
        if not hard:
            break
        rng.choice(hard).update(enforcement="soft", penalty=pick(rng, 0.02, 0.2))


class Drafts:
    """Limits drawn around the best plan without them."""

    def __init__(
        self,
        rng: Random,
        settings: dict[str, Any],
        tables: dict[str, list[Row]],
        case: Case,
        features: frozenset[str],
    ) -> None:
        self.rng, self.settings, self.tables = rng, settings, tables
        self.features = features
        self.free = Best(case, scenario_of(case))
        outcome = self.free.solve()
        names = self.free.model.names
        self.plan = {names[v]: value for v, value in outcome.x.items()}

    def limits(self, count: int) -> list[Row]:
        """Draw limits: one for each feature that limits look at, then any."""
        wanted = [KINDS[feature] for feature in sorted(self.features) if feature in KINDS]
        wanted += [PLAIN] * max(0, count - len(wanted))
        return [self.limit(number, kinds) for number, kinds in enumerate(wanted)]

    def steps(self, rng: Random, limits: list[Row]) -> list[Row]:
        """Draw one or two steps of some limits, at sizes around those of the plan without limits."""
        drawn: list[Row] = []
        # How far a row can be off must be known: parts of what is held on one side only have no bound on the other.
        plain = [row for row in limits if not {row["measure"], row["denominator"]} & ONE_SIDED]
        for limit in rng.sample(plain, min(2, len(plain))):
            row = limit | {"measure": rng.choice(STEPPED), "denominator": None}
            size = self.value(row, rng.randint(1, self.settings["periods"])) or 0.0
            levels = {round(size * pick(rng, 0.7, 1.2) + 1, 1) for _ in range(rng.randint(1, 2))}
            drawn += [
                {
                    "limit": limit["limit"], "measure": row["measure"], "at_least": level,
                    "bound": round(limit["bound"] * pick(rng, 0.8, 1.2), 4),
                }
                for level in sorted(levels)
            ]  # fmt: skip
        return drawn

    def limit(self, number: int, kinds: list[Kind]) -> Row:
        """Draw a limit on something that is not nothing."""
        for _ in range(5):
            drawn = self.attempt(number, kinds)
            if drawn["bound"] != 0:
                break
        return drawn

    def attempt(self, number: int, kinds: list[Kind]) -> Row:
        """Draw a limit, its bound from the plan without limits."""
        rng = self.rng
        region = rng.choice(self.tables["regions"])["region"]
        scope = rng.choice(["subtree", "subtree", "solo", None])
        measure, denominator, sense = self.kind(kinds)
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
        if self.tables["scenarios"]:
            row["scenarios"] = rng.choice([None, "all", STRESS, STRESS, "base", OTHER])
        row["waiver_until"] = maybe(rng, 0.15, self.free.facts.period_end(rng.randint(1, last)))
        return row

    def kind(self, kinds: list[Kind]) -> Kind:
        """Draw measure, denominator and sense; income has limits only where it is linear, or concave and a floor.

        Nor where a shock moves rates: the model refuses that.
        """
        sloped = any(row.get("price_slope") for row in self.tables["positions"])
        while True:
            measure, denominator, sense = self.rng.choice(kinds)
            on_income = measure in ("income", "net_interest_income")
            floor = sense == "min" and "income_slopes" in self.features
            moved = on_income and "shock_rate" in self.features
            if floor or not (moved or (sloped and on_income)):
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
        if row["denominator"] in (
            "hqla",
            "net_outflow",
            "outflow_at_risk",
        ):  # a negative bound would not be convex
            return round(max(0.05, worst + push), 4)
        return round(worst + push, 4 if row["denominator"] else 2)
