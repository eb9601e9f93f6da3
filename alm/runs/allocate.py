"""Allocate: from a case on disk to a verified plan and its workbook, in one straight line."""

from __future__ import annotations

import resource
import shutil
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, load, write_inputs
from alm.case.calendar import period_ends
from alm.explain.assumptions import assumptions
from alm.explain.no_plan import why_infeasible, why_unbounded
from alm.explain.prices import limit_prices, price_table
from alm.formulation.book import Book, open_book
from alm.formulation.formulate import Formulation, formulate
from alm.plan.canonicalise import canonicalise
from alm.plan.decisions import read_decisions
from alm.plan.ledger import Ledger, keep_ledger
from alm.plan.repair import broken_limits, with_more_room
from alm.plan.rounding import Plan, round_plan
from alm.runs import store
from alm.runs.compare import compare, no_comparison
from alm.runs.interruption import Interruption
from alm.runs.quanta import without_noise
from alm.runs.reference import Reference, read_reference
from alm.runs.run import Run
from alm.runs.stages import Stages
from alm.verify import verify
from solvers import Solution, Status, ranges, solve

# A limit that rounding still breaks after this many repairs is left for the verification to refuse.
REPAIRS = 3
PLANS = (Status.OPTIMAL, Status.GAP)
WORDS = {
    Status.OPTIMAL: "optimal",
    Status.GAP: "gap",
    Status.INFEASIBLE: "infeasible",
    Status.UNBOUNDED: "unbounded",
}


@dataclass(frozen=True)
class Options:
    """How a run is made; part of its id.

    Attributes
    ----------
    changes : tuple of str
        Cells changed for this run only, as `limits.lcr_group.bound=1.1`.
    backend : str
        Name of a backend in `solvers`; blank lets the problem decide.
    any_optimum : bool
        Skip the tie-break among equally good plans.
    baselines : bool
        Compare with simpler plans.
    lang : str
        Language of the workbook, `en` or `zh`.
    reference : str
        Folder of the run whose plan decides among equally good ones; blank: the opening balance sheet.
    """

    changes: tuple[str, ...] = ()
    backend: str = ""
    any_optimum: bool = False
    baselines: bool = True
    lang: str = "en"
    reference: str = ""


