"""Draw scenarios with a seed, and add them to a case folder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alm.case import Case, CaseError, Fault, load
from alm.runs.library import Added, add_rows
from scenarios.paths import Factors, draw_paths

MOST = 10_000


@dataclass(frozen=True)
class Asked:
    """What was asked for; None where nothing was said, since nothing about money is taken for granted."""

    number: int
    seed: int | None
    rate_volatility: float | None
    runoff_volatility: float | None
    correlation: float | None


def add_paths(folder: Path, asked: Asked) -> tuple[Added, Factors]:
    """Draw paths and add them to the tables `scenarios` and `shocks` of a case folder.

    Raises
    ------
    CaseError
        The case has faults; something that paths are drawn from is missing or impossible; as `add_library`.
    """
    case = load(folder)
    faults = list(_faults(case, asked))
    if faults:
        raise CaseError(faults)
    assert asked.seed is not None
    assert asked.rate_volatility is not None
    assert asked.correlation is not None
    factors = Factors(
        asked.number,
        asked.seed,
        asked.rate_volatility,
        asked.runoff_volatility,
        asked.correlation,
    )
    return add_rows(folder, case, draw_paths(case, factors)), factors


def _faults(case: Case, asked: Asked) -> Iterator[Fault]:
    if not 1 <= asked.number <= MOST:
        yield _fault("--generate", asked.number, f"a number of paths from 1 to {MOST:,}")
    if asked.seed is None or asked.seed < 0:
        yield _fault("--seed", asked.seed, "a whole number from 0 on")
    yield from _outside("--rate-volatility", asked.rate_volatility, math.inf, "a year, as 0.01")
    yield from _outside("--correlation", asked.correlation, 1.0, "between any two factors, as 0.5")
    has_table = not case.table("volatility").empty
    if has_table and asked.runoff_volatility is not None:
        yield _fault(
            "--runoff-volatility", asked.runoff_volatility, "none: the case has table volatility"
        )
    if not has_table:
        yield from _outside(
            "--runoff-volatility",
            asked.runoff_volatility,
            math.inf,
            "a year, as 0.05; or table volatility in the case",
        )


def _outside(option: str, value: float | None, most: float, words: str) -> Iterator[Fault]:
    if value is None or not (0 <= value <= most and math.isfinite(value)):
        limit = "0 or more" if math.isinf(most) else f"from 0 to {most:g}"
        yield _fault(option, value, f"{limit}, {words}")


def _fault(option: str, found: object, allowed: str) -> Fault:
    return Fault("options", None, option, "none" if found is None else found, allowed)
