"""What a run keeps when something ends it early, and what it takes from an earlier run."""

import importlib
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from alm.case import load
from alm.cli.summary import Summary
from alm.runs import store
from alm.runs.allocate import allocate
from alm.runs.parts import FAILED
from alm.runs.quanta import nearest
from alm.runs.run import OutOfTimeError
from alm.verify import verify
from solvers import Problem, Solution, Status
from tests.oracle.hand import EQUITY, NO_NEW, plug, position, write_case

from .test_run_folder import PLAN, write_hand_case


def test_a_case_without_lanes_has_its_workbook(tmp_path):
    run = allocate(write_hand_case(tmp_path / "case"), tmp_path / "run", baselines=False)
    assert (run.exit_code, run.fault) == (0, "")
    assert run.report == tmp_path / "run/report.xlsx"


@pytest.fixture
def no_workbook(monkeypatch):
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)


PARTS = {
    "limit_prices": "prices",
    "price_table": "prices",
    "compare": "baselines",
    "assumptions": "assumptions",
    "held_as_it_is": "baselines",
    "best_with_frozen_lanes": "baselines",
}
BESIDE = ("assumptions", "held_as_it_is", "best_with_frozen_lanes")


@pytest.mark.parametrize("step", PARTS)
def test_what_explains_a_plan_and_fails_costs_its_own_part_only(tmp_path, monkeypatch, step):
    """The workbook is written, and the run is found good; exit code 1, and the fault names what failed."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("no weights")

    module = "alm.runs.beside" if step in BESIDE else "alm.runs.allocate"
    monkeypatch.setattr(sys.modules[module], step, fail)
    run = allocate(write_hand_case(tmp_path / "case"), tmp_path / "run")
    assert (run.exit_code, run.status, run.verified) == (1, "optimal", True)
    assert FAILED[PARTS[step]] in run.fault
    assert "no weights" in run.fault
    assert store.read_manifest(tmp_path / "run")["fault"] == run.fault
    assert verify(tmp_path / "run").ok
    assert run.report is not None
    written = {path.stem for path in (tmp_path / "run/plan").iterdir()}
    lost = {"price_table": {"prices"}, "assumptions": {"assumptions"}}.get(step, set())
    assert PLAN - written == lost
    assert (tmp_path / "run/baselines").exists() == (PARTS[step] != "baselines")
    log = (tmp_path / "run/log.jsonl").read_text(encoding="utf-8")
    assert "Traceback" in log


def test_prices_that_failed_are_not_shown_as_nothing_binds(tmp_path, monkeypatch):
    """The limit binds; the workbook and the page say that the price is not known, not that it is nothing."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sys.modules["alm.runs.allocate"], "price_table", fail)
    case = write_hand_case(tmp_path / "case")
    run = allocate(case, tmp_path / "run", baselines=False)
    book = openpyxl.load_workbook(tmp_path / "run/report.xlsx")
    texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "Prices could not be computed in this run." in texts
    assert not any(text.startswith("Nothing binds") for text in texts)
    told = Summary(run, load(tmp_path / "run/inputs"))
    assert told.binds == []
    assert "could not be computed" in told.also_binds


