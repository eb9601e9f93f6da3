"""Begin a joint problem in the bases of its scenarios, brought to agree in ever larger groups."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.formulation.stacked import Risk, Stacked, stack
from solvers import Basis, Problem, Solution

GROUP = 5  # scenarios, then groups, that are brought together at once
SHARE = 0.5  # of the time limit, at most: groups only help

SolveFrom = Callable[[Problem, Basis | None, float], Solution]


def agreed(
    books: Sequence[Book],
    parts: Sequence[Formulation],
    key: npt.NDArray[np.int64],
    bases: Sequence[Basis | None],
    solve: SolveFrom,
) -> list[Basis | None]:
    """Solve groups of scenarios together, then groups of groups, up to half of all.

    Alone, scenarios decide differently what they must decide alike. A pivot that settles it costs as much as the problem is
    large, so most are made while it is small: what a large group decides is nearly what all decide.

    Parameters
    ----------
    key : array of int (scenario, period)
        Scenarios with the same number in a period share its decisions.
    bases : sequence (scenario)
        In which each ended alone.
    solve
        Of a problem, from a basis, within so many seconds.

    Returns
    -------
    list (scenario)
        In which each ended in its largest group.
    """
    found, size = list(bases), GROUP
    if any(each is None for each in bases):
        return found
    end = time.perf_counter() + SHARE * books[0].case.settings.solve.time_limit
    order = np.lexsort(key.T[::-1])  # those that share the most side by side
    while 2 * size <= len(parts):
        for group in np.split(order, np.arange(size, len(parts), size)):
            left = end - time.perf_counter()
            if left <= 0:
                return found
            stacked = _stacked(books, parts, key, group)
            begin = stacked.basis([found[each] for each in group])
            basis = solve(stacked.problem, begin, left).basis
            if basis is not None:
                for place, each in enumerate(group):
                    found[each] = stacked.part_basis(place, basis)
        size *= GROUP
    return found


def _stacked(
    books: Sequence[Book],
    parts: Sequence[Formulation],
    key: npt.NDArray[np.int64],
    group: npt.NDArray[np.intp],
) -> Stacked:
    alike = np.full(group.size, 1.0 / group.size)
    return stack(
        [books[each] for each in group], [parts[each] for each in group], key[group], alike, Risk()
    )
