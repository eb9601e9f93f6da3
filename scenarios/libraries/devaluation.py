"""Library `devaluation`: each foreign currency falls, and rises."""

from __future__ import annotations

from alm.case import Case
from scenarios.library import Library, Rows, scenario, shock

SIZE = 0.15
SOURCE = "risk weight of foreign exchange, MAR21.88"


def devaluation(case: Case) -> Rows:
    """Move each foreign currency of the case by 15 %, down and up, against the reporting currency.

    References
    ----------
    MAR21.88: 15 % is the risk weight of any currency in the standardised approach to market risk.
    """
    home = case.settings.currency
    lanes = case.table("lanes")
    used = {
        *case.table("positions")["currency"],
        *lanes["currency"],
        *lanes["borrower_currency"],
    } - {home}
    titles, shocks = [], []
    for currency in sorted(used):
        for word, sign in (("falls", -1), ("rises", 1)):
            name = f"{currency}-{word}"
            titles.append(scenario(name, f"{currency} {word} by {SIZE:.0%}", SOURCE))
            shocks.append(shock(name, "fx", 1 + sign * SIZE, SOURCE, currency=currency))
    left_out = () if used else (f"the case has no currency but {home}",)
    return Rows(tuple(titles), tuple(shocks), left_out)


LIBRARY = Library("devaluation", "Each foreign currency falls, and rises, by 15 %", devaluation)
