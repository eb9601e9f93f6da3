"""Plan for scenarios together: stack, solve, make unique, round, write up. One scenario alone is a stack of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from alm.case import Case
from alm.explain.endless import why_unbounded
from alm.explain.no_plan import why_infeasible
from alm.explain.prices import limit_prices
from alm.explain.reason import Reason
from alm.formulation.book import Book, open_book
from alm.formulation.formulate import Formulation, formulate
from alm.formulation.groups import column_regions
from alm.formulation.stacked import Risk, Stacked, stack
from alm.plan.canonicalise import canonicalise_together
from alm.plan.decisions import Decisions, read_decisions
from alm.plan.held import with_decisions_held, with_rounding_forgiven
from alm.plan.ledger import Ledger, keep_ledger
from alm.plan.repair import broken_limits, overdrawn, with_more_room, with_room_in_plugs
from alm.plan.rounding import Held, Plan, round_together
from alm.plan.ties import with_fewest_changes_together
from alm.plan.whole import with_whole_decisions_fixed
from alm.runs.by_groups import agreed
from alm.runs.quanta import without_noise
from alm.runs.reference import Reference
from alm.runs.run import NoAnswerError, OutOfTimeError
from scenarios import shocked
from solvers import Basis, Problem, Solution, Status, solve
from solvers.solution import Options as SolverOptions
from solvers.warm import resolve

REPAIRS = 3
WARM_FROM = 5_000  # columns: fewer are solved at once
PLANS = (Status.OPTIMAL, Status.GAP)


@dataclass(frozen=True, eq=False)
class Scene:
    """A case under one scenario, ready to be solved."""

    book: Book
    formulation: Formulation

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.book.scenario


@dataclass(frozen=True)
class How:
    """How problems are solved.

    Attributes
    ----------
    backend : str
        By its name; blank for the one that suits.
    any_optimum : bool
        Ties are left.
    threads : int
        Of a solver; 0 for as many as it likes.
    warm : bool
        Large linear problems begin with `basis`, and tell in which they end.
    basis : Basis, optional
        Of the same model under another scenario.
    start : Solution, optional
        Of the same model under another scenario, for problems with squares to begin with.
    reference : Reference, optional
        The plan that decides among equally good ones, in every scenario.
    """

    backend: str = ""
    any_optimum: bool = False
    threads: int = 0
    warm: bool = False
    basis: Basis | None = field(default=None, compare=False)
    start: Solution | None = field(default=None, compare=False)
    reference: Reference | None = field(default=None, compare=False)

    def closest(self, books: Sequence[Book]) -> list[Decisions | None]:
        """Give the decisions to stay close to: (scenario); None for the opening balance sheet."""
        return [self.reference.decisions(book) if self.reference else None for book in books]

    def chosen(self, problem: Problem) -> str:
        """Name the backend of a problem; blank leaves the choice to `solvers`."""
        large = problem.columns >= WARM_FROM and problem.needs == {"linear"}
        return "highs" if self.warm and large and not self.backend else self.backend


@dataclass(frozen=True, eq=False)
class Planned:
    """Plans of scenarios that were solved together.

    Attributes
    ----------
    names : tuple of str
        The scenarios.
    solution : Solution
        Of the whole problem; its objective is the criterion with its sign turned. Without vectors.
    plans : tuple of Plan
        In whole quanta; empty where there is no plan.
    ledgers : tuple of Ledger
    note : str
        Why the tie-break failed, if it did.
    silence : str
        Why there is neither a plan nor a proof that there is none; blank where there is one of them.
    start : Solution, optional
        The whole solution of one scenario that has squares: where others may begin.
    """

    names: tuple[str, ...]
    solution: Solution
    plans: tuple[Plan, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    note: str = ""
    silence: str = ""
    start: Solution | None = None

    @property
    def is_plan(self) -> bool:
        """Whether there is one."""
        return self.solution.status in PLANS

    @classmethod
    def unanswered(cls, name: str, error: NoAnswerError) -> Planned:
        """Say that nothing is known of a scenario, and why."""
        nothing = np.zeros(0)
        said = str(error)
        if isinstance(error, OutOfTimeError):
            said = f"{error.what} within {error.seconds:g} s, nor a proof that there is none. {error.advice}"
        return cls(
            (name,), Solution(Status.FAILED, nothing, nothing, nothing, note=said), silence=said
        )

    @property
    def objectives(self) -> list[float]:
        """Of the plans as written: (scenario)."""
        return [ledger.objective for ledger in self.ledgers]

    @property
    def bound(self) -> float | None:
        """What no plan earns more than; None where nothing is proven."""
        return -self.solution.bound if np.isfinite(self.solution.bound) else None


def set_scene(case: Case, scenario: str, book: Book | None = None) -> Scene:
    """Apply the shocks of a scenario to a case, or to its book that is already open, and formulate it."""
    under = shocked(book or open_book(case), scenario)
    return Scene(under, formulate(under))


def alone(scene: Scene, how: How) -> Planned:
    """Find the best plan for one scenario."""
    key = np.zeros((1, scene.book.periods), dtype=int)
    return together((scene,), key, np.ones(1), Risk(), how)


def holding(scene: Scene, held: Held, how: How) -> Planned | None:
    """Find the best that a scenario can still do with the decisions of another plan; None if it can do nothing.

    Where the whole quanta of those decisions miss a limit or bound of the scenario by no more than what counts as kept, they
    are given that room.
    """
    fixed = with_decisions_held(scene.book, scene.formulation, held)
    if fixed is None:
        return None
    for formulation in (fixed, with_rounding_forgiven(scene.book, fixed)):
        key = np.zeros((1, scene.book.periods), dtype=int)
        found = together(
            (replace(scene, formulation=formulation),), key, np.ones(1), Risk(), how, held
        )
        if found.is_plan:
            return found
    return None


def together(
    scenes: Sequence[Scene],
    key: npt.NDArray[np.int64],
    probability: npt.NDArray[np.float64],
    risk: Risk,
    how: How,
    held: Held | None = None,
    bases: Sequence[Basis | None] = (),
) -> Planned:
    """Find the plans of scenarios that share decisions.

    Parameters
    ----------
    key : array of int (scenario, period)
        Scenarios with the same number in a period share its decisions.
    held : Held, optional
        What the formulations have fixed already, to be kept in rounding.
    bases : sequence (scenario), optional
        In which each scenario ended alone, for the whole to begin with.

    Raises
    ------
    NoAnswerError
        The solver gave neither a plan nor a proof that there is none; OutOfTimeError where its time was up.
    """
    books = [scene.book for scene in scenes]
    parts = [scene.formulation for scene in scenes]
    names = tuple(scene.name for scene in scenes)
    stacked = stack(books, parts, key, probability, risk)
    if bases:
        how = replace(how, warm=True)
        if how.chosen(stacked.problem) == "highs":
            bases = agreed(books, parts, key, bases, partial(_solved_from, books[0].case, how))
        how = replace(how, basis=stacked.basis(bases))
    solved = partial(_solved, books[0].case, how)
    solution = solved(stacked.problem, how.chosen(stacked.problem), _groups(books, stacked))
    if not how.any_optimum:
        solution = with_fewest_changes_together(
            *(books, stacked, solution),
            lambda problem: solved(problem, how.backend),
            how.closest(books),
        )
    stacked, solution = with_whole_decisions_fixed(stacked, solution, solved)
    if solution.status not in PLANS:
        _refuse_silence(solution, books[0].case.settings.solve.time_limit, names)
        return Planned(names, _light(solution))
    written = _written(books, stacked, solution, key, how, held)
    plans, ledgers, note = _repaired(books, stacked, written, solved, key, how, held)
    for number, (part, ledger) in enumerate(zip(parts, ledgers, strict=True)):
        ledger.tables["limits"]["price"] = limit_prices(part, stacked.solution(number, solution))
    start = solution if len(scenes) == 1 and stacked.problem.is_quadratic else None
    return Planned(names, _light(solution), tuple(plans), tuple(ledgers), note, start=start)


def _solved(
    case: Case,
    how: How,
    problem: Problem,
    backend: str = "",
    groups: npt.NDArray[np.intp] | None = None,
    within: float = np.inf,
) -> Solution:
    asked = case.settings.solve
    limit = min(within, asked.time_limit)
    if how.start is not None and not how.backend:
        begun = resolve(problem, how.start, SolverOptions(limit, threads=how.threads))
        if begun is not None:
            return begun
    return solve(
        problem,
        backend or None,
        basis=how.basis,
        time_limit=limit,
        gap=asked.gap,
        seed=asked.seed,
        groups=groups,
        threads=how.threads,
    )


def _solved_from(
    case: Case, how: How, problem: Problem, basis: Basis | None, seconds: float
) -> Solution:
    begin = replace(how, basis=basis)
    return _solved(case, begin, problem, how.chosen(problem), within=seconds)


Written = tuple[list[Plan], list[Ledger], str]


def _repaired(
    books: Sequence[Book],
    stacked: Stacked,
    written: Written,
    solved: Callable[[Problem, str], Solution],
    key: npt.NDArray[np.int64],
    how: How,
    held: Held | None,
) -> Written:
    """Solve again with more room where rounding broke limits or overdrew plugs, and write that up."""
    for _ in range(REPAIRS):
        tighter = _with_room(books, stacked, *written[:2])
        if tighter is None:
            break
        again = solved(tighter.problem, "" if tighter.undecided else how.backend)
        if again.status not in PLANS:
            break
        stacked = tighter
        written = _written(books, stacked, again, key, how, held)
    return written


def _light(solution: Solution) -> Solution:
    """Leave out the vectors: what a plan needs of them has been read."""
    nothing = np.zeros(0)
    return solution.replace(x=nothing, dual=nothing, reduced_cost=nothing, cone_dual=nothing)


def _refuse_silence(solution: Solution, limit: float, names: Sequence[str]) -> None:
    """Raise where nothing is known: neither a plan, nor that there is none."""
    if solution.status in (Status.INFEASIBLE, Status.UNBOUNDED):
        return
    whose = f"scenario {names[0]}" if len(names) == 1 else f"{len(names)} scenarios together"
    if solution.seconds >= limit:
        raise OutOfTimeError(limit, f"No plan for {whose}")
    why = solution.note or solution.status
    raise NoAnswerError(f"{solution.backend} gave no plan for {whose}: {why}")


def _groups(books: Sequence[Book], stacked: Stacked) -> npt.NDArray[np.intp]:
    """Say which columns hang together: those of one region's books in one scenario, or shared by some."""
    groups = np.full(stacked.problem.columns, -1, dtype=np.intp)
    for number, (book, part) in enumerate(zip(books, stacked.parts, strict=True)):
        own = column_regions(book, part)
        groups[stacked.column[number]] = np.where(own < 0, own, own + number * len(book.regions))
    return groups


