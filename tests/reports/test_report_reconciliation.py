"""The live checks of the workbook, computed by LibreOffice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports import write_report
from reports.sheets.reconciliation import TOTAL_CELL

from .sample_run import Sample, write_sample

pytestmark = pytest.mark.libreoffice
SHEET = "Reconciliation"
CHECKS = (
    "Difference",
    "Funding difference",
    "Opening less close before",
    "Income difference",
    "Tax difference",
)


def add(folder: Path, table: str, row: int, column: str, amount: float) -> None:
    path = folder / "plan" / f"{table}.parquet"
    frame = pd.read_parquet(path)
    frame.loc[row, column] += amount
    frame.to_parquet(path, index=False)


def break_objective(folder: Path) -> None:
    manifest = json.loads((folder / "run.json").read_text())
    manifest["objective"] += 0.01
    (folder / "run.json").write_text(json.dumps(manifest))


def cash_moves_a_quantum(folder: Path) -> None:
    """Move the cash of one node by a quantum, in balance and new business, so that only funding breaks."""
    frame = pd.read_parquet(folder / "plan" / "positions.parquet")
    row = frame.index[(frame["product"] == "cash") & (frame["period"] == frame["period"].max())][0]
    add(folder, "positions", row, "balance", 0.01)
    add(folder, "positions", row, "new", 0.01)


GOOD = {
    "standard": Sample(),
    "one period without lanes and limits": Sample(periods=1, lanes=False, limits=False),
    "three currencies": Sample(
        regions=4, periods=3, currencies=("CNY", "USD", "HKD", "USD"), products=2
    ),
}
BROKEN = {
    "a balance moves by a quantum": (lambda f: add(f, "positions", 0, "balance", 0.01), 3),
    "cash moves by a quantum": (cash_moves_a_quantum, 1),
    # The lane itself and the lender: the debt is in dollars and rounds to the same cent.
    "an outstanding amount moves by a quantum": (
        lambda f: add(f, "lanes", 0, "outstanding", 0.01),
        2,
    ),
    "an income moves by a quantum": (lambda f: add(f, "positions", 0, "income", 0.01), 1),
    "a lane cost moves by a quantum": (lambda f: add(f, "lanes", 0, "cost", 0.01), 1),
    "a tax moves by a quantum": (lambda f: add(f, "regions", 0, "tax", 0.01), 1),
    "the objective moves by a quantum": (break_objective, 1),
}


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory, recalculate) -> dict[str, Workbook]:
    """Compute all workbooks in one start of LibreOffice."""
    root = tmp_path_factory.mktemp("reconciled")
    paths = {name: write_report(write_sample(root / name, sample)) for name, sample in GOOD.items()}
    paths["chinese"] = write_report(write_sample(root / "chinese"), "zh")
    for name, (spoil, _) in BROKEN.items():
        folder = shutil.copytree(root / "standard", root / name)
        spoil(folder)
        paths[name] = write_report(folder)
    return dict(zip(paths, recalculate(list(paths.values())), strict=True))


def checks(sheet: Worksheet) -> list[object]:
    """Collect the cells below every heading of a check; the objective's difference stands beside its name."""
    found = [row[1].value for row in sheet.iter_rows() if row[0].value == "Difference"]
    for cell in (cell for row in sheet.iter_rows() for cell in row[1:] if cell.value in CHECKS):
        below = cell.offset(1)
        while below.value is not None:
            found.append(below.value)
            below = below.offset(1)
    return found


@pytest.mark.parametrize("name", GOOD)
def test_every_check_of_a_good_run_reads_zero(computed, name):
    sheet, sample = computed[name][SHEET], GOOD[name]
    rows = sample.regions * sample.periods
    assert sheet[TOTAL_CELL].value == "OK"
    # Three of rows, one of the objective, two of every node and two of every region and period.
    assert checks(sheet) == [0] * (3 + 1 + 4 * rows)


@pytest.mark.parametrize("name", BROKEN)
def test_a_workbook_that_does_not_tie_out_says_how_many_checks_fail(computed, name):
    assert computed[name][SHEET][TOTAL_CELL].value == f"{BROKEN[name][1]} failed"


def test_the_summary_repeats_the_total_of_all_checks(computed):
    texts = [cell.value for cell in computed["standard"]["Summary"][3]]
    assert texts.count("OK") == 1
    texts = [cell.value for cell in computed["cash moves by a quantum"]["Summary"][3]]
    assert texts.count("1 failed") == 1


def test_the_checks_do_not_depend_on_the_language(computed):
    assert computed["chinese"]["核对"][TOTAL_CELL].value == "OK"
    assert computed["chinese"]["核对"]["A5"].value == "全部核对"
