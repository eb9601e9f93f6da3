"""What is known of a run before anything is solved: its inputs, its id, and the folder where it will stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from alm.case import Case, CaseError, Fault, load, table_hashes
from alm.case.faults import nearest
from alm.runs import store
from alm.runs.facts import facts
from alm.runs.options import Options
from alm.runs.reference import Reference, read_reference
from scenarios import BASE


class HowMade(Protocol):
    """Options of any kind of run."""

    @property
    def changes(self) -> tuple[str, ...]:
        """Cells changed for this run only."""

    @property
    def known(self) -> dict[str, Any]:
        """As run.json keeps them; `kind` where the run is more than one plan."""


Asked = TypeVar("Asked", bound=HowMade)


@dataclass(frozen=True, eq=False)
class Prepared(Generic[Asked]):
    """A run that has not begun: of one plan, over scenarios, or a frontier.

    Attributes
    ----------
    case : Case
    options : Options
    reference : Reference or None
        The plan that decides among equally good ones.
    """

    case: Case
    options: Asked
    reference: Reference | None = None

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Hash of each table and of the settings."""
        return table_hashes(self.case)

    @property
    def known_options(self) -> dict[str, Any]:
        """Options as they stand in run.json and in the id."""
        digest = {"reference": self.reference.digest} if self.reference else {}
        return {**self.options.known, **digest}

    @cached_property
    def id(self) -> str:
        """Hash of inputs, options and versions."""
        return store.run_id(self.hashes, self.known_options)

    def place(self, root: Path | str = "runs") -> Path:
        """Name the folder of the run below a root: <case>/<as_of>-<id>."""
        settings = self.case.settings
        name = f"{settings.as_of:%Y-%m-%d}-{self.id}"
        return Path(root) / store.folder_name(settings.name) / name

    @property
    def manifest(self) -> dict[str, Any]:
        """What run.json says of what was asked."""
        known = self.known_options
        return {
            "id": self.id,
            **({"kind": known["kind"]} if "kind" in known else {}),
            "case": self.case.settings.name,
            "options": known,
            "hashes": self.hashes,
            "versions": store.versions(),
            **facts(self.case),
        }


def prepare(case_folder: Path | str, options: Options) -> Prepared[Options]:
    """Load a case and the reference for a run.

    Raises
    ------
    CaseError
        The case has faults, all of them; or it does not list the scenario.
    FileNotFoundError
        The reference is no run with a plan.
    """
    case = load(case_folder, options.changes)
    refuse_scenario(case, options.scenario)
    reference = read_reference(options.reference) if options.reference else None
    return Prepared(case, options, reference)


def refuse_scenario(case: Case, scenario: str) -> None:
    """Refuse a scenario that the case does not list. CaseError."""
    known = [BASE, *case.table("scenarios")["scenario"]]
    if scenario not in known:
        hint = nearest(scenario, known)
        raise CaseError((Fault("options", None, "--scenario", scenario, ", ".join(known), hint),))
