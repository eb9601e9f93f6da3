"""`alm scenarios`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alm.cli import streams
from alm.cli.allocate import backend_faults, ended_without_plan, refuse_unknown, refusing
from alm.cli.answers import blank
from alm.cli.faults import OPTIONS, refuse, refusing_cluster, say
from alm.cli.options import (
    AnyOptimum,
    AsJson,
    Backend,
    Cluster,
    Language,
    OnlyFolder,
    Out,
    ReferenceRun,
    ReportLanguage,
)
from alm.cli.progress import StageProgress

if TYPE_CHECKING:
    from alm.case import Fault
    from alm.runs.scenario_job import Options
    from alm.runs.scenario_run import ScenarioRun


class Modes(StrEnum):
    """Ways to plan for scenarios."""

    SWEEP = "sweep"
    ROBUST = "robust"
    STOCHASTIC = "stochastic"


Case = Annotated[
    Path | None,
    typer.Argument(metavar="CASE", help="Folder with case.toml.", show_default=False),
]
ModeOf = Annotated[
    Modes,
    typer.Option(
        help="sweep: each scenario its own plan. robust: one plan for all, only plugs react."
        " stochastic: decide now, adapt later, as table scenarios says."
    ),
]
Library = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Plan nothing: add the scenarios of a library to the tables of the case.",
        show_default=False,
    ),
]
Listed = Annotated[bool, typer.Option("--list", help="Plan nothing: say what each library holds.")]
Generate = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Plan nothing: draw N paths of rates and run-off, and add them to the tables of the case.",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(help="Of the paths: the same seed, the same rows.", show_default=False),
]
RateVolatility = Annotated[
    float | None,
    typer.Option(help="Of the paths: standard deviation of rates over a year.", show_default=False),
]
RunoffVolatility = Annotated[
    float | None,
    typer.Option(
        help="Of the paths: that of the share of deposits that leaves; not if the case has table volatility.",
        show_default=False,
    ),
]
Correlation = Annotated[
    float | None,
    typer.Option(help="Of the paths: between any two factors, 0 to 1.", show_default=False),
]
RiskChanges = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a cell for this run only, as risk.cvar_weight=0.5. May be repeated.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        help="Processes at once; if left out: one a processor, and one for a small case.",
        min=1,
        show_default=False,
    ),
]


def scenarios(
    case: Case = None,
    mode: ModeOf = Modes.SWEEP,
    library: Library = None,
    listed: Listed = False,
    generate: Generate = None,
    seed: Seed = None,
    rate_volatility: RateVolatility = None,
    runoff_volatility: RunoffVolatility = None,
    correlation: Correlation = None,
    out: Out = None,
    changes: RiskChanges = None,
    backend: Backend = "",
    any_optimum: AnyOptimum = False,
    reference: ReferenceRun = None,
    jobs: Jobs = None,
    cluster: Cluster = "",
    lang: ReportLanguage = Language.EN,
    as_json: AsJson = False,
    quiet: OnlyFolder = False,
) -> None:
    """Plan for every scenario of a case: each by itself, all alike, or now alike and later apart.

    Example: alm scenarios examples/two-weathers --mode stochastic

    Example: alm scenarios my-bank --library deposit-runoff

    Example: alm scenarios my-bank --generate 20 --seed 7 --rate-volatility 0.01 --runoff-volatility 0.05 --correlation 0.5
    """
    asked = (seed, rate_volatility, runoff_volatility, correlation)
    if _without_plan(case, library, generate, asked, listed=listed, as_json=as_json):
        return
    assert case is not None
    from alm.runs.scenario_job import Options
    from scenarios import Mode

    earlier, given = str(reference) if reference else "", tuple(changes or ())
    options = Options(Mode(mode.value), given, backend, any_optimum, lang.value, earlier)
    answer = blank("scenarios", case=case.resolve().name, mode=mode.value) if as_json else None
    run = _planned(case, out, options, jobs, cluster, answer, quiet=quiet)
    _tell(run, as_json=as_json, quiet=quiet)
    raise typer.Exit(run.exit_code)


def _without_plan(
    case: Path | None,
    library: list[str] | None,
    generate: int | None,
    asked: tuple[int | None, float | None, float | None, float | None],
    *,
    listed: bool,
    as_json: bool,
) -> bool:
    """List libraries, or add scenarios to a case, where that is asked for; False where a plan is."""
    from alm.cli.libraries import add, draw, show_list

    if listed:
        show_list(as_json=as_json)
        return True
    if case is None:
        refuse([missing_case()], blank("scenarios") if as_json else None)
    drawn = generate is not None and not library
    if not drawn and any(each is not None for each in (generate, *asked)):
        refuse([_idle_options()], blank("scenarios") if as_json else None)
    if library:
        if len(library) > 1:
            refuse([_one_library(library)], blank("scenarios") if as_json else None)
        add(case, library[0], as_json=as_json)
        return True
    if generate is not None:
        draw(case, generate, *asked, as_json=as_json)
        return True
    return False


def _planned(
    case: Path,
    out: Path | None,
    options: Options,
    jobs: int | None,
    cluster: str,
    answer: dict[str, Any] | None,
    *,
    quiet: bool,
) -> ScenarioRun:
    from alm.runs.scenarios import plan_scenarios

    with (
        refusing(answer, out, options.reference),
        refusing_cluster(answer),
        ended_without_plan(answer),
    ):
        refuse_unknown(backend_faults(options.backend))
        with streams.only_results_on_stdout(), StageProgress(quiet) as progress:
            return plan_scenarios(
                *(case, out),
                options=options,
                progress=progress,
                counted=progress.count,
                jobs=jobs,
                cluster=cluster,
            )


def missing_case() -> Fault:
    """Say that a line lacks the case."""
    from alm.case import Fault

    return Fault(OPTIONS, None, "CASE", "none", "a folder with case.toml")


def _one_library(library: list[str]) -> Fault:
    """Say that one line adds one library: each says by itself what it assumed."""
    from alm.case import Fault

    return Fault(OPTIONS, None, "--library", ", ".join(library), "one library at a time")


def _idle_options() -> Fault:
    """Say that options of drawn paths stand where no paths are drawn."""
    from alm.case import Fault

    named = "--seed, --rate-volatility, --runoff-volatility, --correlation"
    hint = "one at a time: --library, --generate, or --mode"
    return Fault(OPTIONS, None, "--generate", "without effect", f"given wherever {named} are", hint)


def _tell(run: ScenarioRun, *, as_json: bool, quiet: bool) -> None:
    """Print the answer; the run's folder comes last."""
    if as_json:
        streams.print_json(run.answer())
        return
    if not quiet:
        from alm.cli.scenario_page import show

        show(run)
    if run.order:
        say(f"The order of values is broken: {run.order}.")
    if run.fault:
        stands = "The plans stand" if run.scenarios else f"It is {run.status}"
        say(f"{stands}, but {run.fault}; the log of the run holds the details.")
    streams.results().print(str(run.folder), markup=False, soft_wrap=True)
