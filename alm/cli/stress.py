"""`alm stress`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alm.cli import streams
from alm.cli.allocate import NO_ANSWER, ended_without_plan
from alm.cli.answers import blank
from alm.cli.faults import refuse, refusing_cluster, refusing_damage
from alm.cli.options import AsJson, Cluster, Jobs, Language, NoProgress, ReportLanguage, Workbook
from alm.cli.places import require_run, require_workbook, written
from alm.cli.progress import StageProgress
from alm.cli.tables import listing

if TYPE_CHECKING:
    from alm.runs.stress import Stress

HEAD = ("limit", "region", "light", "at close", "value", "bound", "headroom", "red at")
IMPOSSIBLE = (
    "The plan cannot be carried out: lanes, or what can be written or sold, do not allow it."
)
STYLES = {"green": "green", "amber": "yellow", "red": "bold red"}


def stress(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="Run folder, whose case has scenarios.", show_default=False
        ),
    ],
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="Only this scenario. May be repeated.", show_default=False),
    ] = None,
    most: Annotated[
        float, typer.Option(help="Largest factor by which shocks are multiplied.", min=1.0)
    ] = 10.0,
    precision: Annotated[
        float,
        typer.Option(help="Of the factor that turns a limit red, relative.", min=1e-6, max=1.0),
    ] = 0.01,
    jobs: Jobs = None,
    cluster: Cluster = "",
    workbook: Workbook = None,
    lang: ReportLanguage = Language.EN,
    as_json: AsJson = False,
    quiet: NoProgress = False,
) -> None:
    """Show how a plan stands in each scenario, and how large a shock breaks each limit.

    The plan's new business, disposals and transfers stand; plugs react. Green: kept; amber: beyond its early warning; red:
    missed. Red at 2.5: the limit breaks when every shock of the scenario is 2.5 times as large; with a star it is the plan
    that can then no longer be carried out.

    Example: alm stress runs/demo --scenario runoff-combined --workbook stress.xlsx
    """
    from alm.case import CaseError
    from alm.runs.stress import stress as try_scenarios

    answer = blank("stress", run=str(run)) if as_json else None
    require_run(run, answer)
    require_workbook(workbook, answer)
    try:
        with (
            refusing_damage(str(run), answer),
            refusing_cluster(answer),
            ended_without_plan(answer),
            streams.only_results_on_stdout(),
            StageProgress(quiet) as progress,
        ):
            progress("scenarios")
            found = try_scenarios(
                run, scenario or (), most=most, precision=precision, jobs=jobs, cluster=cluster
            )
    except CaseError as error:
        refuse(error.faults, answer)
    if workbook is not None:
        written(workbook, lambda: _write(workbook, run, found, lang), answer)
    if answer is None:
        _show(found)
    else:
        place = None if workbook is None else str(workbook)
        streams.print_json({**found.answer(), "workbook": place})
    if found.unknown:
        raise typer.Exit(NO_ANSWER)


def _write(workbook: Path, run: Path, found: Stress, lang: Language) -> None:
    from alm.case import load
    from reports.stress_workbook import write_stress_workbook

    write_stress_workbook(workbook, found.answer(), load(run / "inputs"), lang.value)


def _show(found: Stress) -> None:
    console = streams.results(uncut=True)
    for each in found.scenarios:
        console.print(
            f"{each['scenario']}: {each['light']}", style=STYLES[each["light"]], markup=False
        )
        if each["carried_out"]:
            rows = [
                _cells(row, found.most)
                for row in found.limits
                if row["scenario"] == each["scenario"]
            ]
            console.print(listing(HEAD, rows, console.width, numbers=(3, 4, 5, 6, 7), names=(0,)))
        else:
            console.print(IMPOSSIBLE, soft_wrap=True)
        for line in _money(each):
            console.print(line, markup=False, soft_wrap=True)
        console.print(_first(each, found.most), markup=False)
    for each in found.unknown:
        said = f"{each['scenario']}: how the plan stands is not known: {each['why']}"
        console.print(said, markup=False, soft_wrap=True)
    console.print(str(found.run), markup=False, soft_wrap=True)


def _money(scenario: dict[str, Any]) -> list[str]:
    """Say where money is missing, and from which factor on."""
    said = []
    if scenario["gap"]:
        where = f"in {scenario['gap_region']} in period {scenario['gap_period']}"
        said.append(
            f"Money is missing: {scenario['gap']:,.2f} {where}; its plugs are at their bounds."
        )
    if scenario["carried_out"] and scenario["gap_at"] is not None:
        said.append(f"Money runs out at {scenario['gap_at']:.3g} times the shocks.")
    return said


def _first(scenario: dict[str, Any], most: float) -> str:
    """Say what breaks first, and where a star means that the plan itself fails."""
    if scenario["first"] is None:
        return f"Nothing breaks up to {most:g} times the shocks."
    if scenario["with_plan"]:
        return f"First to fail: the plan itself, which from {scenario['red_at']:.3g} times the shocks on cannot be carried out."
    return f"First to break: {scenario['first']}, at {scenario['red_at']:.3g} times the shocks."


def _cells(row: dict[str, Any], most: float) -> list[str]:
    figures = [
        "" if row[name] is None else f"{row[name]:,.6g}" for name in ("value", "bound", "headroom")
    ]
    close = "" if row["period"] is None else str(row["period"])
    turning = f"over {most:g}" if row["red_at"] is None else f"{row['red_at']:.3g}"
    turning += " *" if row["with_plan"] else ""
    return [row["limit"], row["region"], row["light"], close, *figures, turning]
