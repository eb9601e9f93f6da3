"""What objectives of scenarios are worth together (contract, sections 1 and 8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alm.case import Case

LEAST = 1e-12  # of probability: a tail that is none has no mean


@dataclass(frozen=True, eq=False)
class Worth:
    """Objectives by scenario, and what they come to.

    Parameters
    ----------
    probability, objective : (scenario)
        Probabilities sum to 1.
    weight, level
        `cvar_weight` and `cvar_level` of the case.
    """

    probability: np.ndarray
    objective: np.ndarray
    weight: float
    level: float

    def mean(self, figures: np.ndarray) -> float:
        """Weigh figures by the probabilities of their scenarios; NaN where one is missing."""
        return float(sum(p * figure for p, figure in zip(self.probability, figures, strict=True)))

    @property
    def expected(self) -> float:
        """The expected objective."""
        return self.mean(self.objective)

    @property
    def cvar(self) -> float:
        """The mean of the worst 1 - level: the largest over eta of eta - mean shortfall below eta / (1 - level).

        That is concave and bends at the objectives only, so one of them is the best eta.
        """
        tail = max(1.0 - self.level, LEAST)
        short = np.maximum(0.0, self.objective[:, None] - self.objective[None, :])
        if np.isnan(short).any():
            return float("nan")
        return float(np.max(self.objective - short @ self.probability / tail))

    @property
    def criterion(self) -> float:
        """What stochastic runs maximise: (1 - w) x expected + w x CVaR."""
        if self.weight == 0:
            return self.expected
        return (1 - self.weight) * self.expected + self.weight * self.cvar


def worth_of(case: Case, objective: np.ndarray) -> Worth:
    """Weigh objectives, one a scenario in the order of table scenarios."""
    given = case.table("scenarios")["probability"].to_numpy(float)
    risk = case.settings.risk
    return Worth(given / given.sum(), objective, risk.cvar_weight, risk.cvar_level)
