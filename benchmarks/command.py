"""The whole command from the shell: imports, baselines and workbook included."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """What one `alm allocate` took: processor seconds in all and by stage, seconds of the clock, and its peak memory in MiB."""

    seconds: float
    clock: float
    stages: dict[str, float]
    peak_memory_mb: int
    estimated_mb: int


def time_command(case: Path, out: Path) -> Command:
    """Run `alm allocate` on a case as a shell would.

    Raises
    ------
    CalledProcessError
        It ends with an exit code that is not 0.
    """
    alm = [sys.executable, "-c", "import sys; from alm.cli import main; sys.exit(main())"]
    said = subprocess.run([*alm, "check", str(case), "--json"], capture_output=True, check=True)
    before = os.times()
    subprocess.run(
        [*alm, "allocate", str(case), "--out", str(out), "--json"], capture_output=True, check=True
    )
    spent = os.times()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Command(
        seconds=spent.children_user
        + spent.children_system
        - before.children_user
        - before.children_system,
        clock=spent.elapsed - before.elapsed,
        stages=stages_of(out),
        peak_memory_mb=round(peak / 1024),
        estimated_mb=int(json.loads(said.stdout)["model"]["memory_mb"]),
    )


def stages_of(run: Path) -> dict[str, float]:
    """Read the processor seconds of each stage from the log of a run."""
    seconds: dict[str, float] = {}
    for line in (run / "log.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["event"] == "stage":
            name = event["name"]
            seconds[name] = seconds.get(name, 0.0) + event["processor_seconds"]
    return seconds
