"""`alm report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alm.cli import streams
from alm.cli.answers import blank
from alm.cli.faults import OPTIONS, refuse
from alm.cli.options import Language
from alm.cli.places import WITHOUT_PLAN, require_run


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.", show_default=False)],
    lang: Annotated[Language, typer.Option(help="Language of the workbook.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Write the workbook of a run again, from what its folder holds.

    Example: alm report runs/demo --lang zh
    """
    answer = blank("report", run=str(run), lang=lang.value) if as_json else None
    require_run(run, answer)
    from alm.case import CaseError, Fault
    from reports import write_report
    from reports.run import NoPlanError

    try:
        path = write_report(run, lang=lang.value)
    except CaseError as error:
        refuse(error.faults, answer)
    except NoPlanError as error:
        hint = str(error) if (run / "plan").is_dir() else WITHOUT_PLAN
        refuse([Fault(OPTIONS, None, "RUN", str(run), "a run with a plan", hint)], answer)
    if as_json:
        done = {"run": str(run), "status": "written", "report": str(path), "lang": lang.value}
        streams.print_json(blank("report", **done))
    else:
        streams.results().print(str(path), markup=False, soft_wrap=True)
