"""Every registered measure: what the model adds up in symbols is what the reports add up in numbers."""

import ast
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest

from alm.formulation import measures
from alm.formulation.measures.outflow_at_risk import AT_RISK
from alm.formulation.measures.registry import EARNINGS, FAMILIES, LINEAR, PIECEWISE
from tests.formulation.complete import complete, random_decisions, unrounded
from tests.oracle.cases import random_tables
from tests.oracle.features import draw_volatility
from tests.oracle.hand import write_case
from tests.properties.pool import Model, model_of

# Trees of three regions, two currencies and lanes, without price slopes (limits on income are linear then); average and
# closing accrual.
SEEDS = (24, 54)
SCOPES = (
    {"region": "R0", "scope": "subtree"},
    {"region": "R0", "scope": "solo"},
    {"region": "R1", "scope": "solo"},
    {"region": "R2", "scope": "solo"},
    {"region": "R0", "scope": "subtree", "currency": "USD"},
)
OF_FAMILIES = ("class:loan", "product:term", "lent:R2")
FLOORED = ("hqla", "income", "net_interest_income")  # on this side a limit on them is convex


def every_name() -> list[str]:
    """All built-in measures, one of each family that limits can name, a custom and a combined one."""
    names = [name for name, _ in LINEAR] + [each.name for each in PIECEWISE] + list(EARNINGS)
    names.append(AT_RISK)
    return [*names, *OF_FAMILIES, "green", "blend"]


def _limits() -> list[dict[str, object]]:
    """A limit that cannot bind on each measure in each scope that may read it."""
    return [
        {"limit": f"{name} {number}", "measure": name, **scope}
        | {"sense": "min" if name in FLOORED else "max", "bound": -1e9 if name in FLOORED else 1e9}
        for number, scope in enumerate(SCOPES)
        for name in every_name()
        if not (name in EARNINGS and "currency" in scope)
        and not (name == "lent:R2" and number not in (1, 2))
    ]


@cache
def model(seed: int) -> Model:
    settings, tables = random_tables(seed)
    tables["measures"] = [
        {"measure": "blend", "term": "rwa", "weight": 0.5},
        {"measure": "blend", "term": "net_outflow", "weight": 2},
    ]
    tables["limits"] = _limits()
    draw_volatility(SimpleNamespace(settings=settings, tables=tables), Random(5))
    return model_of(lambda folder: write_case(folder, settings, tables))


@pytest.fixture(params=SEEDS)
def formulation(request):
    return model(request.param).formulation


@pytest.fixture
def vector(formulation):
    """Random decisions, laid out with the amounts that the reports would show."""
    book = formulation.limits.amounts.book
    decisions = random_decisions(book, np.random.default_rng(3))
    return complete(book, formulation, unrounded(book, decisions))


def test_the_case_reads_every_registered_measure(formulation):
    read = {name for _, name in formulation.limits.amounts.order}
    assert set(dict(LINEAR)) | {each.name for each in PIECEWISE} | set(EARNINGS) <= read
    assert {p for p, _ in FAMILIES} <= {f"{name.split(':')[0]}:" for name in read if ":" in name}


def test_symbols_equal_numbers(formulation, vector):
    """Each amount is the rest of the row that defines it, and that is what `numbers` says."""
    problem = formulation.problem
    columns = formulation.columns["amount"].numbers
    order = [name for _, name in formulation.limits.amounts.order]
    compared = set()
    for name, block in formulation.rows.items():
        bounded = " piece " in name or name in ("collateral", f"measure {AT_RISK}")
        if block.coords[0].name != "amount" or bounded:
            continue
        amounts, rows = block.coords[0].to_numpy(), block.numbers
        assert (problem.row_lower[rows] == problem.row_upper[rows]).all()
        own = vector[columns[amounts]]
        symbols = problem.row_lower[rows] - ((problem.A @ vector)[rows] - own)
        np.testing.assert_allclose(symbols, own, rtol=1e-10, atol=1e-8, err_msg=name)
        compared |= {order[i] for i in amounts[np.abs(own).max(axis=1) > 1e-3]}
    missing = set(every_name()) - compared - {each.name for each in PIECEWISE} - {AT_RISK}
    assert missing == set()


def test_outflow_at_risk_is_the_edge_of_its_cone(formulation, vector):
    """Each cone holds the reported norm on its edge: no more is allowed for, and no less."""
    cones = formulation.problem.cones
    order = [name for _, name in formulation.limits.amounts.order]
    at_risk = formulation.columns["amount"].numbers[[name == AT_RISK for name in order]]
    assert set(at_risk.ravel()) <= set(cones.head)
    assert (vector[at_risk] > 1e-3).any()
    held = np.isin(cones.head, at_risk)
    np.testing.assert_allclose(cones.missed(vector)[held], 0, atol=1e-9)


@pytest.mark.parametrize("derived", PIECEWISE, ids=lambda each: each.name)
def test_a_derived_measure_can_reach_its_exact_value_and_no_more(formulation, vector, derived):
    """The rows of all pieces together leave the amount exactly the room up to (down to) the minimum (maximum)."""
    problem, place = formulation.problem, formulation.limits.amounts.order
    at = [i for i, (_, name) in enumerate(place) if name == derived.name]
    exact = formulation.values(vector, "amount").to_numpy()[at]
    own = np.zeros(problem.columns, dtype=bool)
    own[formulation.columns["amount"].numbers[at]] = True
    reach = []
    for number in range(1, len(derived.pieces) + 1):
        rows = formulation.rows[f"{derived.name} piece {number}"].numbers
        rest = problem.A @ np.where(own, 0.0, vector)
        concave = derived.curvature == "concave"
        reach.append((problem.row_upper if concave else problem.row_lower)[rows] - rest[rows])
    tightest = np.min(reach, axis=0) if derived.curvature == "concave" else np.max(reach, axis=0)
    np.testing.assert_allclose(tightest, exact, rtol=1e-11, atol=1e-9)


def test_the_registry_names_every_file_of_the_folder():
    """A measure in a file that nobody registers would fail silently: a limit on it would be unknown."""
    folder = Path(measures.__file__).parent
    tree = ast.parse((folder / "registry.py").read_text(encoding="utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("alm.formulation")
        for name in [(node.module or "").rsplit(".", 1)[-1], *(each.name for each in node.names)]
    }
    infrastructure = {"__init__", "registry", "weights", "ladder", "piecewise"}
    assert {path.stem for path in folder.glob("*.py")} - infrastructure <= imported


def test_every_public_measure_function_is_registered():
    registered = {function.__name__ for _, function in (*LINEAR, *FAMILIES)} | {"custom"}
    folder = Path(measures.__file__).parent
    defined = {
        node.name
        for path in folder.glob("*.py")
        if path.stem not in ("registry", "weights", "piecewise")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.unparse(node.returns or ast.Constant("")) == "Weights"
    }
    assert defined == registered
