"""The list of assumptions covers every cell, given or taken from the contract's defaults, once."""

from pathlib import Path

import pandas as pd
import pytest

from alm.case import load
from alm.explain.assumptions import assumptions
from tests.oracle.tight import write_random_case

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module", params=["three-regions", 114, 109])
def case(request, tmp_path_factory):
    if request.param == "three-regions":
        return load(EXAMPLES / "three-regions")
    return load(write_random_case(request.param, tmp_path_factory.mktemp("case")))


@pytest.fixture(scope="module")
def listed(case) -> pd.DataFrame:
    return assumptions(case)


def cells(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(list(zip(rows["table"], rows["row"].astype(str), rows["column"], strict=True)))


def test_every_given_cell_is_listed_as_given(case, listed):
    known = set(cells(listed[listed["origin"] == "given"]))
    seen = 0
    for name in case.tables:
        given, key = case.given(name), case.spec[name].key
        for column in given.columns:
            if column in key or column.startswith("note") or column not in case.table(name):
                continue
            filled = given.index[(given[column] != "").to_numpy()]
            missing = {(name, str(row), column) for row in filled} - known
            assert not missing
            seen += len(filled)
    assert seen > 20


def test_every_default_is_listed_as_default_with_its_value(case, listed):
    """Defaults of a key's own column (a blank currency) name the row and are not listed as its cell."""
    known = set(cells(listed[listed["origin"] == "default"]))
    defaults = case.defaults
    of_table = defaults[defaults["table"] != "case.toml"].reset_index(drop=True)
    keys = {(name, column) for name, spec in case.spec.items() for column in spec.key}
    pairs = zip(of_table["table"], of_table["column"], strict=True)
    filled = ~of_table["value"].astype(str).isin(["", "nan", "NaT"])
    expected = of_table[filled & pd.Series([pair not in keys for pair in pairs])]
    assert len(expected) > 20
    assert set(cells(expected)) <= known


def test_no_cell_is_listed_twice(listed):
    of_tables = listed[listed["table"] != "case.toml"]
    assert not cells(of_tables).duplicated().any()


def test_settings_that_took_a_default_are_listed(case, listed):
    settings = listed[listed["table"] == "case.toml"]
    taken = case.defaults.query("table == 'case.toml'")
    assert settings["column"].tolist() == taken["column"].tolist()
    assert (settings["origin"] == "default").all()


def test_status_and_source_follow_the_notes_of_the_row(tmp_path):
    """What the author says about a row stands beside the cells that the author filled, not beside defaults."""
    from tests.oracle.hand import CASH, EQUITY, HOME, NO_NEW, plug, position, write_case

    noted = position("equity", 5, 0, **NO_NEW) | {"note_status": "published", "note_source": "p. 7"}
    tables = {"regions": HOME, "products": [CASH, EQUITY], "positions": [plug(5), noted]}
    listed = assumptions(load(write_case(tmp_path, {}, tables)))
    rows = listed[(listed["table"] == "positions") & (listed["key"] == "home / CNY / equity")]
    for origin, status, source in (("given", "published", "p. 7"), ("default", "", "")):
        of_origin = rows[rows["origin"] == origin]
        assert set(of_origin["status"]) == {status}
        assert set(of_origin["source"]) == {source}
    others = listed[(listed["table"] == "positions") & (listed["key"] == "home / CNY / cash")]
    assert set(others["status"]) == {""}


def test_a_rule_without_notes_brings_its_own_source(case, listed):
    for name in ("limits", "rules", "addons"):
        given = case.table(name)
        rows = listed[(listed["table"] == name) & (listed["column"] != "source")]
        rows = rows[rows["origin"] == "given"]
        stated = dict(zip(given.index.astype(str), given["source"], strict=True))
        assert rows["source"].tolist() == rows["row"].map(stated).tolist()
