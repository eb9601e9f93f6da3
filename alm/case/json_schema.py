"""The contract as JSON Schema, draft 2020-12, made from the spec.

A cell is a JSON value: text a string, numbers and periods a number, flags true or false, dates "2025-12-31"; a
blank cell is null or left out. Custom measures of a case are columns of products that no schema can know, so numbers
under other names are let through there.
"""

from __future__ import annotations

from typing import Any

from alm.case.spec.column import Column, Derived, Kind, Table
from alm.case.spec.settings import KEYS
from alm.case.spec.tables import TABLES, find

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SETTINGS = "case.toml"

_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.NUMBER: {"type": "number"},
    Kind.PERIOD: {"type": "integer"},
    Kind.INTEGER: {"type": "integer"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.NAMES: {"type": "array", "items": {"type": "string", "minLength": 1}},
}


def case_schema() -> dict[str, Any]:
    """Describe a whole case: an object with case.toml and a list of rows for each table."""
    tables = {table.name: {"$ref": f"#/$defs/{table.name}"} for table in TABLES}
    required = [table.name for table in TABLES if table.required]
    return {
        "$schema": DRAFT,
        "title": "case",
        "description": "What a case says: its settings and its tables.",
        "type": "object",
        "properties": {SETTINGS: {"$ref": f"#/$defs/{SETTINGS}"}, **tables},
        "required": [SETTINGS, *required],
        "additionalProperties": False,
        "$defs": {SETTINGS: _settings(), **{table.name: _rows(table) for table in TABLES}},
    }


def table_schema(name: str) -> dict[str, Any]:
    """Describe one table, or case.toml.

    Raises
    ------
    KeyError
        There is no such table.
    """
    schema = _settings() if name == SETTINGS else _rows(find(name))
    return {"$schema": DRAFT, **schema}


def _rows(table: Table) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": "object",
        "properties": {column.name: _cell(column) for column in table.columns},
        "required": [column.name for column in table.columns if column.required],
        "patternProperties": {"^[nN][oO][tT][eE]": {}},
        "additionalProperties": {"type": ["number", "null"]} if table.name == "products" else False,
    }
    rows: dict[str, Any] = {"title": table.name, "description": table.description}
    rows |= {"type": "array", "items": row}
    if table.required:
        rows["minItems"] = 1
    described = {"x-key": list(table.key), "x-unique": table.unique, "x-name-zh": table.name_zh}
    return rows | described


def _cell(column: Column) -> dict[str, Any]:
    """Describe one column; a column that is not required may be blank."""
    schema = _described(column, dict(_TYPES[column.kind]))
    if column.required:
        return schema | ({"minLength": 1} if column.kind is Kind.TEXT else {})
    schema["type"] = [schema["type"], "null"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], "", None]
    return schema


def _described(column: Column, schema: dict[str, Any]) -> dict[str, Any]:
    schema["description"] = column.description
    ranges = {
        "minimum": column.low,
        "maximum": column.high,
        "exclusiveMinimum": column.above,
        "enum": list(column.allowed) or None,
        "x-unit": column.unit or None,
        "x-name-zh": column.name_zh or None,
        "x-refers": column.refers or None,
        "x-default": column.default.text if isinstance(column.default, Derived) else None,
    }
    schema |= {keyword: value for keyword, value in ranges.items() if value is not None}
    if column.default is not None and not isinstance(column.default, Derived):
        is_names = isinstance(column.default, tuple)
        schema["default"] = list(column.default) if is_names else column.default  # type: ignore[arg-type]  # a tuple
    return schema


def _settings() -> dict[str, Any]:
    """Describe case.toml: the keys of a section are those of a nested object."""
    top = _object("Settings of the case.")
    top["title"] = SETTINGS
    for key in KEYS:
        section, _, name = key.name.rpartition(".")
        within = top
        if section:
            within = top["properties"].setdefault(section, _object(f"Section {section}."))
        within["properties"][name] = _described(key, dict(_TYPES[key.kind]))
        if key.required:
            within.setdefault("required", []).append(name)
    sources = _object("Where tables are, if not beside case.toml under their own name.")
    query = _object("A query on a server of databases, in its own SQL.")
    query["properties"] = {"database": {"type": "string"}, "query": {"type": "string"}}
    place = query | {"type": ["string", "object"], "required": ["database", "query"]}
    sources["properties"] = {table.name: place for table in TABLES}
    top["properties"]["sources"] = sources
    databases = _object("Files of SQLite or DuckDB, and servers, by the name that sources use.")
    server = _object("A PostgreSQL server: the environment variable that holds its address.")
    server["properties"] = {"postgresql": {"type": "string"}}
    either = server | {"type": ["string", "object"], "required": ["postgresql"]}
    top["properties"]["databases"] = databases | {"additionalProperties": either}
    return top


def _object(description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": description,
        "properties": {},
        "patternProperties": {"^note": {}},
        "additionalProperties": False,
    }
