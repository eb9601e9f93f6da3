"""Several scenarios as one problem: each has its own rows, and shares the decisions that are made before they part.

The rows of a scenario are those of its own formulation; only columns are put together. Contract, section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from solvers import Basis, Problem, Solution
from solvers.cones import Cones
from solvers.solution import BASIC, STANDINGS

# What the treasury decides, and what is whole of it; balances, plugs and shortfalls are each scenario's own. `gone` stands for
# what is sold: section 5 calls the share the decision, and of books that shocks made smaller the same share is less.
SHARED = ("new", "gone", "transfer")
WHOLE = ("lots", "written", "transfer_lots", "placed", "carries", "corridor_carries")


@dataclass(frozen=True)
class Risk:
    """The criterion: (1 - weight) x expected + weight x CVaR, the mean of the worst 1 - level. Contract, section 1."""

    weight: float = 0.0
    level: float = 0.95


@dataclass(frozen=True, eq=False)
class Stacked:
    """One problem, and where each scenario's columns and rows are in it.

    Attributes
    ----------
    problem : Problem
    parts : tuple of Formulation
        Each scenario's own.
    column : tuple of array
        Number in the problem of each column of a part.
    row : tuple of int
        Number in the problem of the first row of a part.
    undecided : Problem, optional
        The problem before its whole decisions were fixed at what was found.
    """

    problem: Problem
    parts: tuple[Formulation, ...]
    column: tuple[np.ndarray, ...]
    row: tuple[int, ...]
    undecided: Problem | None = None

    def vector(self, part: int, x: np.ndarray) -> np.ndarray:
        """Read a scenario's own columns out of a vector over all."""
        return x[self.column[part]]

    def solution(self, part: int, solution: Solution) -> Solution:
        """Read a scenario's own columns and rows out of a solution over all; prices stay those of the criterion."""
        first, size = self.row[part], self.parts[part].problem.rows
        return solution.replace(
            x=self.vector(part, solution.x),
            reduced_cost=self.vector(part, solution.reduced_cost),
            dual=solution.dual[first : first + size],
        )

    def gathered(self, vectors: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Sum vectors of the parts by column: the sum, and how many parts each column is in."""
        total, count = np.zeros(self.problem.columns), np.zeros(self.problem.columns)
        for number, vector in zip(self.column, vectors, strict=True):
            total[number] += vector
            count[number] += 1.0
        return total, count

    def basis(self, bases: Sequence[Basis | None]) -> Basis | None:
        """Put the bases in which the parts ended side by side, to begin with; None where one is not known.

        A shared column stands as it does in most of them. That leaves some too few or too many basic: the solver mends it.
        """
        known = [
            each
            for each, part in zip(bases, self.parts, strict=True)
            if each is not None and each.fits(part.problem)
        ]
        if len(known) < len(bases):
            return None
        votes = np.zeros((self.problem.columns, len(STANDINGS)), dtype=np.int32)
        for number, each in zip(self.column, known, strict=True):
            votes[number, each.columns] += 1
        rows = np.full(self.problem.rows, BASIC, dtype=np.int8)
        below = np.concatenate([each.rows for each in known])
        rows[: below.size] = below
        return Basis(votes.argmax(axis=1).astype(np.int8), rows)

    def part_basis(self, part: int, basis: Basis) -> Basis:
        """Read a scenario's own basis out of one over all."""
        first, size = self.row[part], self.parts[part].problem.rows
        return Basis(basis.columns[self.column[part]], basis.rows[first : first + size])

    def with_parts(self, parts: Sequence[Formulation]) -> Stacked:
        """Take over the sides of the rows, and tighter bounds of columns, of other formulations of the same books."""
        problem = self.problem
        row_lower, row_upper = problem.row_lower.copy(), problem.row_upper.copy()
        lower, upper = problem.lower.copy(), problem.upper.copy()
        for first, number, part in zip(self.row, self.column, parts, strict=True):
            rows = slice(first, first + part.problem.rows)
            row_lower[rows], row_upper[rows] = part.problem.row_lower, part.problem.row_upper
            lower[number] = np.maximum(lower[number], part.problem.lower)
            upper[number] = np.minimum(upper[number], part.problem.upper)
        problem = problem.replace(
            row_lower=row_lower, row_upper=row_upper, lower=lower, upper=upper
        )
        return replace(self, problem=problem, parts=tuple(parts))


def stack(
    books: Sequence[Book],
    parts: Sequence[Formulation],
    key: np.ndarray,
    probability: np.ndarray,
    risk: Risk,
) -> Stacked:
    """Join formulations into one problem.

    Parameters
    ----------
    books, parts : sequence (scenario)
        Of the same case, each under its scenario.
    key : array of int (scenario, period)
        Scenarios with the same number in a period share its decisions.
    probability : array (scenario)

    Returns
    -------
    Stacked
        Bounds of a shared column are those that all keep. One scenario gives its own problem.
    """
    column, absent = _columns(books, parts, key)
    weight = probability if len(parts) > 1 else np.ones(1)
    tail = risk.weight if len(parts) > 1 else 0.0
    problem = _joined([part.problem for part in parts], column, absent, (1.0 - tail) * weight)
    if tail:
        problem = _with_tail(problem, parts, column, weight, risk)
    sizes = [part.problem.rows for part in parts]
    first = (0, *np.cumsum(sizes)[:-1].tolist())
    return Stacked(problem, tuple(parts), column, first)


def _columns(
    books: Sequence[Book], parts: Sequence[Formulation], key: np.ndarray
) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Give every column a number; those that are shared get one number.

    Returns
    -------
    column : tuple of array
        Number of each column of each part.
    absent : array of int
        Numbers of shared volumes that some scenario cannot have at all, so that nobody can.
    """
    first = np.cumsum([0, *(part.problem.columns for part in parts)])
    stands_for = np.arange(first[-1])
    absent = np.zeros(0, dtype=int)
    for name in (*SHARED, *WHOLE):
        places = [_cells(book, part, name) for book, part in zip(books, parts, strict=True)]
        code, at, group = _coded(places, first, key)
        _, lead, same, times = np.unique(
            code, return_index=True, return_inverse=True, return_counts=True
        )
        stands_for[at] = at[lead][same]
        if name == "new":
            absent = at[lead][times < group[lead]]
    leads = stands_for == np.arange(first[-1])
    number = np.cumsum(leads) - 1
    every = number[stands_for]
    return tuple(np.split(every, first[1:-1])), number[absent]


def _cells(
    book: Book, part: Formulation, name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Give row label, period from 0 and column of each cell of a block that may be shared; None without the block."""
    block = part.columns.get(name)
    if block is None:
        return None
    row, period = (each.ravel() for each in np.indices(block.shape))
    label, number = block.coords[0].to_numpy(int)[row], block.numbers.ravel()
    if name == "gone":  # where nothing is left there is no share to decide
        there = book.legacy[label, period + 1] > 0
        return label[there], period[there], number[there]
    return label, period, number


def _coded(
    places: list[tuple[np.ndarray, np.ndarray, np.ndarray] | None],
    first: np.ndarray,
    key: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each cell a code that those who share it have in common, its column, and how many should share it."""
    scenarios, periods = key.shape
    sharing = (key[:, None, :] == key[None, :, :]).sum(axis=1)
    empty = np.zeros(0, dtype=int)
    codes, columns, groups = [empty], [empty], [empty]
    for s, place in enumerate(places):
        if place is None:
            continue
        label, period, number = place
        codes.append((label * periods + period) * (scenarios + 1) + key[s, period] + 1)
        columns.append(first[s] + number)
        groups.append(sharing[s, period])
    return np.concatenate(codes), np.concatenate(columns), np.concatenate(groups)


def _joined(
    problems: list[Problem],
    column: tuple[np.ndarray, ...],
    absent: np.ndarray,
    weight: np.ndarray,
) -> Problem:
    """Put rows one below the other, and columns where they belong."""
    size = 1 + max(int(number.max()) for number in column)
    c, q = np.zeros(size), np.zeros(size)
    lower, upper = np.full(size, -np.inf), np.full(size, np.inf)
    integer, cones, blocks = np.zeros(size, dtype=bool), Cones(), []
    for problem, number, share in zip(problems, column, weight, strict=True):
        c[number] += share * problem.c
        q[number] += share * problem.q
        lower[number] = np.maximum(lower[number], problem.lower)
        upper[number] = np.minimum(upper[number], problem.upper)
        integer[number] |= problem.integer
        cones = cones.plus(problem.cones.renumbered(number))
        A = problem.A.tocoo()
        blocks.append(sparse.csr_array((A.data, (A.row, number[A.col])), (problem.rows, size)))
    upper[absent] = np.minimum(upper[absent], 0.0)
    return Problem(
        c=c,
        q=q,
        A=sparse.vstack(blocks, format="csr"),
        row_lower=np.concatenate([problem.row_lower for problem in problems]),
        row_upper=np.concatenate([problem.row_upper for problem in problems]),
        lower=lower,
        upper=upper,
        integer=integer,
        offset=float(np.dot(weight, [problem.offset for problem in problems])),
        cones=cones,
    )


def _with_tail(
    problem: Problem,
    parts: Sequence[Formulation],
    column: tuple[np.ndarray, ...],
    probability: np.ndarray,
    risk: Risk,
) -> Problem:
    """Add the mean of the worst scenarios: eta - 1 / (1 - level) x sum of p short, short >= eta - objective, short >= 0.

    Squares in an objective are columns z >= f x^2 by a cone, since the row of a scenario can only read columns.
    """
    f = np.zeros(problem.columns)
    for part, number in zip(parts, column, strict=True):
        f[number] = np.maximum(f[number], part.problem.q / 2.0)
    bent = np.flatnonzero(f)
    eta = problem.columns
    short, square = eta + 1 + np.arange(len(parts)), eta + 1 + len(parts) + np.arange(bent.size)
    size = eta + 1 + len(parts) + bent.size
    of_square = np.full(problem.columns, -1)
    of_square[bent] = square
    rows = [
        _shortfall(part.problem, number, f, of_square, (eta, int(mine)), size)
        for part, number, mine in zip(parts, column, short, strict=True)
    ]
    above = np.concatenate([[-np.inf], np.zeros(len(parts) + bent.size)])
    cost = np.concatenate([[-1.0], probability / (1.0 - risk.level), np.zeros(bent.size)])
    wider = sparse.csr_array((problem.rows, size - eta))
    return problem.replace(
        c=np.concatenate([problem.c, risk.weight * cost]),
        q=np.concatenate([problem.q, np.zeros(size - eta)]),
        A=sparse.vstack([sparse.hstack([problem.A, wider]), *rows], format="csr"),
        row_lower=np.concatenate([problem.row_lower, [part.problem.offset for part in parts]]),
        row_upper=np.concatenate([problem.row_upper, np.full(len(parts), np.inf)]),
        lower=np.concatenate([problem.lower, above]),
        upper=np.concatenate([problem.upper, np.full(size - eta, np.inf)]),
        integer=np.concatenate([problem.integer, np.zeros(size - eta, dtype=bool)]),
        cones=problem.cones.plus(_squares(problem, bent, square, f[bent])),
    )


def _shortfall(
    problem: Problem,
    number: np.ndarray,
    f: np.ndarray,
    of_square: np.ndarray,
    ends: tuple[int, int],
    size: int,
) -> sparse.csr_array:
    """Write short - eta - c'x - sum of (q / 2 f) z of one scenario; it is at least the offset of its problem."""
    priced, bent = np.flatnonzero(problem.c), np.flatnonzero(problem.q)
    eta, short = ends
    at = np.concatenate([[short, eta], number[priced], of_square[number[bent]]])
    value = np.concatenate(
        [[1.0, -1.0], -problem.c[priced], -problem.q[bent] / (2.0 * f[number[bent]])]
    )
    return sparse.csr_array((value, (np.zeros(at.size, dtype=int), at)), (1, size))


def _squares(problem: Problem, bent: np.ndarray, square: np.ndarray, f: np.ndarray) -> Cones:
    """State z >= f x^2, at the size that x may have; where nothing bounds it, at one."""
    most = np.maximum(np.abs(problem.lower[bent]), np.abs(problem.upper[bent]))
    usual = np.where(np.isfinite(most) & (most > 0), most, 1.0)
    return Cones.squares(square, bent, f, f * usual**2)
