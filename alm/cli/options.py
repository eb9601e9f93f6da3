"""Arguments and options that several commands take: each is worded once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Language(StrEnum):
    """Languages of the workbook."""

    EN = "en"
    ZH = "zh"


CaseFolder = Annotated[
    Path, typer.Argument(metavar="CASE", help="Folder with case.toml.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option(help="Run folder; a run that stands there gives way. If left out: below runs/."),
]
Scenario = Annotated[str, typer.Option(help="Scenario to plan for.")]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a cell for this run only, as limits.liquidity.bound=0.12. May be repeated.",
    ),
]
Backend = Annotated[str, typer.Option(help="Solver, instead of the one the problem asks for.")]
AnyOptimum = Annotated[
    bool, typer.Option("--any-optimum", help="Skip the tie-break among equally good plans.")
]
ReferenceRun = Annotated[
    Path | None,
    typer.Option(
        help="Run whose plan decides among equally good ones, matched by dates.",
        show_default=False,
    ),
]
ReportLanguage = Annotated[Language, typer.Option(help="Language of the workbook.")]
Workbook = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.xlsx",
        help="Write a workbook too; one that stands there gives way.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        help="Processes at once; if left out: one a processor.", min=1, show_default=False
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Dask scheduler whose workers do the work; where they write runs they need the same folders.",
    ),
]
NoProgress = Annotated[bool, typer.Option("--quiet", help="No progress.")]
OnlyFolder = Annotated[
    bool, typer.Option("--quiet", help="No progress and no summary: only the run's folder.")
]
