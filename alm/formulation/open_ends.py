"""How far derived measures can go on the side that their pieces leave open.

A minimum is held below each of its pieces, which is all that a limit needs: below them it may be anything. A row that may
be off has to be given what it can miss, though, and of a measure without an end there is no such amount. What its
pieces are at least, it is at least, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from alm.formulation.alternatives import Terms, least
from alm.formulation.amounts import Amounts, parts_of, piecewise
from alm.formulation.limit_rows import LimitRows, enforced_steps
from alm.formulation.measures.outflow_at_risk import AT_RISK, risk_factors
from alm.formulation.measures.piecewise import piece_terms
from alm.formulation.measures.usable_hqla import USABLE, USABLE_PARTS, shared_liquidity, solos_of
from alm.formulation.measures.weights import addons
from solvers import Problem

ROOM = 1e-6
"""Relative: an end is no closer than what floating point may make of the measure."""


def with_ends(problem: Problem, limits: LimitRows, columns: Mapping[str, np.ndarray]) -> Problem:
    """Bound the derived measures of limits whose bounds move in steps.

    Parameters
    ----------
    columns : dict of str to array
        Numbers of the columns of each block, in its shape.
    """
    steps = enforced_steps(limits)
    if steps.empty:
        return problem
    amounts, table = limits.amounts, limits.table.loc[steps["row"].unique()]
    named = {*table["numerator_at"], *table["denominator_at"], *steps["at"]} - {-1}
    places = sorted(_reached(amounts, named))
    lower, upper = problem.lower.copy(), problem.upper.copy()
    _end_pieces(problem, amounts, columns["amount"], places, lower, upper)
    _end_risk(problem, amounts, columns["amount"], places, upper)
    _end_usable(problem, amounts, columns, places, lower)
    return problem.replace(lower=lower, upper=upper)


def _least(problem: Problem, expressions: Sequence[Terms]) -> np.ndarray:
    """Bound from below what each expression can be: (expression); -inf where no end is known."""
    found = least(problem, expressions)
    return np.where(np.isposinf(found), -np.inf, found)


def _reached(amounts: Amounts, places: Iterable[int]) -> set[int]:
    """Find what measures are built from: places, their parts included."""
    found: set[int] = set()
    waiting = list(places)
    while waiting:
        place = int(waiting.pop())
        if place in found:
            continue
        found.add(place)
        scope, measure = amounts.order[place]
        waiting += [amounts.place[scope, part] for part in parts_of(amounts.book, measure)]
        if measure == USABLE:
            solos = [solo for solo, _ in shared_liquidity(amounts.book, scope)]
            waiting += [amounts.place[solo, part] for solo in solos for part in USABLE_PARTS]
    return found


def _end_pieces(
    problem: Problem,
    amounts: Amounts,
    number: np.ndarray,
    places: list[int],
    lower: np.ndarray,
    upper: np.ndarray,
) -> None:
    """End minima at the least of their pieces, maxima at the most of theirs; in place."""
    ends = [end for place in places for end in _ends(amounts, number, place)]
    if not ends:
        return
    value = _least(problem, [terms for _, _, _, terms in ends])
    lowest: dict[tuple[int, float], float] = {}
    for (column, turn, constant, _), found in zip(ends, value, strict=True):
        key = (column, turn)
        lowest[key] = min(lowest.get(key, np.inf), found + constant)
    for (column, turn), found in lowest.items():
        end = found - ROOM * (1.0 + abs(found))
        if turn > 0:
            lower[column] = max(lower[column], end)
        else:
            upper[column] = min(upper[column], -end)


def _ends(
    amounts: Amounts, number: np.ndarray, place: int
) -> Iterator[tuple[int, float, float, Terms]]:
    """State what a measure, times a sign, is at least one of: column, sign, constant and terms of each piece."""
    scope, measure = amounts.order[place]
    derived = piecewise(measure)
    if derived is None:
        return
    turn = 1.0 if derived.curvature == "concave" else -1.0
    fixed = turn * (amounts.holds[amounts.scope_of[place]] @ addons(amounts.book, derived.addon))
    for t in range(amounts.book.periods):
        for terms in piece_terms(amounts.place, derived, scope, number[:, t], turn):
            yield int(number[place, t]), turn, float(fixed[t]), terms


def _end_risk(
    problem: Problem, amounts: Amounts, number: np.ndarray, places: list[int], upper: np.ndarray
) -> None:
    """End the outflow at risk at the sum of its exposures, which their norm never exceeds; in place."""
    for place in places:
        scope, measure = amounts.order[place]
        if measure != AT_RISK:
            continue
        parts = [amounts.place[scope, factor] for factor in risk_factors(amounts.book)]
        signed = [
            ((int(column), sign),) for column in number[parts].ravel() for sign in (1.0, -1.0)
        ]
        most = -_least(problem, signed).reshape(len(parts), amounts.book.periods, 2).min(axis=2)
        end = most.sum(axis=0)
        upper[number[place]] = end + ROOM * (1.0 + np.abs(end))


def _end_usable(
    problem: Problem,
    amounts: Amounts,
    columns: Mapping[str, np.ndarray],
    places: list[int],
    lower: np.ndarray,
) -> None:
    """End usable liquid assets, and what regions need of their own, below the ends of stock and need; in place."""
    rows, number = amounts.rows.get(USABLE, np.array([], dtype=int)), columns["amount"]
    solos = solos_of(amounts, rows)
    reached = {solo for solo in solos if amounts.place[solo, "hqla"] in places}
    for solo in reached:
        stock, need = (number[amounts.place[solo, part]] for part in USABLE_PARTS)
        needed = _least(problem, [((int(column), 1.0),) for column in need])
        own = columns["own_liquidity"][solos.index(solo)]
        lower[own] = np.minimum(lower[stock], needed - ROOM * (1.0 + np.abs(needed)))
    for row in set(rows) & set(places):
        end = np.zeros(amounts.book.periods)
        for solo, share in shared_liquidity(amounts.book, amounts.order[row][0]):
            end += share * lower[number[amounts.place[solo, "hqla"]]]
            if share != 1:
                end += (1.0 - share) * lower[columns["own_liquidity"][solos.index(solo)]]
        lower[number[row]] = end - ROOM * (1.0 + np.abs(end))
