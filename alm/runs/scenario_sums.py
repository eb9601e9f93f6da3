"""What plans of scenarios come to: a sweep, plans that share decisions, or the proof that there are none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case
from alm.formulation.book import exchange_rates
from alm.runs.judged import WORDS
from alm.runs.scenario_folder import scenario_table
from alm.runs.scenario_job import Job
from alm.runs.scenario_run import ScenarioRun
from alm.runs.together import Planned, set_scene, why_not
from scenarios import BASE, cvar, expected

EXPLAINED = 3  # scenarios without a plan whose reason is told
WORST = ("unbounded", "infeasible", "gap", "optimal")


def no_plan(job: Job, without: list[Planned]) -> ScenarioRun:
    """Say that there is no plan, and which scenarios have none even alone."""
    with job.stages.stage("explain"):
        named = tuple(each.names[0] for each in without)
        words = [
            f"{each.names[0]} has no plan of its own:"
            f" {why_not(set_scene(job.case, each.names[0]), each.solution)}"
            for each in without[:EXPLAINED]
        ]
    more = f" and {len(without) - EXPLAINED} more" if len(without) > EXPLAINED else ""
    together_only = (
        "each scenario has a plan of its own, but no decisions that they share suit all of them"
    )
    first = without[0].solution if without else (job.joint or job.best[0]).solution
    return ScenarioRun(
        case=job.case.settings.name,
        mode=job.options.mode.value,
        status=WORDS[first.status],
        seconds=job.stages.seconds,
        backend=first.backend,
        infeasible=named,
        reason="; ".join(words) + more if words else together_only,
    )


def swept(job: Job, without: list[Planned]) -> ScenarioRun:
    """Sum up a sweep; where a scenario has no plan the others are still told."""
    if without:
        run = no_plan(job, without)
        return replace(run, scenarios=_rows(job, job.best))
    objectives = [each.objectives[0] for each in job.best]
    bounds = [each.bound for each in job.best]
    solved = [-each.solution.objective for each in job.best]
    words = {WORDS[each.solution.status] for each in job.best}
    run = ScenarioRun(
        case=job.case.settings.name,
        mode=job.options.mode.value,
        status=next(word for word in WORST if word in words),
        seconds=job.stages.seconds,
        backend=", ".join(sorted({each.solution.backend for each in job.best})),
        optimum=job.value(solved),
        scenarios=_rows(job, job.best),
        wait_and_see=expected(objectives, job.tree.probability),
        objective=job.value(objectives),
        expected=expected(objectives, job.tree.probability),
        cvar=_cvar(job, objectives),
    )
    known = [bound for bound in bounds if bound is not None]
    return _judged(job, run, job.value(known) if len(known) == len(bounds) else None)


def _cvar(job: Job, objectives: list[float]) -> float:
    return cvar(objectives, job.tree.probability, job.case.settings.risk.cvar_level)


def _judged(job: Job, run: ScenarioRun, bound: float | None) -> ScenarioRun:
    """State the criterion of the plans as written against the bound."""
    if bound is None or run.objective is None:
        return run
    scale = max(abs(run.objective), job.case.settings.quantum)
    return replace(run, bound=bound, gap=max(0.0, (bound - run.objective) / scale))


def shared(job: Job) -> ScenarioRun:
    """Sum up plans that share decisions, against knowing the scenario and against the base plan."""
    assert job.joint is not None
    found = job.joint.objectives
    best = [each.objectives[0] for each in job.best]
    unable = tuple(
        name for name, each in zip(job.tree.names, job.held, strict=False) if each is None
    )
    if job.base is not None and not job.base.is_plan:
        unable = (BASE,)
    held = [each.objectives[0] for each in job.held if each is not None]
    run = ScenarioRun(
        case=job.case.settings.name,
        mode=job.options.mode.value,
        status=WORDS[job.joint.solution.status],
        seconds=job.stages.seconds,
        backend=job.joint.solution.backend,
        optimum=-job.joint.solution.objective,
        scenarios=_rows(job, (job.joint,)),
        wait_and_see=expected(best, job.tree.probability),
        expected_of_base_plan=None if unable else expected(held, job.tree.probability),
        infeasible_in=unable,
        objective=job.value(found),
        expected=expected(found, job.tree.probability),
        cvar=_cvar(job, found),
    )
    run = _judged(job, run, job.joint.bound)
    return replace(run, order=_order(job, run, best, held if not unable else None))


def _order(job: Job, run: ScenarioRun, best: list[float], held: list[float] | None) -> str:
    """Check wait-and-see >= these plans >= the base plan's decisions by the criterion; say what is wrong.

    What is proven is compared: no plans earn more than the bounds of the scenarios alone, and no decisions of the base plan
    more than the bound of these plans, but for what rounding to quanta may add.
    """
    bounds = [each.bound if each.bound is not None else np.inf for each in job.best]
    room = room_for_rounding(job.case, max(abs(value) for value in best))
    said = []
    most = job.value(bounds) if np.isfinite(bounds).all() else np.inf
    assert run.objective is not None
    if run.objective > most + room:
        said.append(
            f"these plans earn {run.objective:.6g}, more than {most:.6g}, the most that is possible with foresight"
        )
    if held is not None and run.bound is not None and job.value(held) > run.bound + room:
        said.append(
            f"the base plan's decisions earn {job.value(held):.6g}, more than {run.bound:.6g}, the most that was"
            " thought possible without foresight"
        )
    return "; ".join(said)


def room_for_rounding(case: Case, worth: float) -> float:
    """Give by how much whole quanta may lift a plan above its bound: a quantum of each position and lane."""
    rates = exchange_rates(case)
    ends = pd.concat([case.table("positions")["currency"], case.table("lanes")["currency"]])
    most = case.table("shocks").query("shock == 'fx'")["value"].max()
    moved = max(1.0, float(most)) if most == most else 1.0
    return 1e-6 * worth + case.settings.quantum * moved * float(ends.map(rates).sum())


def _rows(job: Job, planned: tuple[Planned, ...]) -> tuple[dict[str, Any], ...]:
    """List what each scenario comes to: plans of one stack, or one of each."""
    table = scenario_table(job.case, job.tree, planned, job.best, job.held)
    # A bound of a scenario alone says nothing of the gap of a plan that has to suit others: that is regret.
    hidden = {"folder"} if job.joint is None else {"folder", "bound", "gap"}
    names = [name for name in table.columns if name not in hidden]
    rows = []
    for row in table[names].to_dict("records"):
        known = {str(name): None if _blank(value) else value for name, value in row.items()}
        rows.append(
            known | {"verified": False, "violations": _violations(planned, str(row["scenario"]))}
        )
    return tuple(rows)


def _blank(value: Any) -> bool:
    return isinstance(value, float) and not np.isfinite(value)


def _violations(planned: tuple[Planned, ...], scenario: str) -> list[dict[str, Any]]:
    for each in planned:
        for name, ledger in zip(each.names, each.ledgers, strict=False):
            if name == scenario:
                limits = ledger.tables["limits"]
                missed = limits[limits["status"].isin(["short", "broken"])]
                rows = missed[["limit", "period", "shortfall", "status"]].to_dict("records")
                return [{str(name): value for name, value in row.items()} for row in rows]
    return []
