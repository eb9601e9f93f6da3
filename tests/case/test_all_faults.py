"""All faults of a case at once, and none that only follows from another."""

import pytest

from .conftest import TABLES, TOML, faults_of
from .test_checks import OF_POSITION, RUN_OFF


def test_ten_faults_give_ten_lines(write):
    folder = write(
        toml=TOML.replace("CNY", "CNY").replace("periods = 3", 'periods = 3\naccrual = "mean"'),
        regions=TABLES["regions"].replace("group\n", "group\n").replace("subsidiary", "subsidary"),
        products=TABLES["products"].replace("loan,asset,loan,2", "loan,asset,loan,2.5"),
        positions=TABLES["positions"]
        .replace("0.04", "4%")
        .replace("5,\n", ",\n")
        .replace("0.02,,true", "x,,true"),
        fx="currency,rate\nEUR,-1\n",
        lanes=TABLES["lanes"].replace("debt", "dept"),
        limits="limit,region,measure,denominator,sense,bound\nlcr,grup,hqla,net_outflw,min,1\n",
    )
    assert [(fault.table, fault.row, fault.column) for fault in faults_of(folder)] == [
        ("case.toml", None, "accrual"),
        ("regions", 4, "kind"),
        ("products", 3, "tenor_months"),
        ("positions", 3, "rate"),
        ("positions", 4, "max_new"),
        ("positions", 6, "rate"),
        ("fx", 2, "rate"),
        ("lanes", 2, "liability_product"),
        ("limits", 2, "region"),
        ("limits", 2, "denominator"),
    ]


def test_curves_are_needed_for_what_runs_off_later(places):
    """New loans have a tenor, legacy deposits a residual: both need ftp in CNY, said once."""
    positions = (
        TABLES["positions"]
        .replace("plug\n", "plug,residual_months,ftp_rate\n")
        .replace("90,0.01,5,", "90,0.01,5,,6,")
    )
    missing = [("curves", None, "curve")]
    curves = "curve,currency,tenor_months,rate\nftp,CNY,1,0.02\n"
    assert places(RUN_OFF, positions=positions) == missing
    assert places(RUN_OFF, positions=positions, curves=curves.replace("CNY", "EUR")) == missing
    assert places(RUN_OFF, positions=positions, curves=curves) == []
    assert places(RUN_OFF) == missing
    assert places(positions=positions) == []


@pytest.mark.parametrize(
    ("months", "shape", "is_needed"),
    [
        (4, "bullet", False),
        (4.5, "bullet", True),
        (4, "linear", False),
        (4.5, "linear", True),
        (1, "decay", False),
        (1.5, "decay", True),
    ],
)
def test_a_curve_is_needed_where_something_is_left_after_the_horizon(
    months, shape, is_needed, places
):
    """Three months are planned: at the fourth close a bullet or a line of four months is gone, a decay only of one."""
    positions = (
        TABLES["positions"]
        .replace("plug\n", "plug,residual_months,residual_shape\n")
        .replace("80,0.04,10,", f"80,0.04,0,,{months},{shape}")
    )
    missing = [("curves", None, "curve")] if is_needed else []
    assert places(RUN_OFF, positions=positions) == missing
    at_once = RUN_OFF + "[horizon]\nmax_months = 0.5\n"
    assert places(at_once, positions=positions) == []


def test_no_curve_is_needed_for_books_with_their_own_ftp_rate_or_off_balance(places):
    positions = (
        TABLES["positions"]
        .replace("plug\n", "plug,residual_months,ftp_rate\n")
        .replace("80,0.04,10,", "80,0.04,0,,6,0.01")
    )
    positions += "west,,pledge,5,0.01,5,,6,\n"
    assert places(RUN_OFF, positions=positions) == []


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("", "contract"),
        ("contract = 2", "contract"),
        ('contract = 1\nstep = "week"', "step"),
        ("contract = 1\nquantum = 0", "quantum"),
        ("contract = 1\nunit = true", "unit"),
        ("contract = 1\nperiod = 3", "period"),
        ('contract = 1\ncustom_measures = "big"', "custom_measures"),
        ('contract = 1\ncustom_measures = ["rwa"]', "custom_measures"),
        ('contract = 1\ncustom_measures = ["tenor_months"]', "custom_measures"),
        ('contract = 1\ncustom_measures = ["big", "big"]', "custom_measures"),
        ("contract = 1\ndiscount_rate = -1", "discount_rate"),
        ("contract = 1\nsolve.seed = 1.5", "solve.seed"),
        ("contract = 1\nsolve.sed = 1", "solve.sed"),
        ("contract = 1\nrisk.cvar_level = 1.5", "risk.cvar_level"),
        ('contract = 1\nearnings.product = "cash"', "earnings.product"),
    ],
)
def test_a_wrong_key_of_case_toml_is_named(line, key, places):
    assert places(TOML.replace("contract = 1", line)) == [("case.toml", None, key)]


def test_a_folder_without_case_toml_or_with_a_broken_one_is_one_fault(tmp_path, write):
    assert [(fault.table, fault.found) for fault in faults_of(tmp_path / "none")] == [
        ("case.toml", str(tmp_path / "none"))
    ]
    (fault,) = faults_of(write(toml="name = "))
    assert (fault.table, fault.row, fault.column) == ("case.toml", None, None)


def test_a_table_that_cannot_be_read_does_not_fault_what_names_its_rows(places, write):
    assert places(fx="money,rate\nEUR,7.8\n") == [("fx", 1, "currency"), ("fx", 1, "money")]
    folder = write()
    (folder / "products.csv").write_bytes(b"\xff\xff\xff")
    assert [(fault.table, fault.row, fault.column) for fault in faults_of(folder)] == [
        ("products", None, None)
    ]


def test_faulty_periods_do_not_fault_what_depends_on_them(places):
    runoff = f"{OF_POSITION},period,remaining\nwest,loan,3,0.5\n"
    assert places(TOML.replace("periods = 3", "periods = 0"), runoff=runoff) == [
        ("case.toml", None, "periods")
    ]
