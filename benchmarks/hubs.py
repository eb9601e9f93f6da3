"""Hubs on or off: how far to centralise liquidity; `python -m benchmarks.hubs [--entities 60 --scenarios 100]`.

The question of S. Pokutta and C. Schmaltz, Managing liquidity: optimal degree of centralization, Journal of Banking and Finance
35 (2011), at the size they report (60 entities, 100 scenarios, under 30 s): entities need cash in each scenario; a hub pools
what it holds for those it serves, at a fixed cost; what an entity holds itself serves it alone; what is short is borrowed dear.
Their data is not published: needs, distances and costs are drawn here.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import sparse

from benchmarks.rivals import processor_seconds
from solvers import Problem, solve

CARRY = 0.010  # per year, of what a hub holds
OWN_CARRY = 0.012  # of what an entity holds itself: no netting, smaller lots
SHORT = 0.08  # of what is borrowed in the market when a scenario comes true, times its probability
SEND = 0.03  # of what is sent over the longest distance, times its probability


@dataclass(frozen=True)
class Group:
    """Entities, candidate hubs and scenarios of a drawn group.

    Attributes
    ----------
    need : array (entity, scenario)
        Cash needed; 0 where there is a surplus.
    cost : array (hub, entity)
        Of sending one unit.
    fixed : array (hub)
        Of keeping a hub open, per year.
    """

    need: np.ndarray
    cost: np.ndarray
    fixed: np.ndarray


def draw(entities: int, scenarios: int, hubs: int, seed: int) -> Group:
    """Draw needs by a factor model (a common shock, one a neighbourhood, one's own), and places on a map."""
    rng = np.random.default_rng(seed)
    place, size = rng.random((entities, 2)), rng.lognormal(3.0, 0.8, entities)
    centres = place[:hubs]
    distance = np.linalg.norm(centres[:, None, :] - place[None, :, :], axis=2)
    near = distance.argmin(axis=0)
    shock = (
        0.4 * rng.standard_normal(scenarios) + 0.5 * rng.standard_normal((hubs, scenarios))[near]
    )
    need = size[:, None] * np.maximum(shock + rng.standard_normal((entities, scenarios)), 0.0)
    fixed = CARRY * size.sum() * rng.uniform(0.01, 0.03, hubs)
    return Group(need, SEND * distance / distance.max(), fixed)


def state(group: Group) -> Problem:
    """Write the problem: columns open (hub), pooled (hub), own (entity), short (entity, scenario), sent (hub, entity, scenario).

    What is sent is at most the need, if the hub is open: one row for each, which makes the relaxation tight.
    """
    hubs, entities = group.cost.shape
    scenarios = group.need.shape[1]
    cells, routes = entities * scenarios, hubs * entities * scenarios
    hub, entity, scenario = (
        each.ravel() for each in np.indices((hubs, entities, scenarios), dtype=np.int64)
    )
    cell, route, need = entity * scenarios + scenario, np.arange(routes), group.need.ravel()
    start = np.cumsum([0, hubs, hubs, entities, cells, routes])
    opened, pooled, own, short, sent = (start[i] for i in range(5))

    def rows(
        count: int, *terms: tuple[np.ndarray, np.ndarray, np.ndarray | float]
    ) -> sparse.csr_array:
        row = np.concatenate([each[0] for each in terms])
        column = np.concatenate([each[1] for each in terms])
        value = np.concatenate([np.broadcast_to(each[2], each[0].shape) for each in terms])
        return sparse.csr_array((value, (row, column)), shape=(count, start[-1]))

    every = np.arange(cells)
    most = group.need.sum(axis=0).max()
    covered = rows(
        cells,
        (every, own + every // scenarios, 1.0),
        (every, short + every, 1.0),
        (cell, sent + route, 1.0),
    )
    held = rows(
        hubs * scenarios,
        (hub * scenarios + scenario, sent + route, -1.0),
        (np.arange(hubs * scenarios), pooled + np.arange(hubs * scenarios) // scenarios, 1.0),
    )
    only_open = rows(routes, (route, sent + route, -1.0), (route, opened + hub, need[cell]))
    chance = 1.0 / scenarios
    cost = np.concatenate(
        [
            *(group.fixed, np.full(hubs, CARRY), np.full(entities, OWN_CARRY)),
            *(np.full(cells, chance * SHORT), chance * group.cost[hub, entity]),
        ]
    )
    sides = np.concatenate([need, np.zeros(hubs * scenarios + routes)])
    upper = np.concatenate(
        [np.ones(hubs), np.full(hubs, most), group.need.max(axis=1), need, need[cell]]
    )
    return Problem(
        c=cost,
        q=np.zeros(start[-1]),
        A=sparse.vstack([covered, held, only_open], format="csr"),
        row_lower=sides,
        row_upper=np.full(sides.size, np.inf),
        lower=np.zeros(start[-1]),
        upper=upper,
        integer=np.arange(start[-1]) < hubs,
    )


def main() -> None:
    """Print what is found and proved."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hubs", description=__doc__)
    parser.add_argument("--entities", type=int, default=60)
    parser.add_argument("--scenarios", type=int, default=100)
    parser.add_argument("--hubs", type=int, default=12, help="entities that may become one")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gap", type=float, default=1e-3)
    parser.add_argument("--limit", type=float, default=300)
    asked = parser.parse_args()
    problem = state(draw(asked.entities, asked.scenarios, asked.hubs, asked.seed))
    # Imports are not what is measured here.
    solve(state(draw(3, 2, 2, asked.seed)))
    table = Table(
        title=f"{problem.columns:,} columns, {problem.rows:,} rows, {asked.hubs} hubs on or off"
    )
    for name in ("way", "clock", "processor", "cost", "bound", "gap", "hubs"):
        table.add_column(name)
    for way, backend in {"ours": None, "HiGHS, whole": "pulp+highs"}.items():
        begin, started = processor_seconds(), time.perf_counter()
        found = solve(problem, backend, gap=asked.gap, time_limit=asked.limit, threads=1)
        seconds, clock = processor_seconds() - begin, time.perf_counter() - started
        table.add_row(
            *(
                way,
                f"{clock:.1f} s",
                f"{seconds:.1f} s",
                f"{found.objective:.4f}",
                f"{found.bound:.4f}",
            ),
            *(f"{found.gap:.1e}", f"{int(found.x[: asked.hubs].round().sum())}"),
        )
    Console().print(table)


if __name__ == "__main__":
    main()
