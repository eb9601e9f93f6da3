"""`alm runs`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from alm.cli import streams
from alm.cli.answers import blank
from alm.cli.faults import OPTIONS, refuse
from alm.cli.tables import listing
from alm.money import money_name

FACTS = (
    "id",
    "case",
    "as_of",
    "status",
    "objective",
    "bound",
    "gap",
    "verified",
    "currency",
    "unit",
)
ROOMY = 110  # columns
LEFT_OUT = ("case", "as of", "gap")  # where the terminal is narrower; the folder is named by them


def runs(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to look, at any depth.")
    ] = Path("runs"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """List the runs below a folder, the newest first.

    Example: alm runs
    """
    from alm.case.faults import Fault
    from alm.runs.store import find_runs

    if folder != Path("runs") and not folder.is_dir():
        answer = blank("runs") if as_json else None
        refuse([Fault(OPTIONS, None, "DIR", str(folder), "a folder that exists")], answer)
    found = [_facts(each) for each in find_runs(folder)]
    if as_json:
        streams.print_json(blank("runs", status="listed", runs=found))
    else:
        _show(folder, found)


def _facts(folder: Path) -> dict[str, Any]:
    """Read what a run says of itself; a manifest that is damaged says nothing."""
    from alm.runs.store import read_manifest

    try:
        manifest = read_manifest(folder)
    except ValueError:
        manifest = {}
    known = manifest if isinstance(manifest, dict) else {}
    facts = {name: known.get(name) for name in FACTS}
    return {"run": str(folder), **facts, "status": facts["status"] or "unreadable"}


def _show(folder: Path, found: list[dict[str, Any]]) -> None:
    console = streams.results(uncut=True)
    if not found:
        console.print(f"No runs in {folder}.", markup=False)
        return
    rows = [_cells(each) for each in found]
    head = list(rows[0])
    if console.width < ROOMY:
        head = [name for name in head if name not in LEFT_OUT]
    numbers = [head.index(name) for name in ("objective", "gap") if name in head]
    cells = [[row[name] for name in head] for row in rows]
    console.print(listing(head, cells, console.width, numbers=numbers))


def _cells(run: dict[str, Any]) -> dict[str, str]:
    known = run["objective"] is not None
    unit = run["unit"] if isinstance(run["unit"], int | float) else 1.0
    return {
        "run": run["run"],
        "case": str(run["case"] or ""),
        "as of": str(run["as_of"] or ""),
        "status": run["status"],
        "verified": {True: "yes", False: "no"}.get(run["verified"], "") if known else "",
        "objective": _number(run["objective"], ",.2f"),
        "of": money_name(str(run["currency"] or ""), unit) if known else "",
        "gap": _number(run["gap"], ".1e"),
    }


def _number(value: object, form: str) -> str:
    known = isinstance(value, int | float) and math.isfinite(value)
    return format(value, form) if known else ""
