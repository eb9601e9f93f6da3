"""The tree of regions has one root and no cycle."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.rows import look_up
from alm.case.tree import ancestry


def tree_has_one_root(draft: Draft) -> Iterator[Fault]:
    """Require exactly one region without a parent."""
    regions = draft.tables["regions"].sort_index()
    if regions.empty:
        return
    roots = regions.index[(regions["parent"] == "") & draft.sound("regions", "parent")]
    if roots.empty and draft.sound("regions", "parent").all():
        yield Fault(
            "regions", None, "parent", "every region has one", "one root, with a blank parent"
        )
    for row in roots[1:]:
        hint = f"{regions['region'][roots[0]]} in row {roots[0]} is a root already"
        yield Fault("regions", row, "parent", "", "one root", hint)


def tree_has_no_cycle(draft: Draft) -> Iterator[Fault]:
    """Refuse a region that stands above itself."""
    regions = draft.tables["regions"]
    lines = ancestry(regions)
    # The line of a region stops where it would close; it is in a cycle if its top's parent is the region itself.
    parent = dict(zip(regions["region"], regions["parent"], strict=True))
    closed = {region: parent[line[-1]] == region for region, line in lines.items()}
    wrong = look_up(regions["region"], closed, "bool")
    shown = {region: "cycle: " + " > ".join(reversed(line)) for region, line in lines.items()}
    yield from faults_at(
        draft,
        "regions",
        "parent",
        wrong,
        "a region that is not below this one",
        look_up(regions["region"], shown, "str"),
    )
