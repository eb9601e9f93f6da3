"""`alm compare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alm.cli import streams
from alm.cli.allocate import ended_without_plan
from alm.cli.answers import blank
from alm.cli.faults import refuse, refusing_damage, say
from alm.cli.options import AsJson, Language, NoProgress, ReportLanguage, Workbook
from alm.cli.places import require_workbook, written
from alm.cli.progress import StageProgress
from alm.cli.tables import listing

if TYPE_CHECKING:
    from rich.console import Console

MOST_LIMITS = 12
FIGURES = ("objective", "income", "gap", "regret", "binding")
SIGNS = {"broken": "!", "short": "!", "amber": "~", "binding": "="}


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...",
            help="Run folders; of a run over scenarios, every scenario is a plan.",
            show_default=False,
        ),
    ],
    regret: Annotated[
        bool,
        typer.Option(
            "--regret",
            help="Of a run over scenarios: what each plan loses in each scenario; solves each anew.",
        ),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            help="Processes at once for --regret; if left out: one a processor.",
            min=1,
            show_default=False,
        ),
    ] = None,
    workbook: Workbook = None,
    lang: ReportLanguage = Language.EN,
    as_json: AsJson = False,
    quiet: NoProgress = False,
) -> None:
    """Set plans side by side: what they earn, what binds, the room of each limit, what they decide.

    Example: alm compare runs/demo runs/tight

    Example: alm compare runs/storms --regret --workbook storms.xlsx
    """
    from alm.case import CaseError
    from alm.runs.side_by_side import compare_runs

    answer = blank("compare") if as_json else None
    require_workbook(workbook, answer)
    try:
        with refusing_damage(" or ".join(map(str, runs)), answer):
            found = compare_runs(runs)
            with ended_without_plan(answer):
                lost, left_out = _regret(runs, jobs, quiet) if regret else (None, [])
    except CaseError as error:
        refuse(error.faults, answer)
    found = {**found, "regret": lost, **({"without_regret": left_out} if left_out else {})}
    found["workbook"] = None if workbook is None else str(workbook)
    if workbook is not None:
        written(workbook, lambda: _write(workbook, runs[0], found, lang), answer)
    for each in left_out:
        say(f"No regret of {each['run']}: {each['why']}.")
    if as_json:
        streams.print_json(found)
    else:
        _show(found)


def _write(workbook: Path, run: Path, found: dict[str, Any], lang: Language) -> None:
    from alm.case import load
    from reports.compare_workbook import write_compare_workbook

    write_compare_workbook(workbook, found, load(run / "inputs"), lang.value)


def _regret(
    runs: Sequence[Path], jobs: int | None, quiet: bool
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Replay scenarios with the plans of others, for every run that is over scenarios; say which are none.

    Raises
    ------
    CaseError
        None of them is, one fault for each.
    """
    from alm.case import CaseError
    from alm.runs.regret import regret_of, unsuitable

    why = {run: unsuitable(run) for run in runs}
    suited = [run for run in runs if why[run] is None]
    if not suited:
        raise CaseError([fault for fault in why.values() if fault is not None])
    with streams.only_results_on_stdout(), StageProgress(quiet) as progress:
        progress("regret")
        found = [{"run": str(run), **regret_of(run, jobs).answer()} for run in suited]
    left_out = [
        {"run": str(run), "why": fault.hint} for run, fault in why.items() if fault is not None
    ]
    return found, left_out


def _show(found: dict[str, Any]) -> None:
    console = streams.results(uncut=True)
    labels = [plan["label"] for plan in found["plans"]]
    short = [f"({number})" for number in range(1, len(labels) + 1)]
    _show_plans(console, found["plans"], short)
    for each in found["over_scenarios"]:
        console.print(_in_words(each), markup=False, soft_wrap=True)
    _show_limits(console, found["limits"], short)
    _show_decisions(console, found["decisions"], short)
    for each in found["regret"] or []:
        _show_regret(console, each)


