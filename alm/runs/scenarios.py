"""Scenarios: from a case on disk to verified plans for all of its scenarios, each by itself or shared. Contract, section 8."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from alm.case import write_inputs
from alm.formulation.book import open_book
from alm.formulation.stacked import Risk
from alm.plan.rounding import Held
from alm.runs import store
from alm.runs.crew import Crew
from alm.runs.facts import shape
from alm.runs.prepared import Prepared
from alm.runs.run import NoAnswerError
from alm.runs.scenario_folder import (
    SUBFOLDERS,
    Folders,
    folder_names,
    scenario_table,
    write_scenario_plan,
)
from alm.runs.scenario_job import Job, Options, prepare
from alm.runs.scenario_run import ScenarioRun
from alm.runs.scenario_sums import no_plan, shared, swept
from alm.runs.stages import Stages
from alm.runs.together import WARM_FROM, Planned, Scene, alone, set_scene, together
from alm.verify import confirm_scenarios
from scenarios import BASE, tree_of

SEVERAL = 3  # scenarios for which the base is solved first, so that they begin where it ended


def plan_scenarios(
    case_folder: Path | str,
    out: Path | str | None = None,
    *,
    options: Options | None = None,
    progress: Callable[[str], None] | None = None,
    counted: Callable[[int, int], None] | None = None,
    jobs: int | None = None,
    cluster: str = "",
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
    counted : callable, optional
        Told how many scenarios of how many are done.
    jobs : int, optional
        Processes at once; by default one a processor, and one for small cases. The answer is the same for any number.
    cluster : str
        Address of a Dask scheduler whose workers solve the scenarios instead.

    Raises
    ------
    CaseError
        The case has faults, or lists no scenarios.
    ClusterError
        The cluster cannot be used.
    FileExistsError
        `out` is taken by something that is no run.
    FileNotFoundError
        The reference is no run with a plan.
    NoAnswerError
        The solver gave neither a plan that suits all scenarios nor a proof that there is none.
    """
    options = options or Options(**chosen)
    stages = Stages(progress)
    with stages.stage("load"):
        prepared = prepare(case_folder, options)
    return carry_out(prepared, out, stages, Crew(jobs, cluster, counted))


def carry_out(
    prepared: Prepared[Options], out: Path | str | None, stages: Stages, crew: Crew
) -> ScenarioRun:
    """Make a run that has been prepared; see `plan_scenarios`."""
    target = Path(out) if out else prepared.place()
    with store.written_aside(target) as aside:
        tree = tree_of(prepared.case, prepared.options.mode)
        run = _run(Job(aside, prepared, stages, tree, crew))
    report = target / "report.xlsx"
    return replace(run, folder=target, report=report if report.is_file() else None)


def _run(job: Job) -> ScenarioRun:
    stages = job.stages
    write_inputs(job.case, job.aside / "inputs")
    with stages.stage("formulate"):
        base = set_scene(job.case, BASE)
        stages.note("problem", scenarios=len(job.tree), **shape(base.formulation))
        job.crew = job.crew.sized(base.formulation.problem, len(job.tree))
    large = base.formulation.problem.columns >= WARM_FROM and len(job.tree) >= SEVERAL
    if large or not job.is_sweep:
        with stages.stage("base plan"):
            job.base = _base_plan(job, base)
            _log(job, BASE, job.base)
    with stages.stage("each alone"):
        how = job.how
        if job.base is not None:
            how = replace(how, basis=job.base.solution.basis, start=job.base.start)
        job.best = tuple(job.crew.alone(job.case, job.tree.names, how))
        for planned in job.best:
            _log(job, planned.names[0], planned)
    if job.is_sweep:
        return _finished(job, swept(job))
    if job.without_plan:
        return _finished(job, no_plan(job))
    return _together(job, base)


def _base_plan(job: Job, base: Scene) -> Planned:
    """Plan for no shock; the scenarios do not need it, so that nothing known of it costs only what it is compared for."""
    try:
        return alone(base, replace(job.how, threads=1, warm=True))
    except NoAnswerError as error:
        return Planned.unanswered(BASE, error)


