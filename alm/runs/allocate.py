"""Allocate: from a case on disk to a verified plan and its workbook, in one straight line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alm.case import Case, write_inputs
from alm.explain.endless import why_unbounded
from alm.explain.no_plan import why_infeasible
from alm.explain.prices import limit_prices, price_table
from alm.explain.reason import Reason
from alm.formulation.book import Book, open_book
from alm.formulation.formulate import Formulation, formulate
from alm.formulation.groups import column_regions
from alm.plan.canonicalise import canonicalise
from alm.plan.decisions import read_decisions
from alm.plan.ledger import Ledger, keep_ledger, opening_tables
from alm.plan.repair import broken_limits, overdrawn, with_more_room, with_room_in_plugs
from alm.plan.rounding import Plan, round_plan
from alm.plan.ties import with_fewest_changes
from alm.plan.whole import with_whole_decisions_fixed
from alm.runs import store
from alm.runs.beside import Beside, beside
from alm.runs.compare import compare, no_comparison
from alm.runs.facts import shape
from alm.runs.interruption import Interruption
from alm.runs.judged import WORDS, judged, result
from alm.runs.options import Options
from alm.runs.parts import Parts
from alm.runs.prepared import Prepared, prepare
from alm.runs.quanta import without_noise
from alm.runs.reference import Reference
from alm.runs.run import OutOfTimeError, Run
from alm.runs.stages import Stages
from alm.verify import Terms, confirm, read
from scenarios import shocked
from solvers import Problem, Solution, Status, solve

# A limit that rounding still breaks after this many repairs is left for the verification to refuse.
REPAIRS = 3
PLANS = (Status.OPTIMAL, Status.GAP)


def allocate(
    case_folder: Path | str,
    out: Path | str | None = None,
    *,
    options: Options | None = None,
    progress: Callable[[str], None] | None = None,
    bounds: Callable[[float, float], None] | None = None,
    **chosen: Any,
) -> Run:
    """Find, prove, verify and report the plan of a case.

    Parameters
    ----------
    case_folder : path
        Folder with case.toml.
    out : path, optional
        The run folder; blank takes runs/<case>/<as_of>-<id>.
    options : Options, optional
        Or its fields by name.
    progress, bounds : callable, optional
        Told the name of each stage as it starts; told what the best plan so far earns, and what no plan can earn more than, as whole decisions are searched.

    Returns
    -------
    Run

    Raises
    ------
    CaseError
        The case has faults, all of them; or it does not list the scenario.
    FileExistsError
        `out` is taken by something that is no run.
    FileNotFoundError
        The reference is no run with a plan.
    OutOfTimeError
        The solver had no plan when its time was up.
    """
    options = options or Options(**_tupled(chosen))
    stages = Stages(progress)
    with stages.stage("load"):
        prepared = prepare(case_folder, options)
    return carry_out(prepared, out, stages, bounds)


def carry_out(
    prepared: Prepared[Options],
    out: Path | str | None,
    stages: Stages,
    bounds: Callable[[float, float], None] | None = None,
    first: Callable[[Problem], Solution] | None = None,
    *,
    brief: bool = False,
) -> Run:
    """Make a run that has been prepared; see `allocate`.

    Parameters
    ----------
    first
        Solves the problem of the case instead of `solvers.solve`.
    brief
        Leave out what explains a plan.
    """
    target = Path(out) if out else prepared.place()
    manifest, case, options = prepared.manifest, prepared.case, prepared.options
    with Interruption() as interruption, store.written_aside(target) as aside:
        parts = (aside, case, options, prepared.reference, stages, manifest, interruption, bounds)
        run = _run(Job(*parts, first=first, brief=brief))
    report = target / "report.xlsx"
    return replace(run, folder=target, report=report if report.is_file() else None)


@dataclass(frozen=True)
class Job:
    """What every stage of one run works with.

    Where it writes, what was asked, the clock, who may interrupt, who solves the problem first if not `solvers.solve`,
    whether the plan is all that is wanted and nothing that explains it, and which parts failed that a plan can do without.
    """

    aside: Path
    case: Case
    options: Options
    reference: Reference | None
    stages: Stages
    manifest: dict[str, Any]
    interruption: Interruption
    bounds: Callable[[float, float], None] | None = None
    first: Callable[[Problem], Solution] | None = None
    brief: bool = False
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", Parts(self.stages, self.interruption))


def _run(job: Job) -> Run:
    """Solve a loaded case and write everything about it into a folder."""
    stages = job.stages
    with stages.stage("formulate"):
        book = shocked(open_book(job.case), job.options.scenario)
        formulation = formulate(book)
        stages.note("problem", **shape(formulation))
        inputs = job.aside / "inputs"
        write_inputs(job.case, inputs)
        unplanned = beside(
            *(book, formulation, inputs, job.options.scenario),
            at_once=not formulation.problem.is_integer,  # whole decisions need all processors
            compared=job.options.baselines and not job.brief,
        )
    with stages.stage("solve"):
        solution = _solve_first(job, book, formulation)
        if not job.options.any_optimum:
            solution = _with_fewest_changes(job, book, formulation, solution)
        formulation, solution = with_whole_decisions_fixed(
            formulation, solution, lambda problem: _solve(job, problem)
        )
        if solution.status in PLANS:
            job.interruption.keep()
        stages.note(
            "solved", status=solution.status.value, backend=solution.backend, note=solution.note
        )
    if solution.status not in PLANS:
        run = _without_plan(job, book, formulation, solution)
    else:
        plan, ledger = _planned(job, book, formulation, solution)
        run = _with_plan(job, book, formulation, solution, plan, ledger, unplanned)
    store.write_manifest(job.aside, {**job.manifest, **result(run)})
    (job.aside / "log.jsonl").write_text(stages.log(), encoding="utf-8")
    return run


def _solve_first(job: Job, book: Book, formulation: Formulation) -> Solution:
    if job.first:
        return job.first(formulation.problem)
    groups = column_regions(book, formulation)
    return _solve(job, formulation.problem, job.options.backend, groups)


def _with_fewest_changes(
    job: Job, book: Book, formulation: Formulation, solution: Solution
) -> Solution:
    closest = job.reference.decisions(book) if job.reference else None
    backend = job.options.backend
    return with_fewest_changes(
        book,
        formulation,
        solution,
        lambda problem: _solve(job, problem, backend, told=False),
        closest,
    )


def _tupled(chosen: dict[str, Any]) -> dict[str, Any]:
    changes: Sequence[str] = chosen.pop("changes", ())
    return {"changes": tuple(changes), **chosen}


def _solve(
    job: Job,
    problem: Problem,
    backend: str = "",
    groups: npt.NDArray[np.intp] | None = None,
    *,
    told: bool = True,
) -> Solution:
    asked, bounds = job.case.settings.solve, job.bounds if told else None
    # Backends minimise: profit has its sign turned.
    report = None if bounds is None else lambda least, below: bounds(-least, -below)
    return solve(
        problem,
        backend or None,
        time_limit=asked.time_limit,
        gap=asked.gap,
        seed=asked.seed,
        groups=groups,
        report=report,
    )


def _without_plan(job: Job, book: Book, formulation: Formulation, solution: Solution) -> Run:
    if solution.status not in (Status.INFEASIBLE, Status.UNBOUNDED):
        limit = job.case.settings.solve.time_limit
        if solution.seconds >= limit:
            raise OutOfTimeError(limit)
        raise RuntimeError(f"{solution.backend} gave no plan: {solution.note or solution.status}")
    with job.stages.stage("explain"):
        why = why_infeasible if solution.status is Status.INFEASIBLE else why_unbounded
        reason = job.parts.attempt("reason", lambda: why(book, formulation), Reason(""))
    return Run(
        case=book.case.settings.name,
        status=WORDS[solution.status],
        backend=solution.backend,
        seconds=job.stages.seconds,
        reason=reason.text,
        advice=reason.advice,
        fault=job.parts.fault,
    )


def _planned(
    job: Job, book: Book, formulation: Formulation, solution: Solution
) -> tuple[Plan, Ledger]:
    """Write the plan up; where rounding breaks limits or overdraws plugs, solve again with more room and write that up."""
    plan, ledger = _written(job, book, formulation, solution)
    for _ in range(REPAIRS):
        broken, missed = broken_limits(ledger.tables["limits"]), overdrawn(book, plan)
        if broken.empty and not missed.any():
            break
        named = sorted(set(book.positions["product"].to_numpy()[missed.any(axis=1)]))
        job.stages.note("repair", limits=sorted(set(broken["limit"])), plugs=named)
        formulation = with_more_room(formulation, ledger.tables["limits"])
        formulation = with_room_in_plugs(book, formulation, missed)
        # With whole decisions fixed what is left may be of a kind that the backend asked for cannot solve.
        backend = "" if formulation.undecided else job.options.backend
        again = _solve(job, formulation.problem, backend)
        if again.status not in PLANS:
            break
        plan, ledger = _written(job, book, formulation, again)
    with job.stages.stage("round"):
        opening = opening_tables(book, formulation.limits)
    return plan, replace(ledger, tables={**ledger.tables, **opening})


def _written(
    job: Job, book: Book, formulation: Formulation, solution: Solution
) -> tuple[Plan, Ledger]:
    """Make the solution unique, round it, and write it up."""
    with job.stages.stage("canonicalise"):
        vector = solution.x
        if not job.options.any_optimum:
            vector = job.parts.optional(
                "tie-break", lambda: _unique(job, book, formulation, solution), vector
            )
    with job.stages.stage("round"):
        plan = round_plan(book, read_decisions(book, formulation, vector))
        ledger = keep_ledger(book, plan, formulation.limits)
        tables = without_noise(ledger.tables, book.case.settings.quantum)
        return plan, replace(ledger, tables=tables)


def _unique(
    job: Job, book: Book, formulation: Formulation, solution: Solution
) -> npt.NDArray[np.float64]:
    """Take the one plan among equals that is closest to the reference."""
    closest = job.reference.decisions(book) if job.reference else None
    projection = canonicalise(book, formulation, solution, closest)
    job.stages.note("canonical", moved=projection.moved, note=projection.note)
    return projection.x


def _with_plan(
    job: Job,
    book: Book,
    formulation: Formulation,
    solution: Solution,
    plan: Plan,
    ledger: Ledger,
    unplanned: Beside,
) -> Run:
    """Verify a plan, explain it and report it; what fails or is interrupted costs only its own part."""
    aside, stages, parts = job.aside, job.stages, job.parts
    limits = ledger.tables["limits"]
    limits["price"] = parts.attempt(
        "prices", lambda: limit_prices(formulation, solution), np.full(len(limits), np.nan)
    )
    decided = formulation.undecided or formulation.problem
    run = replace(
        judged(book, ledger, solution, stages), whole_decisions=int(decided.integer.sum())
    )
    with stages.stage("verify"):
        store.write_tables(aside, ledger.tables)
        store.write_manifest(aside, {**job.manifest, **result(run)})
        replay = read(aside, unplanned.terms())
        verification = confirm(replay)
        stages.note(
            "verified", ok=verification.ok, failures=[str(f) for f in verification.failures[:20]]
        )
        run = replace(run, verified=verification.ok)
    if job.brief:
        return replace(run, seconds=stages.seconds, fault=parts.fault, tables=ledger.tables)
    with stages.stage("explain"):
        extra = _explained(
            job, book, formulation, solution, plan, ledger, run, replay.terms, unplanned
        )
        store.write_tables(aside, extra)
    with stages.stage("report"):
        # The workbook says what is missing in it.
        run = replace(run, left_out=parts.left_out, fault=parts.fault)
        store.write_manifest(aside, {**job.manifest, **result(run)})
        if job.options.workbook:
            parts.optional("report", lambda: _report(job, replay.case), None)
    # What was cut in half must not look whole.
    if parts.lacks("baselines"):
        shutil.rmtree(aside / "baselines", ignore_errors=True)
    if parts.lacks("report"):
        (aside / "report.xlsx").unlink(missing_ok=True)
    return replace(
        run,
        left_out=parts.left_out,
        fault=parts.fault,
        seconds=stages.seconds,
        tables={**ledger.tables, **extra},
    )


def _explained(
    job: Job,
    book: Book,
    formulation: Formulation,
    solution: Solution,
    plan: Plan,
    ledger: Ledger,
    run: Run,
    frozen: Terms,
    unplanned: Beside,
) -> dict[str, pd.DataFrame]:
    """Make the tables that explain a plan; those that cannot be made are left out."""
    parts = job.parts
    alone = no_comparison(ledger, run)
    tables = {
        "baselines": parts.optional(
            "baselines",
            lambda: compare(
                *(job.aside, book, formulation, plan, ledger, run, frozen),
                *(unplanned.hold(), unplanned.frozen_lanes()),
            ),
            alone,
        )
        if job.options.baselines
        else alone,
        "prices": parts.attempt("prices", lambda: price_table(book, formulation, solution), None),
        "assumptions": parts.attempt("assumptions", unplanned.assumptions, None),
    }
    return {name: table for name, table in tables.items() if table is not None}


def _report(job: Job, frozen: Case) -> None:
    from reports import write_report

    write_report(job.aside, lang=job.options.lang, case=frozen)
