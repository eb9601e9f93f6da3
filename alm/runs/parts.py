"""The parts of a run that a plan can do without: one that fails or is interrupted costs only itself."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TypeVar

from alm.runs.interruption import Interruption
from alm.runs.stages import Stages

Answer = TypeVar("Answer")

FAILED = {
    "tie-break": "the tie-break among equally good plans failed",
    "prices": "the prices could not be computed",
    "baselines": "the comparison with simpler plans failed",
    "assumptions": "the assumptions could not be listed",
    "report": "the workbook could not be written",
    "reason": "what stands in the way could not be found out",
}


class Parts:
    """Takes the steps that may fail, and keeps account of those that did.

    Parameters
    ----------
    stages : Stages
        The log, in which a failure leaves its traceback.
    interruption : Interruption
    """

    def __init__(self, stages: Stages, interruption: Interruption) -> None:
        self._stages, self._interruption = stages, interruption
        self._failed: dict[str, str] = {}

    def attempt(self, part: str, step: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Take a quick step; `otherwise` if it fails. An interrupt does not leave it out."""
        try:
            return step()
        except Exception as error:
            self._stages.note(f"{part} failed", error=repr(error), trace=traceback.format_exc())
            self._failed[part] = f"{FAILED[part]}: {error!r}"
            return otherwise

    def optional(self, part: str, step: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Take a step that may be long; `otherwise` if it fails, or if Ctrl-C was or is pressed."""
        return self._interruption.optional(
            part, lambda: self.attempt(part, step, otherwise), otherwise
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """What Ctrl-C cut short, each part once."""
        return tuple(dict.fromkeys(self._interruption.left_out))

    @property
    def fault(self) -> str:
        """What failed, in words; blank if nothing did."""
        return "; ".join(self._failed.values())

    def lacks(self, part: str) -> bool:
        """Tell whether a part failed or was left out."""
        return part in self._failed or part in self.left_out
