"""Among equally good plans the closest to the reference: the contract's tie-break against brute force.

Brute force minimises the sum of squared differences twice: over the plans that lose nothing and over those that lose 1e-6 of
the objective, which are all that the contract calls equally good. The program's distance must lie between the two.
"""

from pathlib import Path

import pandas as pd
import pytest

from alm.case import load
from alm.runs.allocate import allocate

from .algebra import Sum, squared, total
from .best import Best
from .test_cross_check import _no_workbook as _no_workbook
from .tight import write_random_case

# Cases in which the plan closest to the opening is a third and twelve times further away.
SEEDS = (0, 9)
LOSSES = (1e-9, 1e-6)
Wanted = dict[tuple[object, ...], float]


def write_linear_case(seed: int, folder: Path) -> Path:
    """Write a random case without curves: with them the best plan is mostly the only one."""
    write_random_case(seed, folder, frozenset())
    positions = pd.read_csv(folder / "positions.csv")
    flat = {name: 0.0 for name in ("price_slope", "back_book") if name in positions}
    positions.assign(**flat).to_csv(folder / "positions.csv", index=False)
    (folder / "targets.csv").unlink(missing_ok=True)
    return folder


def make_equal(folder: Path) -> None:
    """Let all business earn and all of it pay the same, so that many plans are the best."""
    positions = pd.read_csv(folder / "positions.csv")
    positions.assign(rate=0.03, new_rate=0.03).to_csv(folder / "positions.csv", index=False)
    products = pd.read_csv(folder / "products.csv")
    costs = {name: 0.0 for name in ("expected_loss", "operating_cost") if name in products}
    products.assign(**costs).to_csv(folder / "products.csv", index=False)


def read_plan(folder: Path, best: Best) -> Wanted:
    """The amounts that the distance counts: new business, amounts sold, transfers, balances of plugs."""
    positions = pd.read_parquet(folder / "plan/positions.parquet")
    lanes = pd.read_parquet(folder / "plan/lanes.parquet")
    plan: Wanted = {("transfer", row.lane, row.period): row.transfer for row in lanes.itertuples()}
    for row in positions.itertuples():
        p, t = (row.region, row.currency, row.product), row.period
        if best.brute.is_plug(p):
            plan["plug", p, t] = row.balance
        else:
            plan["new", p, t], plan["sold", p, t] = row.new, row.sold
    return plan


def amounts(best: Best) -> dict[tuple[object, ...], Sum]:
    """The same amounts as sums of the oracle's variables, which sells shares."""
    brute = best.brute
    found: dict[tuple[object, ...], Sum] = {}
    for name, known in (("new", brute.new), ("plug", brute.plug)):
        found |= {(name, p, t): each for (p, t), each in known.items()}
    found |= {("transfer", l, t): each for (l, t), each in brute.transfer.items()}
    for (p, t), share in brute.sold.items():
        newly = share - brute.sold[p, t - 1] if t > 1 else share
        found["sold", p, t] = brute.legacy_unsold(p, t) * newly
    return found


def rate(best: Best, name: tuple[object, ...]) -> float:
    """Reporting units per unit of the amount's own currency."""
    if name[0] == "transfer":
        lane = next(row for row in best.facts.rows("lanes") if row["lane"] == name[1])
        return best.facts.rates[lane["currency"]]
    return best.facts.rates[name[1][1]]


def least_distance(folder: Path, wanted: Wanted, loss: float) -> float:
    """Minimise the distance over the plans that lose no more than a share of the best objective."""
    best = Best(load(folder))
    goal, model = best.solve().objective, best.model
    model.require("as good", model.objective, lower=goal - loss * abs(goal))
    steps = [
        model.equal(("step", name), rate(best, name) * (each - wanted.get(name, 0.0)))
        for name, each in amounts(best).items()
    ]
    model.objective = -total(squared(step) for step in steps)
    return -model.solve().objective


def distance(best: Best, plan: Wanted, wanted: Wanted) -> float:
    return sum(
        (rate(best, name) * (plan[name] - wanted.get(name, 0.0))) ** 2 for name in amounts(best)
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_no_equally_good_plan_is_closer_to_the_reference(seed, tmp_path):
    folder = write_linear_case(seed, tmp_path / "case")
    allocate(folder, tmp_path / "before", baselines=False)
    make_equal(folder)
    best = Best(load(folder))
    wanted = read_plan(tmp_path / "before", best)
    allocate(folder, tmp_path / "run", baselines=False, reference=str(tmp_path / "before"))
    found = distance(best, read_plan(tmp_path / "run", best), wanted)
    most, least = (least_distance(folder, wanted, loss) for loss in LOSSES)
    # Amounts are whole quanta: each may be one off, at its distance.
    quantum = best.facts.settings.quantum
    slack = 4 * quantum * (found**0.5 + quantum * len(wanted)) + 1e-4 * found
    assert least - slack <= found <= most + slack
