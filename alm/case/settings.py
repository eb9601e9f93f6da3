"""The settings of a case: what case.toml says, every default filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from alm.case.faults import Fault, nearest
from alm.case.keys import read_key
from alm.case.spec.column import Constant
from alm.case.spec.settings import KEYS

MONTHS = {"month": 1, "quarter": 3, "year": 12}

SECTIONS = tuple(dict.fromkeys(key.name.split(".")[0] for key in KEYS if "." in key.name))


@dataclass(frozen=True)
class Capital:
    """Charge of the objective for capital: `charge_rate` per year x `ratio` x RWA."""

    ratio: float = 0.0
    charge_rate: float = 0.0


@dataclass(frozen=True)
class Horizon:
    """What the horizon value counts: the capital charge or not, and how many months at most."""

    capital: bool = True
    max_months: float = 60.0


@dataclass(frozen=True)
class Earnings:
    """Share of the income after tax that is posted to an equity product."""

    retained: float = 0.0
    product: str = ""


@dataclass(frozen=True)
class Risk:
    """Aversion to risk of stochastic runs, and the confidence of outflow_at_risk."""

    cvar_weight: float = 0.0
    cvar_level: float = 0.95
    outflow_confidence: float = 2.326


@dataclass(frozen=True)
class Solve:
    """When to stop: relative gap, seconds; and the seed."""

    gap: float = 1e-4
    time_limit: float = 600.0
    seed: int = 0


@dataclass(frozen=True)
class Settings:
    """The keys of case.toml (contract, section 1). Rates are decimals per year, amounts table units."""

    contract: int
    name: str
    as_of: date
    periods: int
    currency: str
    horizon_value: str
    step: str = "month"
    unit: float = 1_000_000.0
    quantum: float = 0.01
    accrual: str = "average"
    day_count: str = "30/360"
    discount_rate: float = 0.0
    custom_measures: tuple[str, ...] = ()
    capital: Capital = field(default_factory=Capital)
    horizon: Horizon = field(default_factory=Horizon)
    earnings: Earnings = field(default_factory=Earnings)
    risk: Risk = field(default_factory=Risk)
    solve: Solve = field(default_factory=Solve)

    @property
    def step_months(self) -> int:
        """Months of one period."""
        return MONTHS[self.step]


# What stands in for a faulty required key while the rest of the case is checked; it is never returned.
_STAND_INS: dict[str, Constant | date] = {
    "contract": 1,
    "name": "",
    "as_of": date(2000, 12, 31),
    "periods": 1,
    "currency": "",
    "horizon_value": "none",
}


def build_settings(given: Mapping[str, Any]) -> tuple[Settings, list[Fault]]:
    """Read the keys of case.toml and fill their defaults.

    Parameters
    ----------
    given
        The parsed file.

    Returns
    -------
    Settings and faults
        A faulty key holds a stand-in, so that the tables can be checked all the same.
    """
    flat = flatten(given)
    faults = list(_unknown_keys(flat))
    values: dict[str, Any] = {}
    for key in KEYS:
        value, fault = read_key(key, flat.get(key.name))
        if fault:
            faults.append(fault)
        if value is None:
            value = _STAND_INS[key.name] if key.required else key.default
        values[key.name] = float(value) if key.kind == "number" else value
    return _assemble(values), faults


def flatten(given: Mapping[str, Any]) -> dict[str, Any]:
    """Write the keys of sections with a dot: {"capital": {"ratio": 0.1}} is {"capital.ratio": 0.1}."""
    flat: dict[str, Any] = {}
    for name, value in given.items():
        if name in ("sources", "databases"):
            continue
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": innermost for inner, innermost in value.items()}
        else:
            flat[name] = value
    return flat


def _unknown_keys(flat: Mapping[str, Any]) -> list[Fault]:
    known = [key.name for key in KEYS]
    return [
        Fault(
            "case.toml", None, name, value, "a key of the contract, section 1", nearest(name, known)
        )
        for name, value in flat.items()
        if name not in known and not name.split(".")[-1].startswith("note")
    ]


def _assemble(values: Mapping[str, Any]) -> Settings:
    parts = {
        "capital": Capital,
        "horizon": Horizon,
        "earnings": Earnings,
        "risk": Risk,
        "solve": Solve,
    }
    plain = {name: value for name, value in values.items() if "." not in name}
    nested = {
        part: kind(
            **{
                name.split(".")[1]: value
                for name, value in values.items()
                if name.startswith(f"{part}.")
            }
        )
        for part, kind in parts.items()
    }
    return Settings(**plain, **nested)
