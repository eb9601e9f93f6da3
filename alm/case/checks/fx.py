"""The reporting currency is its own unit."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault


def reporting_currency_is_one(draft: Draft) -> Iterator[Fault]:
    """Require 1 in the row of the reporting currency, where there is one."""
    fx = draft.tables["fx"]
    wrong = (fx["currency"] == draft.settings.currency) & (fx["rate"] != 1) & fx["rate"].notna()
    yield from faults_at(draft, "fx", "rate", wrong, "1 for the reporting currency")
