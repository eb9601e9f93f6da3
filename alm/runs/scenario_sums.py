"""What plans of scenarios come to: a sweep, plans that share decisions, or the proof that there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case
from alm.explain.no_plan import unnamed
from alm.explain.no_plan_together import why_infeasible_together
from alm.explain.reason import Kind, Reason
from alm.formulation.book import exchange_rates
from alm.formulation.stacked import Risk, stack
from alm.runs.judged import WORDS
from alm.runs.scenario_folder import scenario_table
from alm.runs.scenario_job import Job
from alm.runs.scenario_run import ScenarioRun
from alm.runs.together import Planned, Scene, set_scene, why_not
from scenarios import BASE, cvar, expected
from solvers import Status

EXPLAINED = 3  # scenarios without a plan whose reason is told
# Of a joint problem: what is larger takes too long, and too much memory, to be solved once a tier.
EXPLAINED_COLUMNS = 200_000
WORST = ("unbounded", "infeasible", None, "gap", "optimal")  # None: nothing is known


def no_plan(job: Job, scenes: Sequence[Scene] = ()) -> ScenarioRun:
    """Say that there is no plan that suits all scenarios, and which have none even alone; `scenes` where none is such."""
    found = job.without_plan or [job.joint or job.best[0]]
    reason = _why_together(job, scenes) if scenes else _in_words(job, _reasons(job))
    return ScenarioRun(
        case=job.case.settings.name,
        mode=job.options.mode.value,
        status=_worst(found),
        seconds=job.stages.seconds,
        backend=_backends(found),
        infeasible=_named(job.without_plan),
        unanswered=tuple(job.unanswered),
        reason=reason,
    )


def _why_together(job: Job, scenes: Sequence[Scene]) -> str:
    """Say which limits must give way, and in which scenarios, where each has a plan of its own."""
    alone = "" if job.unanswered else "each scenario has a plan of its own, but "
    said = f"{alone}no decisions that they share suit all of them"
    books, parts = [scene.book for scene in scenes], [scene.formulation for scene in scenes]
    stacked = stack(books, parts, job.tree.key, job.tree.probability, Risk())
    if job.joint is None or job.joint.solution.status is not Status.INFEASIBLE:
        return said
    columns = stacked.problem.columns
    if columns > EXPLAINED_COLUMNS:
        why = f"the joint problem has {columns:,} columns, more than the {EXPLAINED_COLUMNS:,} for which it is looked for"
        return f"{said}: {unnamed(why)}"
    with job.stages.stage("explain"):
        why = job.parts.attempt(
            "reason", lambda: why_infeasible_together(books, stacked).text, "why was not found out"
        )
    return f"{said}: {why}"


def _named(found: Sequence[Planned]) -> tuple[str, ...]:
    return tuple(each.names[0] for each in found)


def _reasons(job: Job) -> dict[str, Reason]:
    """Say of the first few scenarios without a plan what stands in the way of each: by scenario."""
    with job.stages.stage("explain"):
        return {each.names[0]: _why(job, each) for each in job.without_plan[:EXPLAINED]}


def _why(job: Job, planned: Planned) -> Reason:
    def look() -> Reason:
        return why_not(set_scene(job.case, planned.names[0]), planned.solution)

    endless = planned.solution.status is Status.UNBOUNDED
    unsaid = Reason(planned.solution.note, kind=Kind.ENDLESS if endless else Kind.UNKNOWN)
    return job.parts.attempt("reason", look, unsaid)


def _in_words(job: Job, reasons: dict[str, Reason]) -> str:
    words = "; ".join(f"{name} has no plan of its own: {why.text}" for name, why in reasons.items())
    rest = _named(job.without_plan[EXPLAINED:])
    return f"{words}; nor has {', nor '.join(rest)}" if rest else words


def _worst(found: Sequence[Planned]) -> str | None:
    """Give the worst status of some plans; None where nothing is known of one and no other is proven to have none."""
    words = {WORDS.get(each.solution.status) for each in found}
    return next(word for word in WORST if word in words)


def _backends(found: Sequence[Planned]) -> str:
    return ", ".join(sorted({each.solution.backend for each in found} - {""}))


def swept(job: Job) -> ScenarioRun:
    """Sum up a sweep; where a scenario has no plan the others are still told, but there is nothing to weigh."""
    reasons = _reasons(job) if job.without_plan else {}
    silent = {
        each.names[0]: Reason(each.silence, kind=Kind.UNANSWERED)
        for each in job.best
        if each.silence
    }
    rows = _rows(job, job.best)
    run = ScenarioRun(
        case=job.case.settings.name,
        mode=job.options.mode.value,
        status=_worst(job.best),
        seconds=job.stages.seconds,
        backend=_backends(job.best),
        scenarios=tuple({**row, **_reason({**reasons, **silent}, row["scenario"])} for row in rows),
        infeasible=_named(job.without_plan),
        unanswered=tuple(job.unanswered),
        reason=_in_words(job, reasons),
    )
    return _weighed(job, run) if all(each.is_plan for each in job.best) else run


def _reason(reasons: dict[str, Reason], scenario: str) -> dict[str, Any]:
    found = reasons.get(scenario)
    return {} if found is None else {"reason": found.text, "why": found.facts()}


def _weighed(job: Job, run: ScenarioRun) -> ScenarioRun:
    """State what the plans of a sweep come to together."""
    objectives = [each.objectives[0] for each in job.best]
    bounds = [each.bound for each in job.best]
    run = replace(
        run,
        optimum=job.value([-each.solution.objective for each in job.best]),
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
    found, names = job.joint.objectives, job.tree.names
    best = [each.objectives[0] if each.is_plan else np.nan for each in job.best]
    held = [each.objectives[0] if each and each.is_plan else np.nan for each in job.held]
    unable = tuple(name for name, each in zip(names, job.held, strict=False) if each is None)
    if job.base is not None and not job.base.is_plan and not job.base.silence:
        unable = (BASE,)
    run = ScenarioRun(
        case=job.case.settings.name,
        mode=job.options.mode.value,
        status=WORDS[job.joint.solution.status],
        seconds=job.stages.seconds,
        backend=job.joint.solution.backend,
        optimum=-job.joint.solution.objective,
        scenarios=_rows(job, (job.joint,)),
        wait_and_see=_mean(job, best),
        expected_of_base_plan=_mean(job, held),
        infeasible_in=unable,
        weightless=job.weightless(found),
        unanswered=tuple(job.unanswered),
        objective=job.value(found),
        expected=expected(found, job.tree.probability),
        cvar=_cvar(job, found),
    )
    run = _judged(job, run, job.joint.bound)
    return replace(run, order=_order(job, run, best, held))


def _mean(job: Job, objectives: list[float]) -> float | None:
    """Weigh objectives of all scenarios; None where one of them is not known."""
    if not objectives or np.isnan(objectives).any():
        return None
    return expected(objectives, job.tree.probability)


def _order(job: Job, run: ScenarioRun, best: list[float], held: list[float]) -> str:
    """Check wait-and-see >= these plans >= the base plan's decisions by the criterion; say what is wrong.

    What is proven is compared: no plans earn more than the bounds of the scenarios alone, and no decisions of the base plan
    more than the bound of these plans, but for what rounding to quanta may add.
    """
    bounds = [each.bound if each.bound is not None else np.inf for each in job.best]
    assert run.objective is not None
    room = room_for_rounding(job.case, float(np.nanmax(np.abs([*best, run.objective]))))
    said = []
    most = job.value(bounds) if np.isfinite(bounds).all() else np.inf
    if run.objective > most + room:
        said.append(
            f"these plans earn {run.objective:.6g}, more than {most:.6g}, the most that is possible with foresight"
        )
    of_base = -np.inf if run.expected_of_base_plan is None else job.value(held)
    if run.bound is not None and of_base > run.bound + room:
        said.append(
            f"the base plan's decisions earn {of_base:.6g}, more than {run.bound:.6g}, the most that was"
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
