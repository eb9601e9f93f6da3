"""The summary workbook of a batch: one row a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reports.archive import save
from reports.book import begin
from reports.labels import Labels, read_labels
from reports.names import money_of
from reports.style import Fill, Form
from reports.table import Column, kept

DIGITS = 2

BAD, HALF, GOOD = Fill.RED, Fill.AMBER, Fill.GREEN
EPOCH = dt.date(2000, 1, 1)
COLUMNS = (
    Column("run_name"),
    Column("scenario"),
    Column("changes", Form.NOTE, given=True, optional=True),
    Column("run_status", fill_by="fill"),
    Column("run_verified"),
    Column("objective", Form.AMOUNT),
    Column("run_income", Form.AMOUNT),
    Column("money"),
    Column("run_gap", Form.RATIO),
    Column("limits_missed", Form.COUNT),
    Column("binding_count", Form.COUNT),
    Column("binding_limits", Form.NOTE),
    Column("run_seconds", Form.AMOUNT),
    Column("run_how"),
    Column("run_reason", Form.NOTE, optional=True),
    Column("run_folder", Form.NOTE),
)


def write_batch_workbook(
    rows: Sequence[Mapping[str, Any]], name: str, path: Path, lang: str = "en"
) -> Path:
    """Write the summary of a batch.

    Parameters
    ----------
    rows
        Of `alm.runs.batch.summary.row_of`.
    name
        Of the batch.
    path
        The workbook.
    lang
        Language of the labels.
    """
    labels = read_labels(lang)
    frame = pd.DataFrame([_cells(row, path.parent, labels) for row in rows])
    workbook, (page,) = begin([labels("sheet.batch")], labels, DIGITS)
    page.title(name, labels("batch.subtitle", **_counts(rows)), labels("note.batch"))
    page.filtered(page.table(frame, kept(COLUMNS, frame)))
    days = [row["as_of"] for row in rows if row["as_of"]]
    save(workbook, path, dt.date.fromisoformat(max(days)) if days else EPOCH)
    return path


def _counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    failed = sum(row["exit_code"] not in (0, 4) for row in rows)
    return {"runs": len(rows), "failed": failed}


def _cells(row: Mapping[str, Any], out: Path, labels: Labels) -> dict[str, Any]:
    unit = row["unit"]
    fill = {0: GOOD, 4: HALF}.get(row["exit_code"], BAD)
    more = row["binding_count"] - len(row["binding"])
    return {
        "run_name": row["name"],
        "scenario": _scenario(row["scenario"], labels),
        "changes": ", ".join(row["changes"]),
        "run_status": labels.word("run_status", row["status"]),
        "run_verified": labels("batch.yes") if row["verified"] else labels("batch.no"),
        "objective": _number(row["objective"]),
        "run_income": _number(row["income"]),
        "money": money_of(row["currency"], unit, labels) if unit else "",
        "run_gap": _number(row["gap"]),
        "limits_missed": float(row["missed"]),
        "binding_count": float(row["binding_count"]),
        "binding_limits": ", ".join(row["binding"]) + (f" (+{more})" if more > 0 else ""),
        "run_seconds": float(row["seconds"]),
        "run_how": labels.word("how", row["how"]),
        "run_reason": row["reason"],
        "run_folder": _below(row["run"], out),
        "fill": fill,
    }


def _scenario(name: str, labels: Labels) -> str:
    """Name what a run plans for; the names of scenarios in a case are its own."""
    if name == "base":
        return labels("text.base")
    return labels.word("mode", name)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _below(run: str | None, out: Path) -> str:
    """Name a run from the folder of the workbook."""
    if not run:
        return ""
    return str(Path(run).relative_to(out)) if Path(run).is_relative_to(out) else run
