"""The live checks of the workbook, computed by LibreOffice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports import write_report
from reports.table import TOTAL_CELL

from .sample_run import Sample, amend, retain, shock_dollar, write_sample

pytestmark = pytest.mark.libreoffice
SHEET = "Reconciliation"


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
CHANGED = {
    "retained income": retain,
    "swaps after the dollar rose": shock_dollar,
    "lifted above the bound by rounding": lambda f: amend(f, bound=1.0),
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
    # The sum of the parts, the Summary's own sum, and what the plan earns more than three baselines.
    "the objective moves by a quantum": (break_objective, 4),
}


# Figures changed by hand on a finished workbook: sheet, heading above, cells below it, and how many checks notice.
TAMPERED = {
    "assets of a region": ("Regions", "Assets after", 1, 2),  # the region's own, and the total
    "income of the total": ("Regions", "Income after tax", 4, 1),
    "what one region owes another": ("Transfers", "North", 1, 2),  # its lender and its borrower
    "a balance of the largest transfers": ("Summary", "After", 1, 1),
    "what the plan earns more": ("Summary", "Plan earns more", 1, 1),
    "a part of the objective": ("Summary", "Amount", 1, 1),
    # The part of the objective, the Summary, the region on its sheet, and the tax between.
    "income of a region": ("Income", "Income after tax", 1, 4),
}


def tamper(path: Path, sheet: str, heading: str, below: int) -> None:
    workbook = load_workbook(path)
    cells = (cell for row in workbook[sheet].iter_rows() for cell in row)
    cell = next(cell for cell in cells if cell.value == heading).offset(below)
    cell.value += 0.01
    workbook.save(path)


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory, recalculate) -> dict[str, Workbook]:
    """Compute all workbooks in one start of LibreOffice."""
    root = tmp_path_factory.mktemp("reconciled")
    paths = {name: write_report(write_sample(root / name, sample)) for name, sample in GOOD.items()}
    paths["chinese"] = write_report(write_sample(root / "chinese"), "zh")
    for name, change in CHANGED.items():
        folder = shutil.copytree(root / "standard", root / name)
        change(folder)
        paths[name] = write_report(folder)
    for name, (spoil, _) in BROKEN.items():
        folder = shutil.copytree(root / "standard", root / name)
        spoil(folder)
        paths[name] = write_report(folder)
    for name, (sheet, heading, below, _) in TAMPERED.items():
        paths[name] = shutil.copy(paths["standard"], root / f"{name}.xlsx")
        tamper(paths[name], sheet, heading, below)
    return dict(zip(paths, recalculate(list(paths.values())), strict=True))


def checks(sheet: Worksheet) -> list[object]:
    """Collect the cells that turn green or red, but for the total."""
    areas = {str(area.sqref) for area in sheet.conditional_formatting} - {TOTAL_CELL}
    found = []
    for area in sorted(" ".join(areas).split()):
        cells = sheet[area]
        rows = cells if isinstance(cells, tuple) else ((cells,),)
        found += [cell.value for row in rows for cell in row]
    return found


@pytest.mark.parametrize("name", [*GOOD, *CHANGED])
def test_every_check_of_a_good_run_reads_zero(computed, name):
    # Runs that are changed begin as the standard one.
    sheet, sample = computed[name][SHEET], GOOD.get(name, GOOD["standard"])
    n, lanes = sample.regions, sample.regions if sample.lanes else 0
    business = min(8, 2 * sample.products * n)  # the Summary shows eight of what changes
    expected = {
        "rows": 3,
        "each part on the Summary and from the sheets, and their sum": 2 * 4 + 1,
        "Summary: objective, income, gap, three baselines": 6,
        "Summary: both ends of transfers and business": 2 * (min(6, lanes) + business),
        "eleven figures of every region and of the total": 11 * (n + 1),
        "two matrices, by lender and by borrower": 4 * lanes,
        "two of every node, two of the income of every region": 4 * n * sample.periods,
        "opening and close of the line of business that retained income adds": 2
        * (name == "retained income"),
    }
    assert sheet[TOTAL_CELL].value == "OK"
    assert checks(sheet) == [0] * sum(expected.values())


@pytest.mark.parametrize("name", TAMPERED)
def test_a_figure_changed_by_hand_is_noticed(computed, name):
    assert computed[name][SHEET][TOTAL_CELL].value == f"{TAMPERED[name][-1]} failed"


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
