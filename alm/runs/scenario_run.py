"""What a run over scenarios answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alm.runs.run import EXIT_FAULT, EXIT_GAP, EXIT_GOOD, EXIT_UNVERIFIED, exit_code

KIND = "scenarios"


@dataclass(frozen=True)
class ScenarioRun:
    """Plans for every scenario of a case, and what they are worth together.

    Attributes
    ----------
    mode : str
        sweep, robust or stochastic.
    status : str or None
        optimal, gap, infeasible or unbounded; of a sweep, the worst of its scenarios; None where nothing is known of one.
    objective : float or None
        The criterion, (1 - w) x expected + w x CVaR, of the plans as written.
    optimum : float or None
        The same before rounding.
    bound, gap : float or None
        No plans earn more than `bound` by the criterion; `gap` is what is missing to it, relative to the objective.
    expected, cvar : float or None
        Of the objective over scenarios, plans as written.
    scenarios : tuple of dict
        scenario, name, probability, objective, income, status, bound, gap, verified, violations, wait_and_see,
        of_base_plan, regret; and where it is told why there is no plan `reason` (in words) and `why` (`Reason.facts`).
    wait_and_see : float or None
        Expected objective if each scenario were known before anything is decided: the expected sweep.
    expected_of_base_plan : float or None
        Expected objective with the shared decisions of the base plan; None where some scenario cannot bear them.
    infeasible_in : tuple of str
        Scenarios that cannot bear the shared decisions of the base plan.
    infeasible : tuple of str
        Scenarios that have no plan, not even their own.
    weightless : tuple of str
        Scenarios that count nothing in the criterion: what they do not share is decided by the tie-break alone.
    unanswered : tuple of str
        Plans of which nothing is known, since the solver gave none and no proof, as `held/storm`: kind and scenario.
    order : str
        What is wrong with wait-and-see >= these plans >= base plan's decisions; blank where the order holds.
    """

    case: str
    mode: str
    status: str | None
    seconds: dict[str, float]
    folder: Path | None = None
    objective: float | None = None
    optimum: float | None = None
    bound: float | None = None
    gap: float | None = None
    expected: float | None = None
    cvar: float | None = None
    verified: bool = False
    scenarios: tuple[dict[str, Any], ...] = ()
    wait_and_see: float | None = None
    expected_of_base_plan: float | None = None
    infeasible_in: tuple[str, ...] = ()
    infeasible: tuple[str, ...] = ()
    weightless: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    reason: str = ""
    order: str = ""
    fault: str = ""
    backend: str = ""
    report: Path | None = None
    shared: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def evpi(self) -> float | None:
        """Worth of knowing the scenario beforehand; of a sweep, where nothing is shared, none is defined."""
        if self.mode == "sweep":
            return None
        return _less(self.wait_and_see, self.expected)

    @property
    def vss(self) -> float | None:
        """Worth of planning for scenarios instead of for the base alone."""
        return _less(self.expected, self.expected_of_base_plan)

    def answer(self) -> dict[str, Any]:
        """Give the object that `alm scenarios --json` prints. Contract, sections 8 and 9."""
        return {
            "run": str(self.folder) if self.folder else None,
            "case": self.case,
            "mode": self.mode,
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "expected": self.expected,
            "cvar": self.cvar,
            "verified": self.verified,
            "scenarios": list(self.scenarios),
            "wait_and_see": self.wait_and_see,
            "expected_of_base_plan": self.expected_of_base_plan,
            "infeasible_in": list(self.infeasible_in),
            "evpi": self.evpi,
            "vss": self.vss,
            "seconds": self.seconds,
            "backend": self.backend,
            "report": str(self.report) if self.report else None,
            **({"infeasible": list(self.infeasible)} if self.infeasible else {}),
            **({"weightless": list(self.weightless)} if self.weightless else {}),
            **({"unanswered": list(self.unanswered)} if self.unanswered else {}),
            **({"reason": self.reason} if self.reason else {}),
            **({"order": self.order} if self.order else {}),
            **({"fault": self.fault} if self.fault else {}),
        }

    @property
    def exit_code(self) -> int:
        """Exit code of the contract, section 9; 1 where the order of values breaks or an answer is missing."""
        return exit_code_of(self.answer())


def exit_code_of(manifest: Mapping[str, Any]) -> int:
    """Give the exit code of a run of any kind from what it says of itself. Contract, section 9.

    A sweep in which some scenario has no plan ends like a run without any, unless a plan that it has is refused.
    """
    status, rows = manifest.get("status"), manifest.get("scenarios") or ()
    planned = any(each["objective"] is not None for each in (manifest, *rows))
    if planned and not manifest.get("verified"):
        return EXIT_UNVERIFIED
    if not planned and status is None:
        return EXIT_FAULT
    faulty = bool(manifest.get("order") or manifest.get("fault"))
    code = exit_code(str(status), verified=planned, faulty=faulty)
    return EXIT_GAP if code == EXIT_GOOD and manifest.get("left_out") else code


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
