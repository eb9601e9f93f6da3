"""Cells changed for one run only."""

import pytest

from alm.case import load

from .conftest import TABLES, TOML, faults_of


def value(case, table: str, row: int, column: str):
    return case.table(table).at[row, column]


@pytest.mark.parametrize(
    ("change", "table", "row", "column", "expected"),
    [
        ("limits.lcr.bound=1.1", "limits", 2, "bound", 1.1),
        ("positions.west/CNY/loan.max_new=7.5", "positions", 3, "max_new", 7.5),
        ("positions.west:CNY:loan.max_new = 7.5", "positions", 3, "max_new", 7.5),
        ("positions.#3.max_new=7.5", "positions", 3, "max_new", 7.5),
        ("positions.east/EUR/deposit.new_rate=0.03", "positions", 7, "new_rate", 0.03),
        ("positions.east.EUR.deposit.new_rate=0.03", "positions", 7, "new_rate", 0.03),
        ("products.loan.tenor_months=3", "products", 3, "tenor_months", 3),
        ("products.loan.tenor_months=", "products", 3, "amortisation", "bullet"),
        ("curves.ftp/CNY/1.50.rate=0.02", "curves", 2, "rate", 0.02),
        ("measures.room/class:loan.weight=2", "measures", 2, "weight", 2),
        ("lanes.there.capacity=5", "lanes", 2, "capacity", 5),
        ("limits.lcr.name=a=b", "limits", 2, "name", "a=b"),
    ],
)
def test_a_change_sets_one_cell(change, table, row, column, expected, write):
    more = {
        "curves": "curve,currency,tenor_months,rate\nftp,CNY,1.5,0.01\n",
        "measures": "measure,term,weight\nroom,class:loan,1\n",
    }
    folder = write(**more)
    before, after = load(folder), load(folder, [change])
    assert value(after, table, row, column) == expected
    differing = [name for name in after.tables if not before.table(name).equals(after.table(name))]
    assert differing in ([table], [])
    assert before == load(folder)


def test_a_change_makes_what_follows_from_the_cell_follow(write):
    case = load(write(), ["positions.west/CNY/loan.rate=0.05"])
    assert value(case, "positions", 3, "new_rate") == 0.05
    assert case.given("positions").at[3, "rate"] == "0.05"


def test_a_key_with_dots_is_found(write):
    limits = TABLES["limits"].replace("lcr,", "lcr.v2,")
    assert (
        value(load(write(limits=limits), ["limits.lcr.v2.bound=1.2"]), "limits", 2, "bound") == 1.2
    )


def test_a_key_with_equals_signs_is_found(write):
    limits = TABLES["limits"].replace("lcr,", "a=b=c,")
    case = load(write(limits=limits), ["limits.a=b=c.bound=1.2", "limits.a=b=c.name=d=e"])
    assert value(case, "limits", 2, "bound") == 1.2
    assert value(case, "limits", 2, "name") == "d=e"


@pytest.mark.parametrize("front", ["", "settings.", "case."])
def test_keys_of_case_toml_change(front, write):
    changes = [
        f"{front}discount_rate=0.02",
        f"{front}capital.ratio=0.1",
        f"{front}horizon.capital=false",
    ]
    changes += [f"{front}as_of=2026-03-31", f"{front}unit=1_000", f"{front}solve.seed=7"]
    changes += [f"{front}custom_measures=big, small", f"{front}step=quarter"]
    settings = load(
        write(products=TABLES["products"].replace("loan,2", "loan,6")), changes
    ).settings
    assert settings.discount_rate == 0.02
    assert settings.capital.ratio == 0.1
    assert settings.horizon.capital is False
    assert str(settings.as_of) == "2026-03-31"
    assert (settings.unit, settings.solve.seed, settings.step) == (1000, 7, "quarter")
    assert settings.custom_measures == ("big", "small")


@pytest.mark.parametrize(
    ("change", "place", "hint"),
    [
        ("limits.lcr.bound", ("changes", "limits.lcr.bound"), ""),
        ("limits.bound=1", ("changes", "limits.bound"), ""),
        ("limits.lrc.bound=1", ("changes", "limits.lrc.bound"), "did you mean lcr?"),
        ("limits.lcr.bonud=1", ("changes", "limits.lcr.bonud"), "did you mean bound?"),
        ("limts.lcr.bound=1", ("changes", "limts.lcr.bound"), "did you mean limits?"),
        ("discount=1", ("changes", "discount"), "did you mean discount_rate?"),
        (
            "positions.west/loan.rate=1",
            ("changes", "positions.west/loan.rate"),
            "did you mean west/CNY/loan?",
        ),
        ("positions.#33.rate=1", ("changes", "positions.#33.rate"), ""),
        (
            "addons.rwa/west/1/3.amount=1",
            ("changes", "addons.rwa/west/1/3.amount"),
            "several rows have it: #2, #3",
        ),
        ("limits.lcr.bound=high", ("limits", "bound"), ""),
        ("limits.lcr.region=wets", ("limits", "region"), "did you mean west?"),
        ("discount_rate=high", ("case.toml", "discount_rate"), ""),
        ("periods=0", ("case.toml", "periods"), ""),
    ],
)
def test_a_bad_change_is_a_fault(change, place, hint, write):
    (fault,) = faults_of(write(addons="measure,region,amount\nrwa,west,1\nrwa,west,2\n"), (change,))
    assert (fault.table, fault.column, fault.hint) == (*place, hint)


def test_the_key_of_rows_that_share_one_is_their_row(write):
    folder = write(addons="measure,region,amount\nrwa,west,1\nrwa,west,2\n")
    assert load(folder, ["addons.#3.amount=9"]).table("addons")["amount"].tolist() == [1, 9]


def test_all_bad_changes_are_said_at_once(write):
    faults = faults_of(write(toml=TOML), ("limits.x.bound=1", "y=2", "limits.lcr.bound=z"))
    assert [(fault.table, fault.column) for fault in faults] == [
        ("changes", "y"),
        ("changes", "limits.x.bound"),
        ("limits", "bound"),
    ]
