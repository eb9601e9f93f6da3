"""Periods are numbered 1 to `periods`, and spans run forward."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault

_LAST_YEAR = 9998


def closes_have_dates(draft: Draft) -> Iterator[Fault]:
    """Refuse a plan that would end, horizon value included, after the last year that a date can have."""
    settings = draft.settings
    months = settings.periods * settings.step_months + settings.horizon.max_months
    if settings.as_of.year + months / 12 >= _LAST_YEAR and "as_of" not in draft.wrong_keys:
        allowed = f"a date whose plan ends before {_LAST_YEAR}"
        yield Fault("case.toml", None, "as_of", str(settings.as_of), allowed)


def spans_do_not_cross(draft: Draft) -> Iterator[Fault]:
    """Refuse a row that ends before it starts."""
    for table in draft.spec.values():
        rows = draft.tables[table.name]
        if "end" in table.names and not rows.empty:
            # A blank end is the horizon's; a row that starts later never applies, which is legal.
            wrong = (rows["end"] < rows["start"]) & draft.is_given(table.name, "end")
            wrong &= draft.sound(table.name, "start", "end")
            yield from faults_at(
                draft,
                table.name,
                "end",
                wrong,
                "start, or later",
                "start is " + rows["start"].astype("str"),
            )


def periods_are_within_the_horizon(draft: Draft) -> Iterator[Fault]:
    """Require that a row for one period names one of the plan."""
    if "periods" in draft.wrong_keys:
        return
    last = draft.settings.periods
    for table in draft.spec.values():
        if "period" in table.names:
            wrong = draft.tables[table.name]["period"] > last
            yield from faults_at(draft, table.name, "period", wrong, f"1 to {last}")


def ends_are_within_the_horizon(draft: Draft) -> Iterator[Fault]:
    """Warn of a row that applies, but is said to end after the last period."""
    if "periods" in draft.wrong_keys:
        return
    last = draft.settings.periods
    for table in draft.spec.values():
        if "end" in table.names:
            rows = draft.tables[table.name]
            odd = (rows["end"] > last) & (rows["start"] <= last)
            yield from faults_at(
                draft,
                table.name,
                "end",
                odd,
                f"1 to {last}",
                "read as the last period",
                warning=True,
            )
