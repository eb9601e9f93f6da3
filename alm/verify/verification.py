"""What a verification answers, and how one figure is held against another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

LISTED = 50  # failures that a comparison lists, largest first; all of them are counted

Where = Callable[[tuple[int, ...]], str]


@dataclass(frozen=True)
class Failure:
    """One figure that could not be confirmed.

    Parameters
    ----------
    check
        Name of the check that refused it.
    where
        Table and column, then the key of the row: "positions.balance region=west product=loan period=2".
    found, expected
        What the run says, and what the contract gives.
    difference
        found - expected, in the unit of the column; NaN where there is none.
    """

    check: str
    where: str
    found: object
    expected: object
    difference: float


@dataclass(frozen=True)
class Verification:
    """Whether a run holds, and how closely.

    Parameters
    ----------
    ok
        No check failed.
    objective
        Recomputed from the decisions, reporting currency; NaN where the tables are not complete.
    failures
        At most `LISTED` for each comparison, largest first.
    checks
        One row a check: check, section (of the contract), count (of figures compared), failed,
        largest_deviation (NaN where nothing is measured), ok.
    seconds
        Time that it took.
    """

    ok: bool
    objective: float
    failures: tuple[Failure, ...]
    checks: pd.DataFrame
    seconds: float


class Miss(NamedTuple):
    """A failure before the check has signed it."""

    where: str
    found: object
    expected: object
    difference: float


@dataclass(frozen=True)
class Finding:
    """What one comparison found: figures compared, figures refused, largest deviation, the misses."""

    count: int
    failed: int
    largest: float
    misses: tuple[Miss, ...]


def cells(table: str, rows: pd.DataFrame, *, by_period: bool = True) -> Where:
    """Name cells of an array whose first axis is `rows` and whose second, `by_period`, is the period."""

    def where(cell: tuple[int, ...]) -> str:
        key = " ".join(f"{name}={value}" for name, value in rows.iloc[cell[0]].items())
        return f"{table} {key} period={cell[1] + 1}" if by_period else f"{table} {key}"

    return where


def equal(where: Where, found: Any, expected: Any, tolerance: Any) -> Finding:
    """Hold an array against what it must be; NaN on either side is a miss.

    Parameters
    ----------
    found, expected, tolerance
        Arrays that broadcast to one shape; `tolerance` is absolute.
    """
    found, expected = np.broadcast_arrays(np.asarray(found, float), np.asarray(expected, float))
    difference = found - expected
    return _finding(where, found, expected, difference, np.abs(difference), tolerance)


def at_most(where: Where, found: Any, allowed: Any, tolerance: Any) -> Finding:
    """Confirm found <= allowed, up to an absolute tolerance; NaN on either side is a miss."""
    found, allowed = np.broadcast_arrays(np.asarray(found, float), np.asarray(allowed, float))
    with np.errstate(invalid="ignore"):
        difference = found - allowed
        excess = np.where(np.isposinf(allowed), 0.0, np.maximum(difference, 0.0))
    return _finding(where, found, allowed, difference, excess, tolerance)


def at_least(where: Where, found: Any, required: Any, tolerance: Any) -> Finding:
    """Confirm found >= required, up to an absolute tolerance; NaN on either side is a miss."""
    found, required = np.broadcast_arrays(np.asarray(found, float), np.asarray(required, float))
    difference = found - required
    lack = np.maximum(-difference, 0.0)
    return _finding(where, found, required, difference, lack, tolerance)


def _finding(
    where: Where,
    found: np.ndarray,
    expected: np.ndarray,
    difference: np.ndarray,
    deviation: np.ndarray,
    tolerance: Any,
) -> Finding:
    bad = ~(deviation <= np.broadcast_to(np.asarray(tolerance, float), deviation.shape))
    worst = np.argsort(-np.where(np.isnan(deviation), np.inf, deviation)[bad], kind="stable")
    chosen = np.argwhere(bad)[worst[:LISTED]]
    misses = tuple(
        Miss(where(cell), float(found[cell]), float(expected[cell]), float(difference[cell]))
        for cell in map(tuple, chosen.tolist())
    )
    known = deviation[~np.isnan(deviation)]
    largest = float(known.max()) if known.size else 0.0
    return Finding(deviation.size, int(bad.sum()), largest, misses)


def true_for(where: Where, holds: Any, found: Any, expected: str) -> Finding:
    """Confirm that a statement holds for every cell; `expected` says it in words."""
    holds = np.asarray(holds, bool)
    found = np.broadcast_to(np.asarray(found), holds.shape)
    chosen = np.argwhere(~holds)[:LISTED]
    said = found[tuple(chosen.T)].tolist()
    misses = tuple(
        Miss(where(tuple(cell)), value, expected, np.nan)
        for cell, value in zip(chosen.tolist(), said, strict=True)
    )
    return Finding(holds.size, int((~holds).sum()), 0.0, misses)


def stated(misses: Iterable[Miss], count: int) -> Finding:
    """Report misses that were found by other means than by comparing arrays."""
    misses = tuple(misses)
    return Finding(count, len(misses), 0.0, misses[:LISTED])


def as_row(name: str, section: str, findings: Sequence[Finding]) -> dict[str, object]:
    """Sum up what a check found, as a row of `Verification.checks`."""
    failed = sum(finding.failed for finding in findings)
    return {
        "check": name,
        "section": section,
        "count": sum(finding.count for finding in findings),
        "failed": failed,
        "largest_deviation": max((finding.largest for finding in findings), default=0.0),
        "ok": failed == 0,
    }


def added_up(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Add up the checks of several plans, in the order in which they run."""
    if not tables:
        return pd.DataFrame()
    by = pd.concat(tables, ignore_index=True).groupby(["check", "section"], sort=False)
    table = by[["count", "failed"]].sum()
    table["largest_deviation"] = by["largest_deviation"].max()
    table["ok"] = table["failed"] == 0
    return table.reset_index()
