"""`alm scenarios --library` and `--list`: scenarios that are added to a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alm.cli import streams
from alm.cli.faults import count, refuse, say
from alm.cli.tables import listing

if TYPE_CHECKING:
    from alm.runs.library import Added

MOST_NAMED = 12  # scenarios


def show_list(*, as_json: bool) -> None:
    """Say what each library holds, in one line."""
    from scenarios.libraries import LIBRARIES

    if as_json:
        named = [{"library": each.name, "holds": each.line} for each in LIBRARIES]
        streams.print_json({"status": "listed", "libraries": named})
        return
    console = streams.results(uncut=True)
    rows = [[each.name, each.line] for each in LIBRARIES]
    console.print(listing(["library", "holds"], rows, console.width))


def add(case: Path, library: str, *, as_json: bool) -> None:
    """Add a library to the tables of a case, and say what was written."""
    from alm.case import CaseError
    from alm.runs.library import add_library

    answer: dict[str, object] = {"status": None, "case": case.resolve().name, "library": library}
    try:
        added = add_library(case, library)
    except CaseError as error:
        if not as_json and _is_unknown(library):
            show_list(as_json=False)
        refuse(error.faults, answer if as_json else None)
    tell(added, case, answer if as_json else None)


def draw(
    case: Path,
    number: int,
    seed: int | None,
    rate_volatility: float | None,
    runoff_volatility: float | None,
    correlation: float | None,
    *,
    as_json: bool,
) -> None:
    """Draw paths with a seed, add them to the tables of a case, and say what they were drawn from."""
    from alm.case import CaseError
    from alm.runs.paths import Asked, add_paths

    answer: dict[str, object] = {"status": None, "case": case.resolve().name, "generated": number}
    asked = Asked(number, seed, rate_volatility, runoff_volatility, correlation)
    try:
        added, factors = add_paths(case, asked)
    except CaseError as error:
        refuse(error.faults, answer if as_json else None)
    if not as_json:
        say(f"Drawn with {factors.words}.")
    tell(added, case, {**answer, "drawn_with": factors.words} if as_json else None)


def _is_unknown(library: str) -> bool:
    from scenarios.libraries import LIBRARIES

    return library not in {each.name for each in LIBRARIES}


def tell(added: Added, case: Path, answer: dict[str, object] | None) -> None:
    """Say which scenarios a case has now, and what they leave out."""
    if answer is not None:
        facts = {
            "scenarios": added.scenarios,
            "present": added.present,
            "shocks": added.shocks,
            "files": [str(path) for path in added.files],
            "left_out": added.left_out,
        }
        streams.print_json({**answer, "status": "written", **facts})
        return
    for each in added.left_out:
        say(f"Note: {each}.")
    console = streams.results(uncut=True)
    if added.present:
        held = count(len(added.present), "scenarios")
        console.print(f"{held} stood there already, with the same rows.", markup=False)
    new = count(len(added.scenarios), "scenarios")
    shocks = count(added.shocks, "shocks")
    named = ", ".join(added.scenarios[:MOST_NAMED])
    more = ", ..." if len(added.scenarios) > MOST_NAMED else ""
    console.print(f"Added {new} with {shocks}: {named}{more}", markup=False)
    for path in added.files:
        console.print(str(path), markup=False, soft_wrap=True)
