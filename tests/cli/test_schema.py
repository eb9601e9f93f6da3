"""The JSON Schema of the contract, held against the reader: what one lets through, so does the other."""

from __future__ import annotations

import csv
import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from alm.case import CaseError, load
from alm.case.cells import parse_date, parse_number
from alm.case.json_schema import SETTINGS, case_schema, table_schema
from alm.case.spec import KEYS, TABLES, Kind, Table, find

from . import cases
from .program import EXAMPLES, ROOT, alm

CASES = [
    EXAMPLES / "three-regions",
    EXAMPLES / "icbc-2025",
    ROOT / "tests/examples/cases/west-east",
]
ANNOTATIONS = {
    "$schema",
    "title",
    "description",
    "default",
    "x-unit",
    "x-refers",
    "x-default",
    "x-name-zh",
    "x-key",
    "x-unique",
    "$defs",
}
TYPES = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
    ),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}
BROKEN = {
    "minimum": lambda value, bound: TYPES["number"](value) and value < bound,
    "maximum": lambda value, bound: TYPES["number"](value) and value > bound,
    "exclusiveMinimum": lambda value, bound: TYPES["number"](value) and value <= bound,
    "minLength": lambda value, least: isinstance(value, str) and len(value) < least,
    "minItems": lambda value, least: isinstance(value, list) and len(value) < least,
    "enum": lambda value, words: value not in words,
    "format": lambda value, form: isinstance(value, str) and parse_date(value) is None,
    "required": lambda value, names: isinstance(value, dict) and not set(names) <= set(value),
}


def misses(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    """Say where a value breaks a schema: the keywords of draft 2020-12 that ours uses, and no other."""
    if "$ref" in schema:
        return misses(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    found = []
    for keyword, asked in schema.items():
        if keyword in ANNOTATIONS or keyword in (
            "properties",
            "patternProperties",
            "additionalProperties",
            "items",
        ):
            continue
        if keyword == "type":
            kinds = asked if isinstance(asked, list) else [asked]
            broken = not any(TYPES[kind](value) for kind in kinds)
        else:
            broken = BROKEN[keyword](value, asked)
        found += [keyword] if broken else []
    if isinstance(value, list) and "items" in schema:
        found += [
            f"{place}.{each}"
            for place, item in enumerate(value)
            for each in misses(item, schema["items"], root)
        ]
    if isinstance(value, dict) and "properties" in schema:
        found += [
            f"{name}.{each}"
            for name, item in value.items()
            for each in misses(item, _of(schema, name), root)
        ]
    return found


def _of(schema: dict[str, Any], name: str) -> dict[str, Any]:
    if name in schema["properties"]:
        return schema["properties"][name]
    if any(re.search(pattern, name) for pattern in schema.get("patternProperties", {})):
        return {}
    rest = schema.get("additionalProperties", True)
    return {"enum": []} if rest is False else {} if rest is True else rest


def as_json(table: Table, text: dict[str, str]) -> dict[str, Any]:
    """Turn the cells of a row into JSON values; custom measures are numbers."""
    kinds = {column.name: column.kind for column in table.columns}

    def value(name: str, cell: str) -> Any:
        kind = kinds.get(name, Kind.TEXT if name.startswith("note") else Kind.NUMBER)
        if cell == "":
            return None
        if kind in (Kind.NUMBER, Kind.PERIOD):
            return cell if parse_number(cell) is None else parse_number(cell)
        return {"true": True, "false": False}.get(cell, cell) if kind is Kind.FLAG else cell

    return {name: value(name, cell) for name, cell in text.items()}


def read(folder: Path) -> dict[str, Any]:
    """Read a case as the object that the schema describes."""
    toml = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    toml = {k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in toml.items()}
    case: dict[str, Any] = {SETTINGS: toml}
    for table in TABLES:
        path = folder / f"{table.name}.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                case[table.name] = [as_json(table, row) for row in csv.DictReader(file)]
    return case


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_examples_keep_the_schema(folder):
    case, schema = read(folder), case_schema()
    assert sum(len(rows) for name, rows in case.items() if name != SETTINGS) > 8
    assert misses(case, schema, schema) == []


SPOILT = [
    ("products", "cash,asset,cash,\n", "cash,aset,cash,\n", "enum"),
    ("products", "loan,asset,loan,1", "loan,asset,loan,0", "exclusiveMinimum"),
    ("positions", "residual_months", "residual", "enum"),
    ("positions", "East,deposit,100", "East,deposit,-100", "minimum"),
    ("positions", "East,deposit,100", "East,deposit,lots", "type"),
    ("positions", "East,deposit,100", "East,deposit,", "type"),
    ("positions", "East,cash,100,0.01,,,true", "East,cash,100,0.01,,,maybe", "type"),
    (
        "limits",
        "loans,West,class:loan,class:deposit,max,1.6",
        "loans,West,class:loan,class:deposit,,1.6",
        "enum",
    ),
    ("lanes", "0.02,40", "0.02,-40", "minimum"),
]


@pytest.mark.parametrize(("table", "old", "new", "keyword"), SPOILT)
def test_a_cell_that_the_reader_refuses_breaks_the_schema(tmp_path, table, old, new, keyword):
    folder = cases.write_case(tmp_path / "case")
    schema = case_schema()
    assert misses(read(folder), schema, schema) == []
    cases.replace(folder / f"{table}.csv", old, new)
    with pytest.raises(CaseError):
        load(folder)
    broken = misses(read(folder), schema, schema)
    assert broken
    assert all(each.startswith(f"{table}.") for each in broken)
    assert {each.split(".")[-1] for each in broken} >= {keyword}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("periods = 2", "periods = 0", "case.toml.periods.minimum"),
        ('step = "month"', 'step = "week"', "case.toml.step.enum"),
        ("quantum = 0.01", "quantum = 0", "case.toml.quantum.exclusiveMinimum"),
        ('currency = "CNY"\n', "", "case.toml.required"),
        ("contract = 1", "contract = 1\nperiodes = 3", "case.toml.periodes.enum"),
        (
            'horizon_value = "none"',
            'horizon_value = "none"\n[risk]\ncvar_level = 2',
            "case.toml.risk.cvar_level.maximum",
        ),
    ],
)
def test_a_setting_that_the_reader_refuses_breaks_the_schema(tmp_path, old, new, place):
    folder = cases.write_case(tmp_path / "case")
    cases.replace(folder / "case.toml", old, new)
    with pytest.raises(CaseError):
        load(folder)
    schema = case_schema()
    assert misses(read(folder), schema, schema) == [place]


