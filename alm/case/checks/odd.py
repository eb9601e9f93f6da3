"""Numbers that are legal but odd: percent typed as a decimal, signs that are turned. Warnings only."""

from __future__ import annotations

from collections.abc import Iterator

from alm.case.checks.cells import faults_at
from alm.case.draft import Draft
from alm.case.faults import Fault
from alm.case.settings import Settings

# 1250 % is the highest weight of the Basel framework (CRE20).
_HIGHEST_WEIGHT = 12.5
# A ratio of balances above this is more often 100 typed for 100 %.
_HIGHEST_RATIO = 5.0
_LOWEST_RATE, _HIGHEST_RATE = -0.2, 1.0


def _as_decimal(value: float) -> str:
    return f"{value:g} % is written {value / 100:.12g}"


def rates_are_decimal(draft: Draft) -> Iterator[Fault]:
    """Warn of rates that look like percent: 3.5 % is written 0.035."""
    for table in draft.spec.values():
        for column in table.columns:
            if column.unit != "per year":
                continue
            rate = draft.tables[table.name][column.name]
            odd = ((rate < _LOWEST_RATE) | (rate > _HIGHEST_RATE)) & draft.is_given(
                table.name, column.name
            )
            allowed = f"a decimal per year from {_LOWEST_RATE:g} to {_HIGHEST_RATE:g}"
            yield from faults_at(
                draft,
                table.name,
                column.name,
                odd,
                allowed,
                _as_decimal,
                warning=True,
            )


def weights_are_decimal(draft: Draft) -> Iterator[Fault]:
    """Warn of regulatory weights that look like percent: 75 % is written 0.75."""
    products = draft.tables["products"]
    for column in draft.spec["products"].columns:
        # A custom measure may be any number, a count say.
        if column.unit == "weight" and column.name not in draft.settings.custom_measures:
            weight = products[column.name]
            yield from faults_at(
                draft,
                "products",
                column.name,
                weight > _HIGHEST_WEIGHT,
                f"a decimal up to {_HIGHEST_WEIGHT:g}",
                _as_decimal,
                warning=True,
            )


def settings_are_decimal(draft: Draft) -> Iterator[Fault]:
    """Warn of rates and ratios of case.toml that look like percent."""
    settings: Settings = draft.settings
    rates = {
        "discount_rate": settings.discount_rate,
        "capital.ratio": settings.capital.ratio,
        "capital.charge_rate": settings.capital.charge_rate,
    }
    for key, rate in rates.items():
        if rate > 1:
            yield Fault(
                "case.toml", None, key, rate, "a decimal up to 1", _as_decimal(rate), warning=True
            )


def bounds_of_ratios_are_decimal(draft: Draft) -> Iterator[Fault]:
    """Warn of bounds of ratios that look like percent: 100 % is written 1."""
    limits = draft.tables["limits"]
    odd = (limits["denominator"] != "") & (limits["bound"].abs() > _HIGHEST_RATIO)
    yield from faults_at(
        draft,
        "limits",
        "bound",
        odd,
        "a decimal: 1 for 100 %",
        _as_decimal,
        warning=True,
    )


def amounts_are_not_oddly_negative(draft: Draft) -> Iterator[Fault]:
    """Warn of losses, costs, haircuts and weights below zero."""
    products = draft.tables["products"]
    names = ["expected_loss", "operating_cost", "disposal_haircut", "beta"]
    names += [
        column.name
        for column in draft.spec["products"].columns
        if column.unit == "weight" and column.name not in draft.settings.custom_measures
    ]
    for name in names:
        yield from faults_at(
            draft,
            "products",
            name,
            products[name] < 0,
            "0 or more",
            "a negative one is odd",
            warning=True,
        )
    lanes = draft.tables["lanes"]
    earns = (lanes["cost"] < 0) & (lanes["currency"] == lanes["borrower_currency"])
    hint = "money would be earned by moving it round"
    yield from faults_at(
        draft, "lanes", "cost", earns, "0 or more within one currency", hint, warning=True
    )
