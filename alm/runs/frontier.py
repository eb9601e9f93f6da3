"""Frontier: what a limit costs, bound by bound, each point a plan of its own that is verified."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from alm.case import Case, load, write_inputs
from alm.runs import store
from alm.runs.allocate import allocate
from alm.runs.cluster import require_cluster
from alm.runs.crew import Crew
from alm.runs.frontier_axis import Axis, axis_of
from alm.runs.frontier_ends import DIGITS, Ends, NoEndError, find_ends
from alm.runs.frontier_run import KIND, Frontier, knee_of
from alm.runs.interruption import Interruption
from alm.runs.parts import Parts
from alm.runs.prepared import Prepared, refuse_scenario
from alm.runs.run import Run
from alm.runs.scenario_sums import room_for_rounding
from alm.runs.spread import Outcome, spread
from alm.runs.stages import Stages
from alm.runs.together import How, set_scene, why_not
from scenarios import BASE

POINTS = "points"
MOST_DIGITS = 17  # of a float: more tell nothing apart


@dataclass(frozen=True)
class Options:
    """How a frontier is made; part of its id.

    Attributes
    ----------
    x : str
        Name of a limit, or a measure of the group.
    points : int
        How many, both ends included; at least 2.
    changes : tuple of str
        Cells changed for this run only.
    scenario : str
        Scenario to plan for.
    lang : str
        Language of the workbook, `en` or `zh`.
    """

    x: str
    points: int = 9
    changes: tuple[str, ...] = ()
    scenario: str = BASE
    lang: str = "en"

    @property
    def known(self) -> dict[str, Any]:
        """As run.json keeps them."""
        return {**vars(self), "changes": list(self.changes), "kind": KIND}


@dataclass(frozen=True)
class Task:
    """One point: which case, which bound, where its run goes."""

    inputs: Path
    folder: Path
    changes: tuple[str, ...]
    scenario: str


def frontier(
    case_folder: Path | str,
    out: Path | str | None = None,
    *,
    options: Options,
    progress: Callable[[str], None] | None = None,
    jobs: int | None = None,
    cluster: str = "",
) -> Frontier:
    """Find what the objective is at each of several bounds of a limit, from the tightest feasible to where it stops binding.

    Parameters
    ----------
    case_folder : path
        Folder with case.toml.
    out : path, optional
        The run folder; blank takes runs/<case>/<as_of>-<id>.
    progress : callable, optional
        Told the name of each stage as it starts.
    jobs : int, optional
        Processes at once; by default one a processor. The answer is the same for any number.
    cluster : str
        Address of a Dask scheduler whose workers plan the points instead; they need the same folders.

    Raises
    ------
    ClusterError
        The cluster cannot be used, or does not reach the folder of the run.
    CaseError
        The case has faults; there is no such limit or measure; the denominator of a ratio can be 0.
    FileExistsError
        `out` is taken by something that is no run.
    NoAnswerError
        The solver found neither an end of the frontier nor that there is none; OutOfTimeError where its time was up.
    """
    stages = Stages(progress)
    with stages.stage("load"):
        case = load(case_folder, options.changes)
        refuse_scenario(case, options.scenario)
        axis = axis_of(case, options.x, options.scenario)
    prepared = Prepared(axis.case, options)
    target = Path(out) if out else prepared.place()
    with store.written_aside(target) as aside:
        answer = _run(aside, axis, prepared, stages, Crew(jobs, cluster))
    points = tuple(
        {**point, "run": str(target / str(point["run"])) if point["run"] else None}
        for point in answer.points
    )
    report = target / "report.xlsx"
    return replace(
        answer,
        folder=target,
        points=points,
        report=report if report.is_file() else None,
        seconds=stages.seconds,
    )


def _run(
    aside: Path, axis: Axis, prepared: Prepared[Options], stages: Stages, crew: Crew
) -> Frontier:
    row, options = axis.row, prepared.options
    blank = Frontier(
        case=axis.case.settings.name,
        x=options.x,
        limit=axis.limit,
        region=str(row["region"]),
        sense=axis.sense,
        status=None,
        seconds=stages.seconds,
        current=float(row["bound"]) if axis.limit == options.x else None,
    )
    write_inputs(axis.case, aside / "inputs")
    if crew.cluster:
        require_cluster(crew.cluster, aside / "inputs")
    try:
        with stages.stage("ends"):
            ends = find_ends(axis, options.scenario, How())
            stages.note("ends", tightest=ends.tightest, loosest=ends.loosest, note=ends.note)
    except NoEndError as error:
        answer = replace(blank, reason=_why(axis, options, error), status=error.status)
    else:
        with stages.stage("points"):
            runs = _points(aside, axis, ends, options, crew)
        answer = _told(aside, axis, blank, ends, runs)
    with stages.stage("report"):
        store.write_manifest(aside, {**prepared.manifest, **_kept(answer)})
        answer = _reported(aside, answer, options.lang, stages)
    store.write_manifest(aside, {**prepared.manifest, **_kept(answer)})
    (aside / "log.jsonl").write_text(stages.log(), encoding="utf-8")
    return answer


def _reported(aside: Path, answer: Frontier, lang: str, stages: Stages) -> Frontier:
    """Write the workbook; one that fails costs only itself."""
    if not answer.points:
        return answer
    parts = Parts(stages, Interruption())

    def write() -> None:
        from reports import write_report

        write_report(aside, lang=lang)

    parts.attempt("report", write, None)
    if not parts.fault:
        return answer
    (aside / "report.xlsx").unlink(missing_ok=True)
    return replace(answer, fault="; ".join(each for each in (answer.fault, parts.fault) if each))


def _why(axis: Axis, options: Options, error: NoEndError) -> str:
    if error.planned is None:
        return str(error)
    scene = set_scene(axis.released(), options.scenario)
    return f"{error}: {why_not(scene, error.planned.solution).text}"


def _kept(answer: Frontier) -> dict[str, Any]:
    left_out = ("run", "case", "report", "points")
    known = {key: value for key, value in answer.answer().items() if key not in left_out}
    return {**known, "objective": None, "bound": None, "gap": None}


def bounds_between(tightest: float, loosest: float, number: int) -> list[float]:
    """Spread bounds evenly, both ends included; one where the ends are the same.

    Those in between have six digits, or as many more as keep them apart.

    >>> bounds_between(1.0, 0.9, 3), bounds_between(1.0, 1.0, 3), bounds_between(1.0, 1.00001, 3)
    ([1.0, 0.95, 0.9], [1.0], [1.0, 1.000005, 1.00001])
    """
    if tightest == loosest:
        return [tightest]
    inner = np.linspace(tightest, loosest, number)[1:-1]
    for digits in range(DIGITS, MOST_DIGITS + 1):
        bounds = [tightest, *(float(f"{bound:.{digits}g}") for bound in inner), loosest]
        if len(set(bounds)) == len(bounds) and bounds == sorted(bounds, reverse=tightest > loosest):
            break
    return bounds


def _points(
    aside: Path, axis: Axis, ends: Ends, options: Options, crew: Crew
) -> list[tuple[float, Path, Outcome[Run]]]:
    """Plan at every bound, the tightest first."""
    bounds = bounds_between(ends.tightest, ends.loosest, options.points)
    tasks = [
        Task(
            aside / "inputs",
            aside / POINTS / f"{number:02d}",
            (f"limits.{axis.limit}.bound={bound!r}", *axis.changes),
            options.scenario,
        )
        for number, bound in enumerate(bounds, start=1)
    ]
    outcomes = spread(_plan, tasks, crew.jobs, crew.cluster)
    for half_written in (aside / POINTS).glob(".*"):  # by a process that died
        shutil.rmtree(half_written, ignore_errors=True)
    return [
        (bound, task.folder.relative_to(aside), outcome)
        for bound, task, outcome in zip(bounds, tasks, outcomes, strict=True)
    ]


def _plan(task: Task) -> Run:
    """Make one point: a run like any other, without simpler plans and without a workbook."""
    run = allocate(
        task.inputs,
        task.folder,
        changes=task.changes,
        scenario=task.scenario,
        baselines=False,
        workbook=False,
    )
    return replace(run, tables={})


def _told(
    aside: Path,
    axis: Axis,
    blank: Frontier,
    ends: Ends,
    runs: list[tuple[float, Path, Outcome[Run]]],
) -> Frontier:
    """Sum up the points, mark the knee, and check that a looser bound earns no less."""
    points = [_point(aside, axis, number, *each) for number, each in enumerate(runs, start=1)]
    knee = knee_of([point["bound"] for point in points], [point["objective"] for point in points])
    best = max((p["objective"] for p in points if p["objective"] is not None), default=None)
    for number, point in enumerate(points):
        known = point["objective"] is not None and best is not None
        point["cost"] = best - point["objective"] if known else None
        point["knee"] = number == knee
    store.write_tables(aside, {"frontier": _table(points)})
    planned = [point for point in points if point["objective"] is not None]
    return replace(
        blank,
        status=_status(points, proven=not ends.note),
        reason="" if planned else next((p["reason"] for p in points if p["reason"]), ""),
        note=ends.note,
        verified=bool(planned) and all(point["verified"] for point in planned),
        tightest=ends.tightest,
        loosest=ends.loosest,
        knee=points[knee]["bound"] if knee is not None else None,
        points=tuple(points),
        order=_order(axis.case, planned),
        fault="; ".join(point["fault"] for point in points if point["fault"]),
    )


def _status(points: list[dict[str, Any]], *, proven: bool) -> str | None:
    """Give the status of a frontier from those of its points; None where no plan was made and not all are known to have none."""
    found = {point["status"] for point in points}
    if found & {"optimal", "gap"}:
        return "gap" if "gap" in found or not proven else "optimal"
    return (
        None
        if None in found
        else next(each for each in ("unbounded", "infeasible") if each in found)
    )


def _point(
    aside: Path, axis: Axis, number: int, bound: float, folder: Path, outcome: Outcome[Run]
) -> dict[str, Any]:
    run = outcome.value
    worst = None
    if run is not None and run.objective is not None:
        limits = store.read_table(aside / folder, "limits")
        held = limits[(limits["limit"] == axis.limit) & (limits["status"] != "waived")]
        worst = float(held["value"].min() if axis.sense == "min" else held["value"].max())
    return {
        "point": number,
        "bound": bound,
        "value": worst,
        "objective": run.objective if run else None,
        "income": run.income if run else None,
        "proven": run.bound if run else None,
        "gap": run.gap if run else None,
        "status": run.status if run else None,
        "verified": bool(run and run.verified),
        "run": str(folder) if run else None,
        "reason": run.reason if run else "",
        "fault": f"point {number}: {outcome.error}"
        if outcome.error
        else (run.fault if run else ""),
    }


def _table(points: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(points).rename(columns={"run": "folder"})
    numbers = ["bound", "value", "objective", "income", "proven", "gap", "cost"]
    return table.astype(dict.fromkeys(numbers, "float64"))


def _order(case: Case, planned: list[dict[str, Any]]) -> str:
    """Check that a looser bound is proven to allow what a tighter one earns; say where it does not."""
    for tight, loose in pairwise(planned):
        room = room_for_rounding(case, abs(tight["objective"]))
        most = loose["proven"]
        if most is not None and tight["objective"] > most + room:
            return (
                f"at the bound {tight['bound']:.6g} a plan earns {tight['objective']:.6g}, more than"
                f" {most:.6g}, the most at the looser bound {loose['bound']:.6g}"
            )
    return ""
