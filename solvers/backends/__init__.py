"""The backends: one file each, all named in `BACKENDS`.

Nothing here imports cvxpy or PuLP until a backend solves: they take a second to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from solvers.backends.cvxpy_clarabel import CvxpyClarabel
from solvers.backends.cvxpy_highs import CvxpyHighs
from solvers.backends.highs_direct import HighsDirect
from solvers.backends.pulp_cbc import PulpCbc
from solvers.backends.pulp_highs import PulpHighs
from solvers.problem import Problem
from solvers.solution import Options, Solution, Status


class Backend(Protocol):
    """What a backend is.

    Attributes
    ----------
    name : str
        Modelling layer + solver.
    can : frozenset of str
        Kinds of problems: linear, quadratic, cone, integer.
    statuses : dict
        Every native status that we understand; any other is `Status.FAILED`, never a guess.
    """

    name: ClassVar[str]
    can: ClassVar[frozenset[str]]
    statuses: ClassVar[Mapping[Any, Status]]

    def solve(self, problem: Problem, options: Options) -> Solution:
        """Solve a problem as it stands and return what the solver claims, in our order and signs.

        The caller scales, checks and decides: only x, dual, the bound of integer problems, seconds
        and iterations are read.
        """


# In the order of preference for a problem that several can solve.
BACKENDS: tuple[Backend, ...] = (
    CvxpyHighs(),
    CvxpyClarabel(),
    PulpHighs(),
    PulpCbc(),
    HighsDirect(),
)


class UnsuitableBackendError(ValueError):
    """The backend that was asked for cannot solve a problem of this kind.

    Attributes
    ----------
    backend : str
        Its name.
    can, needs : frozenset of str
        Kinds of problems that it solves, and what the problem is.
    """

    def __init__(self, backend: str, can: frozenset[str], needs: frozenset[str]) -> None:
        super().__init__(f"{backend} solves {_listed(can)} problems")
        self.backend, self.can, self.needs = backend, can, needs

    @property
    def kind(self) -> str:
        """What the problem is, in words."""
        return _listed(self.needs)


def _listed(kinds: frozenset[str]) -> str:
    return " and ".join(sorted(kinds))


def backend_for(needs: frozenset[str]) -> Backend:
    """Return the first backend that can do all of `needs`; ValueError if there is none."""
    for backend in BACKENDS:
        if needs <= backend.can:
            return backend
    raise ValueError(f"no backend solves a problem that is {_listed(needs)}")


def backend_named(name: str, problem: Problem) -> Backend:
    """Return the backend of that name.

    Raises
    ------
    ValueError
        No such backend.
    UnsuitableBackendError
        It cannot solve a problem of this kind.
    """
    known = {backend.name: backend for backend in BACKENDS}
    if name not in known:
        raise ValueError(f"no backend {name!r}; there are {', '.join(known)}")
    if not problem.needs <= known[name].can:
        raise UnsuitableBackendError(name, known[name].can, problem.needs)
    return known[name]
