"""Tenors fit the step of the plan."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault


def tenors_of_products_fit_the_step(draft: Draft) -> Iterator[Fault]:
    """Require one period or more, of a bullet a whole number (contract, section 3)."""
    products = draft.tables["products"]
    wrong = _short(draft, products["tenor_months"])
    wrong |= (products["amortisation"] == "bullet") & _broken(draft, products["tenor_months"])
    allowed = f"{_step(draft)} or more; of a bullet, a multiple of it"
    yield from faults_at(draft, "products", "tenor_months", wrong, allowed)


def tenors_of_lanes_are_whole_periods(draft: Draft) -> Iterator[Fault]:
    """Require whole periods (contract, section 6)."""
    tenor = draft.tables["lanes"]["tenor_months"]
    wrong = _short(draft, tenor) | _broken(draft, tenor)
    yield from faults_at(draft, "lanes", "tenor_months", wrong, f"a multiple of {_step(draft)}")


def _short(draft: Draft, months: pd.Series) -> pd.Series:
    return (months < draft.settings.step_months) & ("step" not in draft.wrong_keys)


def _broken(draft: Draft, months: pd.Series) -> pd.Series:
    return (
        months.notna()
        & (months % draft.settings.step_months != 0)
        & ("step" not in draft.wrong_keys)
    )


def _step(draft: Draft) -> str:
    return f"{draft.settings.step_months} months" if draft.settings.step_months > 1 else "1 month"
