"""The two ends of a frontier: the bound from which the limit no longer binds, and the tightest that any plan can keep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from alm.case import Case, CaseError, Fault
from alm.formulation.book import open_book
from alm.formulation.formulate import Formulation, formulate
from alm.formulation.limit_rows import limits_by_period
from alm.runs.frontier_axis import Axis
from alm.runs.judged import WORDS
from alm.runs.run import NoAnswerError, OutOfTimeError
from alm.runs.together import PLANS, How, Planned, alone, set_scene
from scenarios import shocked
from solvers import Problem, Solution, Status, solve

STEPS = 20  # of the search for a ratio; each step's miss is a small part of the one before
SETTLED = 1e-9  # relative: a ratio that moves by less is found
DIGITS = (
    6  # of an end, rounded to the loose side, so that the solver's own rounding leaves a plan there
)
SAME = 1e-8  # relative: what a plan that earns as much may lack, the solver's rounding


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
    note : str
        Which of them is not proven to be an end; blank where both are.
    """

    tightest: float
    loosest: float
    free: Planned
    note: str = ""


class NoEndError(Exception):
    """There is no plan even without the limit, or its measure has no end.

    Attributes
    ----------
    status : str
        infeasible or unbounded.
    planned : Planned or None
        What was found without the limit, where that is no plan.
    """

    def __init__(self, reason: str, status: str, planned: Planned | None = None) -> None:
        super().__init__(reason)
        self.status, self.planned = status, planned


def find_ends(axis: Axis, scenario: str, how: How) -> Ends:
    """Find both ends.

    Raises
    ------
    CaseError
        The denominator can be 0, so that no bound of the ratio says anything.
    NoEndError
        The case has no plan without the limit, or the measure has no end.
    NoAnswerError
        The solver found no end, nor that there is none; OutOfTimeError where its time was up.
    """
    free = alone(set_scene(axis.released(), scenario), how)
    if not free.is_plan:
        status = WORDS[free.solution.status]
        raise NoEndError("there is no plan even without this limit", status, free)
    table = free.ledgers[0].tables["limits"]
    held = _enforced(axis, table)
    start = _worst(axis, held["numerator"], held["denominator"].fillna(1.0))
    formulation = _formulation(axis, start, scenario)
    # A plan of integers or with price slopes is the only one that earns as much, or nearly so.
    floor = None
    if not (formulation.problem.is_quadratic or formulation.problem.is_integer):
        floor = free.solution.objective
    loosest, kept = (start, "") if floor is None else _reach(axis, start, scenario, floor)
    tightest, note = _reach(axis, loosest, scenario, None)
    ends = [_rounded(end, axis.towards_loose) for end in (tightest, loosest)]
    return Ends(ends[0], ends[1], free, "; ".join(each for each in (note, kept) if each))


def _enforced(axis: Axis, table: pd.DataFrame) -> pd.DataFrame:
    """Give the closes at which the limit holds where it is not released."""
    spread = limits_by_period(axis.case, str(table["scenario"].iloc[0]))
    when = spread.loc[(spread["limit"] == axis.limit) & spread["enforced"], "period"]
    return table[(table["limit"] == axis.limit) & table["period"].isin(when)]


def _worst(axis: Axis, numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> float:
    """Give the tightest bound that measures keep at every close."""
    above, below = np.asarray(numerator, float), np.asarray(denominator, float)
    if (below <= 0).any():
        allowed = "a limit or ratio whose denominator stays above 0"
        hint = "some plan brings it to 0, so that no bound of the ratio says anything"
        raise CaseError([Fault("options", None, "--x", axis.x, allowed, hint)])
    ratio = above / below
    return float(ratio.min() if axis.sense == "min" else ratio.max())


def _formulation(axis: Axis, bound: float, scenario: str) -> Formulation:
    return formulate(shocked(open_book(axis.at(bound)), scenario))


def _reach(axis: Axis, start: float, scenario: str, floor: float | None) -> tuple[float, str]:
    """Tighten a bound as far as any plan can keep it, or any that costs no more than `floor`.

    Each step asks for the plan whose rows have most room at the bound so far, and takes the bound that this plan keeps:
    Dinkelbach's way with a ratio. A limit without a denominator is done after one step.

    Returns
    -------
    The bound, and what is not proven of it; blank where it is an end.
    """
    bound, note = start, ""
    for _ in range(STEPS):
        formulation = _formulation(axis, bound, scenario)
        found = _most_room(axis, formulation, axis.case, floor)
        if found.status is Status.INFEASIBLE:  # by rounding only: a plan keeps `start`
            break
        _refuse_no_end(axis, found, floor)
        if found.status is Status.GAP:
            note = _unproven(found, floor)
        kept = _worst(axis, *_measures(axis, formulation, found.x))
        gain = axis.towards_loose * (bound - kept)
        if gain <= SETTLED * max(1.0, abs(bound)):
            break
        bound = kept
    return bound, note


def _end(floor: float | None) -> str:
    return (
        "tightest bound that any plan keeps"
        if floor is None
        else "tightest bound that costs nothing"
    )


def _unproven(found: Solution, floor: float | None) -> str:
    return f"the {_end(floor)} is that of the best plan found in {found.seconds:.3g} s: there may be a tighter one"


def _refuse_no_end(axis: Axis, found: Solution, floor: float | None) -> None:
    """Tell a measure without an end, and an end that was not found, from an end."""
    if found.status is Status.UNBOUNDED:
        more = "smaller" if axis.sense == "max" else "larger"
        reason = f"its measure has no end: some plan makes it {more} than any bound; limit the positions that it counts"
        raise NoEndError(reason, WORDS[found.status])
    if found.status in PLANS and found.has_point:
        return
    limit = axis.case.settings.solve.time_limit
    if found.seconds >= limit:
        raise OutOfTimeError(limit, f"Not the {_end(floor)}")
    why = found.note or found.status
    raise NoAnswerError(f"{found.backend} did not find the {_end(floor)}: {why}")


def _most_room(axis: Axis, formulation: Formulation, case: Case, floor: float | None) -> Solution:
    """Find the plan that keeps the limit with most room at its worst close."""
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
    return solve(wider, time_limit=case.settings.solve.time_limit)


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
