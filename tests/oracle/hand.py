"""Write a case from Python: settings and rows as dictionaries, a cell that is left out is blank."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Tables = Mapping[str, Sequence[Mapping[str, Any]]]

SETTINGS = {
    "contract": 1,
    "name": "by-hand",
    "as_of": dt.date(2025, 12, 31),
    "periods": 1,
    "step": "year",
    "currency": "CNY",
    "unit": 1_000_000,
    "quantum": 0.01,
    "accrual": "closing",
    "day_count": "30/360",
    "horizon_value": "none",
}


CASH = {"product": "cash", "side": "asset", "class": "cash", "hqla_class": "L1"}
LOAN = {"product": "loan", "side": "asset", "class": "loan"}
GILT = {"product": "gilt", "side": "asset", "class": "bond"}
DEPOSIT = {"product": "deposit", "side": "liability", "class": "deposit"}
EQUITY = {"product": "equity", "side": "equity", "class": "capital"}
LINE = {"product": "line", "side": "off_balance", "class": "commitment"}
HOME = [{"region": "home"}]
NO_NEW = {"max_new": 0}


def plug(balance: float, rate: float = 0.0, **more: Any) -> dict[str, Any]:
    """Cash that squares the day, in the region `home` unless told otherwise."""
    return position("cash", balance, rate, plug=True, **more)


def position(product: str, balance: float, rate: float, **more: Any) -> dict[str, Any]:
    """A row of `positions`, in the region `home` unless told otherwise."""
    return {"region": "home", "product": product, "balance": balance, "rate": rate} | more


def write_case(folder: Path, settings: Mapping[str, Any], tables: Tables) -> Path:
    """Write case.toml and one CSV a table; settings not given are those of `SETTINGS` or blank."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.csv"):
        stale.unlink()
    merged = {**SETTINGS, **settings}
    flat = {key: value for key, value in merged.items() if not isinstance(value, Mapping)}
    lines = [f"{key} = {_toml(value)}" for key, value in flat.items()]
    for section, keys in merged.items():
        if isinstance(keys, Mapping):
            lines += [f"[{section}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
    (folder / "case.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for table, rows in tables.items():
        if rows:
            _write_rows(folder / f"{table}.csv", rows)
    return folder


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows({c: "" if v is None else v for c, v in row.items()} for row in rows)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Sequence):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return str(value)
