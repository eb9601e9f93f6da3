"""`alm check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alm.cli import faults as shown
from alm.cli import streams

if TYPE_CHECKING:
    from alm.case import Case

COUNTED = ("regions", "products", "positions", "lanes", "limits")


def check(
    case: Annotated[
        Path, typer.Argument(metavar="CASE", help="Folder with case.toml.", show_default=False)
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Faults as one JSON object, for machines.")
    ] = False,
) -> None:
    """Report every fault of a case, and solve nothing.

    Example: alm check examples/three-regions
    """
    from alm.case import CaseError, load

    try:
        loaded = load(case)
    except CaseError as error:
        _refuse(error, as_json)
        raise typer.Exit(shown.BAD_INPUT) from None
    if as_json:
        streams.print_json(_answer(loaded))
    else:
        _show(loaded)


def sizes(case: Case) -> dict[str, int]:
    """Count what a case holds: rows of its main tables, and periods."""
    return {name: len(case.table(name)) for name in COUNTED} | {"periods": case.settings.periods}


def _refuse(error: Any, as_json: bool) -> None:
    if as_json:
        streams.print_json({"status": "invalid", "faults": shown.as_objects(error.faults)})
        return
    console = streams.results(uncut=True)
    shown.show(console, error.faults)
    console.print(f"{shown.count(len(error.faults), 'faults')}.", style="bold red")


def _answer(case: Case) -> dict[str, Any]:
    return {
        "status": "valid",
        "case": case.settings.name,
        "faults": [],
        "warnings": shown.as_objects(case.warnings),
        "sizes": sizes(case),
    }


def _show(case: Case) -> None:
    console = streams.results(uncut=True)
    warnings = list(case.warnings)
    if warnings:
        shown.show(console, warnings)
        console.print(f"{shown.count(len(warnings), 'warnings')}.", style="yellow")
    held = ", ".join(shown.count(number, name) for name, number in sizes(case).items())
    console.print("No faults.", style="bold green", end=" ")
    console.print(f"{case.settings.name}: {held}.", markup=False, soft_wrap=True)
