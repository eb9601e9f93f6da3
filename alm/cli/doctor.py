"""`alm doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from alm.cli import streams
from alm.cli.tables import listing

UNFIT = 1


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Check that this machine can run the program: versions, solvers, places to write.

    Example: alm doctor
    """
    from alm.cli.health import examine

    with streams.only_results_on_stdout():
        findings = examine()
    fit = all(finding.ok for finding in findings if finding.needed)
    if as_json:
        checks = [vars(finding) for finding in findings]
        streams.print_json({"status": "good" if fit else "failed", "checks": checks})
    else:
        console = streams.results(uncut=True)
        rows = [(each.check, each.verdict, each.found, each.wanted) for each in findings]
        console.print(listing(("check", "", "found", "wanted"), rows, console.width))
        text = "All that is needed works." if fit else "Something that is needed does not work."
        console.print(text, style="bold green" if fit else "bold red")
    raise typer.Exit(0 if fit else UNFIT)
