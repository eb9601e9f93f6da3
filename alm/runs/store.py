"""The run folder: written aside, renamed when complete, so that nothing half-written ever looks like a run."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from alm.case import Case

PACKAGES = ("fundweir", "clarabel", "cvxpy", "highspy", "linopy", "numpy", "pandas", "pulp")
MANIFEST = "run.json"


def versions() -> dict[str, str]:
    """Name the versions that a plan depends on."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def table_hashes(case: Case) -> dict[str, str]:
    """Hash every input as it was understood: typed, defaults filled, in the order of its key.

    The order of rows and columns in the files therefore changes no hash.
    """
    import pandas as pd

    hashes = {"case.toml": _digest(repr(case.settings))}
    for name in case.tables:
        rows = case.table(name)
        if len(rows):
            sums = pd.util.hash_pandas_object(rows[sorted(rows.columns)], index=False)
            hashes[name] = _digest(sums.to_numpy().tobytes())
    return hashes


def run_id(hashes: dict[str, str], options: dict[str, Any]) -> str:
    """Name a run by its inputs, options and versions; time is metadata."""
    return _digest(json.dumps([hashes, options, versions()], sort_keys=True))[:12]


def _digest(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def open_aside(target: Path) -> Path:
    """Make an empty folder beside the place where the run will stand.

    Raises
    ------
    FileExistsError
        The place is taken by something that is no run.
    """
    if target.exists() and not (target / MANIFEST).is_file() and any(_entries(target)):
        raise FileExistsError(f"{target} exists and is no run folder")
    aside = target.parent / f".{target.name}.{os.getpid()}.partial"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    return aside


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Open a folder aside; put it in its place when all went well, and take it away when not.

    Raises
    ------
    FileExistsError
        The place is taken by something that is no run.
    """
    aside = open_aside(target)
    try:
        yield aside
    except BaseException:  # Ctrl-C too: nothing half-written stays
        shutil.rmtree(aside, ignore_errors=True)
        raise
    close(aside, target)


def _entries(target: Path) -> list[Path]:
    return list(target.iterdir()) if target.is_dir() else [target]


def close(aside: Path, target: Path) -> None:
    """Put a complete run in its place; a run that stood there gives way."""
    if target.exists():
        shutil.rmtree(target)
    aside.rename(target)


def write_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write plan tables as Parquet."""
    plan = folder / "plan"
    plan.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(plan / f"{name}.parquet", index=False)


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the plan tables of a run."""
    import pandas as pd

    return {
        path.stem: pd.read_parquet(path) for path in sorted((folder / "plan").glob("*.parquet"))
    }


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write run.json."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read run.json of a run folder."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def find_runs(root: Path) -> list[Path]:
    """List the complete runs below a folder, the newest first."""
    manifests = [path for path in root.rglob(MANIFEST) if path.is_file()]
    found = [path.parent for path in manifests if not _hidden(path, root)]
    found = [folder for folder in found if folder.parent.name != "baselines"]
    return sorted(found, key=lambda folder: (folder / MANIFEST).stat().st_mtime, reverse=True)


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
