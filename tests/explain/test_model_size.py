"""Sizes counted before the model is written, against the model that is written."""

from pathlib import Path

import pytest

from alm.case import load
from alm.explain.model_size import estimate_size
from alm.formulation.book import open_book
from alm.formulation.formulate import formulate
from tests.properties.pool import SEEDS, drawn

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HAND = Path(__file__).resolve().parents[1] / "examples" / "cases" / "west-east"


@pytest.mark.parametrize("case", [EXAMPLES / "icbc-2025", EXAMPLES / "three-regions", HAND])
def test_sizes_of_the_examples_are_right_within_a_quarter(case):
    book = open_book(load(case))
    size, problem = estimate_size(book), formulate(book).problem
    assert problem.columns / 1.25 <= size.columns <= problem.columns * 1.25
    assert problem.rows / 1.25 <= size.rows <= problem.rows * 1.25


@pytest.mark.parametrize("seed", SEEDS)
def test_sizes_of_random_cases_are_right_within_a_factor_of_2(seed):
    model = drawn(seed)
    size, problem = estimate_size(model.book), model.formulation.problem
    assert problem.columns / 2 <= size.columns <= problem.columns * 2
    assert problem.rows / 2 <= size.rows <= problem.rows * 2


def test_nonzeros_of_a_whole_bank_are_right_within_a_factor_of_2():
    book = open_book(load(EXAMPLES / "icbc-2025"))
    size, problem = estimate_size(book), formulate(book).problem
    assert problem.A.nnz / 2 <= size.nonzeros <= problem.A.nnz * 2


def test_memory_grows_with_the_model():
    small, large = (
        estimate_size(open_book(load(EXAMPLES / name))) for name in ("three-regions", "icbc-2025")
    )
    assert small.memory_mb < large.memory_mb < 2 * small.memory_mb
