"""Sums of variables, and a model to put them in: just enough algebra for a textbook formulation.

A `Sum` is `constant + sum of coefficient x variable + sum of coefficient x variable squared`, in two dictionaries.
A `Model` maximises such a sum. It is solved by HiGHS when it is linear, else by Clarabel through cvxpy: squares
may be in the objective and in rows that they bend the right way, and a variable may be at least a norm. Whole
variables and rows of which one set or another must hold are left to `tests.oracle.branch`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import cvxpy as cp
import highspy
import numpy as np
import scipy.sparse as sp

Name = tuple[object, ...]


class Sum:
    """`constant + linear + squares`; variables are numbered."""

    __slots__ = ("constant", "linear", "squares")

    def __init__(
        self,
        constant: float = 0.0,
        linear: dict[int, float] | None = None,
        squares: dict[int, float] | None = None,
    ) -> None:
        self.constant = constant
        self.linear = linear or {}
        self.squares = squares or {}

    def __add__(self, other: Sum | float) -> Sum:
        if not isinstance(other, Sum):
            return Sum(self.constant + other, self.linear, self.squares)
        return Sum(
            self.constant + other.constant,
            _added(self.linear, other.linear),
            _added(self.squares, other.squares),
        )

    def __mul__(self, factor: float) -> Sum:
        return Sum(
            self.constant * factor,
            {v: c * factor for v, c in self.linear.items()},
            {v: c * factor for v, c in self.squares.items()},
        )

    def __neg__(self) -> Sum:
        return self * -1.0

    def __sub__(self, other: Sum | float) -> Sum:
        return self + (-other)

    def __rsub__(self, other: float) -> Sum:
        return (-self) + other

    __radd__, __rmul__ = __add__, __mul__

    def value(self, x: dict[int, float] | np.ndarray) -> float:
        """The number that this sum is at the values `x` of the variables."""
        return (
            self.constant
            + math.fsum(c * x[v] for v, c in self.linear.items())
            + math.fsum(c * x[v] ** 2 for v, c in self.squares.items())
        )


def _added(one: dict[int, float], two: dict[int, float]) -> dict[int, float]:
    both = dict(one)
    for variable, coefficient in two.items():
        both[variable] = both.get(variable, 0.0) + coefficient
    return {v: c for v, c in both.items() if c != 0.0}


def total(sums: Iterable[Sum]) -> Sum:
    """Add up sums; nothing adds up to 0."""
    result = Sum()
    for each in sums:
        result = result + each
    return result


def squared(variable: Sum) -> Sum:
    """Square of a sum that is one variable alone."""
    ((number, coefficient),) = variable.linear.items()
    assert coefficient == 1.0
    assert not variable.constant
    assert not variable.squares
    return Sum(squares={number: 1.0})


@dataclass
class Outcome:
    """What the solver found: status `optimal`, `infeasible` or `unbounded`; values by number of the variable."""

    status: str
    objective: float = math.nan
    x: dict[int, float] = field(default_factory=dict)


class Model:
    """Variables with bounds, rows, and a sum to maximise."""

    def __init__(self) -> None:
        self.names: list[Name] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.rows: list[tuple[Name, Sum, float, float]] = []
        self.auxiliary: dict[int, tuple[Callable[[list[float]], float], list[Sum]]] = {}
        self.norms: list[tuple[int, list[Sum]]] = []
        self.whole: list[int] = []
        self.exact: set[int] = set()
        self.alternatives: list[tuple[Name, list[list[Sum]]]] = []
        self.pins: list[tuple[int, list[Sum]]] = []
        self.objective = Sum()

    def variable(self, name: Name, lower: float = -math.inf, upper: float = math.inf) -> Sum:
        """Return a new variable between its bounds."""
        self.names.append(name)
        self.lower.append(lower)
        self.upper.append(upper)
        return Sum(linear={len(self.names) - 1: 1.0})

    def require(
        self, name: Name, row: Sum, lower: float = -math.inf, upper: float = math.inf
    ) -> None:
        """Demand `lower <= row <= upper`; with squares only `lower <= row` of a concave row."""
        if row.squares and (upper < math.inf or max(row.squares.values()) > 0):
            raise NotImplementedError(f"{name}: this side of a row with squares is not convex")
        self.rows.append((name, row, lower, upper))

    def largest(self, name: Name, sums: list[Sum]) -> Sum:
        """Return a variable that is at least each of the sums; exact where more of it costs."""
        bound = self.variable(name)
        for each in sums:
            self.require(name, bound - each, lower=0.0)
        self.auxiliary[len(self.names) - 1] = (max, sums)
        return bound

    def smallest(self, name: Name, sums: list[Sum]) -> Sum:
        """Return a variable that is at most each of the sums; exact where more of it helps."""
        bound = self.variable(name)
        for each in sums:
            self.require(name, bound - each, upper=0.0)
        self.auxiliary[len(self.names) - 1] = (min, sums)
        return bound

    def pinned(self, name: Name, sums: list[Sum], choose: Callable[[list[float]], float]) -> Sum:
        """Return a variable that is the least (`min`) or the largest (`max`) of the sums, whatever presses on it."""
        one = (self.smallest if choose is min else self.largest)(name, sums)
        self.pins.append((len(self.names) - 1, sums))
        turn = 1.0 if choose is min else -1.0
        self.either((*name, "is one"), [[turn * (one - each)] for each in sums])
        return one

    def norm(self, name: Name, sums: list[Sum]) -> Sum:
        """Return a variable that is at least the Euclidean norm of the sums; exact where more of it costs."""
        bound = self.variable(name, lower=0.0)
        self.norms.append((len(self.names) - 1, sums))
        self.auxiliary[len(self.names) - 1] = (lambda parts: math.hypot(*parts), sums)
        return bound

    def equal(self, name: Name, each: Sum) -> Sum:
        """Return a variable that is the sum: a name for it, so that it can be squared."""
        same = self.variable(name)
        self.require(name, same - each, 0.0, 0.0)
        self.auxiliary[len(self.names) - 1] = (sum, [each])
        return same

    def counted(
        self,
        name: Name,
        of: list[Sum],
        exactly: Callable[[list[float]], float],
        upper: float = 1.0,
    ) -> Sum:
        """Return a whole variable from 0 to `upper`: in a plan that is given, the function of the sums."""
        count = self.variable(name, 0.0, upper)
        self.whole.append(len(self.names) - 1)
        self.exactly(count, of, exactly)
        return count

    def exactly(
        self, variable: Sum, of: list[Sum], function: Callable[[list[float]], float]
    ) -> None:
        """Note that the rows leave a variable no value but a function of sums."""
        (number,) = variable.linear
        self.auxiliary[number] = (function, of)
        self.exact.add(number)

    def either(self, name: Name, sets: list[list[Sum]]) -> None:
        """Demand that in at least one of the sets no sum is below 0."""
        self.alternatives.append((name, sets))

    def completed(self, decisions: dict[Name, float]) -> dict[int, float]:
        """Values of all variables that follow from those of the decisions, auxiliaries by exact min and max."""
        x: dict[int, float] = {}
        for number, name in enumerate(self.names):
            if number in self.auxiliary:
                choose, sums = self.auxiliary[number]
                x[number] = choose([each.value(x) for each in sums])
            else:
                x[number] = decisions[name]
        return x

    def broken(self, x: dict[int, float]) -> dict[Name, float]:
        """Name rows and bounds that `x` misses, and by how much."""
        missed: dict[Name, float] = {}
        for name, row, lower, upper in self.rows:
            value = row.value(x)
            missed[name] = max(missed.get(name, 0.0), lower - value, value - upper)
        for number, name in enumerate(self.names):
            missed[name] = max(
                missed.get(name, 0.0),
                self.lower[number] - x[number],
                x[number] - self.upper[number],
            )
        for name, sets in self.alternatives:
            missed[name] = min(max(-each.value(x) for each in rows) for rows in sets)
        return {name: by for name, by in missed.items() if by > 0.0}

    def solve(self) -> Outcome:
        """Maximise; the objective is recomputed from the values found, never taken from the solver."""
        if self.whole or self.alternatives:
            from .branch import solve_whole

            return solve_whole(self)
        status, x = solve_continuous(self)
        if status != "optimal":
            return Outcome(status)
        values = dict(enumerate(x.tolist()))
        return Outcome(status, self.objective.value(values), values)


def is_bent(model: Model) -> bool:
    """Whether squares or norms are anywhere."""
    return bool(
        model.objective.squares or model.norms or any(row.squares for _, row, _, _ in model.rows)
    )


def solve_continuous(model: Model) -> tuple[str, np.ndarray]:
    """Solve as if no variable were whole: status and values."""
    if is_bent(model):
        return Conic(model).solve(np.array(model.lower), np.array(model.upper))
    return solve_linear(model)


def _matrix(model: Model) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray]:
    """Rows without squares as matrix and bounds, constants moved to the bounds."""
    rows = [row for row in model.rows if not row[1].squares]
    entries = [(i, v, c) for i, row in enumerate(rows) for v, c in row[1].linear.items()]
    i, j, a = np.array(entries, dtype=float).reshape(-1, 3).T
    A = sp.csr_matrix((a, (i, j)), shape=(len(rows), len(model.names)))
    lower = np.array([low - row.constant for _, row, low, _ in rows])
    upper = np.array([high - row.constant for _, row, _, high in rows])
    return A, lower, upper


def _dense(coefficients: dict[int, float], size: int) -> np.ndarray:
    vector = np.zeros(size)
    for number, coefficient in coefficients.items():
        vector[number] = coefficient
    return vector


def solve_linear(model: Model, whole: Iterable[int] = ()) -> tuple[str, np.ndarray]:
    """Solve a model without squares by HiGHS; with `whole`, by branch and bound to the last digit."""
    A, row_lower, row_upper = _matrix(model)
    size = len(model.names)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = size, A.shape[0]
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = _dense(model.objective.linear, size)
    lp.col_lower_, lp.col_upper_ = np.array(model.lower), np.array(model.upper)
    lp.row_lower_, lp.row_upper_ = row_lower, row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = A.indptr, A.indices, A.data
    # One pool of threads for the process: HiGHS refuses to run if it holds another number than asked for.
    highspy.Highs.resetGlobalScheduler(True)
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("primal_feasibility_tolerance", 1e-9)
    highs.setOptionValue("dual_feasibility_tolerance", 1e-9)
    chosen = set(whole)
    if chosen:
        kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
        lp.integrality_ = [kinds[v in chosen] for v in range(size)]
        highs.setOptionValue("mip_feasibility_tolerance", 1e-9)
        highs.setOptionValue("mip_rel_gap", 1e-10)
        highs.setOptionValue("mip_abs_gap", 1e-10)
    highs.passModel(lp)
    highs.run()
    if highs.getModelStatus() == highspy.HighsModelStatus.kUnboundedOrInfeasible:
        highs.setOptionValue("presolve", "off")
        highs.run()
    status = {
        highspy.HighsModelStatus.kOptimal: "optimal",
        highspy.HighsModelStatus.kInfeasible: "infeasible",
        highspy.HighsModelStatus.kUnbounded: "unbounded",
    }[highs.getModelStatus()]
    return status, np.array(highs.getSolution().col_value)


class Conic:
    """A model with squares or norms, for Clarabel; what is maximised must be concave.

    It can be solved again with other bounds on its whole variables.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        A, row_lower, row_upper = _matrix(model)
        size = len(model.names)
        self.x = x = cp.Variable(size)
        sides = [(A, row_lower, row_upper)]
        low, high = np.array(model.lower), np.array(model.upper)
        low[model.whole], high[model.whole] = -np.inf, np.inf
        sides.append((sp.eye_array(size, format="csr"), low, high))
        demands = []
        for matrix, low, high in sides:
            equal = np.flatnonzero(low == high)
            floor = np.flatnonzero(np.isfinite(low) & (low < high))
            ceiling = np.flatnonzero(np.isfinite(high) & (low < high))
            demands += [matrix[equal] @ x == low[equal]] if equal.size else []
            demands += [matrix[floor] @ x >= low[floor]] if floor.size else []
            demands += [matrix[ceiling] @ x <= high[ceiling]] if ceiling.size else []
        demands += [_bent(row, x) >= low for _, row, low, _ in model.rows if row.squares]
        demands += [
            cp.norm2(cp.hstack([_bent(part, x) for part in parts])) <= x[number]
            for number, parts in model.norms
        ]
        self.least, self.most = (cp.Parameter(len(model.whole)) for _ in range(2))
        if model.whole:
            demands += [x[model.whole] >= self.least, x[model.whole] <= self.most]
        self.problem = cp.Problem(cp.Maximize(_bent(model.objective, x)), demands)

    def solve(self, lower: np.ndarray, upper: np.ndarray) -> tuple[str, np.ndarray]:
        """Solve between bounds of all variables, of which those of the whole ones count."""
        if self.model.whole:
            self.least.value, self.most.value = lower[self.model.whole], upper[self.model.whole]
        # What costs and limits squared cannot always be told more finely than 1e-8.
        for accuracy in (1e-10, 1e-8):
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Solution may be inaccurate")
                self.problem.solve(
                    solver=cp.CLARABEL,
                    tol_gap_abs=10 * accuracy,
                    tol_gap_rel=accuracy,
                    tol_feas=accuracy,
                    max_threads=1,
                )
            if not self.problem.status.endswith("_inaccurate"):
                break
        return self.problem.status, np.array(self.x.value if self.x.value is not None else [])


def _bent(concave: Sum, x: cp.Variable) -> cp.Expression:
    """Write a sum whose squares, if any, count against it."""
    level = concave.constant + _dense(concave.linear, x.size) @ x
    if not concave.squares:
        return level
    number = list(concave.squares)
    curvature = -np.array(list(concave.squares.values()))
    assert (curvature >= 0).all(), "not concave"
    return level - cp.sum_squares(cp.multiply(np.sqrt(curvature), x[number]))
