"""`alm allocate`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alm.cli import streams
from alm.cli.answers import blank
from alm.cli.faults import OPTIONS, refuse, say
from alm.cli.options import (
    AnyOptimum,
    AsJson,
    Backend,
    CaseFolder,
    Changes,
    Language,
    OnlyFolder,
    Out,
    ReferenceRun,
    ReportLanguage,
    Scenario,
)
from alm.cli.progress import StageProgress

if TYPE_CHECKING:
    from alm.case import Fault
    from alm.runs.run import Run

BASE = "base"
NO_ANSWER = 1


def allocate(
    case: CaseFolder,
    out: Out = None,
    scenario: Scenario = BASE,
    changes: Changes = None,
    backend: Backend = "",
    any_optimum: AnyOptimum = False,
    no_baselines: Annotated[
        bool, typer.Option("--no-baselines", help="Skip the comparison with simpler plans.")
    ] = False,
    no_workbook: Annotated[
        bool, typer.Option("--no-workbook", help="Write no workbook; `alm report` can do it later.")
    ] = False,
    reference: ReferenceRun = None,
    lang: ReportLanguage = Language.EN,
    as_json: AsJson = False,
    quiet: OnlyFolder = False,
) -> None:
    """Find the plan that earns most within every limit, prove it, and write it as a run.

    Example: alm allocate examples/three-regions --set limits.liquidity.bound=0.12
    """
    from alm.runs.allocate import allocate as run_case
    from alm.runs.options import Options

    asked = tuple(changes or ())
    earlier = str(reference) if reference else ""
    options = Options(
        changes=asked,
        backend=backend,
        any_optimum=any_optimum,
        baselines=not no_baselines,
        lang=lang.value,
        reference=earlier,
        scenario=scenario,
        workbook=not no_workbook,
    )
    answer = blank("allocate", case=case.resolve().name) if as_json else None
    with refusing(answer, out, earlier), ended_without_plan(answer):
        refuse_unknown(backend_faults(backend))
        with streams.only_results_on_stdout(), StageProgress(quiet) as progress:
            run = run_case(case, out, options=options, progress=progress, bounds=progress.bounds)
    _tell(run, scenario, as_json=as_json, quiet=quiet)
    raise typer.Exit(run.exit_code)


@contextmanager
def refusing(
    answer: dict[str, Any] | None, out: Path | None, reference: str = ""
) -> Iterator[None]:
    """Turn what a person can mend into faults and exit code 2."""
    from alm.case import CaseError
    from solvers import UnsuitableBackendError

    try:
        yield
    except CaseError as error:
        refuse(error.faults, answer)
    except FileExistsError as error:
        allowed = "a new or empty folder, or a run to replace"
        refuse([_fault("--out", str(out), allowed, str(error))], answer)
    except FileNotFoundError:
        if not reference:
            raise
        refuse([_fault("--reference", reference, "a run folder with a plan")], answer)
    except UnsuitableBackendError as error:
        allowed = f"one for a problem that is {error.kind}"
        refuse([_fault("--backend", error.backend, allowed, f"leave it out; {error}")], answer)


@contextmanager
def ended_without_plan(answer: dict[str, Any] | None) -> Iterator[None]:
    """Say that there is neither a plan nor a proof that there is none, and end with exit code 1: nothing is known."""
    from alm.runs.run import NoAnswerError

    try:
        yield
    except NoAnswerError as error:
        say(f"{error}.")
        if answer is not None:
            streams.print_json({**answer, "reason": str(error)})
        raise typer.Exit(NO_ANSWER) from None


def refuse_unknown(faults: list[Fault]) -> None:
    """Refuse a line that names what does not exist."""
    from alm.case import CaseError

    if faults:
        raise CaseError(tuple(faults))


def _fault(option: str, found: str, allowed: str, hint: str = "") -> Fault:
    from alm.case import Fault

    return Fault(OPTIONS, None, option, found, allowed, hint)


def backend_faults(backend: str) -> list[Fault]:
    """Find what is wrong with the name of a backend; blank is none."""
    from alm.case.faults import nearest
    from solvers.backends import BACKENDS

    known = [each.name for each in BACKENDS]
    if not backend or backend in known:
        return []
    return [_fault("--backend", backend, ", ".join(known), nearest(backend, known))]


def _tell(run: Run, scenario: str, *, as_json: bool, quiet: bool) -> None:
    """Print the answer; the run's folder comes last."""
    if as_json:
        streams.print_json(run.answer())
        return
    if not quiet:
        from alm.cli.page import show

        show(run, scenario)
    for what in run.left_out:
        streams.messages().print(f"Interrupted: {what} left out; the plan stands.")
    if run.fault:
        stands = "The plan stands" if run.objective is not None else f"It is {run.status}"
        say(f"{stands}, but {run.fault}; the log of the run holds the details.")
    streams.results().print(str(run.folder), markup=False, soft_wrap=True)
