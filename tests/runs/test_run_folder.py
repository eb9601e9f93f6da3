"""The run folder: the same inputs give the same folder, and a folder is complete or not there at all."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alm.case import load, table_hashes
from alm.runs import store
from alm.runs.allocate import allocate
from tests.oracle.hand import CASH, EQUITY, HOME, LOAN, NO_NEW, plug, position, write_case
from tests.oracle.tight import write_random_case

PLAN = {
    "positions", "lanes", "limits", "measures", "regions", "objective", "prices", "baselines", "assumptions",
    "opening", "opening_limits",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_workbook(monkeypatch):
    """Leave the workbook out: it has tests of its own."""
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)


def write_hand_case(folder: Path, settings: dict | None = None, bound: float = 30) -> Path:
    """100 of equity, loans at 5 % up to a limit of their own, the rest in cash at 1 %."""
    tables = {
        "regions": HOME,
        "products": [CASH, LOAN, EQUITY],
        "positions": [
            plug(100, 0.01),
            position("loan", 0, 0.05, max_new=90),
            position("equity", 100, 0, **NO_NEW),
        ],
        "limits": [
            {"limit": "loans", "region": "home", "measure": "class:loan", "sense": "max", "bound": bound}
        ],
    }  # fmt: skip
    return write_case(folder, {"periods": 2} | (settings or {}), tables)


@pytest.fixture
def hand_case(tmp_path) -> Path:
    return write_hand_case(tmp_path / "case")


def run_of(case: Path, out: Path, **options):
    return allocate(case, out, baselines=False, **options)


def shuffled(case: Path, target: Path, rng: random.Random) -> Path:
    """Copy a case with the rows and the columns of every table in another order."""
    target.mkdir()
    (target / "case.toml").write_bytes((case / "case.toml").read_bytes())
    for path in case.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = list(csv.reader(file))
        order = rng.sample(range(len(header)), len(header))
        rng.shuffle(rows)
        with (target / path.name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([[row[i] for i in order] for row in (header, *rows)])
    return target


@pytest.mark.parametrize("seed", [104, 108])
def test_rows_and_columns_in_another_order_give_the_same_run_bit_by_bit(tmp_path, seed):
    """A linear and a quadratic case; only `assumptions` names row numbers, which are others."""
    case = write_random_case(seed, tmp_path / "case", frozenset())
    other = shuffled(case, tmp_path / "shuffled", random.Random(seed))
    assert (case / "positions.csv").read_bytes() != (other / "positions.csv").read_bytes()
    one, two = (run_of(case, tmp_path / "one"), run_of(other, tmp_path / "two"))
    manifests = [store.read_manifest(tmp_path / name) for name in ("one", "two")]
    assert manifests[0]["id"] == manifests[1]["id"]
    assert one.verified
    assert one.objective == two.objective
    for name in PLAN - {"assumptions"}:
        files = [tmp_path / run / "plan" / f"{name}.parquet" for run in ("one", "two")]
        assert files[0].read_bytes() == files[1].read_bytes(), name


def test_a_complete_run_holds_everything(hand_case, tmp_path):
    run = run_of(hand_case, tmp_path / "runs" / "one")
    assert run.verified
    assert {path.stem for path in (run.folder / "plan").iterdir()} == PLAN
    assert load(run.folder / "inputs") == load(hand_case)
    events = [json.loads(line) for line in (run.folder / "log.jsonl").read_text().splitlines()]
    assert [e["name"] for e in events if e["event"] == "stage"][:3] == [
        "load",
        "formulate",
        "solve",
    ]
    assert not [path for path in (tmp_path / "runs").iterdir() if path != run.folder]


def test_the_manifest_says_what_was_run_and_what_came_out(hand_case, tmp_path):
    run = run_of(hand_case, tmp_path / "run", changes=("limits.loans.bound=40",))
    manifest = store.read_manifest(tmp_path / "run")
    assert manifest["case"] == "by-hand"
    assert manifest["status"] == "optimal"
    assert manifest["verified"] is True
    assert manifest["objective"] == run.objective == pytest.approx(2 * (40 * 0.05 + 60 * 0.01))
    assert manifest["bound"] >= manifest["objective"] - 1e-9
    assert manifest["violations"] == []
    assert manifest["currency"] == "CNY"
    assert manifest["unit"] == 1_000_000
    assert manifest["periods"] == 2
    assert manifest["as_of"] == "2025-12-31"
    assert manifest["period_ends"] == ["2026-12-31", "2027-12-31"]
    assert manifest["options"]["changes"] == ["limits.loans.bound=40"]
    assert set(manifest["hashes"]) == {"case.toml", "regions", "products", "positions", "limits"}
    assert {"highspy", "cvxpy", "linopy", "numpy", "fundweir"} <= set(manifest["versions"])
    stages = {"load", "formulate", "solve", "canonicalise", "round", "verify"}
    assert stages <= set(manifest["seconds"])
    assert manifest["peak_memory_mb"] > 10


def test_the_id_depends_on_inputs_and_options_and_nothing_else(tmp_path):
    def identity(case: Path, **options) -> str:
        return store.run_id(table_hashes(load(case)), options)

    first = write_hand_case(tmp_path / "first")
    again = write_hand_case(tmp_path / "again")
    assert identity(first) == identity(again)
    others = [
        identity(write_hand_case(tmp_path / "bound", bound=31)),
        identity(write_hand_case(tmp_path / "settings", {"quantum": 0.1})),
        identity(first, any_optimum=True),
    ]
    assert len({identity(first), *others}) == 4


def test_a_run_gives_way_to_the_next_one_in_its_place(hand_case, tmp_path):
    run_of(hand_case, tmp_path / "run")
    (tmp_path / "run" / "stale").write_text("")
    run_of(hand_case, tmp_path / "run", changes=("limits.loans.bound=40",))
    assert not (tmp_path / "run" / "stale").exists()
    assert store.read_manifest(tmp_path / "run")["options"]["changes"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_run_is_never_overwritten(hand_case, tmp_path, kind):
    place = tmp_path / "mine"
    if kind == "folder":
        place.mkdir()
        (place / "thesis.txt").write_text("years of work")
    else:
        place.write_text("years of work")
    with pytest.raises(FileExistsError):
        run_of(hand_case, place)
    kept = place / "thesis.txt" if kind == "folder" else place
    assert kept.read_text() == "years of work"
    assert {path.name for path in tmp_path.iterdir()} == {"case", "mine"}


def test_an_empty_folder_may_become_a_run(hand_case, tmp_path):
    (tmp_path / "run").mkdir()
    assert run_of(hand_case, tmp_path / "run").verified


def test_an_interrupt_leaves_nothing_behind(hand_case, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["alm.runs.allocate"], "confirm", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_of(hand_case, tmp_path / "runs" / "one")
    assert not (tmp_path / "runs").exists()


def test_a_kill_leaves_a_hidden_folder_that_is_no_run(hand_case, tmp_path):
    """Killed while verifying, when inputs, plan and a first manifest are on disk already."""
    place = tmp_path / "runs" / "one"
    code = (
        "import os, signal, sys\n"
        "from alm.runs.allocate import allocate\n"
        "confirm = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.modules['alm.runs.allocate'].confirm = confirm\n"
        "allocate(sys.argv[1], sys.argv[2], baselines=False)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, hand_case, place], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = (tmp_path / "runs").iterdir()
    assert left.name.startswith(".")
    assert (left / "plan" / "positions.parquet").is_file()
    assert store.find_runs(tmp_path) == []
    assert run_of(hand_case, place).verified
    assert store.find_runs(tmp_path) == [place]


def test_an_infeasible_case_is_a_run_without_a_plan(tmp_path):
    """Its folder says why; there are no plan tables that could be taken for an answer."""
    case = write_hand_case(tmp_path / "case", bound=-1)
    run = run_of(case, tmp_path / "run")
    assert run.status == "infeasible"
    assert run.exit_code == 3
    assert "loans" in run.reason
    manifest = store.read_manifest(tmp_path / "run")
    assert manifest["status"] == "infeasible"
    assert manifest["objective"] is None
    assert manifest["reason"] == run.reason
    assert not (tmp_path / "run" / "plan").exists()
    assert load(tmp_path / "run" / "inputs") == load(case)


def test_runs_are_found_newest_first(tmp_path):
    for age, name in enumerate(["a/old", "b/new", ".hidden.partial", "b/new/baselines/hold"]):
        (tmp_path / name).mkdir(parents=True)
        store.write_manifest(tmp_path / name, {"id": name})
        os.utime(tmp_path / name / "run.json", (1000 + age, 1000 + age))
    (tmp_path / "no-run").mkdir()
    assert store.find_runs(tmp_path) == [tmp_path / "b/new", tmp_path / "a/old"]


def test_a_manifest_holds_no_numbers_that_json_does_not_know(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        store.write_manifest(tmp_path, {"gap": float("inf")})


def test_a_coarse_quantum_holds_for_what_plugs_take_up_of_an_opening_that_is_not_whole(tmp_path):
    """Cash of 3.3 in quanta of 0.5, deposits of 3.3 that leave, equity of 10: cash must be 10 with no loan.

    It rises by 6.7: 7 are taken up, and 0.3 given back, which was never whole.
    """
    tables = {
        "regions": HOME,
        "products": [CASH, LOAN, {"product": "deposit", "side": "liability"}, EQUITY],
        "positions": [
            plug(3.3, 0.01),
            position("loan", 10, 0.05, **NO_NEW, residual_months=0),
            position("deposit", 3.3, 0, **NO_NEW, residual_months=0),
            position("equity", 10, 0, **NO_NEW),
        ],
    }
    case = write_case(tmp_path / "case", {"periods": 1, "quantum": 0.5}, tables)
    run = run_of(case, tmp_path / "run")
    assert run.verified
    rows = store.read_table(tmp_path / "run", "positions").set_index("product")
    cash = rows.loc["cash", ["opening", "matured", "new", "balance"]].tolist()
    assert cash == pytest.approx([3.3, 0.3, 7, 10])
