"""What people see: texts, tables and streams, without a run."""

import io
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from alm.case import load
from alm.case.faults import Fault
from alm.cli import faults, tables
from alm.cli.summary import Summary
from alm.runs.run import Run

from .program import THREE_REGIONS

MANY = [
    Fault("positions", row, "max_new", "a very long text " * 4, "a decimal " * 8, "hint " * 20)
    for row in range(2, 12)
]


def shown(columns: int, *given: Fault) -> list[str]:
    text = io.StringIO()
    faults.show(Console(file=text, width=columns, highlight=False), given)
    return text.getvalue().splitlines()


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_each_fault_is_one_line_however_narrow(columns):
    lines = shown(columns, *MANY)
    assert len(lines) == 2 + len(MANY) + 1
    assert all(len(line) <= columns for line in lines)
    assert all(line.count("…") >= 1 for line in lines[2:-1])
    assert "--json" in lines[-1]


@pytest.mark.parametrize("columns", [60, 80])
def test_a_few_faults_that_do_not_fit_are_said_in_full(columns):
    found = " ".join(["above"] * 20)
    lines = shown(columns, Fault("limits", 2, "sense", found, "min, max", "did you mean min?"))
    assert all(len(line) <= columns for line in lines)
    assert " ".join(line.strip() for line in lines) == (
        f"limits row 2 sense: {found}; allowed: min, max (did you mean min?)"
    )


def test_nothing_is_cut_where_there_is_room():
    lines = shown(400, *MANY)
    assert len(lines) == 2 + len(MANY)
    assert "…" not in "".join(lines)


def test_a_fault_that_holds_markup_or_lines_is_shown_as_it_is():
    lines = shown(120, Fault("limits", 2, "bound", "[red]1\n2[/red]", "a number"))
    assert "[red]1 2[/red]" in lines[2]
    assert len(lines) == 3


def test_figures_are_never_cut():
    text = io.StringIO()
    row = ("a name that is far too long for the terminal", "1,234,567.890")
    Console(file=text, width=30).print(tables.listing(("what", "amount"), [row], 30, numbers=[1]))
    line = text.getvalue().splitlines()[-1]
    assert line.endswith("1,234,567.890")
    assert len(line) == 30


def test_chinese_names_take_two_columns_each():
    assert tables.natural(["name"], [["资金调拨"]]) == [8]


@pytest.fixture(scope="module")
def summary() -> Summary:
    run = Run("three-regions", "gap", "", {}, objective=1234.5, bound=1234.503, gap=2.4e-6)
    return Summary(run, load(THREE_REGIONS))


def test_amounts_have_thousands_separators_and_the_decimals_of_the_quantum(summary):
    assert summary.amount(1234567.891) == "1,234,567.89"
    assert summary.amount(-0.001) == "0.00"
    assert summary.amount(0.5, signed=True) == "+0.50"


def test_the_heading_names_a_scenario_other_than_base(summary):
    assert "scenario" not in summary.heading
    assert " · scenario dry · " in replace(summary, scenario="dry").heading


def test_a_small_distance_to_the_bound_is_rounded_up_and_never_shown_as_none(summary):
    assert summary.proof[1] == (
        "No plan earns more than CNY 1,234.51 million. At most CNY 0.01 million is missing to that:"
        " 0.00024% of what it earns."
    )


def test_a_plan_that_rounding_lifts_above_the_bound_says_so():
    """Debts of swap lanes are rounded to whole quanta: 0.02 more than any plan before rounding."""
    run = Run("three-regions", "optimal", "", {}, objective=1234.52, bound=1234.5, gap=0.0)
    assert Summary(run, load(THREE_REGIONS)).proof[1] == (
        "Before rounding no plan earns more than CNY 1,234.50 million; whole quanta lift this one by"
        " CNY 0.02 million."
    )


def test_a_plan_that_is_not_verified_says_so_loudly(summary):
    assert summary.proof[0].startswith("NOT VERIFIED: `alm verify")


def test_a_bound_that_is_not_known_is_not_shown_as_none():
    run = Run("three-regions", "gap", "", {}, objective=1.0)
    assert "unknown" in Summary(run, load(THREE_REGIONS)).proof[1]


def test_missed_limits_are_named_with_the_worst_close():
    missed = [
        {"limit": "liquidity", "period": 1, "shortfall": 3.0, "status": "short"},
        {"limit": "cet1_ratio", "period": 1, "shortfall": 4.0, "status": "broken"},
        {"limit": "liquidity", "period": 0, "shortfall": 5.0, "status": "short"},
    ]
    run = Run("three-regions", "optimal", "", {}, objective=1.0, violations=tuple(missed))
    assert Summary(run, load(THREE_REGIONS)).missed == [
        "Cash to deposits of the group: short by 5.00 on 2025-12-31",
        "CET1 ratio of the group: broken by 4.00 on 2026-12-31",
    ]


def test_what_compiled_code_prints_never_reaches_standard_output():
    code = (
        "import ctypes, os, sys\nfrom alm.cli import streams\n"
        "c = ctypes.CDLL(None)\n"
        "with streams.only_results_on_stdout():\n"
        "    print('from Python')\n    c.puts(b'from C')\n    os.write(1, b'from the system\\n')\n"
        "streams.print_json({'a': float('nan')})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == '{\n  "a": null\n}\n'
    assert sorted(done.stderr.split("\n")) == ["", "from C", "from Python", "from the system"]
