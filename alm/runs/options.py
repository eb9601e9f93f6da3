"""How a run is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scenarios import BASE


@dataclass(frozen=True)
class Options:
    """How a run is made; part of its id.

    Attributes
    ----------
    changes : tuple of str
        Cells changed for this run only, as `limits.lcr_group.bound=1.1`.
    backend : str
        Name of a backend in `solvers`; blank lets the problem decide.
    any_optimum : bool
        Skip the tie-break among equally good plans.
    baselines : bool
        Compare with simpler plans.
    lang : str
        Language of the workbook, `en` or `zh`.
    reference : str
        Folder of the run whose plan decides among equally good ones; blank: the opening balance sheet.
    scenario : str
        Scenario to plan for: its shocks happen, its limits and those of `all` hold. Contract, section 8.
    workbook : bool
        Write the workbook.
    """

    changes: tuple[str, ...] = ()
    backend: str = ""
    any_optimum: bool = False
    baselines: bool = True
    lang: str = "en"
    reference: str = ""
    scenario: str = BASE
    workbook: bool = True

    @property
    def known(self) -> dict[str, Any]:
        """As run.json keeps them; a reference is known by what it decides, not by where it stands."""
        return {**vars(self), "changes": list(self.changes), "reference": ""}
