"""What every stage of a run over scenarios works with, and what it has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alm.case import Case
from alm.runs.crew import Crew
from alm.runs.scenario_run import KIND
from alm.runs.stages import Stages
from alm.runs.together import How, Planned
from scenarios import Mode, Tree, criterion


@dataclass(frozen=True)
class Options:
    """How a run over scenarios is made; part of its id.

    Attributes
    ----------
    mode : Mode
    changes : tuple of str
        Cells changed for this run only, as `limits.lcr_group.bound=1.1`.
    backend : str
        Name of a backend in `solvers`; blank lets the problem decide.
    any_optimum : bool
        Skip the tie-break among equally good plans.
    lang : str
        Language of the workbook, `en` or `zh`.
    """

    mode: Mode = Mode.SWEEP
    changes: tuple[str, ...] = ()
    backend: str = ""
    any_optimum: bool = False
    lang: str = "en"

    @property
    def known(self) -> dict[str, Any]:
        """As run.json keeps them."""
        return {**vars(self), "mode": self.mode.value, "changes": list(self.changes), "kind": KIND}


@dataclass(eq=False)
class Job:
    """What every stage of one run works with, and what it has found so far."""

    aside: Path
    case: Case
    options: Options
    stages: Stages
    manifest: dict[str, Any]
    tree: Tree
    crew: Crew
    best: tuple[Planned, ...] = ()
    base: Planned | None = None
    joint: Planned | None = None
    held: tuple[Planned | None, ...] = field(default=())

    @property
    def how(self) -> How:
        """How its problems are solved."""
        return How(self.options.backend, self.options.any_optimum)

    @property
    def is_sweep(self) -> bool:
        """Whether each scenario has its own plan."""
        return self.options.mode is Mode.SWEEP

    def value(self, objectives: list[float]) -> float:
        """Weigh objectives of all scenarios by the criterion of the case."""
        risk = self.case.settings.risk
        return criterion(objectives, self.tree.probability, risk.cvar_weight, risk.cvar_level)
