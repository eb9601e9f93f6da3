"""Solve a problem: pick a backend, scale, solve, unscale, and believe only what we checked."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import numpy as np

from solvers import certificates, conic, lots, outer
from solvers.backends import Backend, backend_for, backend_named
from solvers.check import Check, check, relative_gap
from solvers.duals import vertex_duals
from solvers.pieces import BELIEVED, by_pieces
from solvers.polish import polish
from solvers.problem import Problem
from solvers.scaling import scale, unscale
from solvers.search import search
from solvers.solution import Basis, Labels, Options, Report, Solution, Status
from solvers.split import is_split, split

log = logging.getLogger(__name__)

QUICK = 2.0  # seconds: a problem with whole columns that took no longer is small
CLOSING = 10.0  # seconds, at most, to close its gap
CLOSED = 1e-8
SEARCHED_FROM = 50_000  # rows and columns: fewer go to branch and bound as they are
PIECES_FROM = 2_000  # columns: below, an interior point is at least as quick
SEARCHED_WHOLE = 50  # whole columns: for fewer the relaxations of a search are too dear
TINY = 1e-300
CLAIMS = (Status.INFEASIBLE, Status.UNBOUNDED)
LEAST_SECONDS = 1.0  # for one of many steps, however late it is: the next may round what is left
HOPELESS = 1e-3  # relative: a point this far off asks for a certificate that there is none


def solve(
    problem: Problem,
    backend: str | None = None,
    *,
    time_limit: float = 600.0,
    gap: float = 1e-4,
    seed: int = 0,
    threads: int = 0,
    groups: Labels | None = None,
    report: Report | None = None,
    basis: Basis | None = None,
    basis_duals: bool = True,
) -> Solution:
    """Solve a problem and check the answer from the problem alone.

    Linear problems go to cvxpy with HiGHS, quadratic and conic ones to cvxpy with Clarabel, large
    quadratic ones first to the simplex method by `solvers.pieces`, linear
    integer ones to PuLP with HiGHS, large ones of them by `solvers.search`; integers
    together with curves are solved by outer approximation. The problem is scaled by powers of two, solved, and checked; what does not
    pass is tried once more with the other method or tighter settings.

    Parameters
    ----------
    problem : Problem
    backend : str, optional
        Name of a backend in `solvers.backends.BACKENDS`, instead of the choice above.
    time_limit : float
        Seconds for each attempt.
    gap : float
        Relative gap that is good enough for integer problems; continuous ones: see `solvers.check`.
    seed, threads, groups, report, basis, basis_duals
        As in `Options`.

    Returns
    -------
    Solution
        In the units of the problem, with our own objective, bound, gap and residuals.

    Raises
    ------
    ValueError
        No such backend, or none that can solve a problem of this kind.
    UnsuitableBackendError
        The backend of that name cannot.
    """
    start = time.perf_counter()
    chosen = backend_named(backend, problem) if backend else backend_for(problem.needs)
    scaled, scaling = scale(problem)
    options = Options(
        time_limit,
        gap,
        seed,
        threads,
        groups=groups,
        search=not backend,
        report=None if report is None else _unscaled(report, scaling.cost),
        basis=basis,
        basis_duals=basis_duals,
    )
    return _told(problem, unscale(_solve_scaled(scaled, chosen, options), scaling), start)


def _told(problem: Problem, solution: Solution, start: float) -> Solution:
    """Fill in the objective in the units of the problem and the seconds, and log what was found."""
    if solution.has_point:
        # Powers of two: only the order of summation differs from the scaled figure.
        solution = solution.replace(objective=problem.objective(solution.x))
    solution = solution.replace(seconds=time.perf_counter() - start)
    log.info(
        "%s: %s, objective %.9g, gap %.1e, %.2f s",
        *(solution.backend, solution.status, solution.objective, solution.gap, solution.seconds),
    )
    return solution


def _unscaled(report: Report, cost: float) -> Report:
    """Tell the best of both so far, in the units of the problem: a second attempt begins without them."""
    best = [np.inf, -np.inf]

    def tell(objective: float, bound: float) -> None:
        better = [min(best[0], objective / cost), max(best[1], bound / cost)]
        if better != best:
            best[:] = better
            report(*better)

    return tell


def _solve_scaled(problem: Problem, backend: Backend, options: Options) -> Solution:
    why = certificates.contradiction(problem)
    if why:
        return Solution.nothing(problem, Status.INFEASIBLE, backend=backend.name, note=why)
    started = time.perf_counter()
    first = _attempt(problem, backend, options)
    if first.status is Status.OPTIMAL:
        quick = time.perf_counter() - started <= QUICK
        return _closer(problem, backend, first, options) if quick else first
    late = time.perf_counter() - started >= options.time_limit
    if late and not first.has_point and first.status not in CLAIMS:
        return _unconfirmed(first)  # a certificate would take as long again
    if not first.has_point or first.primal_residual > HOPELESS:
        explained = _explain(problem, first, options)
        if explained.status is not Status.FAILED:
            return explained
    if problem.is_integer and first.status is Status.GAP:
        return first  # out of time: a second attempt would take as long
    second = _attempt(problem, backend, replace(options, retry=True))
    log.info("%s: %s at first, %s on retry", backend.name, first.status, second.status)
    better = min(first, second, key=_rank)
    return better if better.has_point else _unconfirmed(better)


def _closer(problem: Problem, backend: Backend, first: Solution, options: Options) -> Solution:
    """Close the gap of a small problem with whole columns: it then has one answer, whatever gap was asked."""
    if not problem.is_integer or first.gap <= CLOSED:
        return first
    limit = min(options.time_limit, CLOSING)
    again = _attempt(problem, backend, replace(options, gap=CLOSED, time_limit=limit))
    bound = max(first.bound, again.bound)
    best = min((first, again), key=lambda each: each.objective if each.has_point else np.inf)
    gap = relative_gap(problem, best.x, bound)
    return best.replace(status=Status.OPTIMAL, bound=bound, gap=gap, note=first.note)


def _attempt(problem: Problem, backend: Backend, options: Options) -> Solution:
    if lots.has_many(problem):
        return _attempt_lots(problem, backend, options)
    if problem.is_integer and (problem.is_quadratic or problem.is_conic):
        return _attempt_outer(problem, backend, options)
    if options.search and not options.retry:
        end = time.perf_counter() + options.time_limit
        found = _apart(problem, backend, options)
        if found is not None:
            return found
        left = max(LEAST_SECONDS, end - time.perf_counter())
        options = replace(options, time_limit=min(options.time_limit, left))
    claimed = backend.solve(problem, options)
    if not claimed.has_point:
        return claimed
    if problem.is_conic:
        return _attempt_conic(problem, claimed, backend, options)
    x = np.clip(claimed.x, problem.lower, problem.upper)
    if problem.is_integer:
        return _judge_integer(problem, claimed.replace(x=x), options)
    if not problem.is_quadratic:
        return _judge(problem, claimed.replace(x=x))
    solution = _judge(problem, polish(problem, claimed.replace(x=x)))
    return _with_vertex_duals(problem, solution, options)


def _apart(problem: Problem, backend: Backend, options: Options) -> Solution | None:
    """Take a large problem apart; None where it is to be solved whole."""
    if problem.is_integer:
        return _search(problem, backend, options) if _is_large(problem) else None
    return _by_pieces(problem, options)


def _by_pieces(problem: Problem, options: Options) -> Solution | None:
    """Solve a large problem with squares as pieces of straight lines; None where that proves too little."""
    if problem.is_conic or not problem.is_quadratic or problem.columns < PIECES_FROM:
        return None
    found = by_pieces(problem, None, options)
    if found is None:
        return None
    x = np.clip(found.x, problem.lower, problem.upper)
    nothing = Solution.nothing(problem, Status.FAILED, backend="highs, squares in pieces")
    judged = _judge(problem, nothing.replace(x=x, dual=found.dual, basis=found.basis))
    is_proven = judged.status is Status.OPTIMAL and abs(judged.gap) <= BELIEVED
    return judged if is_proven else None


def _is_large(problem: Problem) -> bool:
    return problem.rows + problem.columns >= SEARCHED_FROM


def _search(problem: Problem, backend: Backend, options: Options) -> Solution | None:
    """Search a large problem with integers; None where branch and bound had better say what is wrong with it."""
    linear, inside = (backend_for(frozenset({kind})) for kind in ("linear", "quadratic"))

    def solve_linear(part: Problem, asked: Options) -> Solution:
        return _attempt(part, linear, asked)

    if problem.integer.sum() >= SEARCHED_WHOLE:
        found = search(problem, options, solve_linear, backend.solve)
    elif is_split(problem):
        found = split(problem, options, inside.solve, solve_linear, backend.solve)
    else:
        return None
    if found is None or not found.has_point:
        return None
    return _judge_integer(problem, found, options)


def _attempt_conic(
    problem: Problem, claimed: Solution, backend: Backend, options: Options
) -> Solution:
    """Solve once more with squares stated at their size, and prove that; else what was found at first."""
    linear = backend_for(frozenset({"linear"}))
    centred = problem.replace(cones=problem.cones.recentred(claimed.x))
    again = backend.solve(centred, options)
    best = claimed.replace(status=Status.FAILED)
    for each in (again, claimed):
        if each.has_point:
            proven = conic.prove(centred, each, lambda flat: _attempt(flat, linear, options))
            best = min(best, proven, key=_rank)
        if best.status is Status.OPTIMAL:
            break
    if not best.cone_dual.size:
        return best
    # A tangent is the same half-space in either unit, but not the same numbers.
    stated, solved = (each.cones.slopes(best.x) for each in (problem, centred))
    return best.replace(cone_dual=best.cone_dual * solved / np.maximum(stated, TINY))


def _attempt_lots(problem: Problem, backend: Backend, options: Options) -> Solution:
    """Round lots that are too many to be searched; what their relaxation proves is the bound."""
    end = time.perf_counter() + options.time_limit

    def within(part: Problem) -> Solution:
        left = max(LEAST_SECONDS, end - time.perf_counter())
        return _attempt(part, _able(part, backend), replace(options, time_limit=left))

    relaxed = within(lots.without_lots(problem))
    if not relaxed.has_point:
        return relaxed
    found = lots.round_lots(problem, relaxed, within)
    if found is None:
        return relaxed.replace(status=Status.FAILED, note="no whole lots were met by rounding")
    nothing = np.full(problem.rows, np.nan)
    known = {"bound": relaxed.bound, "dual": nothing, "backend": f"rounded lots, {relaxed.backend}"}
    return _judge_integer(problem, found.replace(**known), options)


def _able(problem: Problem, backend: Backend) -> Backend:
    """Keep the backend that was asked for where integers are left; a part without any has better ones."""
    return backend if problem.is_integer else backend_for(problem.needs)


def _attempt_outer(problem: Problem, backend: Backend, options: Options) -> Solution:
    """Solve integers and curves by rounds of a linear master and a convex problem."""
    found = outer.approximate(
        problem,
        options,
        lambda master, asked: _attempt(master, backend, asked),
        _attempt_convex,
    )
    return _judge_integer(problem, found, options) if found.has_point else found


def _attempt_convex(problem: Problem, options: Options) -> Solution:
    """Solve a convex problem of which a point is asked, and no more proof than comes with it.

    Duals of a basis took half the time of outer approximation.
    """
    backend = backend_for(problem.needs)
    if problem.is_conic or not problem.is_quadratic:
        return _attempt(problem, backend, options)
    pieced = _by_pieces(problem, options)
    if pieced is not None:
        return pieced
    claimed = backend.solve(problem, options)
    if not claimed.has_point:
        return claimed
    x = np.clip(claimed.x, problem.lower, problem.upper)
    return _judge(problem, polish(problem, claimed.replace(x=x)))


def _with_vertex_duals(problem: Problem, solution: Solution, options: Options) -> Solution:
    """Prefer the duals of a basis where they prove at least as much."""
    if not options.basis_duals:
        return solution
    dual = vertex_duals(problem, solution.x, options)
    if dual is None:
        return solution
    other = _judge(problem, solution.replace(dual=dual))
    proves = other.bound >= solution.bound or other.status is Status.OPTIMAL
    return other if proves else solution


def _judge(problem: Problem, solution: Solution) -> Solution:
    """Fill in what we found, and the status that follows from it."""
    found = check(problem, solution.x, solution.dual)
    reduced_cost = problem.gradient(solution.x) - problem.A.T @ solution.dual
    return _filled(solution.replace(reduced_cost=reduced_cost), found, found.is_optimal)


def _judge_integer(problem: Problem, solution: Solution, options: Options) -> Solution:
    """Snap whole columns, check the point; the bound is the solver's own, and `note` says so."""
    x = np.where(problem.integer, np.round(solution.x), solution.x)
    found = check(problem, x, solution.dual)
    gap = relative_gap(problem, x, solution.bound)
    found = replace(found, bound=solution.bound, gap=gap, dual_residual=np.nan)
    note = "the bound is the solver's own: branch and bound leaves no certificate"
    return _filled(solution.replace(x=x, note=note), found, found.is_allowed and gap <= options.gap)


