"""Frozen inputs load as an equal case."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alm.case import load, write_inputs
from alm.case.cells import LARGEST

from .conftest import TABLES, TOML, write_case


def test_frozen_inputs_load_as_an_equal_case(write, tmp_path):
    toml = (
        TOML
        + 'custom_measures = ["big"]\nnote = "why"\n[capital]\nratio = 0.105\n[solve]\ngap = 1e-7\n'
    )
    more = {
        "fx": 'currency,rate,note\nEUR,7.8123456789012345,"said ""so"", twice\nhere"\n\n',
        "bounds": "region,product\n",
    }
    case = load(
        write(toml=toml, **more), ["limits.lcr.bound=1.1", "discount_rate=0.03", "as_of=2026-01-31"]
    )
    write_inputs(case, tmp_path / "frozen")
    frozen = load(tmp_path / "frozen")
    assert frozen == case
    assert frozen.settings.discount_rate == 0.03
    assert frozen.table("limits").at[2, "bound"] == 1.1
    assert frozen.table("fx")["note"].tolist() == ['said "so", twice\nhere']
    assert frozen.table("fx")["rate"].tolist() == [float("7.8123456789012345")]


def test_freezing_twice_writes_the_same_bytes(write, tmp_path):
    write_inputs(load(write()), tmp_path / "once")
    write_inputs(load(tmp_path / "once"), tmp_path / "twice")
    names = sorted(path.name for path in (tmp_path / "once").iterdir())
    assert names == ["case.toml", *sorted(f"{name}.csv" for name in TABLES)]
    for name in names:
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "twice" / name).read_bytes()


def test_sources_are_frozen_as_tables_beside_case_toml(write, tmp_path):
    folder = write(toml=TOML + '[sources]\nfx = "rates/fx.csv"\n', fx=None)
    (folder / "rates").mkdir()
    (folder / "rates" / "fx.csv").write_text(TABLES["fx"])
    write_inputs(load(folder), tmp_path / "frozen")
    assert "sources" not in (tmp_path / "frozen" / "case.toml").read_text()
    assert load(tmp_path / "frozen") == load(folder)


remarks = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@example(rates=[0.1], remark="a\rb", name='\r"')
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rates=st.lists(st.floats(1e-300, LARGEST), min_size=1, max_size=4),
    remark=remarks,
    name=remarks,
)
def test_floats_and_remarks_survive_freezing(rates, remark, name, tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    write_case(folder / "first", {}, TOML)
    case = load(folder / "first")
    fx = case.given("fx").iloc[:0].copy()
    for number, rate in enumerate(rates):
        fx.loc[number + 2, ["currency", "rate"]] = [
            "EUR" if number == 0 else f"X{number}",
            repr(rate),
        ]
    fx["note"] = remark.strip()
    given_tables = {**case.given_tables, "fx": fx.astype("str")}
    changed = type(case)(
        case.settings,
        case.tables,
        case.spec,
        {**case.given_settings, "name": name or "x"},
        given_tables,
    )
    write_inputs(changed, folder / "second")
    frozen = load(folder / "second")
    assert frozen.settings.name == (name or "x")
    read = frozen.table("fx").set_index("currency")["rate"].to_dict()
    assert read == {
        "EUR" if number == 0 else f"X{number}": rate for number, rate in enumerate(rates)
    }
    assert set(frozen.table("fx")["note"]) == {remark.strip()}


def test_a_case_cannot_be_written_over_a_file(write, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        write_inputs(load(write()), tmp_path / "file")
