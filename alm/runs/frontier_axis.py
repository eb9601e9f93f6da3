"""What a frontier moves: the bound of a limit of the case, or of one that is added for a measure of the group."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alm.case import Case, CaseError, Fault
from alm.case.append import with_rows
from alm.case.calendar import add_months, period_ends
from alm.case.faults import nearest
from alm.case.measures import BUILT_IN

ADDED = "frontier"
# Measures of which more is safer: the limit that is added is a floor. Of all others it is a ceiling.
FLOORED = (
    "hqla",
    "usable_hqla",
    "asf",
    "inflow",
    "cet1",
    "tier1",
    "total_capital",
    "equity",
    "income",
    "net_interest_income",
)


@dataclass(frozen=True, eq=False)
class Axis:
    """A limit whose bound is moved.

    Attributes
    ----------
    case : Case
        With that limit, hard.
    limit : str
        Its name; in a case without it, it was added for a measure.
    x : str
        What was asked for: the limit, or a measure.
    changes : tuple of str
        What made it so, as `--set` takes it.
    """

    case: Case
    limit: str
    x: str
    changes: tuple[str, ...] = ()

    @property
    def row(self) -> pd.Series:
        """Give its row of table `limits`."""
        limits = self.case.table("limits")
        return limits[limits["limit"] == self.limit].iloc[0]

    @property
    def sense(self) -> str:
        """Give min or max."""
        return str(self.row["sense"])

    @property
    def towards_loose(self) -> float:
        """Give the sign in which a bound is moved to be looser."""
        return 1.0 if self.sense == "max" else -1.0

    def at(self, bound: float) -> Case:
        """Give the case with another bound."""
        return self._with(bound=bound)

    def released(self) -> Case:
        """Give the case in which the limit is reported, but at no close enforced."""
        last = period_ends(self.case.settings)[-1]
        return self._with(waiver_until=pd.Timestamp(add_months(last, 1)))

    def _with(self, **cells: object) -> Case:
        limits = self.case.table("limits")
        chosen = limits["limit"] == self.limit
        for column, value in cells.items():
            limits[column] = limits[column].mask(chosen, value)
        return replace(self.case, tables={**self.case.tables, "limits": limits})


def axis_of(case: Case, x: str, scenario: str) -> Axis:
    """Find what to move: a limit by its name, else a measure of the group, or a ratio of two, `hqla/net_outflow`.

    A soft limit is taken as hard. For a measure a limit of the root is added, a floor where more is safer, else a ceiling.

    Raises
    ------
    CaseError
        No such limit or measure, with the nearest; the bound of the limit moves in steps; it holds in no period.
    """
    limits = case.table("limits")
    if x not in set(limits["limit"]):
        return _added(case, x, limits)
    row = limits[limits["limit"] == x].iloc[0]
    _refuse_fixed(case, row, scenario)
    if row["enforcement"] == "hard":
        return Axis(case, x, x)
    hard = limits.assign(
        enforcement=limits["enforcement"].mask(limits["limit"] == x, "hard"),
        penalty=limits["penalty"].mask(limits["limit"] == x, np.nan),
    )
    return Axis(
        replace(case, tables={**case.tables, "limits": hard}),
        x,
        x,
        (f"limits.{x}.enforcement=hard", f"limits.{x}.penalty="),
    )


def _refuse_fixed(case: Case, row: pd.Series, scenario: str) -> None:
    name = row["limit"]
    if name in set(case.table("steps")["limit"]):
        allowed = "a limit with one bound"
        raise CaseError([_fault(name, allowed, "table steps gives its bounds; they are not moved")])
    if row["scenarios"] not in ("all", scenario):
        allowed = f"a limit that holds in scenario {scenario}"
        raise CaseError([_fault(name, allowed, f"it holds in {row['scenarios']}; see --scenario")])
    closes = pd.to_datetime(pd.Series(period_ends(case.settings)[1:]))
    when = np.arange(1, len(closes) + 1)
    holds = (when >= row["start"]) & (when <= row["end"])
    waived = (closes < pd.to_datetime(row["waiver_until"])).to_numpy()
    if not (holds & ~waived).any():
        raise CaseError([_fault(name, "a limit that holds at some close", "it is waived or over")])


def _added(case: Case, x: str, limits: pd.DataFrame) -> Axis:
    numerator, _, denominator = x.partition("/")
    if not all(_is_measure(case, each) for each in (numerator, denominator) if each) or not x:
        known = [*limits["limit"], *BUILT_IN, *_named(case)]
        allowed = "the name of a limit, a measure, or measure/measure"
        raise CaseError([_fault(x, allowed, nearest(x, known))])
    name = ADDED
    while name in set(limits["limit"]):
        name += "-"
    regions = case.table("regions")
    row = {
        "limit": name,
        "name": x,
        "region": regions.loc[regions["parent"] == "", "region"].iloc[0],
        "measure": numerator,
        "denominator": denominator,
        "sense": "min" if numerator in FLOORED else "max",
        "bound": "0",
        "note": "added to be moved",
    }
    given = with_rows(case, {"limits": pd.DataFrame([row]).astype("str")})
    return Axis(given, name, x)


def _is_measure(case: Case, name: str) -> bool:
    return name in BUILT_IN or name in _named(case)


def _named(case: Case) -> list[str]:
    """Name the measures that a case has beyond those of the contract."""
    products = case.table("products")
    return [
        *case.settings.custom_measures,
        *case.table("measures")["measure"].unique(),
        *(f"class:{each}" for each in products["class"].unique() if each),
        *(f"product:{each}" for each in products["product"]),
        *(f"lent:{each}" for each in case.table("regions")["region"]),
    ]


def _fault(found: str, allowed: str, hint: str) -> Fault:
    return Fault("options", None, "--x", found, allowed, hint)
