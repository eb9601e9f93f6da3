"""Random cases, written, read and formulated once for all tests that look at them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from alm.case import Case, load
from alm.formulation.book import Book, open_book
from alm.formulation.formulate import Formulation, formulate
from solvers import Solution, solve
from tests.oracle.features import ENABLED
from tests.oracle.tight import write_random_case

# Features of the contract that each have a case of their own, as far as the model knows them.
FEATURES = ("ladder", "nested", "retained", "usable_hqla", "outflow_at_risk", "income_slopes")
# Cases with limits that bite; among them both kinds of accrual, swaps, disposals and price slopes.
SEEDS = (100, 101, 104, 106, 109, 114, 115, 121)
CASES = [(seed, "") for seed in SEEDS]
CASES += [(seed, name) for name in FEATURES if name in ENABLED for seed in (100, 115)]
# Cones are solved to a gap, so among plans that are all but equal another one may be found in other units.
EXACT = [case for case in CASES if case[1] not in ("retained", "outflow_at_risk", "income_slopes")]


@dataclass(frozen=True)
class Model:
    """A case with its book, formulation and, when asked for, solution; `files` is what was read, by name."""

    case: Case
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def book(self) -> Book:
        return open_book(self.case)

    @cached_property
    def formulation(self) -> Formulation:
        return formulate(self.book)

    @cached_property
    def solution(self) -> Solution:
        return solve(self.formulation.problem)

    @property
    def optimum(self) -> float:
        """Best objective, as profit."""
        return -self.solution.objective


@cache
def drawn(seed: int, feature: str = "") -> Model:
    """The random case of a seed, with a feature or without any."""
    features = frozenset({feature} - {""})
    return model_of(lambda folder: write_random_case(seed, folder, features))


def model_of(write: Callable[[Path], Path]) -> Model:
    """Write a case into a folder that is gone afterwards, and read it."""
    with tempfile.TemporaryDirectory() as folder:
        case = write(Path(folder))
        files = {path.name: path.read_text(encoding="utf-8") for path in case.iterdir()}
        return Model(load(case), files)


def model_of_files(files: Mapping[str, str]) -> Model:
    """Read a case from the texts of its files."""

    def write(folder: Path) -> Path:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder

    return model_of(write)
