"""What a plan is worth over scenarios: the expected objective, and the mean of the worst ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NOTHING = 1e-12  # of probability


def expected(objective: npt.ArrayLike, probability: npt.ArrayLike) -> float:
    """Weigh objectives by their probabilities.

    >>> expected([10, 20], [0.75, 0.25])
    12.5
    """
    return float(np.dot(np.asarray(objective, float), np.asarray(probability, float)))


def cvar(objective: npt.ArrayLike, probability: npt.ArrayLike, level: float) -> float:
    """Give the mean of the worst 1 - level of the objective. Contract, section 1, [risk].

    The scenario at the edge counts with the part of its probability that is still within the tail.

    >>> cvar([10, 20, 40], [0.25, 0.25, 0.5], 0.5)
    15.0
    """
    taken = _tail(objective, probability, level)
    return float(np.dot(np.asarray(objective, float), taken))


def _tail(
    objective: npt.ArrayLike, probability: npt.ArrayLike, level: float
) -> npt.NDArray[np.float64]:
    """Give the share that each scenario has of the worst 1 - level: (scenario); they sum to 1."""
    worth, weight = np.asarray(objective, float), np.asarray(probability, float)
    order = np.argsort(worth, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(weight[order])[:-1]])
    tail = max(1.0 - level, NOTHING)
    taken = np.zeros(len(worth))
    taken[order] = np.clip(tail - before, 0.0, weight[order])
    return taken / taken.sum()


def weights(
    objective: npt.ArrayLike, probability: npt.ArrayLike, weight: float, level: float
) -> npt.NDArray[np.float64]:
    """Give what each scenario counts in the criterion: (scenario); they sum to 1.

    >>> weights([10, 20, 40], [0.25, 0.25, 0.5], 1.0, 0.5).tolist()
    [0.5, 0.5, 0.0]
    """
    mean = (1.0 - weight) * np.asarray(probability, float)
    return mean + weight * _tail(objective, probability, level) if weight else mean


def criterion(
    objective: npt.ArrayLike, probability: npt.ArrayLike, weight: float, level: float
) -> float:
    """Give what stochastic runs maximise: (1 - w) x expected + w x CVaR. Contract, section 1, [risk]."""
    mean = expected(objective, probability)
    if weight == 0.0:
        return mean
    return (1.0 - weight) * mean + weight * cvar(objective, probability, level)
