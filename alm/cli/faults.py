"""Showing faults: a line each for people, a list of objects for machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from alm.cli import streams
from alm.cli.tables import fit, listing, natural

if TYPE_CHECKING:
    from alm.case.faults import Fault

BAD_INPUT = 2
FEW = 3
OPTIONS = "options"  # the table that faults of the typed line name
FIELDS = ("table", "row", "column", "found", "allowed", "hint")


def as_objects(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Give faults as the objects of `--json`: table, row, column, found, allowed, hint."""
    return [{name: streams.plain(getattr(fault, name)) for name in FIELDS} for fault in faults]


def show(console: Console, faults: Iterable[Fault]) -> None:
    """Print a table of faults, a line each; what a narrow terminal cuts off ends in dots.

    A few that do not fit are said in full instead.
    """
    faults = list(faults)
    fields = [name for name in FIELDS if name != "hint" or any(fault.hint for fault in faults)]
    rows = [[_cell(getattr(fault, name)) for name in fields] for fault in faults]
    widths, numbers = natural(fields, rows), [fields.index("row")]
    is_cut = fit(widths, console.width, numbers) != widths
    if is_cut and len(faults) <= FEW:
        for fault in faults:
            console.print(Text(_cell(fault)))
        return
    console.print(listing(fields, rows, console.width, numbers=numbers))
    if is_cut:
        console.print("Widen the terminal or use --json to read what is cut off.", style="dim")


def _cell(value: object) -> str:
    return " ".join(str("" if value is None else value).split())


def refuse(faults: Iterable[Fault], answer: Mapping[str, Any] | None) -> NoReturn:
    """Say why nothing can be done, and end with exit code 2.

    Parameters
    ----------
    answer
        What the command answers with `--json` beside the faults; None where a person reads.
    """
    faults = list(faults)
    if answer is not None:
        streams.print_json({**answer, "status": "invalid", "faults": as_objects(faults)})
    else:
        _explain(faults)
    raise typer.Exit(BAD_INPUT)


@contextmanager
def refusing_damage(run: str, answer: Mapping[str, Any] | None) -> Iterator[None]:
    """Turn files of a run that cannot be read into a fault and exit code 2."""
    import json

    import pyarrow

    from alm.case import Fault

    try:
        yield
    except (json.JSONDecodeError, pyarrow.ArrowInvalid) as error:
        why = str(error).splitlines()[0]
        refuse(
            [Fault(OPTIONS, None, "RUN", run, "a run folder whose files are whole", why)], answer
        )


def _explain(faults: list[Fault]) -> None:
    """Print faults on standard error: those of the typed line in full, those of a case as a table."""
    if all(fault.table == OPTIONS for fault in faults):
        for fault in faults:
            hint = f"; {fault.hint}" if fault.hint else ""
            say(f"{fault.column} {_cell(fault.found)}: must be {fault.allowed}{hint}")
        return
    say(f"{count(len(faults), 'faults')}; nothing was done.")
    show(streams.messages(), faults)


def count(number: int, things: str) -> str:
    """Count things in words.

    >>> count(1, "faults"), count(1_200, "lanes")
    ('1 fault', '1,200 lanes')
    """
    return f"{number:,} {things.removesuffix('s') if number == 1 else things}"


def say(message: str) -> None:
    """Print a line for people on standard error, broken between words on a terminal only, never taken for markup."""
    console = streams.messages()
    console.print(Text(message), soft_wrap=not console.is_terminal)


@contextmanager
def refusing_cluster(answer: Mapping[str, Any] | None) -> Iterator[None]:
    """Turn a cluster that cannot be used into a fault and exit code 2."""
    from alm.case.faults import Fault
    from alm.runs.cluster import ClusterError

    try:
        yield
    except ClusterError as error:
        allowed = "the address of a Dask scheduler that answers and has workers"
        refuse([Fault(OPTIONS, None, "--cluster", error.address, allowed, error.why)], answer)
