"""Run-off tables are complete and never rise."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.spec.positions import KEY


def run_off_is_complete(draft: Draft) -> Iterator[Fault]:
    """Require every period of the plan for a position with run-off."""
    rows = draft.tables["runoff"]
    if "periods" in draft.wrong_keys or not draft.sound("runoff", *KEY, "period").all():
        return
    wanted = set(range(1, draft.settings.periods + 1))
    for _, given in rows.groupby(list(KEY)):
        missing = sorted(wanted - set(given["period"]))
        if missing:
            shown = ", ".join(map(str, missing[:6])) + (", ..." if len(missing) > 6 else "")
            allowed = f"every period from 1 to {len(wanted)}"
            yield Fault(
                "runoff",
                int(given.index.min()),
                "period",
                f"{len(given)} periods",
                allowed,
                f"missing: {shown}",
            )


def run_off_never_rises(draft: Draft) -> Iterator[Fault]:
    """Refuse a rise: what has run off does not come back."""
    rows = draft.tables["runoff"].sort_values([*KEY, "period"])
    before = rows.groupby(list(KEY))["remaining"].shift()
    wrong = rows["remaining"] > before
    for row in rows.index[wrong]:
        yield Fault(
            "runoff",
            int(row),
            "remaining",
            draft.found("runoff", row, "remaining"),
            "at most that of the period before",
            f"which is {before[row]:g}",
        )
