"""`alm frontier`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from alm.cli import streams
from alm.cli.allocate import BASE, ended_without_plan, refusing
from alm.cli.answers import blank
from alm.cli.faults import refusing_cluster, say
from alm.cli.options import (
    AsJson,
    CaseFolder,
    Changes,
    Cluster,
    Jobs,
    Language,
    OnlyFolder,
    Out,
    ReportLanguage,
    Scenario,
)
from alm.cli.progress import StageProgress
from alm.cli.tables import listing

if TYPE_CHECKING:
    from alm.runs.frontier_run import Frontier

HEAD = ("bound", "at worst", "objective", "given up", "income", "")


def frontier(
    case: CaseFolder,
    x: Annotated[
        str,
        typer.Option(
            "--x",
            metavar="LIMIT|MEASURE",
            help="What is moved: the bound of a limit, or a bound on a measure of the group, as rwa or hqla/net_outflow.",
            show_default=False,
        ),
    ],
    points: Annotated[int, typer.Option(help="How many, both ends included.", min=2)] = 9,
    out: Out = None,
    scenario: Scenario = BASE,
    changes: Changes = None,
    jobs: Jobs = None,
    cluster: Cluster = "",
    lang: ReportLanguage = Language.EN,
    as_json: AsJson = False,
    quiet: OnlyFolder = False,
) -> None:
    """Show what a limit costs: the best plan at each of several bounds, and the knee.

    Example: alm frontier examples/three-regions --x liquidity --points 5
    """
    from alm.runs.frontier import Options
    from alm.runs.frontier import frontier as trace

    options = Options(x, points, tuple(changes or ()), scenario, lang.value)
    answer = blank("frontier", case=case.resolve().name, x=x) if as_json else None
    with (
        refusing(answer, out),
        refusing_cluster(answer),
        ended_without_plan(answer),
        streams.only_results_on_stdout(),
        StageProgress(quiet) as progress,
    ):
        run = trace(*(case, out), options=options, progress=progress, jobs=jobs, cluster=cluster)
    if as_json:
        streams.print_json(run.answer())
    else:
        _tell(run, quiet=quiet)
    raise typer.Exit(run.exit_code)


def _tell(run: Frontier, *, quiet: bool) -> None:
    """Print the points; the run's folder comes last."""
    if not quiet:
        _show(run)
    for said in (run.note, run.order, run.fault):
        if said:
            say(f"{said[:1].upper()}{said[1:]}.")
    streams.results().print(str(run.folder), markup=False, soft_wrap=True)


def _show(run: Frontier) -> None:
    console = streams.results(uncut=True)
    side = "at least" if run.sense == "min" else "at most"
    heading = f"{run.case} · {run.x} of {run.region}, {side} the bound"
    console.print(heading, style="bold", markup=False, soft_wrap=True)
    if run.reason:
        console.print(f"{run.status}: {run.reason}", style="bold red", markup=False, soft_wrap=True)
    if not run.points:
        return
    rows = [
        [
            f"{point['bound']:,.6g}",
            *(_figure(point[name]) for name in ("value",)),
            *(_amount(point[name]) for name in ("objective", "cost", "income")),
            _remark(point),
        ]
        for point in run.points
    ]
    console.print(listing(HEAD, rows, console.width, numbers=range(5)))
    now = "" if run.current is None else f" The case asks for {run.current:,.6g}."
    console.print(
        f"No plan keeps more than {run.tightest:,.6g}; from {run.loosest:,.6g} on the limit costs nothing.{now}",
        markup=False,
    )
    knee = f"Knee at {run.knee:,.6g}." if run.knee is not None else "No knee."
    proof = "Every point is verified." if run.verified else "NOT every point is VERIFIED."
    console.print(f"{knee} {proof}", style="bold", markup=False)


def _remark(point: dict[str, object]) -> str:
    if point["objective"] is None:
        return f"{point['status'] or 'no answer'}"
    words = ["knee" if point["knee"] else "", "" if point["verified"] else "not verified"]
    return ", ".join(word for word in words if word)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:,.6g}"


def _amount(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"
