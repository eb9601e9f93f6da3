"""`alm new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from alm.cli import streams
from alm.cli.faults import OPTIONS, count, refuse
from alm.cli.options import Language


def new(
    place: Annotated[
        Path,
        typer.Argument(
            metavar="CASE",
            help="Folder of the new case, or a workbook: a name that ends in .xlsx.",
            show_default=False,
        ),
    ],
    example: Annotated[
        bool, typer.Option("--example", help="Fill in a small case of two regions that works.")
    ] = False,
    lang: Annotated[Language, typer.Option(help="Language of headings and sheets.")] = Language.EN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Start a case: every table and setting, with its defaults, ready to be filled in.

    Example: alm new my-bank

    Example: alm new my-bank --example

    Example: alm new my-bank/case.xlsx --lang zh
    """
    from alm.case.template import files_of_folder, files_of_workbook, write_new

    is_workbook = place.suffix.lower() == ".xlsx"
    if not is_workbook and place.is_dir() and any(place.iterdir()):
        _refuse(place, "a folder that is empty or does not exist yet", as_json)
    make = files_of_workbook if is_workbook else files_of_folder
    files = make(place, example=example, chinese=lang is Language.ZH)
    try:
        write_new(files)
    except FileExistsError as error:
        _refuse(Path(str(error)), "a file that does not exist yet", as_json)
    folder = place.parent if is_workbook else place
    if as_json:
        streams.print_json({"status": "written", "case": folder, "files": list(map(str, files))})
    else:
        _show(folder, files, "Change what you like, then:" if example else "Fill them in, then:")


def _refuse(found: Path, allowed: str, as_json: bool) -> NoReturn:
    from alm.case.faults import Fault

    hint = "nothing is ever overwritten; choose another place"
    refuse([Fault(OPTIONS, None, "CASE", str(found), allowed, hint)], {} if as_json else None)


def _show(folder: Path, files: dict[Path, bytes], advice: str) -> None:
    console = streams.results()
    made = ", ".join(path.name for path in files)
    console.print(f"{count(len(files), 'files')}: {made}", markup=False)
    console.print(advice, style="dim")
    console.print(f"alm check {folder}", markup=False, soft_wrap=True)
