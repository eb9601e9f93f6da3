"""Sample runs, written once, and LibreOffice to recalculate their workbooks."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from reports import write_report

from .sample_run import Sample, write_sample


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the standard sample, reported in English."""
    folder = write_sample(tmp_path_factory.mktemp("runs") / "sample")
    write_report(folder)
    return folder


@pytest.fixture(scope="session")
def workbook(run_folder: Path) -> Workbook:
    """Give the workbook of the standard sample as openpyxl reads it."""
    return load_workbook(run_folder / "report.xlsx")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Workbook]:
    """Give a function that writes a sample and reads its workbook back."""

    def of(lang: str = "en", **sample: object) -> Workbook:
        folder = write_sample(tmp_path / "run", Sample(**sample))
        return load_workbook(write_report(folder, lang))

    return of


@pytest.fixture(scope="session")
def recalculate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[Path]], list[Workbook]]:
    """Give a function that lets LibreOffice compute every formula of some workbooks."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("soffice is not on the path: LibreOffice cannot recalculate the workbook")
    profile = tmp_path_factory.mktemp("profile")

    def compute(paths: list[Path]) -> list[Workbook]:
        given, out = tmp_path_factory.mktemp("given"), tmp_path_factory.mktemp("computed")
        names = [given / f"{number}.xlsx" for number in range(len(paths))]
        for path, name in zip(paths, names, strict=True):
            shutil.copy(path, name)
        command = [
            soffice,
            "--headless",
            f"-env:UserInstallation={profile.as_uri()}",
            "--convert-to",
            "xlsx",
        ]
        subprocess.run(
            [*command, "--outdir", out, *names], check=True, capture_output=True, timeout=240
        )
        return [load_workbook(out / name.name, data_only=True) for name in names]

    return compute
