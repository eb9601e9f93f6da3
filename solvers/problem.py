"""The problem that every backend reads: matrices and bounds, in the letters of the textbook."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from solvers.cones import Cones
from solvers.cones import Vector as Vector

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Problem:
    """Minimise ``offset + c'x + x'diag(q)x/2`` over rows, box, cones and integers.

    Subject to ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``, x in `cones` and whole where
    `integer` is true. The arrays are read-only views in float64; `A` is CSR with sorted indices, duplicates
    summed and explicit zeros dropped, so that equal problems have equal arrays.

    Parameters
    ----------
    c : (column)
        Linear cost.
    q : (column)
        Diagonal of the quadratic cost, >= 0: only convex problems are stated.
    A : (row, column)
        Sparse matrix.
    row_lower, row_upper : (row)
        Sides of the rows; -inf and inf where there is none.
    lower, upper : (column)
        Bounds of the columns; -inf and inf where there is none.
    integer : (column)
        True where the column is whole.
    offset : float
        Constant of the objective.
    cones : Cones
        Second-order cones; none by default. Columns in them are not whole.

    Raises
    ------
    ValueError
        Shapes that do not fit, NaN anywhere, an infinite cost or coefficient, a bound that no number
        can meet (lower = inf, upper = -inf), a negative q.

    Notes
    -----
    Bounds that cross are a problem that can be stated: it is infeasible.
    """

    c: Vector
    q: Vector
    A: sparse.csr_array
    row_lower: Vector
    row_upper: Vector
    lower: Vector
    upper: Vector
    integer: Flags
    offset: float = 0.0
    cones: Cones = field(default_factory=Cones)

    def __post_init__(self) -> None:
        A = sparse.csr_array(self.A, dtype=np.float64, copy=True)
        A.sum_duplicates()
        A.eliminate_zeros()
        object.__setattr__(self, "A", A)
        for name in ("c", "q", "row_lower", "row_upper", "lower", "upper"):
            object.__setattr__(self, name, _frozen(getattr(self, name), np.float64))
        object.__setattr__(self, "integer", _frozen(self.integer, np.bool_))
        object.__setattr__(self, "offset", float(self.offset))
        self._refuse_wrong_shapes()
        self._refuse_wrong_numbers()

    def _refuse_wrong_shapes(self) -> None:
        rows, columns = self.A.shape
        if columns == 0:
            raise ValueError("A has no columns: there is nothing to decide")
        for name, size in _SIZES.items():
            want = (rows,) if size == "row" else (columns,)
            got = getattr(self, name).shape
            if got != want:
                raise ValueError(
                    f"{name} has shape {got}, but A of shape {self.A.shape} asks {want}"
                )

    def _refuse_wrong_numbers(self) -> None:
        for name in ("c", "q", "row_lower", "row_upper", "lower", "upper"):
            _refuse(name, np.isnan(getattr(self, name)), "is NaN")
        for name, values in (("c", self.c), ("q", self.q), ("A", self.A.data)):
            _refuse(name, ~np.isfinite(values), "is not finite")
        for name in ("row_lower", "lower"):
            _refuse(name, np.isposinf(getattr(self, name)), "is +inf, which no number reaches")
        for name in ("row_upper", "upper"):
            _refuse(name, np.isneginf(getattr(self, name)), "is -inf, which no number reaches")
        _refuse("q", self.q < 0, "is negative, so the problem is not convex")
        if self.integer[self.cones.columns].any():
            raise ValueError("a column in a cone cannot be whole")
        if not np.isfinite(self.offset):
            raise ValueError(f"offset is {self.offset}, not a finite number")

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.A.shape[0])

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.A.shape[1])

    @property
    def is_quadratic(self) -> bool:
        """True if any column has a quadratic cost."""
        return bool(self.q.any())

    @property
    def is_conic(self) -> bool:
        """True if there is any cone."""
        return len(self.cones) > 0

    @property
    def is_integer(self) -> bool:
        """True if any column is whole."""
        return bool(self.integer.any())

    @property
    def equal(self) -> Flags:
        """(row) True where both sides are the same number."""
        return self.row_lower == self.row_upper

    @property
    def fixed(self) -> Flags:
        """(column) True where both bounds are the same number."""
        return self.lower == self.upper

    @property
    def needs(self) -> frozenset[str]:
        """What a backend must be able to do: linear, quadratic, cone, integer.

        Integers together with curves are solved by a linear master, see `solvers.outer`.
        """
        if self.is_integer:
            return frozenset({"linear", "integer"})
        needs = {"quadratic" if self.is_quadratic else "linear"}
        return frozenset(needs | {"cone"} if self.is_conic else needs)

    def objective(self, x: Vector) -> float:
        """Value of the objective at x, whether x is allowed or not."""
        return float(self.offset + self.c @ x + 0.5 * (self.q @ (x * x)))

    def gradient(self, x: Vector) -> Vector:
        """(column) Derivative of the objective at x."""
        return self.c + self.q * x

    def with_tangents(self, *points: Vector) -> Problem:
        """Return the problem with its cones replaced by half-spaces that touch them at some points.

        The rows are appended, one a cone and point. Every point of the cones keeps them, so a bound on the
        objective of this problem is one on that of the conic problem.
        """
        stated = [self.cones.tangents(x, self.columns) for x in points]
        size = sum(lower.size for _, lower in stated)
        return self.replace(
            A=sparse.vstack([self.A, *(A for A, _ in stated)], format="csr"),
            row_lower=np.concatenate([self.row_lower, *(lower for _, lower in stated)]),
            row_upper=np.concatenate([self.row_upper, np.full(size, np.inf)]),
            cones=Cones(),
        )

    def replace(self, **changes: Any) -> Problem:
        """Return the same problem with some fields changed, validated again."""
        return replace(self, **changes)


_SIZES = {
    "c": "column",
    "q": "column",
    "row_lower": "row",
    "row_upper": "row",
    "lower": "column",
    "upper": "column",
    "integer": "column",
}


def _frozen(values: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    view = np.asarray(values, dtype=dtype).view()
    view.setflags(write=False)
    return view


def _refuse(name: str, wrong: Flags, why: str) -> None:
    if wrong.any():
        raise ValueError(f"{name}[{int(np.argmax(wrong))}] {why} ({int(wrong.sum())} such entries)")
