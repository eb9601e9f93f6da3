"""Squares as pieces of straight lines, solved by the simplex method and cut finer around the answer until it is proven.

Banks' problems are linear but for some hundred prices that fall with the volume, and nearly every optimum of theirs is degenerate: a
price that moves a little sends business to another lane or month. Pivots take that in their stride. Each round leaves a
basis that is feasible for the next, finer one, which needs some hundred pivots, and the last one is where the next problem begins.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from solvers.backends import highs_process
from solvers.backends.highs_direct import as_highs, held_basis, sides, stated
from solvers.check import check
from solvers.problem import Flags, Problem, Vector
from solvers.solution import AT_LOWER, AT_SOME, AT_UPPER, BASIC, Basis, Options

OFFSETS = np.array([0.5, 2.0, 8.0, 32.0, 128.0, 512.0])  # ends of pieces, in widths of the finest
PIECES = 2 * OFFSETS.size + 1  # of each curved column
FINEST = 1e-3  # of an amount: width of the finest pieces around a start
NEXT = 1e-2  # of an amount: the widest that they are after a round
FINER = 6.0  # a piece in which the answer stands is cut into so many; with 10 the answer jumps over several
NARROWEST = 1e-10
FAR = 1e3  # a column without an upper bound is looked at up to so many times the largest amount
PROVEN = 1e-11  # relative gap at which no finer pieces are asked for: thirty times as close as an interior point comes
PRICED = 1e-13  # where prices are read from the duals: these are right to the square root of it
BELIEVED = 1e-9  # relative gap up to which an answer counts, as close as an interior point comes
ROUNDS = 16
NEAR = 1e-9  # relative: as close as this a column is at its bound

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Vertex:
    """Where the simplex method ended: point (column), duals (row) and basis."""

    x: Vector
    dual: Vector
    basis: Basis | None


def by_pieces(problem: Problem, start: Vertex | None, options: Options) -> Vertex | None:
    """Solve a continuous problem with squares.

    Parameters
    ----------
    problem : Problem
        Scaled, without integers and cones.
    start : Vertex, optional
        Of a similar problem; without a basis one is guessed. None begins with pieces from the lower bounds on, each four
        times as wide as the one before.
    options : Options

    Returns
    -------
    Vertex or None
        The best found, to be judged by `solvers.check`; the duals are those of a basis. None where curved columns have
        no lower bound, or the simplex method found no optimum.
    """
    if not np.isfinite(problem.lower[problem.q > 0]).all():
        return None
    pieces = _Pieces(problem, start, options)
    enough = PRICED if options.basis_duals else PROVEN
    best: tuple[float, Vertex] | None = None
    for _ in range(ROUNDS):
        found = pieces.solve()
        if found is None:
            break
        x = np.clip(found.x, problem.lower, problem.upper)
        gap = float(np.nan_to_num(abs(check(problem, x, found.dual).gap), nan=np.inf))
        if best is None or gap < best[0]:
            best = gap, found
        if gap <= enough:
            break
        pieces.cut(found.x)
    return best and best[1]


class _Pieces:
    """The linear problem: curved columns stand still at their lower bound, pieces hold what is above it."""

    def __init__(self, problem: Problem, start: Vertex | None, options: Options) -> None:
        import highspy

        self._problem, self._curved = problem, np.flatnonzero(problem.q > 0)
        self._lower, self._upper = problem.lower[self._curved], problem.upper[self._curved]
        self._owner = np.repeat(np.arange(self._curved.size), PIECES)
        self._end = time.perf_counter() + options.time_limit
        self._place(start)
        highs_process.prepare(options.threads)
        self._model = highspy.Highs()
        self._model.silent()
        lines = self._stated()
        self._held: Basis | None = None
        (lower, upper), self._rows = sides(lines)
        self._columns = lower, upper.copy()
        self._model.passModel(stated(lines))
        if start is not None:
            self._model.setOptionValue("presolve", "off")  # it would drop the basis
            self._model.setBasis(as_highs(self._begun(lines, start)))

    def _place(self, start: Vertex | None) -> None:
        """Lay the first pieces: around a start, else over all that a column may be."""
        known = _amounts(self._problem) if start is None else start.x
        largest = 1 + float(np.abs(known).max(initial=0.0))
        self._far = FAR * largest
        if start is None:
            most = np.where(np.isfinite(self._upper), self._upper, self._lower + largest)
            at, width = self._lower, (most - self._lower) / OFFSETS[-1]
        else:
            at = start.x[self._curved]
            width = FINEST * (1 + np.abs(at))
        self._points = self._ends(at, width, self._stands_inside(start))

    def _stands_inside(self, start: Vertex | None) -> Flags:
        """(curved) Whether the start is amid a piece: at the end of one where its basis says so."""
        if start is None or start.basis is None:
            return np.full(self._curved.size, True)
        flags: Flags = start.basis.columns[self._curved] == BASIC
        return flags

    def _begun(self, lines: Problem, start: Vertex) -> Basis:
        if start.basis is None:
            return guessed_basis(lines, self._filled(start.x), start.dual)
        return self._standing(start.basis, start.x[self._curved], self._stands_inside(start))

    def _ends(self, x: Vector, width: Vector, inside: Flags) -> Points:
        """(curved, piece + 1) Ends of the pieces: x is amid the finest where it is inside one, else an end."""
        amid = np.concatenate([-OFFSETS[::-1], OFFSETS])
        at_end = np.concatenate([-OFFSETS[::-1], [0.0], OFFSETS[:-1]])
        away = np.where(inside[:, None], amid, at_end) * width[:, None]
        lower, upper = self._lower[:, None], self._upper[:, None]
        ends = np.clip(x[:, None] + away, lower, upper)
        last = np.where(np.isfinite(upper), upper, np.maximum(ends[:, -1:], self._far))
        return np.hstack([lower, ends, last])

    def _lines(self) -> tuple[Vector, Vector]:
        """(piece) Width and cost of each piece: the slope of the square in its middle."""
        before, after = self._points[:, :-1], self._points[:, 1:]
        c, q = (each[self._curved, None] for each in (self._problem.c, self._problem.q))
        return (after - before).ravel(), (c + q * (before + after) / 2).ravel()

    def _stated(self) -> Problem:
        problem, curved = self._problem, self._curved
        width, cost = self._lines()
        c, upper = problem.c.copy(), problem.upper.copy()
        c[curved], upper[curved] = 0.0, self._lower
        more = width.size
        return problem.replace(
            c=np.concatenate([c, cost]),
            q=np.zeros(problem.columns + more),
            A=sparse.hstack([problem.A, problem.A[:, curved[self._owner]]], format="csr"),
            lower=np.concatenate([problem.lower, np.zeros(more)]),
            upper=np.concatenate([upper, width]),
            integer=np.zeros(problem.columns + more, dtype=bool),
        )

    def _filled(self, x: Vector) -> Vector:
        """(column and piece) A point of the problem as one of the lines: pieces fill up from below."""
        home = x.copy()
        home[self._curved] = self._lower
        width = np.diff(self._points, axis=1)
        fill = np.clip(x[self._curved, None] - self._points[:, :-1], 0.0, width)
        return np.concatenate([home, fill.ravel()])

    def solve(self) -> Vertex | None:
        """Solve from the basis that is held."""
        import highspy

        left = self._end - time.perf_counter()
        if left <= 0:
            return None
        self._model.setOptionValue("time_limit", self._model.getRunTime() + left)
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        self._held = held = held_basis(self._model, self._columns, self._rows)
        if held is None:
            return None
        solution = self._model.getSolution()
        values, size = np.asarray(solution.col_value), self._problem.columns
        x, columns = values[:size].copy(), held.columns[:size].copy()
        x[self._curved] += np.bincount(self._owner, values[size:], minlength=self._curved.size)
        columns[self._curved] = np.where(self._inside(held), BASIC, AT_SOME)
        return Vertex(x, np.asarray(solution.row_dual), Basis(columns, held.rows))

    def _inside(self, basis: Basis) -> Flags:
        """(curved) Whether a column stands inside a piece, in a basis of columns and pieces."""
        pieces = basis.columns[self._problem.columns :].reshape(-1, PIECES)
        flags: Flags = (pieces == BASIC).any(axis=1)
        return flags

    def _standing(self, basis: Basis, at: Vector, inside: Flags) -> Basis:
        """Put the pieces where the curved columns stand; all else as in a basis of columns, with or without pieces."""
        below = self._points[:, 1:] <= at[:, None] + NARROWEST
        numbered = np.where(below, AT_UPPER, AT_LOWER)
        numbered[inside, OFFSETS.size] = BASIC
        home = basis.columns[: self._problem.columns].copy()
        home[self._curved] = AT_LOWER
        return Basis(np.concatenate([home, numbered.ravel()]).astype(np.int8), basis.rows)

    def cut(self, x: Vector) -> None:
        """Cut the pieces in which the answer stands, and stand there with the same basis."""
        held, at = self._held, x[self._curved]
        assert held is not None
        inside = self._inside(held)
        width = np.minimum(self._narrower(at), NEXT * (1 + np.abs(at)))
        self._points = self._ends(at, width, inside)
        width, cost = self._lines()
        self._columns[1][self._problem.columns :] = width
        numbers = self._problem.columns + np.arange(width.size, dtype=np.int32)
        self._model.changeColsBounds(numbers.size, numbers, np.zeros(width.size), width)
        self._model.changeColsCost(numbers.size, numbers, cost)
        self._model.setOptionValue("presolve", "off")
        self._model.setBasis(as_highs(self._standing(held, at, inside)))
        # Slopes change by little: to perturb them would change them by more, and take more pivots to undo.
        self._model.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)

    def _narrower(self, x: Vector) -> Vector:
        """(curved) Width of the finest pieces of the next round."""
        width = np.diff(self._points, axis=1)
        piece = np.minimum((self._points[:, 1:] <= x[:, None] + NARROWEST).sum(axis=1), PIECES - 1)
        which = np.arange(x.size)
        here, before = width[which, piece], width[which, np.maximum(piece - 1, 0)]
        return np.maximum(np.where(here > 0, here, before) / FINER, NARROWEST)


def _amounts(problem: Problem) -> Vector:
    """List what bounds and rows say of how large amounts are."""
    sides = (problem.lower, problem.upper, problem.row_lower, problem.row_upper)
    return np.concatenate([side[np.isfinite(side)] for side in sides])


def guessed_basis(problem: Problem, x: Vector, dual: Vector) -> Basis:
    """Guess a basis: what is at a bound is not in it. HiGHS completes one that is too small or too large."""
    price = problem.c - problem.A.T @ dual
    return Basis(
        _held(x, problem.lower, problem.upper, price),
        _held(problem.A @ x, problem.row_lower, problem.row_upper, dual),
    )


def _held(value: Vector, lower: Vector, upper: Vector, price: Vector) -> npt.NDArray[np.int8]:
    """Say of each column or row how it is held: at a bound, or between."""
    near = NEAR * (1 + np.abs(value))
    at_lower = (value - lower <= near) & (price >= 0)
    at_upper = ~at_lower & (upper - value <= near) & (price <= 0)
    return np.where(at_lower, AT_LOWER, np.where(at_upper, AT_UPPER, BASIC)).astype(np.int8)