def test_every_column_and_setting_is_described_once():
    schema = case_schema()
    for table in TABLES:
        row = schema["$defs"][table.name]["items"]
        assert tuple(row["properties"]) == table.names
        assert row["required"] == [column.name for column in table.columns if column.required]
        assert all(row["properties"][c.name]["description"] == c.description for c in table.columns)
    toml = schema["$defs"][SETTINGS]["properties"]
    for key in KEYS:
        section, _, name = key.name.rpartition(".")
        assert (toml[section]["properties"] if section else toml)[name][
            "description"
        ] == key.description
    assert schema["required"] == [SETTINGS, "regions", "products", "positions"]


def test_references_lead_somewhere_and_every_keyword_is_known():
    schema = case_schema()

    def walk(part: Any) -> None:
        if not isinstance(part, dict):
            return
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        known = (
            ANNOTATIONS
            | set(BROKEN)
            | {"type", "items", "properties", "patternProperties", "additionalProperties", "$ref"}
        )
        assert set(part) <= known
        for name in ("properties", "$defs", "patternProperties"):
            for each in part.get(name, {}).values():
                walk(each)
        walk(part.get("items"))

    walk(schema)


def test_json_of_a_table_is_its_schema_and_nothing_else():
    answer = alm("schema", "positions", "--json").answer
    assert answer == table_schema("positions")
    assert answer["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert answer["items"]["properties"]["currency"]["x-default"] == "the region's"
    assert answer["items"]["properties"]["plug"]["default"] is False


def test_json_of_all_is_the_schema_of_a_case():
    assert alm("schema", "--json").answer == case_schema()


def test_people_see_the_columns_of_a_table():
    done = alm("schema", "lanes", columns=None)
    assert done.code == 0
    lines = done.out.splitlines()
    shown = [line.split()[0] for line in lines[3:]]
    assert shown == list(find("lanes").names)
    assert "the lender's home currency" in done.out


def test_people_see_the_tables_there_are():
    done = alm("schema")
    assert done.code == 0
    assert [line.split()[0] for line in done.out.splitlines()[2:]] == [
        SETTINGS,
        *(t.name for t in TABLES),
    ]


def test_a_table_that_does_not_exist_is_refused_with_the_nearest_name():
    done = alm("schema", "positons", "--json")
    assert done.code == 2
    (fault,) = done.answer["faults"]
    assert fault["hint"] == "did you mean positions?"
