"""The data contract as a page for people, made from the spec."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from alm.case.spec.column import Column, Derived, Table
from alm.case.spec.settings import KEYS
from alm.case.spec.tables import TABLES

HEADING = """# What a case says: every table and column

Made from the spec (`alm.case.spec.markdown()`); do not edit. A blank cell means the default; one that is
required must not be blank. Numbers in brackets after a table are the sections of the contract. A file, a sheet and a
heading may carry the Chinese label instead of the name.
"""


def markdown() -> str:
    """Render every key of case.toml and every table as one Markdown page."""
    parts = [HEADING, "## case.toml\n", _grid(KEYS, _line, "column")]
    for table in TABLES:
        parts += [_intro(table), _grid(table.columns, _line_with_label, "column | Chinese")]
    return "\n".join(parts)


def _intro(table: Table) -> str:
    key = ", ".join(f"`{name}`" for name in table.key)
    rows = "one row per" if table.unique else "sorted by"
    title = f"## {table.name} ({table.section})"
    return f"{title}\n\n{table.description} Chinese: {table.name_zh}. Key: {rows} {key}.\n"


def _grid(columns: Iterable[Column], line: Callable[[Column], str], first: str) -> str:
    head = f"| {first} | kind | unit | default | allowed | meaning |"
    rule = "|---" * (head.count("|") - 1) + "|"
    return "\n".join([head, rule, *map(line, columns)]) + "\n"


def _line_with_label(column: Column) -> str:
    name, line = f"| `{column.name}` |", _line(column)
    return f"{name} {column.name_zh} |{line.removeprefix(name)}"


def _line(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        column.kind.value,
        column.unit,
        default_text(column),
        allowed_text(column),
        column.description,
    )
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def default_text(column: Column) -> str:
    """Say what a blank cell of the column means."""
    if column.required:
        return "required"
    if isinstance(column.default, Derived):
        return f"= {column.default.text}"
    if column.default is None:
        return "blank"
    if isinstance(column.default, bool):
        return "true" if column.default else "false"
    if isinstance(column.default, float | int):
        return f"{column.default:g}" if column.default < 1e5 else f"{column.default:_}"
    return str(column.default) if column.default else "blank"


def allowed_text(column: Column) -> str:
    """Say what may stand in the column."""
    if column.allowed:
        return ", ".join(column.allowed)
    if column.refers:
        known = (
            "a currency with an exchange rate" if column.refers == "fx" else f"in `{column.refers}`"
        )
        return ", ".join((*column.also, known))
    return range_text(column)


def range_text(column: Column) -> str:
    """Say the range of a number in words."""
    low = f"above {column.above:g}" if column.above is not None else ""
    low = low or (f"at least {column.low:g}" if column.low is not None else "")
    high = f"at most {column.high:g}" if column.high is not None else ""
    return ", ".join(part for part in (low, high) if part)