def _show_plans(console: Console, plans: list[dict[str, Any]], short: list[str]) -> None:
    shares = any(plan["regret"] is not None for plan in plans)
    lost = ("regret",) if shares else ()
    head = ("", "plan", "objective", "income", "gap", *lost, "verified", "binding", "meets first")
    rows = [
        [
            number,
            plan["label"],
            _amount(plan["objective"]),
            _amount(plan["income"]),
            "" if plan["gap"] is None else f"{plan['gap']:.1e}",
            *([_amount(plan["regret"], "")] if shares else []),
            "yes" if plan["verified"] else "no" if plan["objective"] is not None else "",
            str(len(plan["binding"])) if plan["objective"] is not None else "",
            _first(plan),
        ]
        for number, plan in zip(short, plans, strict=True)
    ]
    places = [place for place, name in enumerate(head) if name in FIGURES]
    console.print(listing(head, rows, console.width, numbers=places, names=(1,)))


def _first(plan: dict[str, Any]) -> str:
    if plan["objective"] is None:
        return str(plan["status"] or "no plan")
    first = plan["first"]
    return (
        "" if first is None else f"{first['limit']}, period {first['period']} ({first['status']})"
    )


def _in_words(run: dict[str, Any]) -> str:
    names = {"expected": "expected", "cvar": "CVaR", "evpi": "EVPI", "vss": "VSS"}
    known = [
        f"{word} {_amount(run[name])}" for name, word in names.items() if run[name] is not None
    ]
    return f"{run['run']}, {run['mode']}: {', '.join(known) or 'no plan'}."


def _show_limits(console: Console, limits: list[dict[str, Any]], short: list[str]) -> None:
    if not limits:
        return
    console.print(
        "Least headroom of each limit (! missed, ~ beyond early warning, = binding)", style="bold"
    )
    rows = [
        [row["limit"], row["region"], *map(_room, row["headroom"], row["status"])]
        for row in limits[:MOST_LIMITS]
    ]
    places = range(2, 2 + len(short))
    head = ["limit", "region", *short]
    console.print(listing(head, rows, console.width, numbers=places, names=(0,)))
    if len(limits) > MOST_LIMITS:
        console.print(
            f"and {len(limits) - MOST_LIMITS} limits with more; --json lists them", style="dim"
        )


def _room(amount: float | None, status: str | None) -> str:
    return "-" if amount is None else f"{amount:,.2f} {SIGNS.get(str(status), ' ')}"


def _show_decisions(console: Console, decisions: list[dict[str, Any]], short: list[str]) -> None:
    if not decisions:
        console.print("All plans decide the same.", style="bold")
        return
    console.print("Decisions that differ most, over the whole plan", style="bold")
    head = ["decision", "what", *short, "spread"]
    rows = [
        [row["decision"], row["what"], *map(_amount, row["amounts"]), _amount(row["spread"])]
        for row in decisions
    ]
    places = range(2, 3 + len(short))
    console.print(listing(head, rows, console.width, numbers=places, names=(1,)))


def _show_regret(console: Console, regret: dict[str, Any]) -> None:
    console.print(
        f"Regret: what each plan loses in each scenario, {regret['run']}",
        style="bold",
        markup=False,
    )
    head = ["plan", *regret["scenarios"], "largest"]
    rows = [
        [
            row["plan"],
            *(_amount(each, "no") for each in row["regret"]),
            _amount(row["largest"], "no"),
        ]
        for row in regret["plans"]
    ]
    console.print(listing(head, rows, console.width, numbers=range(1, len(head)), names=(0,)))
    if regret["least"]:
        console.print(
            f"Least to regret at worst: {regret['least']}. no: the scenario cannot bear it.",
            markup=False,
        )


def _amount(value: float | None, missing: str = "-") -> str:
    return missing if value is None else f"{value:,.2f}"
