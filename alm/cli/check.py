"""`alm check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from alm.cli import faults as shown
from alm.cli import machine, streams

if TYPE_CHECKING:
    from alm.case import Case, Fault
    from alm.explain.free_lunch import FreeLunch
    from alm.explain.model_size import ModelSize

COUNTED = ("regions", "products", "positions", "lanes", "limits")


class Outlook(NamedTuple):
    """What a valid case says of its plan before anything is solved: loops that earn from nothing, and its size."""

    lunches: list[FreeLunch]
    lunch_warnings: list[Fault]
    size: ModelSize


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
        streams.print_json(_answer(loaded, _outlook(loaded)))
    else:
        _show(loaded, _outlook(loaded))


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


def _outlook(case: Case) -> Outlook:
    from alm.explain.free_lunch import as_warnings, free_lunches
    from alm.explain.model_size import estimate_size
    from alm.formulation.book import open_book

    book = open_book(case)
    lunches = free_lunches(book)
    return Outlook(lunches, as_warnings(book, lunches), estimate_size(book))


def _answer(case: Case, outlook: Outlook) -> dict[str, Any]:
    return {
        "status": "valid",
        "case": case.settings.name,
        "faults": [],
        "warnings": shown.as_objects([*case.warnings, *outlook.lunch_warnings]),
        "free_lunches": [vars(lunch) for lunch in outlook.lunches],
        "sizes": sizes(case),
        "model": vars(outlook.size),
    }


def _show(case: Case, outlook: Outlook) -> None:
    console = streams.results(uncut=True)
    warnings = list(case.warnings)
    if warnings:
        shown.show(console, warnings)
        console.print(f"{shown.count(len(warnings), 'warnings')}.", style="yellow")
    for fault in outlook.lunch_warnings:
        place = f"{fault.table} row {fault.row}: " if fault.row else ""
        hint = f"; {fault.hint}" if fault.hint else ""
        console.print(f"Free lunch: {place}{fault.found}{hint}.", style="yellow", markup=False)
    held = ", ".join(shown.count(number, name) for name, number in sizes(case).items())
    console.print("No faults.", style="bold green", end=" ")
    console.print(f"{case.settings.name}: {held}.", markup=False, soft_wrap=True)
    size = outlook.size
    about = f"{size.columns:,} columns, {size.rows:,} rows, {size.memory_mb:,} MB of memory"
    console.print(f"A plan is expected to take about {about}.", soft_wrap=True)
    memory = machine.memory_mb()
    if memory and size.memory_mb > memory:
        console.print(f"This machine has {memory:,} MB.", style="yellow", soft_wrap=True)
