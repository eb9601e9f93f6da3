"""The answer where there is no plan."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What stands in the way of a plan."""

    LIMITS = "limits"  # that cannot all hold
    BOUNDS = "bounds"  # of positions and lanes that contradict each other, even with all limits off
    ENDLESS = "endless"  # profit
    UNKNOWN = "unknown"  # there is none, but the conflict was not found
    UNANSWERED = "unanswered"  # neither a plan nor a proof that there is none


@dataclass(frozen=True)
class Reason:
    """Why there is no plan.

    Attributes
    ----------
    text : str
        For people.
    advice : tuple of str
        Changes as `--set` takes them: all of them together leave room for a plan. Empty where no such change is known.
    kind : Kind
    missed : tuple of mapping
        Of limits that cannot all hold, those that must give way, each once: limit, tier, region, period, and `missed`, by how
        much at least, reporting currency.
    """

    text: str
    advice: tuple[str, ...] = ()
    kind: Kind = Kind.UNKNOWN
    missed: tuple[Mapping[Hashable, Any], ...] = ()

    def facts(self) -> dict[str, Any]:
        """Give what the text says as data, for answers and reports."""
        return {
            "kind": self.kind.value,
            "missed": [dict(each) for each in self.missed],
            "advice": list(self.advice),
        }
