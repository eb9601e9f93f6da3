"""A small run folder that ties out: every node balances to the quantum, income and objective add up.

The case is written as CSV and loads; the plan is made by rule, not by a solver, in whole quanta of 0.01.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from .sample_books import regional_income, roll_forward
from .sample_case import Sample, write_inputs
from .sample_tables import (
    assumption_table,
    baseline_table,
    limit_table,
    measure_table,
    objective_table,
    price_table,
)

__all__ = ["Sample", "amend", "retain", "shock_dollar", "write_sample"]


def write_sample(folder: Path, sample: Sample = Sample()) -> Path:  # noqa: B008 a frozen value
    """Write inputs, plan and manifest; give the folder."""
    (folder / "inputs").mkdir(parents=True)
    (folder / "plan").mkdir()
    write_inputs(folder / "inputs", sample)
    positions, lanes = roll_forward(sample)
    regions = regional_income(sample, positions, lanes)
    limits, measures = limit_table(sample, positions), measure_table(sample, positions)
    objective = objective_table(sample, regions, measures, limits)
    plan = {
        "positions": positions.drop(columns=["side"]),
        "lanes": lanes[["lane", "period", "transfer", "repaid", "outstanding", "used", "cost"]],
        "limits": limits,
        "measures": measures,
        "regions": regions,
        "objective": objective,
        "prices": price_table(sample),
        "baselines": baseline_table(objective, regions),
        "assumptions": assumption_table(),
    }
    for name, table in plan.items():
        table.to_parquet(folder / "plan" / f"{name}.parquet", index=False)
    (folder / "run.json").write_text(
        json.dumps(_manifest(sample, objective, regions)), encoding="utf-8"
    )
    return folder


def retain(folder: Path, amount: float = 1.23) -> None:
    """Post income of North to its capital at the last close; cash takes it up."""
    path = folder / "plan" / "positions.parquet"
    frame = pd.read_parquet(path).assign(posted=0.0)
    last = (frame["region"] == "north") & (frame["period"] == frame["period"].max())
    capital, cash = last & (frame["product"] == "capital"), last & (frame["product"] == "cash")
    frame.loc[capital, ["posted", "balance"]] += amount
    frame.loc[cash, ["new", "balance"]] += amount
    frame.to_parquet(path, index=False)


def shock_dollar(folder: Path, factor: float = 1.1) -> None:
    """Let the dollar rise from period 1 on, in the scenario that the run planned for."""
    (folder / "inputs" / "scenarios.csv").write_text("scenario,name\nrise,Dollar rises\n", "utf-8")
    shock = f"scenario,shock,currency,start,end,value\nrise,fx,USD,1,,{factor}\n"
    (folder / "inputs" / "shocks.csv").write_text(shock, "utf-8")
    amend(folder, options={"scenario": "rise"})


def amend(folder: Path, **fields: object) -> None:
    """Change fields of the manifest."""
    manifest = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps(manifest | fields), "utf-8")


def _manifest(sample: Sample, objective: pd.DataFrame, regions: pd.DataFrame) -> dict[str, object]:
    total = float(objective["value"].sum())
    return {
        "id": "5a3c91d2",
        "case": "sample",
        "name": "sample & co",
        "as_of": "2025-12-31",
        "status": "gap",
        "objective": total,
        "bound": total + 0.05,
        "gap": 0.05 / abs(total),
        "income": float(regions["income"].sum()),
        "verified": sample.verified,
        "violations": [],
        "options": {},
        "currency": "CNY",
        "unit": 1000000,
        "periods": sample.periods,
    }
