"""Backends against problems with known answers."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import solvers.backends
from solvers import BACKENDS, Options, Solution, Status, UnsuitableBackendError, solve
from solvers.backends import Backend, backend_for

from .problems import KNOWN, Known

PAIRS = [
    pytest.param(known, backend, id=f"{known.name}-{backend.name}")
    for known in KNOWN
    for backend in BACKENDS
    if known.problem.needs <= backend.can
]

# CBC prints eight digits: with a bound of 1e12 these cannot prove an optimum of 200, and our check says so.
UNPROVEN = {("badly_scaled", "pulp+cbc")}


@pytest.mark.parametrize(("known", "backend"), PAIRS)
def test_every_backend_finds_the_known_answer(known: Known, backend: Backend):
    solution = solve(known.problem, backend.name, gap=1e-6)
    unproven = (known.name, backend.name) in UNPROVEN
    expected = Status.GAP if unproven else known.status
    assert (solution.status, solution.backend) == (expected, backend.name)
    if known.status is not Status.OPTIMAL:
        assert not solution.has_point
        assert solution.note
        return
    assert solution.objective == pytest.approx(known.value, rel=1e-6)
    assert solution.bound == pytest.approx(known.value, rel=0.5 if unproven else 2e-6)
    assert solution.bound <= known.value + 1e-6 * abs(known.value)
    if known.x is not None:
        assert solution.x == pytest.approx(known.x, rel=1e-6, abs=1e-6)
    assert_duals(known, solution)


def assert_duals(known: Known, solution: Solution) -> None:
    if known.problem.is_integer:
        assert np.isnan(solution.dual).all()
        assert np.isnan(solution.reduced_cost).all()
        return
    expected = known.problem.gradient(solution.x) - known.problem.A.T @ solution.dual
    if known.problem.is_conic:
        # Rounds of tangents at other points have multipliers too: at this one they agree to its own precision.
        tangents, _ = known.problem.cones.tangents(solution.x, known.problem.columns)
        expected = expected - tangents.T @ solution.cone_dual
    digits = {"rel": 1e-4, "abs": 1e-4} if known.problem.is_conic else {"rel": 1e-9, "abs": 1e-12}
    assert solution.reduced_cost == pytest.approx(expected, **digits)
    if known.dual is not None:
        assert solution.dual == pytest.approx(
            known.dual, rel=1e-5, abs=1e-14 + 1e-6 * max((abs(y) for y in known.dual), default=0)
        )


@pytest.mark.parametrize(
    "known", [k for k in KNOWN if k.status is Status.OPTIMAL], ids=lambda k: k.name
)
def test_duals_have_the_sign_of_their_side(known: Known):
    dual = solve(known.problem).dual
    if known.problem.is_integer:
        return
    assert (dual[np.isneginf(known.problem.row_lower)] <= 1e-9).all()
    assert (dual[np.isposinf(known.problem.row_upper)] >= -1e-9).all()


def test_every_file_of_the_folder_is_in_the_registry():
    found = set()
    for module in pkgutil.iter_modules(solvers.backends.__path__):
        members = vars(importlib.import_module(f"solvers.backends.{module.name}")).values()
        found |= {
            each
            for each in members
            if inspect.isclass(each) and hasattr(each, "can") and each is not Backend
        }
    assert found == {type(backend) for backend in BACKENDS}
    assert len({backend.name for backend in BACKENDS}) == len(BACKENDS)


@pytest.mark.parametrize(
    ("needs", "name"),
    [
        ({"linear"}, "cvxpy+highs"),
        ({"quadratic"}, "cvxpy+clarabel"),
        ({"linear", "integer"}, "pulp+highs"),
    ],
)
def test_each_kind_of_problem_has_its_backend(needs: set[str], name: str):
    assert backend_for(frozenset(needs)).name == name


def test_a_kind_without_a_backend_is_refused_in_words():
    with pytest.raises(ValueError, match="integer and quadratic"):
        backend_for(frozenset({"quadratic", "integer"}))


def test_an_unknown_backend_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no backend 'cplex'; there are cvxpy\+highs"):
        solve(KNOWN[0].problem, "cplex")


def test_a_backend_that_cannot_solve_the_problem_is_refused():
    integer = next(known.problem for known in KNOWN if known.name == "knapsack")
    with pytest.raises(
        UnsuitableBackendError, match=r"^cvxpy.highs solves linear problems$"
    ) as raised:
        solve(integer, "cvxpy+highs")
    assert raised.value.kind == "integer and linear"


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda b: b.name)
def test_a_status_that_is_not_mapped_is_a_failure(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(type(backend), "statuses", {})
    assert backend.solve(KNOWN[0].problem, Options()).status is Status.FAILED


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda b: b.name)
def test_threads_may_change_between_solves(backend: Backend):
    for threads in (1, 2, 1):
        solution = solve(KNOWN[0].problem, backend.name, threads=threads)
        assert solution.status is Status.OPTIMAL


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda b: b.name)
def test_nothing_is_written_to_standard_output(backend: Backend, capfd: pytest.CaptureFixture[str]):
    solve(KNOWN[0].problem, backend.name)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda b: b.name)
def test_a_retry_gives_the_same_answer(backend: Backend):
    known = KNOWN[0]
    solution = backend.solve(known.problem, Options(retry=True))
    assert solution.x == pytest.approx(known.x, abs=1e-6)
