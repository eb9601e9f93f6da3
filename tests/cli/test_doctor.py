"""`alm doctor` on this machine, and on machines where something is broken."""

import json
import os

import pytest

from alm.cli import health
from alm.cli.app import main

from .program import alm


def by_name(answer: dict) -> dict:
    return {each["check"]: each for each in answer["checks"]}


def test_a_machine_that_runs_the_tests_is_fit(tmp_path):
    done = alm("doctor", "--json", cwd=tmp_path)
    assert done.code == 0, done.out
    assert done.answer["status"] == "good"
    checks = by_name(done.answer)
    assert {
        "Python",
        "cvxpy",
        "linopy",
        "runs folder",
        "locale",
        "cores",
        "memory",
        "LibreOffice",
    } <= set(checks)
    assert not list(tmp_path.iterdir())


def test_every_backend_is_tried_on_everything_it_can_do():
    from solvers import BACKENDS

    problems = health.tiny_problems()
    tried = {finding.check for finding in health.solvers()}
    assert tried == {
        f"{kind} by {backend.name}"
        for kind, (problem, _) in problems.items()
        for backend in BACKENDS
        if problem.needs <= backend.can
    }
    assert all(f"{kind} by" in " ".join(tried) for kind in ("linear", "quadratic", "integer"))


def test_people_get_a_table_and_a_verdict(tmp_path):
    done = alm("doctor", cwd=tmp_path, columns=120)
    assert done.code == 0
    assert done.out.splitlines()[0].split() == ["check", "found", "wanted"]
    assert done.out.endswith("All that is needed works.\n")


@pytest.mark.parametrize(("off", "ok"), [(1e-3, False), (1e-9, True)])
def test_a_solver_that_answers_wrongly_is_found_out(monkeypatch, off, ok):
    import solvers

    problem, answer = health.tiny_problems()["linear"]
    right = solvers.solve

    def wrong(*words, **more):
        solution = right(*words, **more)
        return solution.replace(objective=solution.objective + off)

    monkeypatch.setattr(solvers, "solve", wrong)
    assert health._solved(problem, "cvxpy+highs", answer)[1] is ok


def test_a_solver_that_cannot_be_loaded_fails_the_machine(monkeypatch, capsys):
    import solvers

    def broken(*words, **more):
        raise ImportError("libhighs.so is missing")

    monkeypatch.setattr(solvers, "solve", broken)
    assert main(["doctor", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "failed"
    assert (
        by_name(answer)["linear by cvxpy+highs"]["found"] == "ImportError: libhighs.so is missing"
    )


def test_a_second_choice_that_is_missing_does_not_fail_the_machine(monkeypatch, capsys):
    def only_cbc_is_broken():
        yield health.Finding("integer by pulp+cbc", "SolverError", "4", ok=False, needed=False)

    monkeypatch.setattr(health, "CHECKS", (only_cbc_is_broken,))
    assert main(["doctor"]) == 0
    assert "missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("found", "ok"), [("3.2.9", False), ("3.3", True), ("3.10.0", True), ("4.0rc1", True)]
)
def test_versions_are_compared_as_numbers(monkeypatch, found, ok):
    monkeypatch.setattr(health, "requires", lambda _: ["pulp>=3.3", "mypy>=99; extra == 'dev'"])
    monkeypatch.setattr(health, "version", lambda _: found)
    (finding,) = health.packages()
    assert (finding.check, finding.found, finding.ok) == ("pulp", found, ok)
    assert finding.wanted.startswith("3.3 or later")


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(health, "requires", lambda _: ["no-such-package>=1.0"])
    (finding,) = health.packages()
    assert not finding.ok
    assert finding.found == "not installed"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_found(tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert not health._writable("runs folder", locked / "runs").ok


def test_a_folder_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "runs").write_text("", encoding="utf-8")
    assert not health._writable("runs folder", tmp_path / "runs").ok
    assert health._writable("runs folder", tmp_path / "not" / "yet").ok