def _together(job: Job, base: Scene) -> ScenarioRun:
    """Plan for scenarios that share decisions, and see what those of the base plan bring in each."""
    with job.stages.stage("all together"):
        # Here, not where they were solved alone: what shocks leave as it is they have in common, a quarter of the memory.
        book = open_book(job.case)
        scenes = tuple(set_scene(job.case, name, book) for name in job.tree.names)
        settings, tree = job.case.settings.risk, job.tree
        risk = Risk(settings.cvar_weight, settings.cvar_level)
        bases = [each.solution.basis for each in job.best]
        job.joint = together(scenes, tree.key, tree.probability, risk, job.how, bases=bases)
        _log(job, "together", job.joint)
    if not job.joint.is_plan:
        return _finished(job, no_plan(job, scenes))
    with job.stages.stage("base plan held"):
        _hold_base_plan(job, base, scenes)
    return _finished(job, shared(job))


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


def _hold_base_plan(job: Job, scene: Scene, scenes: tuple[Scene, ...]) -> None:
    """See how each scenario fares with the shared decisions of the base plan."""
    if job.base is not None and job.base.is_plan:
        decisions, shared = job.base.plans[0].decisions, ~job.tree.own
        held = [Held(scene.book, decisions, each[None, :]) for each in shared]
        bases = [each.solution.basis for each in job.best]
        job.held = tuple(job.crew.holding(scenes, held, job.how, bases))


def _finished(job: Job, run: ScenarioRun) -> ScenarioRun:
    """Write everything, verify it from what was written, and report it."""
    planned = (job.joint,) if job.joint is not None and job.joint.is_plan else job.best
    is_told = bool(run.scenarios) and any(each.is_plan for each in planned)
    with job.stages.stage("verify"):
        if is_told:
            _write_plans(job, planned)
        run = _kept(job, run)
        if is_told:
            run = _verified(job, run)
    with job.stages.stage("report"):
        run = _kept(job, run)
        if is_told:
            _report(job)
    run = _kept(job, run)
    (job.aside / "log.jsonl").write_text(job.stages.log(), encoding="utf-8")
    return replace(run, seconds=job.stages.seconds)


def _kept(job: Job, run: ScenarioRun) -> ScenarioRun:
    """Write run.json, with what has failed up to now."""
    run = replace(run, fault=job.fault)
    store.write_manifest(job.aside, {**job.prepared.manifest, **_result(run)})
    return run


def _write_plans(job: Job, planned: tuple[Planned, ...]) -> None:
    """Write the plan of every scenario; where decisions are shared, also its own best and that with the base plan's."""
    folders = Folders(job.aside, folder_names(job.tree.names))
    own = {each.names[0]: each.bound for each in job.best if each.is_plan}
    groups: tuple[tuple[str, tuple[Planned | None, ...]], ...] = ((SUBFOLDERS.plan, planned),)
    if job.joint is not None:
        groups += ((SUBFOLDERS.alone, job.best), (SUBFOLDERS.held, job.held))
    for kind, group in groups:
        for each in group:
            for number, name in enumerate(each.names if each is not None and each.is_plan else ()):
                assert each is not None
                place = folders.of(kind, name)
                write_scenario_plan(place, job.case, each, number, own.get(name))
    if job.base is not None and job.base.is_plan and not job.is_sweep:
        place = job.aside / SUBFOLDERS.base
        write_scenario_plan(place, job.case, job.base, 0, job.base.bound)
    table = scenario_table(job.case, job.tree, planned, job.best, job.held)
    store.write_tables(job.aside, {"scenarios": table})


def _verified(job: Job, run: ScenarioRun) -> ScenarioRun:
    """Confirm every plan and every figure from what was written."""
    # Workers of a cluster need not see this folder.
    outcome = confirm_scenarios(job.aside, replace(job.crew, cluster="").each)
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


def _report(job: Job) -> None:
    """Write the workbook; one that fails costs only itself."""

    def write() -> None:
        from reports import write_report

        write_report(job.aside, lang=job.options.lang)

    job.parts.attempt("report", write, None)
    if job.parts.lacks("report"):
        (job.aside / "report.xlsx").unlink(missing_ok=True)


def _result(run: ScenarioRun) -> dict[str, Any]:
    """Give what run.json says of a run, beside what was asked."""
    kept = {
        key: value for key, value in run.answer().items() if key not in ("run", "case", "report")
    }
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {**kept, "optimum": run.optimum, "peak_memory_mb": peak}
