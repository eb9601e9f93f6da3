"""Write run folders by hand: frozen inputs, plan tables, run.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd

from alm.case import Case
from alm.verify.confirm import confirm
from alm.verify.replay import Replay

MEASURES = (
    *("assets", "liabilities", "equity", "rwa", "rsf", "leverage_exposure", "asf"),
    *("required_reserve", "outflow", "inflow", "cet1", "tier1", "total_capital", "hqla"),
    *("net_outflow", "usable_hqla", "lent", "borrowed", "open_lanes", "new_business"),
    *("disposals", "transfers", "net_interest_income", "income"),
)


@dataclass
class RunFolder:
    """A run in memory; tests change a cell, write it and have it verified."""

    settings: str
    inputs: dict[str, str]
    plan: dict[str, pd.DataFrame]
    manifest: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        (folder / "inputs").mkdir(parents=True)
        (folder / "plan").mkdir()
        (folder / "inputs" / "case.toml").write_text(self.settings, encoding="utf-8")
        for name, text in self.inputs.items():
            (folder / "inputs" / f"{name}.csv").write_text(csv(text), encoding="utf-8")
        for name, table in self.plan.items():
            table.to_parquet(folder / "plan" / f"{name}.parquet")
        (folder / "run.json").write_text(json.dumps(self.manifest), encoding="utf-8")
        return folder

    def change(self, table: str, column: str, by: Any, **key: Any) -> None:
        """Add `by` to the one cell that `key` names, or put it there if it is text or None."""
        rows = self.plan[table]
        hit = pd.Series(True, index=rows.index)
        for name, value in key.items():
            hit &= rows[name] == value
        assert hit.sum() == 1, key
        rows[column] = rows[column].astype(object if isinstance(by, str) else rows[column].dtype)
        rows.loc[hit, column] = by if by is None or isinstance(by, str) else rows[column] + by


def csv(text: str) -> str:
    """Turn a table of words into CSV; "-" is a blank cell."""
    lines = [line.split() for line in text.strip().splitlines()]
    assert len({len(line) for line in lines}) == 1, lines
    return "\n".join(",".join("" if cell == "-" else cell for cell in line) for line in lines)


def measures(
    regions: Sequence[str],
    periods: int,
    values: Mapping[str, Mapping[str, Sequence[float]]],
    extra: Sequence[str] = (),
) -> pd.DataFrame:
    """Plan table measures. `values`: measure -> "region scope" or "region" (both scopes) -> by period."""
    rows = []
    for name, region, scope in product((*MEASURES, *extra), regions, ("subtree", "solo")):
        of = values.get(name, {})
        by_period = of.get(f"{region} {scope}", of.get(region, [0.0] * periods))
        assert len(by_period) == periods
        rows += [(region, scope, name, t + 1, float(by_period[t])) for t in range(periods)]
    return pd.DataFrame(rows, columns=["region", "scope", "measure", "period", "value"])


def table(text: str) -> pd.DataFrame:
    """Read a plan table from words; numbers are numbers, "-" is blank, a column used is a flag."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    rows = pd.DataFrame(lines, columns=head).replace("-", None)
    for column in rows:
        numbers = pd.to_numeric(rows[column], errors="coerce")
        if numbers.notna().sum() == rows[column].notna().sum():
            rows[column] = numbers.astype("int64" if column == "period" else "float64")
    if "used" in rows:
        rows["used"] = rows["used"].astype(bool)
    return rows


def with_rows(case: Case, name: str, **columns: Sequence[object]) -> Case:
    """Put rows into a table of a case in memory, past the reader, which may still refuse the feature."""
    rows = pd.DataFrame(columns).reindex(columns=case.tables[name].columns)
    return replace(case, tables={**case.tables, name: rows})


def with_column(case: Case, name: str, column: str, value: object, **key: object) -> Case:
    """Change one column of a table of a case in memory, in the rows that `key` names."""
    rows = case.table(name)
    hit = pd.Series(True, index=rows.index)
    for of, wanted in key.items():
        hit &= rows[of] == wanted
    assert hit.any()
    rows.loc[hit, column] = value
    return replace(case, tables={**case.tables, name: rows})


def refusals(case: Case, run: RunFolder) -> set[str]:
    """Names of the checks that refuse the plan of a run under a case."""
    outcome = confirm(Replay(case, run.plan, run.manifest))
    named = {failure.check for failure in outcome.failures}
    assert outcome.ok == (not named)
    assert named == set(outcome.checks.loc[~outcome.checks["ok"], "check"])
    return named
