"""A problem refuses what it cannot mean."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from solvers import Problem

from .problems import problem

FIELDS: dict[str, Any] = {
    "c": [1.0, 2.0],
    "q": [0.0, 0.0],
    "A": [[1.0, 1.0]],
    "row_lower": [0.0],
    "row_upper": [1.0],
    "lower": [0.0, 0.0],
    "upper": [1.0, 1.0],
    "integer": [False, False],
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"c": [1.0]}, r"c has shape \(1,\), but A of shape \(1, 2\) asks \(2,\)"),
        ({"row_upper": [1.0, 2.0]}, r"row_upper has shape \(2,\)"),
        ({"lower": [0.0, np.nan]}, r"lower\[1\] is NaN"),
        ({"c": [np.inf, 0.0]}, r"c\[0\] is not finite"),
        ({"A": [[1.0, np.nan]]}, r"A\[1\] is not finite"),
        ({"lower": [np.inf, 0.0]}, r"lower\[0\] is \+inf"),
        ({"row_upper": [-np.inf]}, r"row_upper\[0\] is -inf"),
        ({"q": [0.0, -1.0]}, r"q\[1\] is negative"),
        ({"offset": np.nan}, "offset is nan"),
    ],
)
def test_a_fault_is_named_with_its_place(change: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        Problem(**(FIELDS | change))


def test_a_problem_without_columns_is_refused():
    with pytest.raises(ValueError, match="no columns"):
        Problem(**{name: [] for name in FIELDS if name != "A"}, A=np.zeros((0, 0)))


def test_arrays_cannot_be_written():
    stated = Problem(**FIELDS)
    with pytest.raises(ValueError, match="read-only"):
        stated.c[0] = 5


def test_the_arrays_of_the_caller_stay_writable():
    cost = np.array([1.0, 2.0])
    Problem(**(FIELDS | {"c": cost}))
    cost[0] = 5
    assert cost[0] == 5


def test_duplicates_are_summed_and_zeros_dropped():
    twice = sparse.coo_array(([1.0, 2.0, 0.0], ([0, 0, 0], [1, 1, 0])), shape=(1, 2))
    stated = Problem(**(FIELDS | {"A": twice}))
    assert stated.A.nnz == 1
    assert stated.A.toarray().tolist() == [[0.0, 3.0]]


@pytest.mark.parametrize(
    ("change", "needs"),
    [
        ({}, {"linear"}),
        ({"q": [1.0, 0.0]}, {"quadratic"}),
        ({"integer": [True, False]}, {"linear", "integer"}),
        # By a linear master, see `solvers.outer`.
        ({"integer": [True, False], "q": [1.0, 0.0]}, {"linear", "integer"}),
    ],
)
def test_a_problem_says_what_it_needs(change: dict[str, Any], needs: set[str]):
    assert Problem(**(FIELDS | change)).needs == needs


def test_the_objective_counts_offset_line_and_square():
    stated = problem([1, 2], [[1, 1]], rows=(0, 9), q=[4, 0], offset=10)
    x = np.array([3.0, 5.0])
    assert stated.objective(x) == 10 + 3 + 10 + 18
    assert stated.gradient(x).tolist() == [13, 2]


def test_importing_solvers_loads_no_modelling_layer():
    code = "import sys, solvers; print({'cvxpy', 'pulp', 'highspy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
