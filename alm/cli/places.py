"""Run folders as a person names them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alm.cli.faults import OPTIONS, refuse

WITHOUT_PLAN = "one that is infeasible or unbounded has none"


def require_run(folder: Path, answer: dict[str, Any] | None) -> None:
    """End with exit code 2 unless the folder holds a run."""
    from alm.case.faults import Fault
    from alm.runs.store import MANIFEST

    if (folder / MANIFEST).is_file():
        return
    hint = "`alm runs` lists the runs that there are"
    refuse(
        [Fault(OPTIONS, None, "RUN", str(folder), f"a run folder, one with {MANIFEST}", hint)],
        answer,
    )
