"""case.toml with every setting, its default and what it means."""

from __future__ import annotations

from collections.abc import Mapping

from alm.case.spec.column import Column, Constant, Kind
from alm.case.spec.page import allowed_text
from alm.case.spec.settings import KEYS

HEADING = """# Settings of the case. What is blank must be filled in; all else holds its default and may be left out.
# Rates and shares are decimals: 0.03 is 3 %.
"""
_WIDTH = 34


def settings_text(known: Mapping[str, Constant], sources: Mapping[str, str] | None = None) -> str:
    """Write case.toml.

    Parameters
    ----------
    known
        Values that are not the default, by the name of the key.
    sources
        Place of each table, where it is not beside the file under its own name.
    """
    lines, section = [HEADING], ""
    for key in KEYS:
        part, _, name = key.name.rpartition(".")
        if part != section:
            lines.append(f"\n[{part}]")
            section = part
        value = known.get(key.name, "" if key.default is None else key.default)
        assigned = f"{name} = {_value(key, value)}"
        lines.append(f"{assigned:<{_WIDTH}} # {_meaning(key)}")
    if sources:
        lines.append("\n[sources]")
        lines += [f'{table} = "{_escaped(place)}"' for table, place in sources.items()]
    return "\n".join(lines) + "\n"


def _value(key: Column, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{_escaped(name)}"' for name in value) + "]"
    if isinstance(value, int):
        return f"{value:_}"
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return text if key.kind is Kind.DATE and text else f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _meaning(key: Column) -> str:
    unit = f" In {key.unit}." if key.unit not in ("", "share", "amount", "per year") else ""
    unit = " Per year." if key.unit == "per year" else unit
    allowed = allowed_text(key)
    said = f" {allowed[:1].upper()}{allowed[1:]}." if allowed else ""
    if key.allowed:
        said = f" One of {', '.join(key.allowed)}."
    required = "Required. " if key.required else ""
    return f"{required}{key.description}{unit}{said}"
