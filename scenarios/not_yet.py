"""What a scenario may hold and the model cannot do yet: refused by name, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case import Case, Fault
from alm.formulation.limit_rows import limits_by_period
from alm.formulation.measures.registry import EARNINGS


def what_is_not_supported(case: Case, scenario: str) -> Iterator[Fault]:
    """Refuse limits on interest or income where a shock moves the rates at which cohorts are written."""
    shocks = case.table("shocks")
    if not ((shocks["scenario"] == scenario) & (shocks["shock"] == "rate")).any():
        return
    combined, found = case.table("measures"), set(EARNINGS)
    for _ in range(len(combined)):
        found |= set(combined.loc[combined["term"].isin(found), "measure"])
    limits = limits_by_period(case, scenario).drop_duplicates("limit")
    rows = case.table("limits").reset_index(names="row").set_index("limit")["row"]
    for column in ("measure", "denominator"):
        for name, measure in limits.loc[limits[column].isin(found), ["limit", column]].to_numpy():
            hint = "limits on interest or income under a rate shock are not supported yet"
            yield Fault("limits", int(rows[name]), column, measure, "another measure", hint)
