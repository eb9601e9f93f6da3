"""Optional lanes: ours beside the same problem handed whole to a solver; `python -m benchmarks.integers [36x60x12]`."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from alm.case import load
from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from alm.formulation.groups import column_regions
from benchmarks.bank import HUB, Size, write_bank
from benchmarks.rivals import processor_seconds
from solvers import Problem, Solution, solve

WAYS = {"ours": None, "HiGHS, whole": "pulp+highs", "CBC, whole": "pulp+cbc"}


def optional_lanes(
    folder: Path, size: Size, fixed_cost: float, count: int = 0
) -> tuple[Problem, np.ndarray]:
    """Give every lane of a bank a fixed cost; the problem, and the hint that the program gives with it.

    Parameters
    ----------
    count : int
        Lanes in all: beside those of the hub, lanes from region to region are drawn. 0: those of the hub alone.
    """
    case = write_bank(folder / f"lanes-{size}", size)
    lanes = pd.read_csv(case / "lanes.csv")
    lanes = pd.concat([lanes, _direct(lanes, max(0, count - len(lanes)))], ignore_index=True)
    lanes.assign(fixed_cost=fixed_cost).to_csv(case / "lanes.csv", index=False)
    book = open_book(load(case))
    formulation = formulate(book)
    return formulation.problem, column_regions(book, formulation)


def _direct(lanes: pd.DataFrame, count: int, seed: int = 0) -> pd.DataFrame:
    """Draw lanes from region to region, on the terms of the hub's."""
    rng = np.random.default_rng(seed)
    regions = sorted(set(lanes["lender"]) - {HUB})
    pairs = [(one, other) for one in regions for other in regions if one != other]
    chosen = [pairs[at] for at in rng.choice(len(pairs), count, replace=False)]
    like = lanes.iloc[rng.choice(len(lanes), count)].reset_index(drop=True)
    ends = pd.DataFrame(chosen, columns=["lender", "borrower"])
    return like.assign(**ends, lane=ends["lender"] + "-" + ends["borrower"])


def nothing_moved(problem: Problem) -> float:
    """Give what is earned with every lane shut."""
    shut = np.where(problem.integer, 0.0, problem.upper)
    return -solve(problem.replace(upper=shut, integer=np.zeros_like(problem.integer))).objective


@dataclass
class Attempt:
    """One way: what it found and proved in the end, and its best plan at each moment that it told of one.

    Attributes
    ----------
    seconds : float
        Of the processor, in all.
    heard : list of (seconds, objective)
    """

    way: str
    seconds: float = np.nan
    found: Solution | None = None
    heard: list[tuple[float, float]] = field(default_factory=list)

    def plan_after(self, seconds: float) -> float:
        """Give what the best plan earned by then; NaN if there was none."""
        known = [objective for when, objective in self.heard if when <= seconds]
        finite = [objective for objective in known if np.isfinite(objective)]
        return -min(finite) if finite else np.nan


def attempt(way: str, problem: Problem, groups: np.ndarray, gap: float, limit: float) -> Attempt:
    """Solve in one way, on one thread, and listen."""
    told = Attempt(way)
    start = processor_seconds()
    told.found = solve(
        problem,
        WAYS[way],
        gap=gap,
        time_limit=limit,
        threads=1,
        groups=groups,
        report=lambda objective, _: told.heard.append((processor_seconds() - start, objective)),
    )
    told.seconds = processor_seconds() - start
    return told


def row_of(each: Attempt, still: float, tenth: float) -> tuple[str, ...]:
    """Lay out what one way found."""
    assert each.found is not None
    plan, bound = -each.found.objective, -each.found.bound
    share = (bound - plan) / (plan - still) if plan - still > 1e-6 else np.inf
    early = each.plan_after(tenth)
    return (
        *(each.way, f"{each.seconds:.1f}", f"{plan:,.3f}", f"{bound:,.3f}"),
        *(f"{each.found.gap:.1e}", f"{share:.1%}", f"{early:,.3f}"),
    )


def main() -> None:
    """Print what each way found and proved, and when."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.integers", description=__doc__)
    parser.add_argument("size", nargs="?", type=Size.read, default=Size(36, 60, 12))
    parser.add_argument("--fixed-cost", type=float, default=0.04, help="of a lane and month")
    parser.add_argument("--lanes", type=int, default=0, help="in all; 0: those of the hub alone")
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--limit", type=float, default=600, help="seconds that each way may take")
    parser.add_argument("--ways", nargs="*", choices=list(WAYS), default=["ours", "HiGHS, whole"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        problem, groups = optional_lanes(Path(folder), asked.size, asked.fixed_cost, asked.lanes)
    still = nothing_moved(problem)
    attempts = [attempt(way, problem, groups, asked.gap, asked.limit) for way in asked.ways]
    tenth = max(each.seconds for each in attempts) / 10
    table = Table(title=f"{asked.size}: {int(problem.integer.sum())} optional lanes and months")
    for name in ("way", "seconds", "plan", "bound", "gap", "open, share of the uplift"):
        table.add_column(name)
    table.add_column(f"plan after {tenth:.0f} s")
    for each in attempts:
        table.add_row(*row_of(each, still, tenth))
    Console().print(table)


if __name__ == "__main__":
    main()
