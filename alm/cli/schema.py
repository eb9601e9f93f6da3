"""`alm schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from alm.cli import streams
from alm.cli.faults import OPTIONS, refuse
from alm.cli.tables import listing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alm.case.spec import Column


def schema(
    table: Annotated[
        str, typer.Argument(metavar="[TABLE]", help="A table, or case.toml; by default all.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="The JSON Schema (draft 2020-12), for machines.")
    ] = False,
) -> None:
    """Show what the tables of a case hold: columns, units, defaults, and what may stand there.

    Example: alm schema positions

    Example: alm schema --json
    """
    from alm.case.json_schema import SETTINGS, case_schema, table_schema
    from alm.case.spec import KEYS, TABLES, find

    _require_table(table, [SETTINGS, *(each.name for each in TABLES)], as_json)
    if as_json:
        streams.print_json(table_schema(table) if table else case_schema())
    elif not table:
        _show_tables()
    elif table == SETTINGS:
        _show_columns("Settings of the case.", KEYS)
    else:
        spec = find(table)
        key = ", ".join(spec.key)
        _show_columns(
            f"{spec.description} Key: {key}. Contract, section {spec.section}.", spec.columns
        )


def _require_table(name: str, known: list[str], as_json: bool) -> None:
    from alm.case.faults import Fault, nearest

    if name and name not in known:
        hint = nearest(name, known)
        answer: dict[str, Any] | None = {} if as_json else None
        refuse([Fault(OPTIONS, None, "TABLE", name, "a table of the contract", hint)], answer)


def _show_tables() -> None:
    from alm.case.json_schema import SETTINGS
    from alm.case.spec import TABLES

    console = streams.results(uncut=True)
    rows = [(SETTINGS, "required", "Settings of the case.")]
    rows += [(each.name, "required" if each.required else "", each.description) for each in TABLES]
    console.print(listing(("table", "", "holds"), rows, console.width))


def _show_columns(heading: str, columns: Iterable[Column]) -> None:
    from alm.case.spec.page import allowed_text, default_text

    console = streams.results(uncut=True)
    console.print(heading, style="bold", markup=False, soft_wrap=True)
    rows = [
        (
            column.name,
            column.kind.value,
            column.unit,
            default_text(column),
            allowed_text(column),
            column.description,
        )
        for column in columns
    ]
    head = ("column", "kind", "unit", "if blank", "allowed", "meaning")
    console.print(listing(head, rows, console.width))
