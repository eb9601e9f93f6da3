"""Time every phase of a run at some sizes: `python -m benchmarks [12x20x12 36x60x12 ...]`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.bank import Size
from benchmarks.command import Command, time_command
from benchmarks.phases import Timing, time_phases
from benchmarks.rivals import Outcome, side_by_side

SIZES = (Size(12, 20, 12), Size(36, 60, 12))
WARM_UP = Size(2, 8, 2)
# Seconds depend on the machine; their ratio to the bare solver far less.
AGREES = 1e-6


def main() -> None:
    """Print one table a size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "sizes", nargs="*", type=Size.read, default=SIZES, help="regions x products x periods"
    )
    parser.add_argument("--baselines", action="store_true", help="compare with simpler plans too")
    parser.add_argument(
        "--command", action="store_true", help="time `alm allocate` from the shell too"
    )
    parser.add_argument(
        "--rivals", action="store_true", help="solve the same problem by PuLP, cvxpy and linopy too"
    )
    parser.add_argument(
        "--limit", type=float, default=300, help="seconds that a rival's solver may take"
    )
    parser.add_argument("--keep", type=Path, help="folder for cases and runs; blank: thrown away")
    asked = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as thrown_away:
        folder = asked.keep or Path(thrown_away)
        # The first run of a process imports and compiles; that is not what is measured here.
        time_phases(folder, WARM_UP)
        for size in asked.sizes:
            timing = time_phases(folder, size, baselines=asked.baselines)
            console.print(table_of(timing))
            if asked.command:
                command = time_command(folder / f"bank-{size}", folder / f"shell-{size}")
                console.print(line_of(command, timing))
            if asked.rivals:
                console.print(beside(side_by_side(timing.problem, asked.limit), timing))


def table_of(timing: Timing) -> Table:
    """Lay out one benchmark."""
    problem, run = timing.problem, timing.run
    agrees = "agrees" if timing.difference <= AGREES else f"DIFFERS by {timing.difference:.1e}"
    table = Table(
        title=f"{timing.size} regions x products x periods: {problem.columns:,} columns, "
        f"{problem.rows:,} rows, {problem.A.nnz:,} nonzeros",
        caption=f"{run.status}, {'verified' if run.verified else 'NOT VERIFIED'}, gap {run.gap:.1e}, "
        f"bare solver {agrees}, peak memory {timing.peak_memory_mb:,} MB",
    )
    table.add_column("phase")
    table.add_column("seconds", justify="right")
    table.add_column("times bare HiGHS", justify="right")
    for phase, seconds in timing.seconds.items():
        table.add_row(phase, f"{seconds:.2f}", f"{seconds / timing.bare_seconds:.2f}")
        if phase == "rest":
            table.add_section()
    table.add_section()
    table.add_row("bare HiGHS (ipm, crossover)", f"{timing.bare_seconds:.2f}", "1.00")
    return table


def line_of(command: Command, timing: Timing) -> str:
    """Say what the whole command took."""
    return (
        f"alm allocate {timing.size} from the shell, baselines and workbook included: "
        f"{command.seconds:.1f} s, {command.seconds / timing.bare_seconds:.2f} times bare HiGHS; "
        f"{command.clock:.1f} s of the clock, {command.clock / timing.bare_seconds:.2f} times; "
        f"peak memory {command.peak_memory_mb:,} MB, estimated {command.estimated_mb:,} MB"
    )


def beside(outcomes: list[Outcome], timing: Timing) -> Table:
    """Lay out what others take for the same problem."""
    table = Table(title=f"{timing.size}: the same problem, stated and solved")
    for name in ("way", "seconds", "times bare HiGHS", "optimum"):
        table.add_column(name, justify="left" if name == "way" else "right")
    for each in outcomes:
        ratio = f"{each.seconds / timing.bare_seconds:.1f}"
        optimum = "none in time" if np.isnan(each.objective) else f"{each.objective:.6f}"
        table.add_row(each.name, f"{each.seconds:.2f}", ratio, optimum)
    table.add_row("bare HiGHS", f"{timing.bare_seconds:.2f}", "1.0", f"{timing.bare_objective:.6f}")
    return table


if __name__ == "__main__":
    main()