def _written(
    books: Sequence[Book],
    stacked: Stacked,
    solution: Solution,
    key: npt.NDArray[np.int64],
    how: How,
    held: Held | None,
) -> Written:
    """Make a solution unique, round it, and write it up."""
    vector, note = solution.x, ""
    if not how.any_optimum:
        projection = canonicalise_together(books, stacked, solution, how.closest(books))
        vector, note = projection.x, projection.note
    wanted = [
        read_decisions(book, part, stacked.vector(number, vector))
        for number, (book, part) in enumerate(zip(books, stacked.parts, strict=True))
    ]
    plans = round_together(books, wanted, key, held)
    ledgers = [
        keep_ledger(book, plan, part.limits)
        for book, plan, part in zip(books, plans, stacked.parts, strict=True)
    ]
    quantum = books[0].case.settings.quantum
    clean = [replace(each, tables=without_noise(each.tables, quantum)) for each in ledgers]
    return plans, clean, note


def _with_room(
    books: Sequence[Book], stacked: Stacked, plans: Sequence[Plan], ledgers: Sequence[Ledger]
) -> Stacked | None:
    """Tighten what rounding broke: limits, and bounds of plugs; None where it broke nothing."""
    parts, broke = [], False
    for book, part, plan, ledger in zip(books, stacked.parts, plans, ledgers, strict=True):
        limits, missed = ledger.tables["limits"], overdrawn(book, plan)
        own = part
        if not broken_limits(limits).empty:
            own, broke = with_more_room(own, limits), True
        if missed.any():
            own, broke = with_room_in_plugs(book, own, missed), True
        parts.append(own)
    return stacked.with_parts(parts) if broke else None


def why_not(scene: Scene, solution: Solution) -> Reason:
    """Say what stands in the way of a scenario's own plan."""
    infeasible = solution.status is Status.INFEASIBLE
    why = why_infeasible if infeasible else why_unbounded
    return why(scene.book, scene.formulation)
