"""One run of the example that is worked by hand, for all tests that only look at it."""

import shutil
from pathlib import Path

import pytest

from .program import THREE_REGIONS, Done, alm_process


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    """What `alm allocate` told a person, and the run folder."""
    folder = tmp_path_factory.mktemp("cli") / "run"
    return alm_process("allocate", THREE_REGIONS, "--out", folder), folder


@pytest.fixture
def no_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the workbook where a test looks at the plan, in the process of the tests, and at nothing else."""
    monkeypatch.setattr("reports.write_report", lambda *_, **__: None)


@pytest.fixture
def run_folder(told: tuple[Done, Path], tmp_path: Path) -> Path:
    """A copy of the run folder, to be spoilt."""
    return Path(shutil.copytree(told[1], tmp_path / "run"))