@pytest.mark.usefixtures("no_workbook")
def test_no_plan_within_the_time_limit_is_told_apart_from_a_fault(tmp_path, monkeypatch):
    """A solver that ends without a point, and not because it failed, leaves nothing behind."""

    def slow(problem: Problem, *_: object, **__: object) -> Solution:
        return Solution.nothing(problem, Status.FAILED, backend="slow", seconds=2.5)

    monkeypatch.setattr(sys.modules["alm.runs.allocate"], "solve", slow)
    case = write_hand_case(tmp_path / "case", {"solve": {"time_limit": 2}})
    with pytest.raises(OutOfTimeError, match=r"No plan within 2 s: .*--set solve.time_limit=20$"):
        allocate(case, tmp_path / "run")
    patient = write_hand_case(tmp_path / "case", {"solve": {"time_limit": 3}})
    with pytest.raises(RuntimeError, match="slow gave no plan"):
        allocate(patient, tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_a_workbook_that_fails_costs_the_run_its_workbook_only(tmp_path, monkeypatch):
    def fail(folder: Path, **_: object) -> None:
        (folder / "report.xlsx").write_bytes(b"half")
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr("reports.write_report", fail)
    run = allocate(write_hand_case(tmp_path / "case"), tmp_path / "run", baselines=False)
    assert (run.exit_code, run.verified, run.report) == (1, True, None)
    assert "no room on the disk" in run.answer()["fault"]
    assert verify(tmp_path / "run").ok
    assert not (tmp_path / "run/report.xlsx").exists()
    log = (tmp_path / "run/log.jsonl").read_text(encoding="utf-8")
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert "report failed" in events


@pytest.fixture
def listening():
    """Ctrl-C as Python takes it, whatever started the tests: a shell's background jobs ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")
@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize(
    ("while_at", "left_out"),
    [
        ("alm.runs.allocate.canonicalise", ("tie-break", "baselines", "report")),
        ("alm.runs.allocate.round_plan", ("baselines", "report")),
        ("alm.runs.allocate.compare", ("baselines", "report")),
        ("reports.write_report", ("report",)),
    ],
)
def test_ctrl_c_after_there_is_a_plan_keeps_it(tmp_path, monkeypatch, while_at, left_out):
    path, name = while_at.rsplit(".", 1)
    module = importlib.import_module(path)
    step = getattr(module, name)

    def interrupted(*given: object, **more: object) -> object:
        if isinstance(given[0], Path):  # one that writes into the folder of the run
            (given[0] / "baselines/hold").mkdir(parents=True, exist_ok=True)
            (given[0] / "report.xlsx").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGINT)
        return step(*given, **more)

    monkeypatch.setattr(module, name, interrupted)
    run = allocate(write_hand_case(tmp_path / "case"), tmp_path / "run")
    assert (run.exit_code, run.verified, run.left_out) == (4, True, left_out)
    assert run.gap == pytest.approx(0, abs=1e-9)
    assert run.report is None
    assert (tmp_path / "run/baselines").exists() == ("baselines" not in left_out)
    assert verify(tmp_path / "run").ok
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", ["../../up", "a/b", ".hidden", "三个 地区", "x" * 300])
def test_the_name_of_a_case_never_leaves_the_folder_of_runs(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    run = allocate(write_hand_case(tmp_path / "case", {"name": name}), baselines=False)
    assert run.folder is not None
    assert run.folder.resolve().parents[1] == tmp_path / "runs"
    assert store.find_runs(tmp_path / "runs") == [tmp_path / run.folder]


def test_amounts_are_written_as_a_person_would_type_them(tmp_path):
    counts = np.arange(-2000, 2000)
    assert nearest(counts * 0.01, 0.01).tolist() == [float(f"{n / 100:.2f}") for n in counts]
    assert nearest(np.array([1 / 3]), 0.01).tolist() == [1 / 3]


def twins(folder: Path, as_of: str, periods: int) -> Path:
    """Two loans with the same terms that share 60 of room: any split earns the same."""
    products = [{"product": "cash", "side": "asset"}, EQUITY]
    products += [{"product": p, "side": "asset", "class": "loan"} for p in ("left", "right")]
    room = {"limit": "room", "region": "home", "measure": "class:loan", "sense": "max", "bound": 60}
    tables = {
        "regions": [{"region": "home"}],
        "products": products,
        "positions": [
            plug(100, 0.01),
            position("left", 0, 0.05, max_new=60),
            position("right", 0, 0.05, max_new=60),
            position("equity", 100, 0, **NO_NEW),
        ],
        "limits": [room],
    }
    return write_case(folder, {"periods": periods, "step": "month", "as_of": as_of}, tables)


def new(run: Path) -> pd.DataFrame:
    rows = pd.read_parquet(run / "plan/positions.parquet")
    rows = rows[rows["product"].isin(["left", "right"])]
    return rows.pivot_table(index="product", columns="period", values="new")


def test_next_months_plan_stays_close_to_the_one_before_by_dates(tmp_path, monkeypatch):
    """The reference writes 50 and 10 in February; seen from January's end, February is period 1."""
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)
    earlier = twins(tmp_path / "december", "2025-12-31", 2)
    rows = "region,product,start,end,min_new,max_new\nhome,left,1,1,0,0\nhome,right,1,1,0,0\nhome,left,2,2,50,50\n"
    (earlier / "bounds.csv").write_text(rows)
    allocate(earlier, tmp_path / "first", baselines=False)
    assert new(tmp_path / "first").loc[:, 2].tolist() == pytest.approx([50, 10])

    later = twins(tmp_path / "january", "2026-01-31", 1)
    alone = allocate(later, tmp_path / "alone", baselines=False)
    close = allocate(later, tmp_path / "close", baselines=False, reference=str(tmp_path / "first"))
    assert new(tmp_path / "alone").loc[:, 1].tolist() == pytest.approx([30, 30])
    assert new(tmp_path / "close").loc[:, 1].tolist() == pytest.approx([50, 10])
    assert close.objective == alone.objective
    assert (
        store.read_manifest(tmp_path / "close")["id"]
        != store.read_manifest(tmp_path / "alone")["id"]
    )
    assert verify(tmp_path / "close").ok
