"""Plans side by side: what they earn, what binds, how much room each limit has, and which decisions differ most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from alm.case import Case, CaseError, Fault, load
from alm.formulation.book import exchange_rates
from alm.runs import store
from alm.runs.scenario_folder import SUBFOLDERS
from alm.runs.scenario_run import KIND
from scenarios import BASE, Mode

MOST_DECISIONS = 12
MISSED, AT_BOUND = ("broken", "short"), ("broken", "short", "binding")
FIGURES = ("objective", "income", "bound", "gap")
OVER_SCENARIOS = (
    "mode",
    "expected",
    "cvar",
    "wait_and_see",
    "expected_of_base_plan",
    "evpi",
    "vss",
)


@dataclass(frozen=True, eq=False)
class Plan:
    """One plan to be compared: of a run, or of one scenario of a run.

    Attributes
    ----------
    run : Path
        The run that was named.
    folder : Path
        Where its tables are.
    scenario : str
        What it was made for.
    label : str
        Name of the run's folder, and the scenario where the run is over scenarios.
    manifest : dict
        run.json of the plan.
    regret : float or None
        Where it has to suit other scenarios, too: what its scenario's own best plan earns more.
    shares : bool
        Whether it has to; then its bound and gap are those of another plan, the one for its scenario alone.
    """

    run: Path
    folder: Path
    case: Case
    scenario: str
    label: str
    manifest: dict[str, Any]
    regret: float | None = None
    shares: bool = False

    @property
    def is_plan(self) -> bool:
        """Whether there is one."""
        return (self.folder / "plan" / "limits.parquet").is_file()

    def table(self, name: str) -> pd.DataFrame:
        """Read a plan table."""
        return store.read_table(self.folder, name)


def find_plans(runs: Sequence[Path]) -> list[Plan]:
    """List the plans of runs: one of each, or one a scenario.

    Raises
    ------
    CaseError
        A folder is no run of plans; amounts are in different currencies or units.
    """
    faults, plans = [], []
    for run in runs:
        if not (run / store.MANIFEST).is_file() or not (run / "inputs").is_dir():
            faults.append(_fault(run, "a run folder", "`alm runs` lists the runs that there are"))
            continue
        manifest = store.read_manifest(run)
        if manifest.get("kind") not in (None, KIND):
            allowed = "a run of one plan, or over scenarios"
            faults.append(_fault(run, allowed, f"it is a {manifest['kind']}; compare its points"))
            continue
        plans += _plans_of(run, manifest)
    if not faults:
        faults += _of_other_money(plans)
    if faults:
        raise CaseError(faults)
    return plans


def _fault(run: Path, allowed: str, hint: str = "") -> Fault:
    return Fault("options", None, "RUN", str(run), allowed, hint)


def _plans_of(run: Path, manifest: dict[str, Any]) -> list[Plan]:
    case, name = load(run / "inputs"), run.resolve().name
    if manifest.get("kind") != KIND:
        scenario = str((manifest.get("options") or {}).get("scenario") or BASE)
        return [Plan(run, run, case, scenario, name, manifest)]
    if not (run / "plan" / "scenarios.parquet").is_file():
        return [Plan(run, run, case, BASE, name, manifest)]
    rows = store.read_table(run, "scenarios")
    shares = (manifest.get("options") or {}).get("mode") != Mode.SWEEP.value
    plans = []
    for row in rows.to_dict("records"):
        scenario, place = str(row["scenario"]), run / SUBFOLDERS.plan / str(row["folder"])
        known = {"status": row["status"]}
        if (place / store.MANIFEST).is_file():
            known = store.read_manifest(place)
        regret = float(row["regret"]) if shares and pd.notna(row["regret"]) else None
        plans.append(Plan(run, place, case, scenario, f"{name} {scenario}", known, regret, shares))
    return plans


def _of_other_money(plans: Sequence[Plan]) -> list[Fault]:
    first = plans[0].case.settings
    money = first.currency, first.unit
    return [
        _fault(plan.run, f"amounts in {money[0]} x {money[1]:g}, as {plans[0].run}")
        for plan in plans
        if (plan.case.settings.currency, plan.case.settings.unit) != money
    ]


def figures(plan: Plan) -> dict[str, Any]:
    """Say what a plan earns, and what it meets first."""
    said = {name: plan.manifest.get(name) for name in FIGURES}
    if plan.shares:
        said |= {"bound": None, "gap": None}
    row: dict[str, Any] = {
        "run": str(plan.run),
        "label": plan.label,
        "case": plan.case.settings.name,
        "scenario": plan.scenario,
        "status": plan.manifest.get("status"),
        "verified": bool(plan.manifest.get("verified")),
        **said,
        "regret": plan.regret,
        "horizon_value": None,
        "first": None,
        "binding": [],
    }
    if not plan.is_plan:
        return row
    parts = plan.table("objective")
    row["horizon_value"] = float(parts.loc[parts["part"] == "horizon_value", "value"].sum())
    limits = plan.table("limits")
    row["first"] = _first(limits)
    row["binding"] = sorted(set(limits.loc[limits["status"].isin(AT_BOUND), "limit"]))
    return row


def _first(limits: pd.DataFrame) -> dict[str, Any] | None:
    """Find the limit that is missed first, or, where none is, the one that binds first."""
    for statuses in (MISSED, AT_BOUND):
        met = limits[limits["status"].isin(statuses)].sort_values(["period", "limit"])
        if len(met):
            row = met.iloc[0]
            return {
                "limit": str(row["limit"]),
                "period": int(row["period"]),
                "status": str(row["status"]),
            }
    return None


def headroom(plans: Sequence[Plan]) -> list[dict[str, Any]]:
    """Set the least headroom of each limit over its closes side by side, the least of all first.

    Returns
    -------
    list of dict
        limit, name, region; and for each plan in order: headroom (reporting currency; None where it does not hold), period, value, status, and
        binding (at how many closes).
    """
    tables = [_least(plan.table("limits")) if plan.is_plan else pd.DataFrame() for plan in plans]
    names: dict[str, dict[str, Any]] = {}
    for plan in plans:
        for row in plan.case.table("limits")[["limit", "name", "region"]].to_dict("records"):
            names.setdefault(str(row["limit"]), {str(key): value for key, value in row.items()})
    rows = []
    for limit, named in names.items():
        found = [table.loc[limit] if limit in table.index else None for table in tables]
        if any(each is not None for each in found):
            rows.append({**named, **_listed(found)})
    return sorted(rows, key=lambda row: min(each for each in row["headroom"] if each is not None))


def _least(limits: pd.DataFrame) -> pd.DataFrame:
    held = limits[limits["status"] != "waived"].sort_values(["headroom", "period"], kind="stable")
    bound = held["status"].isin(AT_BOUND).groupby(held["limit"]).sum()
    return held.drop_duplicates("limit").set_index("limit").join(bound.rename("binding"))


def _listed(found: Sequence[Any]) -> dict[str, list[Any]]:
    def of(name: str, kind: type) -> list[Any]:
        return [None if row is None or pd.isna(row[name]) else kind(row[name]) for row in found]

    room = [None if each is None else each + 0.0 for each in of("headroom", float)]
    return {
        "headroom": room,
        "period": of("period", int),
        "value": of("value", float),
        "status": of("status", str),
        "binding": of("binding", int),
    }


def decisions(plans: Sequence[Plan], most: int = MOST_DECISIONS) -> list[dict[str, Any]]:
    """List the decisions that differ most: new business and disposals of positions, transfers on lanes.

    Returns
    -------
    list of dict
        decision (new, sold, transfer), what, amounts (of each plan over its whole horizon, reporting currency at the rates of its case), spread
        (largest less smallest), the largest spread first; those that do not differ are left out.
    """
    columns = [_volumes(plan) for plan in plans if plan.is_plan]
    if not columns:
        return []
    table = pd.concat(columns, axis=1).fillna(0.0)
    spread = table.max(axis=1) - table.min(axis=1)
    ordered = spread[spread > 0].sort_values(ascending=False, kind="stable").index[:most]
    place = iter(range(len(columns)))
    at = [next(place) if plan.is_plan else None for plan in plans]
    return [
        {
            "decision": kind,
            "what": what,
            "amounts": [None if i is None else float(table.loc[(kind, what)].iloc[i]) for i in at],
            "spread": float(spread[kind, what]),
        }
        for kind, what in ordered
    ]


def _volumes(plan: Plan) -> pd.Series:
    """Sum what a plan decides over its horizon, by kind and name."""
    rates = exchange_rates(plan.case)
    positions = plan.table("positions")
    keys = plan.case.table("positions")
    plugs = keys.loc[keys["plug"].astype(bool), ["region", "currency", "product"]]
    is_plug = positions.merge(plugs.assign(plug=True), how="left")["plug"].notna().to_numpy()
    positions = positions[~is_plug]
    named = positions["region"] + " / " + positions["currency"] + " / " + positions["product"]
    money = positions["currency"].map(rates).to_numpy(float)
    lanes = plan.table("lanes")
    currency = plan.case.table("lanes").set_index("lane")["currency"]
    placed = lanes["transfer"] * lanes["lane"].map(currency).map(rates).astype(float)
    parts = {
        "new": (positions["new"] * money).groupby(named).sum(),
        "sold": (positions["sold"] * money).groupby(named).sum(),
        "transfer": placed.groupby(lanes["lane"]).sum(),
    }
    whole = pd.concat(parts)
    return whole.where(whole.abs() > plan.case.settings.quantum / 2, 0.0)


def compare_runs(runs: Sequence[Path]) -> dict[str, Any]:
    """Set the plans of runs side by side.

    Returns
    -------
    dict
        What `alm compare --json` prints: `plans` (`figures` of each), `over_scenarios` (what runs over scenarios come to together), `limits`
        (`headroom`), `decisions`.

    Raises
    ------
    CaseError
        As `find_plans`; or there is but one plan.
    """
    plans = find_plans(runs)
    if len(plans) < 2:
        hint = "name another run, or one over scenarios"
        raise CaseError([_fault(runs[0], "at least two plans to compare", hint)])
    over = []
    for run in runs:
        manifest = store.read_manifest(run)
        if manifest.get("kind") == KIND:
            said = manifest.get("options") or {}
            known = {
                **{name: manifest.get(name) for name in OVER_SCENARIOS},
                "mode": said.get("mode"),
            }
            over.append({"run": str(run), **known, "infeasible_in": manifest.get("infeasible_in")})
    return {
        "status": "compared",
        "plans": [figures(plan) for plan in plans],
        "over_scenarios": over,
        "limits": headroom(plans),
        "decisions": decisions(plans),
    }
