"""The two ends of a frontier: the bound from which the limit no longer binds, and the tightest that any plan can keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from alm.case import Case
from alm.formulation.book import open_book
from alm.formulation.formulate import Formulation, formulate
from alm.formulation.limit_rows import limits_by_period
from alm.runs.frontier_axis import Axis
from alm.runs.together import How, Planned, alone, set_scene
from scenarios import shocked
from solvers import Problem, Solution, Status, solve

STEPS = 20  # of the search for a ratio; each step's miss is a small part of the one before
SETTLED = 1e-9  # relative: a ratio that moves by less is found
DIGITS = (
    6  # of an end, rounded to the loose side, so that the solver's own rounding leaves a plan there
)
SAME = 1e-8  # relative: what a plan that earns as much may lack, the solver's rounding
NONE_LEFT = (Status.INFEASIBLE, Status.UNBOUNDED)


@dataclass(frozen=True)
class Ends:
    """Bounds between which a frontier lies.

    Attributes
    ----------
    tightest : float
        The tightest bound that some plan keeps, whatever it earns.
    loosest : float
        The tightest bound that costs nothing: with it a plan earns as much as without the limit.
    free : Planned
        The best plan without the limit.
    """

    tightest: float
    loosest: float
    free: Planned


class NoEndError(Exception):
    """There is no plan even without the limit, or none whose measure has an end; `planned` is what was found."""

    def __init__(self, reason: str, planned: Planned | None = None) -> None:
        super().__init__(reason)
        self.planned = planned


def find_ends(axis: Axis, scenario: str, how: How) -> Ends:
    """Find both ends.

    Raises
    ------
    NoEndError
        The case has no plan without the limit, or the denominator can be 0.
    """
    free = alone(set_scene(axis.released(), scenario), how)
    if not free.is_plan:
        raise NoEndError("there is no plan even without this limit", free)
    table = free.ledgers[0].tables["limits"]
    held = _enforced(axis, table)
    start = _worst(axis, held["numerator"], held["denominator"].fillna(1.0))
    formulation = _formulation(axis, start, scenario)
    # A plan of integers or with price slopes is the only one that earns as much, or nearly so.
    floor = None
    if not (formulation.problem.is_quadratic or formulation.problem.is_integer):
        floor = free.solution.objective
    loosest = start if floor is None else _reach(axis, start, scenario, floor)
    tightest = _reach(axis, loosest, scenario, None)
    ends = [_rounded(end, axis.towards_loose) for end in (tightest, loosest)]
    return Ends(ends[0], ends[1], free)


def _enforced(axis: Axis, table: pd.DataFrame) -> pd.DataFrame:
    """Give the closes at which the limit holds where it is not released."""
    spread = limits_by_period(axis.case, str(table["scenario"].iloc[0]))
    when = spread.loc[(spread["limit"] == axis.limit) & spread["enforced"], "period"]
    return table[(table["limit"] == axis.limit) & table["period"].isin(when)]


def _worst(axis: Axis, numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> float:
    """Give the tightest bound that measures keep at every close."""
    above, below = np.asarray(numerator, float), np.asarray(denominator, float)
    if (below <= 0).any():
        raise NoEndError("its denominator can be 0, so that no bound of the ratio says anything")
    ratio = above / below
    return float(ratio.min() if axis.sense == "min" else ratio.max())


def _formulation(axis: Axis, bound: float, scenario: str) -> Formulation:
    return formulate(shocked(open_book(axis.at(bound)), scenario))


def _reach(axis: Axis, start: float, scenario: str, floor: float | None) -> float:
    """Tighten a bound as far as any plan can keep it, or any that costs no more than `floor`.

    Each step asks for the plan whose rows have most room at the bound so far, and takes the bound that this plan keeps:
    Dinkelbach's way with a ratio. A limit without a denominator is done after one step.
    """
    bound = start
    for _ in range(STEPS):
        formulation = _formulation(axis, bound, scenario)
        x = _most_room(axis, formulation, axis.case, floor)
        if x is None:
            return bound
        found = _worst(axis, *_measures(axis, formulation, x))
        gain = axis.towards_loose * (bound - found)
        if gain <= SETTLED * max(1.0, abs(bound)):
            return bound
        bound = found
    return bound


def _most_room(
    axis: Axis, formulation: Formulation, case: Case, floor: float | None
) -> npt.NDArray[np.float64] | None:
    """Find the plan that keeps the limit with most room at its worst close; None where none was found."""
    rows = _rows(axis, formulation)
    problem = formulation.problem
    side = np.full(len(rows), axis.towards_loose)
    room = sparse.csr_array((side, (rows, np.zeros(len(rows), int))), shape=(problem.rows, 1))
    A = sparse.hstack([problem.A, room], format="csr")
    row_lower, row_upper = problem.row_lower, problem.row_upper
    if floor is not None:
        cost = sparse.csr_array(np.append(problem.c, 0.0)[None, :])
        A = sparse.vstack([A, cost], format="csr")
        most = floor - problem.offset + SAME * max(1.0, abs(floor))
        row_lower, row_upper = np.append(row_lower, -np.inf), np.append(row_upper, most)
    wider = Problem(
        c=np.append(np.zeros(problem.columns), -1.0),
        q=np.zeros(problem.columns + 1),
        A=A,
        row_lower=row_lower,
        row_upper=row_upper,
        lower=np.append(problem.lower, -np.inf),
        upper=np.append(problem.upper, np.inf),
        integer=np.append(problem.integer, False),
        cones=problem.cones,
    )
    solution: Solution = solve(wider, time_limit=case.settings.solve.time_limit)
    if solution.status in NONE_LEFT or not solution.has_point:
        return None
    return solution.x


def _rows(axis: Axis, formulation: Formulation) -> npt.NDArray[np.int64]:
    """Give the numbers of the rows that keep the limit."""
    named = formulation.limits.table["limit"] == axis.limit
    found = [
        block.numbers[named.loc[block.coords[0]].to_numpy(bool)]
        for name, block in formulation.rows.items()
        if name.startswith("limit ")
    ]
    return np.concatenate(found).astype(np.int64)


def _measures(
    axis: Axis, formulation: Formulation, x: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Read numerator and denominator at each close at which the limit is enforced: (close), (close)."""
    table, block = formulation.limits.table, formulation.columns["amount"]
    table = table[(table["limit"] == axis.limit) & table["enforced"]]
    when = block.coords[1].get_indexer(pd.Index(table["period"]))
    above = x[block.numbers[table["numerator_at"].to_numpy(int), when]]
    at = table["denominator_at"].to_numpy(int)
    return above, np.where(at >= 0, x[block.numbers[at, when]], 1.0)


def _rounded(bound: float, side: float) -> float:
    """Round an end to the loose side.

    >>> _rounded(0.1234567, 1.0), _rounded(0.1234567, -1.0), _rounded(0.25, 1.0)
    (0.123457, 0.123456, 0.25)
    """
    if bound == 0:
        return 0.0
    digits = DIGITS - 1 - int(np.floor(np.log10(abs(bound))))
    near = round(bound, digits)
    if abs(near - bound) <= 1e-12 * abs(bound) or side * (near - bound) > 0:
        return near
    return round(near + side * 10.0**-digits, digits)
