"""`alm verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alm.cli import faults as shown
from alm.cli import streams
from alm.cli.answers import blank
from alm.cli.places import WITHOUT_PLAN, require_run
from alm.cli.tables import listing

if TYPE_CHECKING:
    from rich.console import Console

    from alm.verify import Verification

UNVERIFIED = 5
VERIFIED, REFUSED = "verified", "refused"
MOST_FAILURES = 20
NOISE = 1e-9  # smaller deviations are floating point's; --json shows them


def verify(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Compute every figure of a run again from its saved files, and refuse what cannot be confirmed.

    Example: alm verify runs/demo
    """
    answer = blank("verify", run=str(run)) if as_json else None
    require_run(run, answer)
    _require_plan(run, answer)
    verification = _confirmed(run, as_json)
    if as_json:
        streams.print_json({"run": str(run), **_answer(verification)})
    else:
        _show(run, verification)
    raise typer.Exit(0 if verification.ok else UNVERIFIED)


def _require_plan(run: Path, answer: dict[str, Any] | None) -> None:
    """End with exit code 2 where a run ended without a plan: there is nothing to confirm."""
    if (run / "plan").is_dir():
        return
    from alm.case import Fault

    fault = Fault(shown.OPTIONS, None, "RUN", str(run), "a run with a plan", WITHOUT_PLAN)
    shown.refuse([fault], answer)


def _confirmed(run: Path, as_json: bool) -> Verification:
    """Verify; files that can no longer be read are refused like figures that are wrong."""
    from alm.case import CaseError
    from alm.verify import confirm_frontier, confirm_scenarios, is_frontier, is_over_scenarios
    from alm.verify import verify as confirm

    try:
        if is_frontier(run):
            return confirm_frontier(run)
        return confirm_scenarios(run) if is_over_scenarios(run) else confirm(run)
    except CaseError as error:
        reason, faults = "The frozen inputs are no valid case any more.", list(error.faults)
    except (ValueError, OSError) as error:  # JSON or Parquet that is damaged
        reason, faults = f"A file of the run cannot be read: {error}", []
    if as_json:
        found = shown.as_objects(faults)
        answer = blank("verify", run=str(run), status=REFUSED)
        streams.print_json({**answer, "reason": reason, "faults": found})
    else:
        console = streams.results(uncut=True)
        if faults:
            shown.show(console, faults)
        console.print(f"REFUSED. {reason}", style="bold red", markup=False, soft_wrap=True)
    raise typer.Exit(UNVERIFIED) from None


def _answer(verification: Verification) -> dict[str, Any]:
    return {
        "status": VERIFIED if verification.ok else REFUSED,
        "verified": verification.ok,
        "objective": verification.objective,
        "checks": verification.checks.to_dict("records"),
        "failures": [vars(failure) for failure in verification.failures],
        "seconds": round(verification.seconds, 4),
    }


def _show(run: Path, verification: Verification) -> None:
    console = streams.results(uncut=True)
    _show_checks(console, verification)
    failures = verification.failures
    for failure in failures[:MOST_FAILURES]:
        line = f"{failure.where}: {failure.found}, expected {failure.expected}"
        console.print(line, markup=False, no_wrap=True, overflow="ellipsis")
    checks = verification.checks
    more = checks["failed"].sum() - min(len(failures), MOST_FAILURES)
    if more > 0:
        hint = "; --json lists them" if len(failures) > MOST_FAILURES else ""
        console.print(f"and {more:,} more{hint}", style="dim")
    if verification.ok:
        text = f"Verified: {checks['count'].sum():,} figures confirmed."
        console.print(text, style="bold green")
    else:
        text = f"REFUSED: {checks['failed'].sum():,} of {checks['count'].sum():,} figures not confirmed."
        console.print(text, style="bold red")
    console.print(str(run), markup=False, soft_wrap=True)


def _show_checks(console: Console, verification: Verification) -> None:
    head = ("check", "contract", "figures", "refused", "largest miss")
    rows = [
        (
            str(row["check"]).replace("_", " "),
            f"§ {row['section']}",
            f"{row['count']:,}",
            f"{row['failed']:,}" if row["failed"] else "",
            f"{row['largest_deviation']:.1e}" if row["largest_deviation"] > NOISE else "",
        )
        for row in verification.checks.to_dict("records")
    ]
    console.print(listing(head, rows, console.width, numbers=(2, 3, 4)))
