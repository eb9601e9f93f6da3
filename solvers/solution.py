"""What a solve answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from solvers.problem import Problem, Vector

Labels = npt.NDArray[np.intp]
Report = Callable[[float, float], None]


class Status(StrEnum):
    """What we believe about a solution after our own check.

    OPTIMAL: allowed, and its gap to a proven bound is within the tolerance. GAP: allowed, but the
    gap is not closed (a time limit, a solver short of precision). INFEASIBLE, UNBOUNDED: with a
    certificate that we checked, or as `note` says. FAILED: nothing that can be used.
    """

    OPTIMAL = "optimal"
    GAP = "gap"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    FAILED = "failed"


AT_LOWER, BASIC, AT_UPPER, FREE, AT_SOME = STANDINGS = range(5)  # as HiGHS numbers them


@dataclass(frozen=True, eq=False)
class Basis:
    """Where a simplex method stands: how each column and row is held.

    Parameters
    ----------
    columns, rows
        0 at its lower bound, 1 basic, 2 at its upper bound, 3 free at 0, 4 at some bound, or at the end of a piece of a
        square. Scaling does not change it.
    """

    columns: npt.NDArray[np.int8]
    rows: npt.NDArray[np.int8]

    def fits(self, problem: Problem) -> bool:
        """Tell whether a problem has these columns and rows."""
        return self.columns.size == problem.columns and self.rows.size == problem.rows


@dataclass(frozen=True)
class Options:
    """How a backend is to run.

    Parameters
    ----------
    time_limit : float
        Seconds.
    gap : float
        Relative gap at which branch and bound may stop; continuous problems are solved to the end.
    seed : int
        Of what is random inside the solver.
    threads : int
        0 leaves the number to the solver.
    retry : bool
        The first attempt did not pass our check: use the other method or tighter settings.
    groups : (column) of int, optional
        Columns of one number hang together, -1 where nothing is known: a hint at what a problem falls into.
    search : bool
        Large problems may be taken apart, and their squares into pieces; False hands them whole to the backend.
    accuracy : float
        Relative, of an interior point method; 0 for all that doubles allow.
    start : (column), optional
        A point that is allowed, for branch and bound to begin with.
    basis_duals : bool
        Ask for the duals of a basis, which prices need; False takes those that come with the point.
    report : function, optional
        Told the best objective and the bound met so far, as integers are searched; inf and -inf where unknown.
    basis : Basis, optional
        Of a similar linear problem, to begin with; one that does not fit is left.
    """

    time_limit: float = 600.0
    gap: float = 1e-4
    seed: int = 0
    threads: int = 0
    retry: bool = False
    groups: Labels | None = field(default=None, compare=False)
    search: bool = False
    accuracy: float = 0.0
    start: Vector | None = field(default=None, compare=False)
    basis_duals: bool = True
    report: Report | None = field(default=None, compare=False)
    basis: Basis | None = field(default=None, compare=False)

    def with_report(self, report: Report) -> Options:
        """Return the same options with another listener."""
        return replace(self, report=report)


@dataclass(frozen=True, eq=False)
class Solution:
    """Values, duals and proof of one solve.

    Parameters
    ----------
    status : Status
    x : (column)
        NaN when there is no point.
    dual : (row)
        Change of the optimal objective per unit of the active row bound: >= 0 at a lower side, <= 0 at
        an upper one. NaN for integer problems, which have none.
    reduced_cost : (column)
        ``c + q*x - A'dual``; signs as for rows.
    objective : float
        Value at x, computed by us from the problem.
    bound : float
        No allowed point is better. Ours, from `dual`, for continuous problems; the solver's own for
        integer ones; -inf when unknown.
    gap : float
        ``objective - bound`` relative to the objective (see `solvers.check.relative_gap`); inf when
        unknown, never 0 by default.
    primal_residual, dual_residual : float
        Largest relative violation of a row or bound, and of the sign of a reduced cost.
    seconds : float
        Wall time, with the overhead of the modelling layer.
    backend : str
    iterations : int
        0 when the backend does not tell.
    note : str
        What a reader of the status must know, in words; empty for the plain case.
    cone_dual : (cone)
        Multipliers of the tangents that prove the bound; 0 where a cone does not bind. Empty where
        nothing is known of it.
    basis : Basis or None
        In which a linear problem ended, where the backend tells.
    """

    status: Status
    x: Vector
    dual: Vector
    reduced_cost: Vector
    objective: float = np.nan
    bound: float = -np.inf
    gap: float = np.inf
    primal_residual: float = np.inf
    dual_residual: float = np.inf
    seconds: float = 0.0
    backend: str = ""
    iterations: int = 0
    note: str = ""
    cone_dual: Vector = field(default_factory=lambda: np.zeros(0))
    basis: Basis | None = None

    @property
    def has_point(self) -> bool:
        """True if x holds numbers."""
        return bool(np.isfinite(self.x).all())

    @property
    def has_duals(self) -> bool:
        """True if `dual` holds numbers."""
        return bool(np.isfinite(self.dual).all())

    def replace(self, **changes: Any) -> Solution:
        """Return the same solution with some fields changed."""
        return replace(self, **changes)

    @classmethod
    def nothing(cls, problem: Problem, status: Status, **known: Any) -> Solution:
        """Return a solution without a point, of the right shapes."""
        columns = np.full(problem.columns, np.nan)
        return cls(status, columns, np.full(problem.rows, np.nan), columns.copy(), **known)
