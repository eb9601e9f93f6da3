"""Run folders as a person names them."""

from __future__ import annotations

from collections.abc import Callable
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


def require_workbook(path: Path | None, answer: dict[str, Any] | None) -> None:
    """End with exit code 2 unless a workbook may be written there; asked before the work begins."""
    if path is None:
        return
    from alm.case.faults import Fault

    if path.suffix.lower() != ".xlsx":
        allowed = "a file whose name ends in .xlsx"
    elif path.is_dir():
        allowed = "a file, not a folder"
    else:
        return
    refuse([Fault(OPTIONS, None, "--workbook", str(path), allowed)], answer)


def written(path: Path, write: Callable[[], object], answer: dict[str, Any] | None) -> None:
    """Write a workbook; end with exit code 2 where the place does not allow it, as where Excel holds the file."""
    from alm.case.faults import Fault

    try:
        write()
    except OSError as error:
        allowed = "a place that can be written to"
        refuse([Fault(OPTIONS, None, "--workbook", str(path), allowed, str(error))], answer)
