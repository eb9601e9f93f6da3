"""Who shares decisions with whom: a tree of scenarios, period by period. Contract, section 8."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from alm.case import Case

TRUNK = -1


class Mode(StrEnum):
    """How scenarios are planned for.

    SWEEP: each has its own best plan. ROBUST: all decisions are shared in all periods, only plugs react. STOCHASTIC:
    sharing as the table `scenarios` says.
    """

    SWEEP = "sweep"
    ROBUST = "robust"
    STOCHASTIC = "stochastic"


@dataclass(frozen=True, eq=False)
class Tree:
    """The scenarios of a case and what they share.

    Attributes
    ----------
    names : tuple of str
        In the order of the table.
    probability : array (scenario)
        They sum to 1.
    key : array of int (scenario, period)
        Scenarios with the same number in a period share its new business, disposals and transfers.
    own : array of bool (scenario, period)
        The period's decisions are the scenario's own, shared with nobody.
    """

    names: tuple[str, ...]
    probability: npt.NDArray[np.float64]
    key: npt.NDArray[np.int64]
    own: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.names)


def tree_of(case: Case, mode: Mode) -> Tree:
    """Say which scenarios share the decisions of each period.

    In periods before `start` a scenario shares those of its parent or, without one, of the common trunk: its own number
    from `start` on, before it the parent's of that period.

    Raises
    ------
    ValueError
        The case lists no scenarios; callers refuse it before.
    """
    table = case.table("scenarios")
    names = tuple(str(name) for name in table["scenario"])
    if not names:
        raise ValueError("the case lists no scenarios")
    given = table["probability"].to_numpy(float)
    size = (len(names), case.settings.periods)
    if mode is Mode.SWEEP:
        key = np.repeat(np.arange(len(names))[:, None], size[1], axis=1)
    elif mode is Mode.ROBUST:
        key = np.full(size, TRUNK)
    else:
        key = _keys(names, table["parent"].tolist(), table["start"].to_numpy(int), size[1])
    itself = key == np.arange(len(names))[:, None]
    shared = np.stack([np.bincount(column + 1, minlength=len(names) + 1) for column in key.T]) > 1
    with_others = shared.T[key + 1, np.arange(size[1])]
    return Tree(names, given / given.sum(), key, itself & ~with_others)


def _keys(
    names: tuple[str, ...], parents: list[str], start: npt.NDArray[np.int64], periods: int
) -> npt.NDArray[np.int64]:
    """Follow parents until one decides for itself: (scenario, period)."""
    place = {name: number for number, name in enumerate(names)}
    parent = np.array([place.get(name, TRUNK) for name in parents], dtype=np.int64)
    key = np.repeat(np.arange(len(names), dtype=np.int64)[:, None], periods, axis=1)
    period = np.arange(1, periods + 1)
    while True:
        early = (key != TRUNK) & (period < start[key])
        if not early.any():
            return key
        key = np.where(early, parent[key], key)