def allocate(
    case_folder: Path | str,
    out: Path | str | None = None,
    *,
    options: Options | None = None,
    progress: Callable[[str], None] | None = None,
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

    Returns
    -------
    Run

    Raises
    ------
    CaseError
        The case has faults; all of them.
    FileExistsError
        `out` is taken by something that is no run.
    FileNotFoundError
        The reference is no run with a plan.
    """
    options = options or Options(**_tupled(chosen))
    stages = Stages(progress)
    with stages.stage("load"):
        case = load(case_folder, options.changes)
        reference = read_reference(options.reference) if options.reference else None
    hashes = store.table_hashes(case)
    known = _known_options(options, reference)
    name = f"{case.settings.as_of:%Y-%m-%d}-{store.run_id(hashes, known)}"
    target = Path(out) if out else Path("runs") / store.folder_name(case.settings.name) / name
    manifest = {
        "id": name.rsplit("-", 1)[-1],
        "case": case.settings.name,
        "options": known,
        "hashes": hashes,
        "versions": store.versions(),
        **_facts(case),
    }
    with Interruption() as interruption, store.written_aside(target) as aside:
        run = _run(Job(aside, case, options, reference, stages, manifest, interruption))
    report = target / "report.xlsx"
    return replace(run, folder=target, report=report if report.is_file() else None)


@dataclass(frozen=True)
class Job:
    """What every stage of one run works with: where it writes, what was asked, the clock, and who may interrupt."""

    aside: Path
    case: Case
    options: Options
    reference: Reference | None
    stages: Stages
    manifest: dict[str, Any]
    interruption: Interruption


def _run(job: Job) -> Run:
    """Solve a loaded case and write everything about it into a folder."""
    stages = job.stages
    with stages.stage("formulate"):
        book = open_book(job.case)
        formulation = formulate(book)
        stages.note("problem", **_shape(formulation))
    with stages.stage("solve"):
        solution = _solve(job, formulation)
        stages.note(
            "solved", status=solution.status.value, backend=solution.backend, note=solution.note
        )
    if solution.status not in PLANS:
        run = _without_plan(book, formulation, solution, stages)
    else:
        plan, ledger = _planned(job, book, formulation, solution)
        job.interruption.keep()
        run = _with_plan(job, book, formulation, solution, plan, ledger)
    store.write_manifest(job.aside, {**job.manifest, **_result(run)})
    (job.aside / "log.jsonl").write_text(stages.log(), encoding="utf-8")
    if not (job.aside / "inputs").exists():
        write_inputs(job.case, job.aside / "inputs")
    return run


def _tupled(chosen: dict[str, Any]) -> dict[str, Any]:
    changes: Sequence[str] = chosen.pop("changes", ())
    return {"changes": tuple(changes), **chosen}


def _known_options(options: Options, reference: Reference | None) -> dict[str, Any]:
    known = {**vars(options), "changes": list(options.changes)}
    return {**known, "reference": reference.digest if reference else ""}


def _shape(formulation: Formulation) -> dict[str, Any]:
    problem = formulation.problem
    return {
        "columns": problem.columns,
        "rows": problem.rows,
        "nonzeros": int(problem.A.nnz),
        "quadratic": problem.is_quadratic,
        "ranges": str(ranges(problem)),
    }


def _facts(case: Case) -> dict[str, Any]:
    settings = case.settings
    return {
        "name": settings.name,
        "as_of": f"{settings.as_of:%Y-%m-%d}",
        "currency": settings.currency,
        "unit": settings.unit,
        "periods": settings.periods,
        "period_ends": [f"{day:%Y-%m-%d}" for day in period_ends(settings)[1:]],
        "warnings": [
            {
                "table": w.table,
                "row": w.row,
                "column": w.column,
                "found": str(w.found),
                "allowed": w.allowed,
                "hint": w.hint,
            }
            for w in case.warnings
        ],
    }


def _solve(job: Job, formulation: Formulation) -> Solution:
    asked = job.case.settings.solve
    return solve(
        formulation.problem,
        job.options.backend or None,
        time_limit=asked.time_limit,
        gap=asked.gap,
        seed=asked.seed,
    )


def _without_plan(book: Book, formulation: Formulation, solution: Solution, stages: Stages) -> Run:
    if solution.status not in (Status.INFEASIBLE, Status.UNBOUNDED):
        raise RuntimeError(f"{solution.backend} gave no plan: {solution.note or solution.status}")
    with stages.stage("explain"):
        why = why_infeasible if solution.status is Status.INFEASIBLE else why_unbounded
        reason = why(book, formulation)
    return Run(
        case=book.case.settings.name,
        status=WORDS[solution.status],
        backend=solution.backend,
        seconds=stages.seconds,
        reason=reason,
    )


def _planned(
    job: Job, book: Book, formulation: Formulation, solution: Solution
) -> tuple[Plan, Ledger]:
    """Write the plan up; where rounding breaks limits, solve again with more room and write that up."""
    plan, ledger = _written(job, book, formulation, solution)
    for _ in range(REPAIRS):
        broken = broken_limits(ledger.tables["limits"])
        if broken.empty:
            break
        job.stages.note("repair", limits=sorted(set(broken["limit"])))
        formulation = with_more_room(formulation, ledger.tables["limits"])
        again = _solve(job, formulation)
        if again.status not in PLANS:
            break
        plan, ledger = _written(job, book, formulation, again)
    return plan, ledger


def _written(
    job: Job, book: Book, formulation: Formulation, solution: Solution
) -> tuple[Plan, Ledger]:
    """Make the solution unique, round it, and write it up."""
    with job.stages.stage("canonicalise"):
        vector = solution.x
        if not job.options.any_optimum:
            closest = job.reference.decisions(book) if job.reference else None
            projection = canonicalise(book, formulation, solution, closest)
            vector = projection.x
            job.stages.note("canonical", moved=projection.moved, note=projection.note)
    with job.stages.stage("round"):
        plan = round_plan(book, read_decisions(book, formulation, vector))
        ledger = keep_ledger(book, plan, formulation.limits)
        tables = without_noise(ledger.tables, book.case.settings.quantum)
        return plan, replace(ledger, tables=tables)


def _with_plan(
    job: Job, book: Book, formulation: Formulation, solution: Solution, plan: Plan, ledger: Ledger
) -> Run:
    """Verify a plan, explain it and report it; Ctrl-C leaves out what it can do without."""
    aside, stages = job.aside, job.stages
    ledger.tables["limits"]["price"] = limit_prices(formulation, solution)
    run = _judged(book, ledger, solution, stages)
    with stages.stage("verify"):
        write_inputs(book.case, aside / "inputs")
        store.write_tables(aside, ledger.tables)
        store.write_manifest(aside, {**job.manifest, **_result(run)})
        verification = verify(aside)
        stages.note(
            "verified", ok=verification.ok, failures=[str(f) for f in verification.failures[:20]]
        )
        run = replace(run, verified=verification.ok)
    with stages.stage("explain"):
        baselines = no_comparison(ledger, run)
        if job.options.baselines:
            baselines = job.interruption.optional(
                "baselines",
                lambda: compare(aside, book, formulation, plan, ledger, run),
                baselines,
            )
        extra = {
            "prices": price_table(book, formulation, solution),
            "assumptions": assumptions(book.case),
            "baselines": baselines,
        }
        store.write_tables(aside, extra)
    with stages.stage("report"):
        store.write_manifest(aside, {**job.manifest, **_result(run)})
        run = job.interruption.optional("report", lambda: _reported(job, run), run)
    left_out = tuple(job.interruption.left_out)
    # What an interrupt cut in half must not look whole.
    if "baselines" in left_out:
        shutil.rmtree(aside / "baselines", ignore_errors=True)
    if "report" in left_out:
        (aside / "report.xlsx").unlink(missing_ok=True)
    tables = {**ledger.tables, **extra}
    return replace(run, left_out=left_out, seconds=stages.seconds, tables=tables)


def _reported(job: Job, run: Run) -> Run:
    """Write the workbook. One that fails costs the run its workbook, not its plan."""
    from reports import write_report

    try:
        write_report(job.aside, lang=job.options.lang)
    except Exception as error:
        (job.aside / "report.xlsx").unlink(missing_ok=True)
        job.stages.note("report failed", error=repr(error), trace=traceback.format_exc())
        return replace(run, fault=f"the workbook could not be written: {error!r}")
    return run


def _judged(book: Book, ledger: Ledger, solution: Solution, stages: Stages) -> Run:
    """State the objective of the plan as written against the bound."""
    bound, limits = -solution.bound, ledger.tables["limits"]
    missed = limits[limits["status"].isin(["short", "broken"])]
    scale = max(abs(ledger.objective), book.case.settings.quantum)
    finite = np.isfinite(bound)
    return Run(
        case=book.case.settings.name,
        status=WORDS[solution.status],
        backend=solution.backend,
        seconds=stages.seconds,
        objective=ledger.objective,
        optimum=-solution.objective,
        bound=float(bound) if finite else None,
        gap=max(0.0, float((bound - ledger.objective) / scale)) if finite else None,
        income=ledger.income,
        violations=tuple(_violations(missed)),
    )


def _violations(missed: pd.DataFrame) -> list[dict[str, Any]]:
    rows = missed[["limit", "period", "shortfall", "status"]].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _result(run: Run) -> dict[str, Any]:
    return {
        **{
            key: value
            for key, value in run.answer().items()
            if key not in ("run", "case", "report")
        },
        "optimum": run.optimum,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
