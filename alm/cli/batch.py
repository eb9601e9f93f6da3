"""`alm batch`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from alm.cli import machine, streams
from alm.cli.answers import blank
from alm.cli.faults import refuse, refusing_cluster, say
from alm.cli.options import Cluster
from alm.cli.tables import listing
from alm.money import money_name

if TYPE_CHECKING:
    from alm.runs.batch.batch import Batch
    from alm.runs.batch.plan import Plan
    from alm.runs.batch.tasks import Task

GOOD_CODES = (0, 4)
FORETOLD = ("name", "scenario", "id", "state", "columns", "rows", "memory_mb", "seconds")


def batch(
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN", help="File that lists cases, scenarios and changes.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of all runs and of the summary, instead of what the plan says."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Runs at once. If left out: one a processor, as far as memory has room.",
            show_default=False,
        ),
    ] = None,
    cluster: Cluster = "",
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say what is to do, its size, memory and time; do nothing."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", help="No progress and no table: only the folder of the batch."),
    ] = False,
) -> None:
    """Make the runs that a plan file lists, each once; go on where it was stopped.

    Example: alm batch examples/batch/plan.toml --dry-run
    """
    from alm.case import CaseError
    from alm.runs.batch.plan import read_plan
    from alm.runs.batch.tasks import tasks_of

    answer = blank("batch") if as_json else None
    try:
        listed = read_plan(plan, out)
        tasks = tasks_of(listed)
    except CaseError as error:
        refuse(error.faults, answer)
    jobs = jobs or _jobs(tasks)
    if dry_run:
        _foretell(listed, tasks, jobs, as_json=as_json)
        return
    made = _make(listed, tasks, jobs, cluster, answer, quiet=quiet)
    _tell(made, as_json=as_json, quiet=quiet)
    raise typer.Exit(made.exit_code)


def _open(tasks: list[Task]) -> list[Task]:
    return [task for task in tasks if not task.faults and not task.is_finished]


def _jobs(tasks: list[Task]) -> int:
    from alm.runs.batch.estimate import most_jobs

    return most_jobs(_open(tasks), machine.cores(), machine.memory_mb())


def _make(
    plan: Plan,
    tasks: list[Task],
    jobs: int,
    cluster: str,
    answer: dict[str, Any] | None,
    *,
    quiet: bool,
) -> Batch:
    from alm.runs.batch.batch import run_batch

    begin = time.monotonic()

    def told(done: int, count: int, row: dict[str, Any]) -> None:
        if quiet:
            return
        left = (time.monotonic() - begin) / done * (count - done)
        rest = f", about {_duration(left)} left" if done < count and row["how"] == "done" else ""
        say(f"{done} of {count}: {row['name']}, {row['scenario']}: {_outcome(row)}{rest}")

    try:
        with refusing_cluster(answer), streams.only_results_on_stdout():
            return run_batch(plan, tasks, jobs, cluster, told)
    except KeyboardInterrupt:
        say(f"What is finished stays in {plan.out}; the same line goes on from there.")
        raise


def _outcome(row: dict[str, Any]) -> str:
    if row["how"] == "before":
        return f"{row['status']}, finished before"
    return f"{row['status']}, {row['seconds']:.1f} s" if row["run"] else str(row["status"])


def _duration(seconds: float) -> str:
    """Say how long something takes.

    >>> _duration(42.3), _duration(700), _duration(9000)
    ('42 s', '12 min', '2.5 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _foretell(plan: Plan, tasks: list[Task], jobs: int, *, as_json: bool) -> None:
    """Say what a batch will do."""
    from alm.runs.batch.estimate import clock_seconds, estimate

    todo = _open(tasks)
    known = {id(task): estimate(task) for task in todo}
    rows = [_foretold(task, known.get(id(task))) for task in tasks]
    seconds = clock_seconds([known[id(task)].seconds for task in todo], jobs)
    memory = sum(sorted((each.memory_mb for each in known.values()), reverse=True)[:jobs])
    if as_json:
        told = {"count": len(tasks), "to_do": len(todo), "jobs": jobs}
        about = {"seconds": round(seconds, 1), "memory_mb": memory, "runs": rows}
        named = {"batch": plan.name, "status": "planned", "out": str(plan.out)}
        streams.print_json({**named, **told, **about})
        return
    console = streams.results(uncut=True)
    head = ("run", "scenario", "id", "state", "columns", "rows", "MB", "seconds")
    cells = [[_cell(row[name]) for name in FORETOLD] for row in rows]
    console.print(listing(head, cells, console.width, numbers=(4, 5, 6, 7)))
    console.print(
        f"{len(todo)} of {len(tasks)} runs to do, {jobs} at once: about {_duration(seconds)},"
        f" {memory:,} MB of memory at most.",
        markup=False,
        soft_wrap=True,
    )
    console.print(str(_shown(plan.out)), markup=False, soft_wrap=True)


def _foretold(task: Task, about: Any) -> dict[str, Any]:
    state = "invalid" if task.faults else "to do" if about else "finished"
    return {
        "name": task.entry.label,
        "scenario": task.scenario,
        "changes": list(task.entry.changes),
        "id": task.id,
        "state": state,
        "run": str(task.place) if task.id else None,
        "columns": task.size.columns if task.size else None,
        "rows": task.size.rows if task.size else None,
        "memory_mb": about.memory_mb if about else None,
        "seconds": about.seconds if about else None,
        "measured": about.measured if about else None,
        "reason": "; ".join(map(str, task.faults)),
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)


def _tell(made: Batch, *, as_json: bool, quiet: bool) -> None:
    """Print the answer; the folder of the batch comes last."""
    if as_json:
        streams.print_json(made.answer())
        return
    console = streams.results(uncut=True)
    if not quiet:
        _show(console, made)
    console.print(str(_shown(made.plan.out)), markup=False, soft_wrap=True)


def _show(console: Console, made: Batch) -> None:
    head = ("run", "scenario", "status", "verified", "objective", "of", "seconds", "how")
    rows = [_row(row) for row in made.rows]
    console.print(listing(head, rows, console.width, numbers=(4, 6)))
    for row in made.rows:
        if row["exit_code"] not in GOOD_CODES:
            why = f"{row['name']}, {row['scenario']}: {row['reason'] or row['status']}"
            console.print(Text(why, style="red"), soft_wrap=True)
    answer = made.answer()
    good = answer["count"] - answer["failed"]
    say_of = f"{good} of {answer['count']} runs are good, {answer['failed']} failed."
    console.print(say_of, markup=False, soft_wrap=True)
    console.print(f"Summary: {_shown(Path(answer['workbook']))}", markup=False, soft_wrap=True)


def _row(row: dict[str, Any]) -> list[str]:
    known = row["objective"] is not None
    return [
        row["name"],
        row["scenario"],
        row["status"],
        ("yes" if row["verified"] else "no") if known else "",
        f"{row['objective']:,.2f}" if known else "",
        money_name(row["currency"], row["unit"]) if known else "",
        f"{row['seconds']:.1f}",
        {"done": "made now", "before": "before", "elsewhere": "elsewhere"}.get(
            row["how"], row["how"]
        ),
    ]


def _shown(path: Path) -> Path:
    """Name a path from where one stands, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
