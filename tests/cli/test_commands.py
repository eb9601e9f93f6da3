import json
import subprocess
import sys
from pathlib import Path

import pytest

from alm.cli import PAGE, app, reference
from alm.cli.answers import blank
from alm.cli.app import COMMANDS, main
from alm.runs.run import Run
from alm.runs.scenario_run import ScenarioRun

from .program import ROOT, THREE_REGIONS, alm, alm_process

HEAVY = {"pandas", "numpy", "scipy", "cvxpy", "pulp", "linopy", "xarray", "openpyxl", "highspy"}
NAMES = [command.__name__ for command in COMMANDS]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_one_line_of_purpose_and_an_example_of_itself(name):
    purpose, examples = reference.purpose_and_examples(reference.commands()[name])
    assert purpose.endswith(".")
    assert 20 < len(purpose) <= 100
    assert examples
    assert all(example.split()[:2] == ["alm", name] for example in examples)


@pytest.mark.parametrize("name", NAMES)
def test_help_shows_purpose_and_example(name):
    done = alm(name, "--help", columns=120)
    assert done.code == 0
    assert f"Example: alm {name}" in done.out


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is_for(name):
    params = reference.commands()[name].params
    assert params
    assert all(taken.help and taken.help.endswith(".") for taken in params)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_speaks_json(name):
    assert any("--json" in taken.opts for taken in reference.commands()[name].params)


def test_every_command_is_a_file_of_its_name():
    assert {command.__module__ for command in COMMANDS} == {f"alm.cli.{name}" for name in NAMES}


@pytest.mark.parametrize("page", sorted(reference.pages()))
def test_the_made_pages_are_up_to_date(page):
    shown = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert shown == reference.pages()[page], "run `make docs`"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom alm.cli import main\n"
        "assert main(['--help']) == 0\nassert main(['allocate', '--help']) == 0\n"
        "sys.stderr.write(' '.join(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert "typer" in loaded
    assert not HEAVY & loaded


def test_the_help_that_is_kept_is_what_the_program_says_of_itself():
    kept = Path(PAGE).read_text(encoding="utf-8")
    assert kept == reference.help_page(), "run `make docs`"
    assert "Example: alm allocate" in kept
    assert all(f"│ {name}" in kept for name in NAMES)


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"]])
def test_the_help_is_shown_without_loading_the_command_line(words):
    """Standard output is a pipe here, as wide as it takes."""
    code = (
        f"import sys\nfrom alm.cli import main\nassert main({words}) == 0\n"
        "assert not {'typer', 'rich', 'click', 'alm.cli.app'} & set(sys.modules)"
    )
    run = [sys.executable, "-X", "utf8", "-c", code]
    done = subprocess.run(run, capture_output=True, check=True)
    assert done.stdout == Path(PAGE).read_bytes()


def test_no_words_show_the_help():
    assert alm().out == alm("--help").out == alm_process("--help").out


@pytest.mark.parametrize("columns", [40, 60])
def test_a_narrow_terminal_gets_the_help_in_lines_that_fit(columns):
    lines = alm("--help", columns=columns).out.splitlines()
    assert max(map(len, lines)) <= columns
    assert any("allocate" in line for line in lines)


def test_a_command_that_does_not_exist_is_refused_with_the_nearest():
    done = alm("alocate", "x")
    assert done.code == 2
    assert not done.out
    assert "allocate" in done.err


def test_an_option_that_does_not_exist_is_a_fault_in_json_too():
    done = alm("check", "x", "--jsn", "--json")
    assert done.code == 2
    assert done.answer["status"] == "invalid"
    (fault,) = done.answer["faults"]
    assert "--jsn" in fault["found"]
    assert fault["column"] == "--jsn"
    assert fault["hint"] == "alm check --help"


SPOILT = [
    (["allocate", "x", "--bogus"], "--bogus"),
    (["allocate"], "CASE"),
    (["allocate", "x", "--lang", "fr"], "--lang"),
    (["allocate", "x", "y"], None),
    (["scenarios", "x", "--mode", "fast"], "--mode"),
    (["frontier", "x", "--x", "y", "--points", "1"], "--points"),
    (["stress", "x", "--most", "0"], "--most"),
    (["compare"], "RUN..."),
    (["batch", "x", "--jobs", "0"], "--jobs"),
    (["whatif"], "CASE"),
    (["check", "x", "--out"], "--out"),
    (["new"], "CASE"),
    (["report"], "RUN"),
    (["verify", "--jsn"], "--jsn"),
    (["runs", "a", "b"], None),
    (["schema", "a", "b"], None),
    (["doctor", "x"], None),
]


@pytest.mark.parametrize(("words", "column"), SPOILT)
def test_a_line_that_cannot_be_read_is_answered_like_any_other_bad_input(words, column, capsys):
    """Every command: all its fields, blank, and one fault with the fields of the contract, section 9."""
    assert main([*words, "--json"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert set(blank(words[0])) | {"faults"} == set(answer)
    assert answer["status"] == "invalid"
    (fault,) = answer["faults"]
    assert set(fault) == {"table", "row", "column", "found", "allowed", "hint"}
    assert (fault["table"], fault["column"]) == ("options", column)


def test_lines_that_cannot_be_read_were_tried_on_every_command():
    assert {words[0] for words, _ in SPOILT} == set(NAMES)


def test_blank_answers_of_a_plan_are_those_of_a_run():
    """Contract, section 9: the same fields, whether there is a plan or not."""
    nothing = Run(case="", status="", backend="", seconds={}).answer()
    assert list(blank("allocate")) == list(nothing)
    known = {"case": "", "status": ""}
    assert blank("allocate", **known) == nothing


def test_blank_answers_of_scenarios_are_those_of_a_run():
    nothing = ScenarioRun(case="", mode="", status="", seconds={}).answer()
    assert list(blank("scenarios")) == list(nothing)
    assert blank("scenarios", case="", mode="", status="") == nothing


def test_an_option_is_never_taken_for_the_value_of_another_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["allocate", str(THREE_REGIONS), "--out", "--json"]) == 2
    assert not list(tmp_path.iterdir())
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert fault["column"] == "--out"


class Broken:
    """A program that fails in a way nobody thought of."""

    def main(self, *words: object, **more: object) -> int:
        raise ZeroDivisionError("no balances\nat all")


@pytest.fixture
def broken(monkeypatch, tmp_path):
    monkeypatch.setattr(app, "get_command", lambda _: Broken())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_an_unexpected_fault_is_one_line_and_a_log(broken, capsys):
    assert main(["check", "x"]) == 1
    out, err = capsys.readouterr()
    (log,) = broken.glob("alm-*.log")
    assert not out
    assert err == (
        f"unexpected fault: ZeroDivisionError: no balances (details in {log}, or with --debug)\n"
    )
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_debug_shows_the_traceback_of_an_unexpected_fault(broken, capsys):
    assert main(["check", "x", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert not list(broken.iterdir())


def test_an_unexpected_fault_is_one_object_in_json(broken, capsys):
    """No plan, and not the case's fault: the status is none of those of the contract, section 9."""
    assert main(["allocate", "x", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert {**answer, "fault": ""} == blank("allocate", fault="")
    assert answer["status"] is None
    assert "ZeroDivisionError: no balances" in answer["fault"]
