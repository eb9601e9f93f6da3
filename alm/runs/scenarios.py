"""Scenarios: from a case on disk to verified plans for all of its scenarios, each by itself or shared. Contract, section 8."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from alm.case import Case, CaseError, Fault, load, table_hashes, write_inputs
from alm.formulation.book import open_book
from alm.formulation.stacked import Risk
from alm.plan.rounding import Held
from alm.runs import store
from alm.runs.facts import facts, shape
from alm.runs.scenario_folder import (
    SUBFOLDERS,
    Folders,
    folder_names,
    scenario_table,
    write_scenario_plan,
)
from alm.runs.scenario_job import Job, Options
from alm.runs.scenario_run import KIND, ScenarioRun
from alm.runs.scenario_sums import no_plan, shared, swept
from alm.runs.stages import Stages
from alm.runs.together import Planned, Scene, alone, holding, set_scene, together
from alm.verify import confirm_scenarios
from scenarios import BASE, tree_of


def plan_scenarios(
    case_folder: Path | str,
    out: Path | str | None = None,
    *,
    options: Options | None = None,
    progress: Callable[[str], None] | None = None,
    **chosen: Any,
) -> ScenarioRun:
    """Plan for every scenario of a case: each by itself, or with shared decisions.

    Parameters
    ----------
    case_folder : path
        Folder with case.toml.
    out : path, optional
        The run folder; blank takes runs/<case>/<as_of>-<id>.
    options : Options, optional
        Or its fields by name.
    progress : callable, optional
        Told the name of each stage as it starts.

    Raises
    ------
    CaseError
        The case has faults, or lists no scenarios.
    FileExistsError
        `out` is taken by something that is no run.
    OutOfTimeError
        The solver had no plan when its time was up.
    """
    options = options or Options(**chosen)
    stages = Stages(progress)
    with stages.stage("load"):
        case = load(case_folder, options.changes)
        _refuse_no_scenarios(case)
    hashes = table_hashes(case)
    name = f"{case.settings.as_of:%Y-%m-%d}-{store.run_id(hashes, options.known)}"
    target = Path(out) if out else Path("runs") / store.folder_name(case.settings.name) / name
    manifest = {
        "id": name.rsplit("-", 1)[-1],
        "kind": KIND,
        "case": case.settings.name,
        "options": options.known,
        "hashes": hashes,
        "versions": store.versions(),
        **facts(case),
    }
    with store.written_aside(target) as aside:
        job = Job(aside, case, options, stages, manifest, tree_of(case, options.mode))
        run = _run(job)
    report = target / "report.xlsx"
    return replace(run, folder=target, report=report if report.is_file() else None)


def _refuse_no_scenarios(case: Case) -> None:
    if case.table("scenarios").empty:
        hint = "list them in tables scenarios and shocks; `alm allocate` plans for the base alone"
        raise CaseError((Fault("scenarios", None, None, "no rows", "at least one scenario", hint),))


def _run(job: Job) -> ScenarioRun:
    stages = job.stages
    write_inputs(job.case, job.aside / "inputs")
    with stages.stage("formulate"):
        book = open_book(job.case)
        job.scenes = tuple(set_scene(job.case, name, book) for name in job.tree.names)
        stages.note("problem", **shape(job.scenes[0].formulation))
    with stages.stage("each alone"):
        job.best = tuple(_alone(job, scene) for scene in job.scenes)
    without = [each for each in job.best if not each.is_plan]
    if without and not job.is_sweep:
        return _finished(job, no_plan(job, without))
    if job.is_sweep:
        return _finished(job, swept(job, without))
    with stages.stage("all together"):
        settings = job.case.settings.risk
        risk = Risk(settings.cvar_weight, settings.cvar_level)
        job.joint = together(job.scenes, job.tree.key, job.tree.probability, risk, job.how)
        _log(job, "together", job.joint)
    if not job.joint.is_plan:
        return _finished(job, no_plan(job, []))
    with stages.stage("base plan"):
        _hold_base_plan(job, set_scene(job.case, BASE, book))
    return _finished(job, shared(job))


def _alone(job: Job, scene: Scene) -> Planned:
    found = alone(scene, job.how)
    _log(job, scene.name, found)
    return found


def _log(job: Job, scenario: str, found: Planned) -> None:
    solution = found.solution
    job.stages.note(
        "solved",
        scenario=scenario,
        status=solution.status.value,
        backend=solution.backend,
        seconds=round(solution.seconds, 4),
        note=solution.note,
        canonical=found.note,
    )


def _hold_base_plan(job: Job, scene: Scene) -> None:
    """See how each scenario fares with the shared decisions of the base plan."""
    job.base = _alone(job, scene)
    if not job.base.is_plan:
        return
    decisions, shared = job.base.plans[0].decisions, ~job.tree.own
    job.held = tuple(
        holding(each, Held(scene.book, decisions, shared[number : number + 1]), job.how)
        for number, each in enumerate(job.scenes)
    )


def _finished(job: Job, run: ScenarioRun) -> ScenarioRun:
    """Write everything, verify it from what was written, and report it."""
    planned = (job.joint,) if job.joint is not None and job.joint.is_plan else job.best
    with job.stages.stage("verify"):
        if run.scenarios:
            _write_plans(job, planned)
            store.write_tables(
                job.aside,
                {"scenarios": scenario_table(job.case, job.tree, planned, job.best, job.held)},
            )
        store.write_manifest(job.aside, {**job.manifest, **_result(run)})
        if run.objective is not None:
            run = _verified(job, run)
    with job.stages.stage("report"):
        store.write_manifest(job.aside, {**job.manifest, **_result(run)})
        if run.objective is not None:
            run = _reported(job, run)
    (job.aside / "log.jsonl").write_text(job.stages.log(), encoding="utf-8")
    return replace(run, seconds=job.stages.seconds)


def _write_plans(job: Job, planned: tuple[Planned | None, ...]) -> None:
    """Write the plan of every scenario; where decisions are shared, also its own best and that with the base plan's."""
    folders = Folders(job.aside, folder_names(job.tree.names))
    own = {each.scenes[0].name: each.bound for each in job.best if each.is_plan}
    for each in planned:
        if each is not None and each.is_plan:
            for number, scene in enumerate(each.scenes):
                best = own.get(scene.name)
                write_scenario_plan(folders.of(SUBFOLDERS.plan, scene.name), each, number, best)
    if job.joint is None:
        return
    for kind, group in ((SUBFOLDERS.alone, job.best), (SUBFOLDERS.held, job.held)):
        for one in group:
            if one is not None:
                name = one.scenes[0].name
                write_scenario_plan(folders.of(kind, name), one, 0, own.get(name))
    if job.base is not None and job.base.is_plan:
        write_scenario_plan(job.aside / SUBFOLDERS.base, job.base, 0, job.base.bound)


def _verified(job: Job, run: ScenarioRun) -> ScenarioRun:
    """Confirm every plan and every figure from what was written."""
    outcome = confirm_scenarios(job.aside)
    job.stages.note(
        "verified", ok=outcome.ok, failures=[str(each) for each in outcome.failures[:20]]
    )
    good = {part.scenario: part.ok for part in outcome.parts if part.kind == SUBFOLDERS.plan}
    for part in outcome.parts:
        known = store.read_manifest(part.folder)
        store.write_manifest(part.folder, {**known, "verified": part.ok})
    rows = tuple(
        {**row, "verified": good.get(str(row["scenario"]), False)} for row in run.scenarios
    )
    return replace(run, verified=outcome.ok, scenarios=rows)


def _reported(job: Job, run: ScenarioRun) -> ScenarioRun:
    return run


def _result(run: ScenarioRun) -> dict[str, Any]:
    """Give what run.json says of a run, beside what was asked."""
    kept = {
        key: value for key, value in run.answer().items() if key not in ("run", "case", "report")
    }
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {**kept, "optimum": run.optimum, "peak_memory_mb": peak}
