"""What a frontier answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from alm.runs.run import EXIT_FAULT, exit_code

KIND = "frontier"
STRAIGHT = 1e-6  # of the square that holds the frontier: what lies closer to the chord is no knee


@dataclass(frozen=True)
class Frontier:
    """What a limit costs, bound by bound.

    Attributes
    ----------
    limit : str
        The limit that is moved; it was added where `x` is a measure.
    status : str or None
        optimal, or gap where some point is or an end is not proven; infeasible or unbounded where there is no plan at all; None where nothing is known.
    current : float or None
        The bound of the limit as the case states it.
    tightest, loosest : float or None
        The tightest bound that any plan keeps, and the tightest one that costs nothing.
    knee : float or None
        The bound at the knee; None where the frontier is straight.
    points : tuple of dict
        point, bound, value (of the measure in the plan, at its worst close), objective, income, cost (against the best point),
        proven (what no plan at that bound earns more than), gap, status, verified, knee, run, reason, fault.
    reason : str
        Why there is no plan.
    note : str
        Which end is not proven to be one, time being up; blank where both are.
    order : str
        Where a looser bound earns less; blank where none does.
    """

    case: str
    x: str
    limit: str
    region: str
    sense: str
    status: str | None
    seconds: dict[str, float]
    folder: Path | None = None
    verified: bool = False
    current: float | None = None
    tightest: float | None = None
    loosest: float | None = None
    knee: float | None = None
    points: tuple[dict[str, Any], ...] = ()
    reason: str = ""
    note: str = ""
    order: str = ""
    fault: str = ""
    report: Path | None = None

    def answer(self) -> dict[str, Any]:
        """Give the object that `alm frontier --json` prints."""
        return {
            "run": str(self.folder) if self.folder else None,
            "case": self.case,
            "x": self.x,
            "limit": self.limit,
            "region": self.region,
            "sense": self.sense,
            "status": self.status,
            "verified": self.verified,
            "current": self.current,
            "tightest": self.tightest,
            "loosest": self.loosest,
            "knee": self.knee,
            "points": list(self.points),
            "seconds": self.seconds,
            "report": str(self.report) if self.report else None,
            **({"reason": self.reason} if self.reason else {}),
            **({"note": self.note} if self.note else {}),
            **({"order": self.order} if self.order else {}),
            **({"fault": self.fault} if self.fault else {}),
        }

    @property
    def exit_code(self) -> int:
        """Exit code of the contract, section 9; 1 where a looser bound earns less, or a point could not be made."""
        if self.status is None:
            return EXIT_FAULT
        faulty = bool(self.order or self.fault)
        return exit_code(self.status, verified=self.verified, faulty=faulty)


def knee_of(bounds: Sequence[float], objectives: Sequence[float | None]) -> int | None:
    """Find the knee: the point farthest above the chord from the first to the last plan, both axes scaled to 0..1.

    Returns
    -------
    int or None
        Place in the lists; the tightest of several; None with less than three plans or where all lie on the chord.

    Examples
    --------
    >>> knee_of([0.0, 1.0, 2.0], [0.0, 8.0, 10.0]), knee_of([0.0, 1.0, 2.0], [0.0, 5.0, 10.0])
    (1, None)
    """
    known = [place for place, worth in enumerate(objectives) if worth is not None]
    if len(known) < 3:
        return None
    x = np.array([bounds[place] for place in known])
    y = np.array([objectives[place] for place in known], dtype=float)
    if x[-1] == x[0] or y[-1] == y[0]:
        return None
    above = (y - y[0]) / (y[-1] - y[0]) - (x - x[0]) / (x[-1] - x[0])
    best = int(np.argmax(np.round(above, 9)))
    return known[best] if above[best] > STRAIGHT else None
