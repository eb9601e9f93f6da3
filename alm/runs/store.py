"""The run folder: written aside, renamed when complete, so that nothing half-written ever looks like a run."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alm.runs.processes import is_running, machine

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = ("fundweir", "clarabel", "cvxpy", "highspy", "linopy", "numpy", "pandas", "pulp")
MANIFEST = "run.json"
LONGEST = 100  # bytes of a folder's name; file systems allow 255, and what is written aside needs some of them


def versions() -> dict[str, str]:
    """Name the versions that a plan depends on."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def run_id(hashes: dict[str, str], options: dict[str, Any]) -> str:
    """Name a run by its inputs, options and versions; time is metadata."""
    return digest(json.dumps([hashes, options, versions()], sort_keys=True))[:12]


def digest(content: str | bytes) -> str:
    """Hash text or bytes: SHA-256, hexadecimal."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def folder_name(name: str) -> str:
    """Make the name of a case the name of one folder, on any file system; letters of any script stay.

    >>> folder_name("three-regions"), folder_name("../../三个 地区"), folder_name("..")
    ('three-regions', '三个-地区', 'case')
    """
    plain = re.sub(r"[^\w.+-]+", "-", unicodedata.normalize("NFC", name)).strip(".-")
    return plain.encode()[:LONGEST].decode(errors="ignore").rstrip(".-") or "case"


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Open a folder aside; put it in its place when all went well, and take it away when not.

    Raises
    ------
    FileExistsError
        The place is taken by something that is no run, or cannot be given a new folder.
    """
    place = target.resolve()
    require_free(place)
    made = [each for each in place.parents if not each.exists()]
    aside = _open_aside(place)
    try:
        yield aside
    except BaseException:  # Ctrl-C too: nothing half-written stays
        shutil.rmtree(aside, ignore_errors=True)
        with suppress(OSError):  # somebody else writes there by now
            for each in made:
                each.rmdir()
        raise
    _close(aside, place)


def require_free(place: Path) -> None:
    """Refuse, before anything is solved, a place that a run cannot take.

    Raises
    ------
    FileExistsError
        With the reason.
    """
    if Path.cwd().is_relative_to(place) or place.is_mount():
        raise FileExistsError(
            "the folder one works in, or a mount, cannot give way; name one in it"
        )
    if place.exists() and not (place / MANIFEST).is_file() and any(_entries(place)):
        raise FileExistsError("it is left as it was")


def _entries(place: Path) -> list[Path]:
    return list(place.iterdir()) if place.is_dir() else [place]


def _open_aside(place: Path) -> Path:
    """Make an empty folder beside the place where the run will stand."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(place.parent)
    aside = _hidden_name(place, "partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    return aside


def _hidden_name(place: Path, kind: str) -> Path:
    """Name a folder beside a run that only this process writes: .<run>.<machine>-<process>.<kind>."""
    return place.parent / f".{folder_name(place.name)}.{_machine()}-{os.getpid()}.{kind}"


def _machine() -> str:
    return folder_name(machine())


def _clear_leftovers(parent: Path) -> None:
    """Take away what killed runs of this machine left behind; those of others may still be written."""
    pattern = re.compile(rf"\..+\.{re.escape(_machine())}-(\d+)\.(partial|replaced)")
    for path in parent.iterdir():
        named = pattern.fullmatch(path.name)
        if named and not is_running(int(named[1])):
            shutil.rmtree(path, ignore_errors=True)


def _close(aside: Path, place: Path) -> None:
    """Put a complete run in its place; a run that stood there gives way.

    It is renamed before it is deleted, since a run half deleted would still look like one.
    """
    if place.exists():
        replaced = _hidden_name(place, "replaced")
        place.rename(replaced)
        aside.rename(place)
        shutil.rmtree(replaced, ignore_errors=True)
    else:
        aside.rename(place)


def write_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write plan tables as Parquet."""
    plan = folder / "plan"
    plan.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(plan / f"{name}.parquet", index=False)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read a plan table of a run."""
    import pandas as pd

    return pd.read_parquet(folder / "plan" / f"{name}.parquet")


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write run.json."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read run.json of a run folder."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def find_runs(root: Path) -> list[Path]:
    """List the complete runs below a folder, the newest first; what is being written aside is none."""
    written: dict[Path, float] = {}
    for path in root.rglob(MANIFEST):
        run = path.parent
        if not _hidden(path, root) and not _within_a_run(run, root):
            with suppress(FileNotFoundError):  # it has just given way to another one
                written[run] = path.stat().st_mtime
    return sorted(written, key=lambda run: written[run], reverse=True)


def _within_a_run(run: Path, root: Path) -> bool:
    """Tell whether a folder belongs to a run above it: its baselines, or the plans of its scenarios."""
    above = run.relative_to(root).parts[:-1]
    return any((root.joinpath(*above[:n]) / MANIFEST).is_file() for n in range(len(above) + 1))


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
