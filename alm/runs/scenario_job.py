"""What every stage of a run over scenarios works with, and what it has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alm.case import Case, CaseError, Fault, load
from alm.runs.crew import Crew
from alm.runs.interruption import Interruption
from alm.runs.parts import Parts
from alm.runs.prepared import Prepared
from alm.runs.reference import read_reference
from alm.runs.scenario_folder import SUBFOLDERS
from alm.runs.scenario_run import KIND
from alm.runs.stages import Stages
from alm.runs.together import How, Planned
from scenarios import Mode, Tree, criterion, weights
from scenarios.risk import NOTHING


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
    reference : str
        Folder of the run whose plan decides among equally good ones in every scenario; blank: the opening balance sheet.
    """

    mode: Mode = Mode.SWEEP
    changes: tuple[str, ...] = ()
    backend: str = ""
    any_optimum: bool = False
    lang: str = "en"
    reference: str = ""

    @property
    def known(self) -> dict[str, Any]:
        """As run.json keeps them; a reference is known by what it decides, not by where it stands."""
        plain = {name: value for name, value in vars(self).items() if name != "reference"}
        return {**plain, "mode": self.mode.value, "changes": list(self.changes), "kind": KIND}


def prepare(case_folder: Path | str, options: Options) -> Prepared[Options]:
    """Load a case and the reference for a run over its scenarios.

    Raises
    ------
    CaseError
        The case has faults, all of them, or lists no scenarios.
    FileNotFoundError
        The reference is no run with a plan.
    """
    case = load(case_folder, options.changes)
    if case.table("scenarios").empty:
        hint = "list them in tables scenarios and shocks; `alm allocate` plans for the base alone"
        raise CaseError((Fault("scenarios", None, None, "no rows", "at least one scenario", hint),))
    return Prepared(case, options, read_reference(options.reference) if options.reference else None)


@dataclass(eq=False)
class Job:
    """What every stage of one run works with, and what it has found so far."""

    aside: Path
    prepared: Prepared[Options]
    stages: Stages
    tree: Tree
    crew: Crew
    best: tuple[Planned, ...] = ()
    base: Planned | None = None
    joint: Planned | None = None
    held: tuple[Planned | None, ...] = field(default=())

    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        self.parts = Parts(self.stages, Interruption())

    @property
    def case(self) -> Case:
        """The case, changes included."""
        return self.prepared.case

    @property
    def options(self) -> Options:
        """How the run is made."""
        return self.prepared.options

    @property
    def how(self) -> How:
        """How its problems are solved."""
        reference = self.prepared.reference
        return How(self.options.backend, self.options.any_optimum, reference=reference)

    @property
    def unanswered(self) -> dict[str, str]:
        """Say why nothing is known of some plans, by kind and scenario, as `held/storm`."""
        own = SUBFOLDERS.plan if self.is_sweep else SUBFOLDERS.alone
        looked = [(f"{own}/{each.names[0]}", each) for each in self.best]
        if self.base is not None and not self.is_sweep:
            looked.append((SUBFOLDERS.base, self.base))
        looked += [(f"{SUBFOLDERS.held}/{each.names[0]}", each) for each in self.held if each]
        return {place: each.silence for place, each in looked if each.silence}

    @property
    def without_plan(self) -> list[Planned]:
        """Scenarios that are proven to have no plan of their own."""
        return [each for each in self.best if not (each.is_plan or each.silence)]

    @property
    def fault(self) -> str:
        """Say what the answer lacks, and why; blank if nothing."""
        said = [f"nothing is known of {place}: {why}" for place, why in self.unanswered.items()]
        return "; ".join([*said, *([self.parts.fault] if self.parts.fault else [])])

    @property
    def is_sweep(self) -> bool:
        """Whether each scenario has its own plan."""
        return self.options.mode is Mode.SWEEP

    def weightless(self, objectives: list[float]) -> tuple[str, ...]:
        """Name the scenarios that count nothing in the criterion: of no probability, or with CVaR alone outside its tail."""
        risk = self.case.settings.risk
        counts = weights(objectives, self.tree.probability, risk.cvar_weight, risk.cvar_level)
        return tuple(
            name for name, each in zip(self.tree.names, counts, strict=True) if each <= NOTHING
        )

    def value(self, objectives: list[float]) -> float:
        """Weigh objectives of all scenarios by the criterion of the case."""
        risk = self.case.settings.risk
        return criterion(objectives, self.tree.probability, risk.cvar_weight, risk.cvar_level)
