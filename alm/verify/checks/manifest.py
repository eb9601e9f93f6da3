"""Checks that run.json says what the case and the tables say."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from alm.case import table_hashes
from alm.verify.replay import Replay
from alm.verify.verification import Finding, Miss, stated

HASHED_BY = ("fundweir", "pandas")  # the packages whose versions may change a hash of inputs
MISSED = ("short", "broken")


def run_names_its_case(replay: Replay) -> Iterator[Finding]:
    """Confirm case, dates, currency and unit that run.json states."""
    settings = replay.case.settings
    expected = {
        "case": settings.name,
        "name": settings.name,
        "as_of": f"{settings.as_of:%Y-%m-%d}",
        "currency": settings.currency,
        "unit": settings.unit,
        "periods": settings.periods,
        "period_ends": [f"{day:%Y-%m-%d}" for day in replay.terms.period_ends],
    }
    yield _same(replay, expected)


def violations_are_listed(replay: Replay) -> Iterator[Finding]:
    """Confirm that run.json lists exactly the limits that the plan misses."""
    if "violations" not in replay.manifest:
        return
    table = replay.tables["limits"]
    missed = table.loc[table["status"].astype(str).isin(MISSED)]
    expected = _violations(missed[["limit", "period", "shortfall", "status"]].to_dict("records"))
    listed = replay.manifest["violations"]
    try:
        found = _violations(listed)
    except (KeyError, TypeError, ValueError):
        found = {"unreadable": listed}
    misses = [
        Miss(f"run.json violations {key}", found.get(key), expected.get(key), np.nan)
        for key in [*expected, *(key for key in found if key not in expected)]
        if not _close(found.get(key), expected.get(key))
    ]
    misses += [
        Miss("run.json violations", len(listed), len(expected), np.nan)
        for _ in range(1)
        if not misses and len(listed) != len(expected)
    ]
    yield stated(misses, len(expected) + 1)


def _violations(rows: Any) -> dict[str, Any]:
    return {
        f"limit={row['limit']} period={int(row['period'])} status={row['status']}": float(
            row["shortfall"]
        )
        for row in rows
    }


def _close(found: Any, expected: Any) -> bool:
    if found is None or expected is None or not isinstance(found, float):
        return False
    return bool(np.isclose(found, expected, rtol=1e-12, atol=0.0))


def inputs_are_those_of_the_run(replay: Replay) -> Iterator[Finding]:
    """Confirm that the frozen inputs hash to what run.json says, and that its id is that of the run.

    Hashes of inputs depend on how they are read, so they are compared where the versions are the same.
    """
    manifest = replay.manifest
    hashes, versions = manifest.get("hashes"), manifest.get("versions")
    if not isinstance(hashes, dict) or not isinstance(versions, dict):
        return
    parts = json.dumps([hashes, manifest.get("options"), versions], sort_keys=True)
    yield _same(replay, {"id": hashlib.sha256(parts.encode()).hexdigest()[:12]})
    if all(versions.get(name) == importlib.metadata.version(name) for name in HASHED_BY):
        expected = table_hashes(replay.case)
        misses = [
            Miss(f"run.json hashes {name}", hashes.get(name), expected.get(name), np.nan)
            for name in sorted({*hashes, *expected})
            if hashes.get(name) != expected.get(name)
        ]
        yield stated(misses, len(expected))


def _same(replay: Replay, expected: dict[str, Any]) -> Finding:
    """Compare the keys of run.json that are there."""
    manifest = replay.manifest
    misses = [
        Miss(f"run.json {key}", manifest[key], value, np.nan)
        for key, value in expected.items()
        if key in manifest and (manifest[key] != value or isinstance(manifest[key], bool))
    ]
    return stated(misses, len(expected))
