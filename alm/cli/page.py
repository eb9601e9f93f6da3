"""The answer of `alm allocate` on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from alm.cli import streams
from alm.cli.summary import Summary
from alm.cli.tables import listing

if TYPE_CHECKING:
    from alm.runs.run import Run

INDENT = 3


def show(run: Run, scenario: str) -> None:
    """Print what a committee asks of a plan for a scenario, or why there is none."""
    console = streams.results()
    if run.objective is None:
        _show_reason(console, run)
        return
    from alm.case import load

    assert run.folder is not None
    told = Summary(run, load(run.folder / "inputs"), scenario)
    _say(console, told.heading, style="bold", indent=0)
    _show_earnings(console, told)
    _show_transfers(console, told)
    _show_prices(console, told)
    _section(console, "5. Is it proven?")
    for line in told.proof:
        _say(console, line, style="bold red" if line.startswith("NOT") else "")
    console.print()
    if run.report:
        console.print(f"Workbook: {run.report}", markup=False, soft_wrap=True)


def _show_reason(console: Console, run: Run) -> None:
    meaning = {
        "infeasible": "No plan keeps every limit and bound of this case.",
        "unbounded": "The case lets a plan earn without end: some loop of money is free.",
    }
    _say(console, f"{run.case}: {run.status}", style="bold red", indent=0)
    _say(console, meaning.get(run.status, ""), indent=0)
    # No full stop after a change that somebody will copy.
    stop = "" if run.advice or not run.reason else "."
    _say(console, run.reason[:1].upper() + run.reason[1:] + stop, indent=0)


def _show_earnings(console: Console, told: Summary) -> None:
    _section(console, "1. What does it earn?")
    head = ("", f"{told.money}", "plan earns more", "")
    _table(console, head, told.earns, numbers=(1, 2))
    if told.parts:
        _say(console, f"This plan: {told.parts}.", style="dim")
    _section(console, "2. What did moving money alone earn?")
    _say(console, told.moving)


def _show_transfers(console: Console, told: Summary) -> None:
    _section(console, "3. What moves most?")
    rows = told.transfers
    if not rows:
        _say(console, "Nothing: every lane ends as it began.")
        return
    before, after = told.dates
    _table(
        console, ("from", "to", before, after, "change", ""), rows, numbers=(2, 3, 4), names=(0, 1)
    )


def _show_prices(console: Console, told: Summary) -> None:
    _section(console, "4. What binds, and what does it cost?")
    for line in told.missed:
        _say(console, f"Missed: {line}", style="bold red")
    rows = told.binds
    if rows:
        head = ("", "binds at", "dearest on", "bp a year", f"{told.case.settings.currency} a year")
        _table(console, head, rows, numbers=(1, 3, 4))
        _say(console, told.price_note, style="dim")
    elif "prices" in told.run.tables:
        _say(console, "No limit and no lane binds at a price.")
    _say(console, told.also_binds)


def _section(console: Console, title: str) -> None:
    console.print()
    _say(console, title, style="bold cyan", indent=0)


def _say(console: Console, line: str, style: str = "", indent: int = INDENT) -> None:
    console.print(Padding(Text(line, style=style), (0, 0, 0, indent), expand=False))


def _table(
    console: Console,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    names: Sequence[int] = (0,),
) -> None:
    table = listing(head, rows, console.width - INDENT, numbers=numbers, names=names, rule=False)
    console.print(Padding(table, (0, 0, 0, INDENT), expand=False))
