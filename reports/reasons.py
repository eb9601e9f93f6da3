"""Why scenarios have no plan, in the language of the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reports.scenario_view import ScenarioView

LISTED = 5


def in_words(view: ScenarioView) -> Iterator[str]:
    """Give a sentence for each scenario of which it is told why it has no plan, and one for those that have none either.

    Limits that must give way are said in the language of the report; of anything else the kind is, and what the run says stands
    beside it, which is English.
    """
    titles = view.names("scenarios", "scenario")
    told = [row for row in view.manifest["scenarios"] if row.get("reason")]
    for row in told:
        why = row.get("why", {})  # older runs have none
        said = _conflict(view, why) if why.get("missed") else _given(view, why, row["reason"])
        yield view.labels("why.scenario", scenario=titles[row["scenario"]], why=said)
    silent = [row for row in view.manifest["scenarios"] if not row.get("reason")]
    for status in ("infeasible", "unbounded"):
        others = [titles[row["scenario"]] for row in silent if row["status"] == status]
        if others:
            yield view.labels(f"why.others_{status}", scenarios=", ".join(others))


def _given(view: ScenarioView, why: Mapping[str, Any], reason: str) -> str:
    kind = why.get("kind", "unsaid")
    return view.labels("why.unsaid" if kind == "limits" else f"why.{kind}", reason=reason)


def _conflict(view: ScenarioView, why: Mapping[str, Any]) -> str:
    """Name the limits that must give way, the first few, and the changes that leave room for a plan."""
    labels, limits = view.labels, view.names("limits", "limit")
    regions = view.names("regions", "region")
    missed = [
        labels(
            "why.missed",
            limit=limits[each["limit"]],
            tier=labels.word("tier", each["tier"]),
            region=regions[each["region"]],
            amount=f"{each['missed']:,.6g}",
            money=view.money,
            period=each["period"],
        )
        for each in why["missed"][:LISTED]
    ]
    more = len(why["missed"]) - LISTED
    rest = labels("why.more", number=more) if more > 0 else ""
    said = labels("why.limits", missed=labels("why.between").join(missed) + rest)
    if not why["advice"]:
        return said
    return said + labels("why.advice", changes=" ".join(f"--set {each}" for each in why["advice"]))
