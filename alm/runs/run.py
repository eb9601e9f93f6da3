"""What a run answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

EXIT_GOOD, EXIT_FAULT, EXIT_INPUT, EXIT_NO_PLAN, EXIT_GAP, EXIT_UNVERIFIED = 0, 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Run:
    """One solve with its frozen inputs, plan, report and manifest.

    Attributes
    ----------
    folder : Path or None
        The run folder; None where nothing was written.
    status : str
        optimal, gap, infeasible or unbounded.
    objective : float or None
        Of the plan as written, reporting currency in table units.
    optimum : float or None
        Of the solution before rounding.
    bound, gap : float or None
        No plan earns more than `bound`; `gap` is what is missing to it, relative to the objective.
    whole_decisions : int
        Lots, tickets and what is open or not: decided first, then fixed, so prices hold given them.
    income : float or None
        After tax, over the horizon, undiscounted.
    violations : tuple of dict
        Limits that the plan misses, soft ones included: limit, period, shortfall, enforcement.
    seconds : dict of str to float
        By stage.
    reason : str
        Why there is no plan; blank where there is one.
    advice : tuple of str
        Changes as `--set` takes them that together leave room for a plan, where there is none.
    left_out : tuple of str
        What Ctrl-C cut short after there was a plan.
    fault : str
        Which parts failed that the answer can do without; the plan stands, or the proof that there is none.
    """

    case: str
    status: str
    backend: str
    seconds: dict[str, float]
    folder: Path | None = None
    objective: float | None = None
    optimum: float | None = None
    bound: float | None = None
    gap: float | None = None
    income: float | None = None
    whole_decisions: int = 0
    verified: bool = False
    violations: tuple[dict[str, Any], ...] = ()
    report: Path | None = None
    reason: str = ""
    advice: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    fault: str = ""
    tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def answer(self) -> dict[str, Any]:
        """Give the object that `alm allocate --json` prints. Contract, section 9."""
        return {
            "run": str(self.folder) if self.folder else None,
            "case": self.case,
            "status": self.status,
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "verified": self.verified,
            "income": self.income,
            "violations": list(self.violations),
            "seconds": self.seconds,
            "backend": self.backend,
            "report": str(self.report) if self.report else None,
            **({"reason": self.reason} if self.reason else {}),
            **({"advice": list(self.advice)} if self.advice else {}),
            **({"left_out": list(self.left_out)} if self.left_out else {}),
            **({"fault": self.fault} if self.fault else {}),
        }

    @property
    def exit_code(self) -> int:
        """Exit code of the contract, section 9."""
        code = exit_code(self.status, verified=self.verified, faulty=bool(self.fault))
        return EXIT_GAP if code == EXIT_GOOD and self.left_out else code


def exit_code(status: str, *, verified: bool, faulty: bool) -> int:
    """Give the exit code of what was planned: no plan, refused by verification, in part failed, a gap, or good.

    References
    ----------
    Contract, section 9.
    """
    if status in ("infeasible", "unbounded"):
        return EXIT_NO_PLAN
    if not verified:
        return EXIT_UNVERIFIED
    if faulty:
        return EXIT_FAULT
    return EXIT_GAP if status == "gap" else EXIT_GOOD


class NoAnswerError(RuntimeError):
    """A solver neither found a plan nor proved that there is none."""


class OutOfTimeError(NoAnswerError):
    """The solver had found no plan when its time was up, and had not proven that there is none.

    Parameters
    ----------
    seconds : float
        That it had.
    what : str
        What was sought, where that is not the plan of the case.
    """

    def __init__(self, seconds: float, what: str = "No plan") -> None:
        self.seconds, self.what = seconds, what
        super().__init__(
            f"{what} within {seconds:g} s: the solver had found none when its time was up, nor proven that there is"
            f" none. Nothing was kept. {self.advice}"
        )

    def __reduce__(self) -> tuple[type, tuple[float, str]]:
        """Cross from one process to another with what it was made of."""
        return type(self), (self.seconds, self.what)

    @property
    def advice(self) -> str:
        """Say what would help."""
        longer = max(10.0, 10 * self.seconds)
        return f"Give it more time, for example by --set solve.time_limit={longer:g}"