def _filled(solution: Solution, found: Check, is_optimal: bool) -> Solution:
    status = Status.OPTIMAL if is_optimal else Status.GAP if found.is_allowed else Status.FAILED
    return solution.replace(
        status=status,
        objective=found.objective,
        bound=found.bound,
        gap=found.gap,
        primal_residual=found.primal_residual,
        dual_residual=found.dual_residual,
    )


def _explain(problem: Problem, solution: Solution, options: Options) -> Solution:
    """Look for a certificate of infeasibility or unboundedness, whatever the solver claimed."""
    linear = backend_for(frozenset({"linear"}))

    def solve_linear(each: Problem) -> Solution:
        return linear.solve(each, options)

    def nothing(status: Status, note: str) -> Solution:
        known = {"backend": solution.backend, "iterations": solution.iterations, "note": note}
        return Solution.nothing(problem, status, **known)

    farkas = certificates.infeasibility(problem, solve_linear)
    if farkas is not None:
        note = f"Farkas multipliers prove that rows are missed by {farkas.shortfall:.3g} in sum"
        return nothing(Status.INFEASIBLE, note).replace(dual=farkas.dual)
    direction = certificates.ray(problem, solve_linear)
    if direction is not None:
        note = "a direction that stays allowed for ever improves the objective"
        if problem.is_integer:
            note += ", if there is any whole point"
        return nothing(Status.UNBOUNDED, note)
    if problem.is_integer and solution.status is Status.INFEASIBLE:
        note = (
            "by the solver's branch and bound; the relaxation is feasible, so nothing certifies it"
        )
        return nothing(Status.INFEASIBLE, note)
    return _unconfirmed(solution)


def _unconfirmed(solution: Solution) -> Solution:
    note = f"the solver says {solution.status}, which we cannot confirm"
    return solution.replace(status=Status.FAILED, note=note)


def _rank(solution: Solution) -> tuple[bool, bool, float]:
    return (solution.status is not Status.OPTIMAL, solution.status is not Status.GAP, solution.gap)
