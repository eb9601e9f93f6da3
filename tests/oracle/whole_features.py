"""Random whole decisions: lots, tickets, fixed costs, corridors, counted lanes, rates by volume; small cases only."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from .products import Row, maybe, pick

if TYPE_CHECKING:
    from .cases import Draft


def _some(rng: Random, rows: list[Row], most: int) -> list[Row]:
    return rng.sample(rows, min(len(rows), rng.randint(1, most)))


def _clients(draft: Draft) -> list[Row]:
    """Products that anyone writes."""
    written = {row["product"] for row in draft.tables["positions"] if not row.get("plug")}
    return [row for name, row in draft.products.items() if name in written - {"equity"}]


def draw_lots(draft: Draft, rng: Random) -> None:
    """Draw lots of new business and transfers; what must be written at least is left out."""
    for row in _some(rng, _clients(draft), 2):
        row["lot"] = rng.choice([1, 2.5, 7, 12])
        for own in draft.tables["positions"]:
            if own["product"] == row["product"]:
                own["min_new"] = own["min_renewal"] = None
    for row in _some(rng, draft.tables["lanes"], 2) if draft.tables["lanes"] else []:
        row["lot"] = rng.choice([1, 2.5, 6])


def draw_tickets(draft: Draft, rng: Random) -> None:
    """Draw tickets, a few of which are all or nothing, or out of reach."""
    for row in _some(rng, _clients(draft), 2):
        own = rng.choice([r for r in draft.tables["positions"] if r["product"] == row["product"]])
        row["minimum_ticket"] = rng.choice([own["max_new"], pick(rng, 2, 20, 1)])
    for row in _some(rng, draft.tables["lanes"], 2) if draft.tables["lanes"] else []:
        row["minimum_ticket"] = rng.choice([row["capacity"], pick(rng, 1, 20, 1)])


def draw_fixed_costs(draft: Draft, rng: Random) -> None:
    """Draw fixed costs of about what the volumes earn; income may have a ceiling, which adjustment costs forbid."""
    for row in draft.tables["positions"]:
        row["adjustment_cost"] = None
    for row in _some(rng, _clients(draft), 3):
        row["fixed_cost"] = pick(rng, 0.005, 0.4, 3)
    for row in _some(rng, draft.tables["lanes"], 3) if draft.tables["lanes"] else []:
        row["fixed_cost"] = pick(rng, 0.005, 0.2, 3)


def draw_corridors(draft: Draft, rng: Random) -> None:
    """Draw corridors, some lanes in each, some corridors without any."""
    names = ["north", "south"]
    for name in names[: rng.randint(1, 2)]:
        row: Row = {"corridor": name, "capacity": maybe(rng, 0.5, pick(rng, 8, 60, 1))}
        row["fixed_cost"] = maybe(rng, 0.6, pick(rng, 0.005, 0.3, 3))
        row["minimum"] = maybe(rng, 0.5, pick(rng, 2, 30, 1))
        draft.tables["corridors"].append(row)
        for lane in draft.tables["lanes"]:
            if rng.random() < 0.6:
                lane["corridor"] = name


def draw_tiers(draft: Draft, rng: Random) -> None:
    """Draw rates that get better or worse, or both, with volume; the last may begin above all that can be written."""
    clients = [
        r for r in draft.tables["positions"] if not r.get("plug") and r["product"] != "equity"
    ]
    for row in _some(rng, clients, 2):
        for column in ("price_slope", "reference_volume", "back_book"):
            row[column] = None
        rate = row["rate"] if row["new_rate"] is None else row["new_rate"]
        starts = sorted({pick(rng, 0.5, row["max_new"] * 1.1, 1) for _ in range(rng.randint(1, 2))})
        key = {c: row[c] for c in ("region", "currency", "product")}
        for over in starts:
            rate = round(rate + pick(rng, -0.01, 0.01), 4)
            draft.tables["tiers"].append(key | {"over": over, "rate": rate})


def no_change(_: Draft, __: Random) -> None:
    """Leave the book as it is: the feature is one of limits."""


def draw_transferable(draft: Draft, rng: Random) -> None:
    """Draw what of the liquidity of each region an ancestor may count, and inflows that may pass 75 % of outflows."""
    for row in draft.tables["regions"]:
        row["transferable"] = rng.choice([0, 0.5, 0.8])
    for row in draft.products.values():
        if row["side"] == "asset" and rng.random() < 0.5:
            row["lcr_inflow"] = rng.choice([0.5, 1])


def draw_ceilings(draft: Draft, _: Random) -> None:
    """Bound what is without a bound: how far a row can be off must be known, to the oracle as well."""
    for row in draft.tables["positions"]:
        if row["product"] == "cash":
            row["max_balance"] = 900


WHOLES: dict[str, Callable[[Draft, Random], None]] = {
    "corridors": draw_corridors,
    "exact_usable": draw_transferable,
    "fixed_costs": draw_fixed_costs,
    "lots": draw_lots,
    "open_lanes": no_change,
    "steps": draw_ceilings,
    "tickets": draw_tickets,
    "tiers": draw_tiers,
    "wrong_side": draw_transferable,
}

WHOLE_KINDS: dict[str, list[tuple[str, str | None, str]]] = {
    "corridors": [("open_lanes", None, "max"), ("transfers", None, "min")],
    "exact_usable": [("usable_hqla", None, "min"), ("usable_hqla", "net_outflow", "min")],
    "fixed_costs": [("income", None, "max"), ("income", None, "min"), ("open_lanes", None, "max")],
    "open_lanes": [("open_lanes", None, "max"), ("open_lanes", None, "max"), ("open_lanes", None, "min")],
    "steps": [("rwa", None, "max"), ("class:loan", "class:deposit", "max"), ("class:cash", "assets", "min")],
    "tiers": [
        ("net_interest_income", None, "max"), ("net_interest_income", None, "min"), ("new_business", None, "max"),
    ],
    "wrong_side": [
        ("hqla", None, "max"), ("net_outflow", None, "min"), ("usable_hqla", None, "max"), ("hqla", "net_outflow", "max"),
    ],
}  # fmt: skip
