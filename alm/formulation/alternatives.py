"""Rows that hold only while something whole says so: `a x >= b`, or off. The price of being off is a bound, never a constant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from solvers import Problem, solve
from solvers.bounds import least_values

Terms = tuple[tuple[int, float], ...]


class NoBoundError(ValueError):
    """A row that may be off has no bound on how far it can be missed."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Alternative:
    """One row that may be off.

    Attributes
    ----------
    terms : tuple of (column, weight)
        The row is `sum of weight x column >= lower`.
    lower : float
    off : tuple of (column, weight)
        With `off_constant`: 0 where the row holds, 1 or more where it is off; columns are 0 or 1.
    what : str
        In words, for where no bound is found.
    instead : tuple of tuples of (column, weight)
        Expressions of which the smallest is no more than what the row is while it is off; empty: the row itself.
    """

    terms: Terms
    lower: float
    off: Terms
    off_constant: float = 0.0
    what: str = ""
    instead: tuple[Terms, ...] = ()


def with_alternatives(problem: Problem, alternatives: Iterable[Alternative]) -> Problem:
    """Append rows that may be off, each with the least slack that it needs there.

    Where nothing is allowed even without them they ask for nothing, so that why there is no plan is told of the others.

    Raises
    ------
    NoBoundError
        A row can be missed without end.
    """
    rows = list(alternatives)
    if not rows:
        return problem
    A = _matrix([row.terms for row in rows], problem.columns)
    off = _matrix([row.off for row in rows], problem.columns)
    constant = np.array([row.off_constant for row in rows])
    lowest = _least(problem, rows)
    lower = np.where(np.isposinf(lowest), -np.inf, [row.lower for row in rows])
    endless = np.flatnonzero(np.isneginf(lowest))
    if endless.size:
        raise NoBoundError(rows[int(endless[0])].what)
    slack = np.maximum(0.0, lower - lowest)
    return problem.replace(
        A=sparse.vstack([problem.A, A + sparse.diags_array(slack) @ off], format="csr"),
        row_lower=np.concatenate([problem.row_lower, lower - slack * constant]),
        row_upper=np.concatenate([problem.row_upper, np.full(len(rows), np.inf)]),
    )


def _least(problem: Problem, rows: list[Alternative]) -> np.ndarray:
    """Bound from below what each row is while it is off: (row)."""
    expressions = [each for row in rows for each in (row.instead or (row.terms,))]
    number = np.repeat(np.arange(len(rows)), [max(1, len(row.instead)) for row in rows])
    lowest = np.full(len(rows), np.inf)
    np.minimum.at(lowest, number, least(problem, expressions))
    return lowest


def least(problem: Problem, expressions: Sequence[Terms]) -> np.ndarray:
    """Bound from below what each expression can be: (expression); -inf without a bound, +inf where nothing is allowed."""
    matrix = _matrix(expressions, problem.columns)
    return least_values(problem, matrix, lambda relaxed: solve(relaxed))


def _matrix(rows: Sequence[Terms], columns: int) -> sparse.csr_array:
    row = np.repeat(np.arange(len(rows)), [len(terms) for terms in rows])
    flat = [pair for terms in rows for pair in terms]
    column = np.array([pair[0] for pair in flat], dtype=int)
    weight = np.array([pair[1] for pair in flat], dtype=float)
    matrix = sparse.csr_array((weight, (row, column)), shape=(len(rows), columns))
    # A weight of 0 on a column without bounds is no number.
    matrix.eliminate_zeros()
    return matrix
