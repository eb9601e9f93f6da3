"""Random scenarios: one feature for each shock, all in the scenario `stress`, beside one that must not matter."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

from alm.case import Case

from .products import Row, maybe, pick

if TYPE_CHECKING:
    from .cases import Draft

STRESS, OTHER = "stress", "calm"


def scenario_of(case: Case) -> str:
    """The scenario that a random case is planned for: the one that its shocks are of, if it has any."""
    return STRESS if STRESS in set(case.table("scenarios")["scenario"]) else "base"


def add(draft: Draft, rng: Random, shock: Row) -> None:
    """Add a shock in some periods, and another one of its kind to the scenario that must not matter."""
    if not draft.tables["scenarios"]:
        draft.tables["scenarios"] += [{"scenario": STRESS}, {"scenario": OTHER}]
    start = maybe(rng, 0.6, rng.randint(1, draft.last))
    end = maybe(rng, 0.4, rng.randint(start or 1, draft.last))
    row = shock | {"start": start, "end": end}
    draft.tables["shocks"] += [
        {"scenario": STRESS} | row,
        {"scenario": OTHER} | row | {"value": 0.37},
    ]


def somewhere(draft: Draft, rng: Random) -> Row:
    """Cells that match at least one position: each is filled or blank."""
    row = rng.choice([row for row in draft.tables["positions"] if not row.get("plug")])
    own = {c: row[c] for c in ("region", "currency", "product")}
    own["class"] = draft.products[row["product"]]["class"]
    return {column: maybe(rng, 0.35, cell) for column, cell in own.items()}


def draw_runoff(draft: Draft, rng: Random) -> None:
    """Draw losses of balances, of all of them now and then; a floor under a balance could not be kept."""
    for row in draft.tables["positions"]:
        row["min_balance"] = row.get("min_balance") if row.get("plug") else None
    for _ in range(rng.randint(1, 3)):
        share = rng.choice([0.05, 0.2, 0.5, 1])
        add(draft, rng, {"shock": "runoff", "value": share} | somewhere(draft, rng))


def draw_rate(draft: Draft, rng: Random) -> None:
    """Draw moves of rates, and more products that float than there are without."""
    for row in draft.products.values():
        if rng.random() < 0.4 and row["product"] not in ("claim", "debt"):
            row |= {"rate_type": "floating", "index": "ftp", "beta": maybe(rng, 0.6, 0.4)}
    for _ in range(rng.randint(1, 3)):
        add(draft, rng, {"shock": "rate", "value": pick(rng, -0.01, 0.015)} | somewhere(draft, rng))
    plug = rng.choice(["cash", "overnight"])
    add(draft, rng, {"shock": "rate", "value": pick(rng, -0.01, 0.01), "product": plug})


def draw_new_business(draft: Draft, rng: Random) -> None:
    """Draw multiples of new business; where there can be none, none need be renewed."""
    for row in draft.tables["positions"]:
        row["min_renewal"] = None
    for _ in range(rng.randint(1, 3)):
        factor = rng.choice([0, 0.5, 0.8, 1.5])
        add(draft, rng, {"shock": "new_business", "value": factor} | somewhere(draft, rng))


def draw_lane_capacity(draft: Draft, rng: Random) -> None:
    """Draw lanes that narrow or close; what stands there at the opening must be able to leave."""
    for lane in draft.tables["lanes"]:
        lane["residual_months"] = None
        factor = rng.choice([0, 0.5, 0.8])
        chosen = rng.choice([
            {"lane": lane["lane"]}, {"region": lane["lender"]}, {"region": lane["borrower"]},
            {"currency": lane["currency"]}, {},
        ])  # fmt: skip
        if rng.random() < 0.4:
            add(draft, rng, {"shock": "lane_capacity", "value": factor} | chosen)
    if draft.tables["lanes"] and rng.random() < 0.5:
        lane = rng.choice(draft.tables["lanes"])
        lane["capacity"] = None
        closed = {"scenario": STRESS, "shock": "lane_capacity", "lane": lane["lane"], "value": 0}
        add(draft, rng, {"shock": "lane_capacity", "value": 0.5} | {"lane": lane["lane"]})
        draft.tables["shocks"].append(closed)


def draw_attribute(attribute: str, most: float) -> Callable[[Draft, Random], None]:
    """Draw additions to an attribute, of positions or of the claims and debts on lanes."""

    def draw(draft: Draft, rng: Random) -> None:
        for _ in range(rng.randint(1, 3)):
            where = somewhere(draft, rng)
            if rng.random() < 0.3:
                where = {"product": rng.choice(["claim", "debt"]), "region": where["region"]}
            add(draft, rng, {"shock": attribute, "value": pick(rng, 0, most)} | where)

    return draw


def draw_fx(draft: Draft, rng: Random) -> None:
    """Draw moves of the other currency, if there is one."""
    for row in draft.tables["fx"]:
        for _ in range(rng.randint(1, 2)):
            move = {
                "shock": "fx",
                "currency": row["currency"],
                "value": rng.choice([0.7, 0.9, 1.25]),
            }
            add(draft, rng, move)


STRESSES: dict[str, Callable[[Draft, Random], None]] = {
    "shock_runoff": draw_runoff,
    "shock_rate": draw_rate,
    "shock_new_business": draw_new_business,
    "shock_lane_capacity": draw_lane_capacity,
    "shock_expected_loss": draw_attribute("expected_loss", 0.01),
    "shock_haircut": draw_attribute("haircut", 0.3),
    "shock_lcr_outflow": draw_attribute("lcr_outflow", 0.3),
    "shock_risk_weight": draw_attribute("risk_weight", 0.5),
    "shock_fx": draw_fx,
}
