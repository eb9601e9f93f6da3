"""Run the real command on an example, once for all tests of a module."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
CASES = Path(__file__).resolve().parent / "cases"


@dataclass(frozen=True)
class Run:
    """What `alm allocate` answered: the JSON object, and the tables of the run folder."""

    answer: dict[str, Any]
    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "plan" / f"{name}.parquet")

    def price(self, kind: str, name: str, period: int = 1) -> float:
        """Price of a limit or a lane; what does not bind has none and is worth nothing."""
        rows = self.table("prices").query("kind == @kind and name == @name and period == @period")
        assert len(rows) <= 1
        return float(rows["price"].sum())


def allocate(case: Path, out: Path, *more: str) -> Run:
    """Run `alm allocate CASE --out OUT --json`; fail with what it said if it does not end well."""
    command = [Path(sys.executable).parent / "alm", "allocate", case, "--out", out, "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    return Run(answer, Path(answer["run"]))


@pytest.fixture
def allocate_example(tmp_path: Path) -> Callable[..., Run]:
    """Run an example of the project with further words on the command line."""
    return lambda name, *more: allocate(EXAMPLES / name, tmp_path / "run", *more)


@pytest.fixture(scope="session")
def three_regions(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return allocate(EXAMPLES / "three-regions", tmp_path_factory.mktemp("three-regions") / "run")


@pytest.fixture(scope="session")
def west_east(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return allocate(CASES / "west-east", tmp_path_factory.mktemp("west-east") / "run")


@pytest.fixture(scope="session")
def icbc(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return allocate(EXAMPLES / "icbc-2025", tmp_path_factory.mktemp("icbc-2025") / "run")
