"""Where a search stands: the best point met, the best bound proven, and the time that is left."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field, replace

import numpy as np

from solvers.check import PRIMAL_TOLERANCE, objective_magnitude, primal_residual
from solvers.problem import Problem, Vector
from solvers.solution import Options

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Standing:
    """The best point and bound so far, `options.start` first; told to `options.report` whenever one of them gets better.

    Attributes
    ----------
    x : (column), optional
        The best allowed point.
    objective, bound : float
        inf and -inf while nothing is known.
    """

    problem: Problem
    options: Options
    x: Vector | None = None
    objective: float = np.inf
    bound: float = -np.inf
    _started: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        if self.options.start is not None:
            self.offer(self.options.start)

    @property
    def left(self) -> float:
        """Seconds of the time limit that are left."""
        return self.options.time_limit - (time.perf_counter() - self._started)

    def within(self, share: float = 1.0, **changes: object) -> Options:
        """Options for a step that may take a share of the time limit, and no more than is left."""
        seconds = max(0.1, min(share * self.options.time_limit, self.left))
        return replace(self.options, time_limit=seconds, report=None, **changes)  # type: ignore[arg-type]  # names of fields

    def offer(self, x: Vector) -> bool:
        """Keep a point if it is the best, and allowed."""
        objective = self.problem.objective(x)
        x = np.where(self.problem.integer, np.round(x), x)
        if objective >= self.objective or primal_residual(self.problem, x) > PRIMAL_TOLERANCE:
            return False
        self.x, self.objective = x, objective
        self._tell()
        return True

    def prove(self, bound: float) -> None:
        """Keep a bound if it is the best."""
        if bound > self.bound:
            self.bound = bound
            self._tell()

    def gap(self, bound: float | None = None) -> float:
        """Relative gap of the best point to the best bound, or to another one."""
        bound = self.bound if bound is None else bound
        if self.x is None or not np.isfinite(bound):
            return np.inf
        return (self.objective - bound) / objective_magnitude(self.problem, self.x)

    @property
    def enough(self) -> float:
        """The least bound that the best point needs for the gap that was asked; inf while there is no point."""
        if self.x is None:
            return np.inf
        return self.objective - self.options.gap * objective_magnitude(self.problem, self.x)

    @property
    def is_over(self) -> bool:
        """Whether the gap is as small as was asked, or time is up."""
        return self.gap() <= self.options.gap or self.left <= 0

    def _tell(self) -> None:
        log.info("best %.9g, bound %.9g, gap %.1e", self.objective, self.bound, self.gap())
        if self.options.report is not None:
            self.options.report(self.objective, self.bound)
