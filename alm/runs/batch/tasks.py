"""The runs of a batch before they are made: each with its id and the folder where it will stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alm.case import Case, CaseError, Fault, load
from alm.explain.model_size import ModelSize, estimate_size
from alm.formulation.book import open_book
from alm.runs import scenario_job, store
from alm.runs.batch.plan import ALL, Entry, Plan
from alm.runs.options import Options
from alm.runs.prepared import Prepared, prepare, refuse_scenario
from alm.runs.reference import read_reference
from scenarios import BASE, Mode

OF_THE_PLAN = ("changes", "options")
"""Tables that faults of a change or of a scenario name: these are the plan's, not the case's."""


@dataclass(frozen=True)
class Task:
    """One run of a batch.

    Attributes
    ----------
    entry : Entry
    options : Options
        Of `alm.runs.options` or, with a mode, of `alm.runs.scenario_job`.
    id : str
        Blank where the case has faults.
    place : Path
        Folder of the run.
    faults : tuple of Fault
        What is wrong with the case.
    size : ModelSize or None
        Of one scenario's problem.
    kind : str
        linear, quadratic or whole.
    problems : int
        How many scenarios one run solves.
    """

    entry: Entry
    options: Options | scenario_job.Options
    id: str = ""
    place: Path = Path()
    faults: tuple[Fault, ...] = ()
    size: ModelSize | None = None
    kind: str = ""
    problems: int = 1

    @property
    def scenario(self) -> str:
        """The scenario it plans for, or how it plans for all of them."""
        if isinstance(self.options, Options):
            return self.options.scenario
        return self.options.mode.value

    @property
    def is_finished(self) -> bool:
        """Whether its folder stands, complete: a run is written aside and renamed."""
        if not self.id:
            return False
        try:
            return bool(store.read_manifest(self.place)["id"] == self.id)
        except (OSError, ValueError, KeyError, TypeError):
            return False


def tasks_of(plan: Plan) -> list[Task]:
    """Name every run of a plan, and its id.

    Returns
    -------
    list of Task
        A case with faults is a task with these faults: it costs no other anything.

    Raises
    ------
    CaseError
        With every scenario and every change that a case does not know, and every run that stands in the plan twice.
    """
    faults: list[Fault] = []
    tasks = [task for entry in plan.entries for task in _of_entry(plan, entry, faults)]
    faults += _twice(plan, tasks)
    if faults:
        raise CaseError(faults)
    return tasks


def _of_entry(plan: Plan, entry: Entry, faults: list[Fault]) -> Iterator[Task]:
    try:
        case = load(entry.case, entry.changes)
        names = _scenarios(case, entry)
    except CaseError as error:
        of_plan = [fault for fault in error.faults if fault.table in OF_THE_PLAN]
        faults += [_in_plan(plan, entry, fault) for fault in of_plan]
        if not of_plan:
            yield Task(entry, _options(entry, entry.scenarios[0]), faults=error.faults)
        return
    size, kind = estimate_size(open_book(case)), _kind(case)
    problems = len(case.table("scenarios")) if entry.mode else 1
    for name in names:
        options = _options(entry, name)
        run_id, place = _identity(case, options, plan.out)
        yield Task(entry, options, run_id, place, size=size, kind=kind, problems=problems)


def _in_plan(plan: Plan, entry: Entry, fault: Fault) -> Fault:
    key = "scenarios" if fault.table == "options" else "set"
    column = key if key == "scenarios" else f"set {fault.column}"
    return Fault(plan.path.name, entry.number, column, fault.found, fault.allowed, fault.hint)


def _scenarios(case: Case, entry: Entry) -> list[str]:
    """List the scenarios of an entry, all known to the case; with a mode there is one run."""
    if entry.mode:
        if case.table("scenarios").empty:
            fault = Fault("options", None, "mode", entry.mode, "a case that lists scenarios")
            raise CaseError([fault])
        return [entry.mode]
    if entry.scenarios == (ALL,):
        return [BASE, *case.table("scenarios")["scenario"]]
    wrong: list[Fault] = []
    for name in entry.scenarios:
        try:
            refuse_scenario(case, name)
        except CaseError as error:
            wrong += error.faults
    if wrong:
        raise CaseError(wrong)
    return list(entry.scenarios)


def _options(entry: Entry, scenario: str) -> Options | scenario_job.Options:
    common: dict[str, Any] = {
        "changes": entry.changes,
        "backend": entry.backend,
        "any_optimum": entry.any_optimum,
        "lang": entry.lang,
        "reference": entry.reference,
    }
    if entry.mode:
        return scenario_job.Options(mode=Mode(entry.mode), **common)
    return Options(
        **common,
        baselines=entry.baselines,
        workbook=entry.workbook,
        scenario=scenario,
    )


def _identity(case: Case, options: Options | scenario_job.Options, out: Path) -> tuple[str, Path]:
    reference = read_reference(options.reference) if options.reference else None
    prepared = Prepared(case, options, reference)
    return prepared.id, prepared.place(out)


def _kind(case: Case) -> str:
    """Say what makes a problem slow: whole decisions first, then squares."""
    products, positions, lanes = (case.table(name) for name in ("products", "positions", "lanes"))
    for rows in (products, lanes, case.table("corridors")):
        for column in ("fixed_cost", "minimum_ticket", "lot", "minimum"):
            if column in rows and (rows[column] > 0).any():
                return "whole"
    squares = (positions["price_slope"] > 0).any() or not case.table("targets").empty
    return "quadratic" if squares else "linear"


def _twice(plan: Plan, tasks: list[Task]) -> Iterator[Fault]:
    first: dict[str, Task] = {}
    for task in tasks:
        if not task.id:
            continue
        other = first.setdefault(str(task.place), task)
        if other is not task:
            found = f"{task.entry.label}, {task.scenario}"
            allowed = f"each run once; it is the same as that of entry {other.entry.number}"
            yield Fault(plan.path.name, task.entry.number, "run", found, allowed)


def make(task: Task) -> str:
    """Make the run of a task, unless somebody has; in any process that sees its case and its folder.

    Returns
    -------
    done; or elsewhere, where another batch made it meanwhile.

    Raises
    ------
    RuntimeError
        The folder of the batch is not there, or the case is no longer what it was.
    """
    from alm.runs.batch.locks import locked

    out = task.place.parents[1]
    if not out.is_dir():
        raise RuntimeError(f"this process does not see {out}; workers need the same folders")
    with locked(task.place, lambda: task.is_finished) as held:
        if not held or task.is_finished:
            return "elsewhere"
        _carry_out(task)
    return "done"


def _carry_out(task: Task) -> None:
    from alm.runs import allocate, scenarios
    from alm.runs.crew import Crew
    from alm.runs.stages import Stages

    stages = Stages()
    if isinstance(task.options, scenario_job.Options):
        with stages.stage("load"):
            over = scenario_job.prepare(task.entry.case, task.options)
        _refuse_another(task, over.id)
        scenarios.carry_out(over, task.place, stages, Crew(1))
        return
    with stages.stage("load"):
        prepared = prepare(task.entry.case, task.options)
    _refuse_another(task, prepared.id)
    allocate.carry_out(prepared, task.place, stages)


def _refuse_another(task: Task, run_id: str) -> None:
    if run_id != task.id:
        raise RuntimeError("the case changed since the batch began; run the batch again")
