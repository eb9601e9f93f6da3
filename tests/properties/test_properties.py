"""What must hold of every case, whatever its numbers: units, looser limits, more lanes, verification."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alm.case import write_inputs
from alm.plan.canonicalise import canonicalise
from alm.plan.decisions import read_decisions
from alm.plan.ledger import Ledger, keep_ledger
from alm.plan.rounding import round_plan
from alm.plan.whole import with_whole_decisions_fixed
from alm.runs import store
from alm.verify import verify
from solvers import solve
from tests.properties.pool import CASES, EXACT, Model, drawn, model_of_files

Row = dict[str, str]
few = settings(max_examples=3, deadline=None, derandomize=True)

BALANCES = ["balance", "min_balance", "max_balance", "min_new", "max_new"]
AMOUNTS = {
    "positions": [*BALANCES, "reference_volume", "last_new"],
    "bounds": BALANCES[1:],
    "targets": ["balance"],
    "lanes": ["opening", "capacity"],
    "addons": ["amount"],
}
PER_AMOUNT = {"positions": ["price_slope"], "targets": ["weight"]}
# Sums of balances, so never negative: a lower bound on a ratio over them asks for less.
NEVER_NEGATIVE = ("", "assets", "liabilities")


def edited(files: dict[str, str], table: str, edit: Callable[[list[Row]], None]) -> dict[str, str]:
    """Change the rows of one table of a case; a table that is not there stays away."""
    name = f"{table}.csv"
    if name not in files:
        return files
    rows = list(csv.DictReader(io.StringIO(files[name])))
    edit(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return files | {name: out.getvalue()}


def times(columns: list[str], factor: float) -> Callable[[list[Row]], None]:
    def edit(rows: list[Row]) -> None:
        for row in rows:
            for column in columns:
                if row.get(column, "") != "":
                    row[column] = repr(float(row[column]) * factor)

    return edit


def in_other_units(model: Model, k: float) -> Model:
    """Multiply every amount of a case by k: a unit of money that is k times smaller."""
    files = dict(model.files)
    for table, columns in AMOUNTS.items():
        files = edited(files, table, times(columns, k))
    for table, columns in PER_AMOUNT.items():
        files = edited(files, table, times(columns, 1 / k))

    def bounds(rows: list[Row]) -> None:
        times(["bound"], k)([row for row in rows if row.get("denominator", "") == ""])

    files = edited(files, "limits", bounds)
    quantum = model.case.settings.quantum
    toml = files["case.toml"].replace(f"quantum = {quantum}", f"quantum = {quantum * k!r}")
    assert toml != files["case.toml"]
    return model_of_files(files | {"case.toml": toml})


def size_of(model: Model) -> float:
    """What tolerances are relative to: the objective, or the terms that make it up where they cancel."""
    problem, x = model.formulation.problem, model.solution.x
    terms = abs(problem.c * x).sum() + (problem.q * x * x).sum() + abs(problem.offset)
    return float(terms)


def written(model: Model) -> Ledger:
    """The plan in whole quanta, from the optimum on."""
    formulation, solution = with_whole_decisions_fixed(model.formulation, model.solution, solve)
    vector = canonicalise(model.book, formulation, solution).x
    plan = round_plan(model.book, read_decisions(model.book, formulation, vector))
    return keep_ledger(model.book, plan, model.formulation.limits)


def solved(seed: int, feature: str) -> Model:
    model = drawn(seed, feature)
    assert_solved(model)
    return model


def assert_solved(model: Model) -> None:
    """To the optimum, or on cones to a gap that is stated and small enough to stop at."""
    assert model.solution.status in ("optimal", "gap")
    assert model.solution.gap <= model.case.settings.solve.gap


def slack(*models: Model) -> float:
    """What two optima may be apart for want of accuracy, in money of the first."""
    left = sum(max(0.0, model.solution.objective - model.solution.bound) for model in models)
    return 1e-7 * size_of(models[0]) + left


@few
@given(case=st.sampled_from(CASES), k=st.sampled_from([0.001, 0.5, 7.0, 1000.0]))
def test_a_unit_of_money_k_times_smaller_gives_k_times_the_objective(case, k):
    """Price slopes and weights of targets are per amount; adjustment costs, penalties and back books are not."""
    model = solved(*case)
    other = in_other_units(model, k)
    assert_solved(other)
    gap = (other.solution.objective - other.solution.bound) / k
    allowed = 1e-6 * size_of(model) + slack(model) + abs(gap)
    assert other.optimum / k == pytest.approx(model.optimum, abs=allowed)


@few
@given(case=st.sampled_from(CASES), pick=st.integers(0, 100), more=st.floats(0.001, 20))
def test_a_looser_limit_never_lowers_the_optimum(case, pick, more):
    model = solved(*case)
    eligible = model.case.table("limits").query("denominator in @NEVER_NEGATIVE")["limit"].tolist()
    assume(eligible)
    name = eligible[pick % len(eligible)]

    def loosen(rows: list[Row]) -> None:
        (row,) = [row for row in rows if row["limit"] == name]
        row["bound"] = repr(float(row["bound"]) + (-more if row["sense"] == "min" else more))

    other = model_of_files(edited(dict(model.files), "limits", loosen))
    assert_solved(other)
    assert other.optimum >= model.optimum - slack(model, other)


@few
@given(case=st.sampled_from(CASES), ends=st.tuples(st.integers(0, 9), st.integers(0, 9)), rate=st.floats(-0.01, 0.05))  # fmt: skip
def test_one_more_lane_never_lowers_the_optimum(case, ends, rate):
    """Between two nodes of one currency, for any rate: nobody has to use it."""
    model = solved(*case)
    nodes = list(model.book.nodes.itertuples(index=False, name=None))
    lender, borrower = (nodes[end % len(nodes)] for end in ends)
    assume(lender != borrower and lender[1] == borrower[1])
    header = "lane,lender,borrower,currency,rate,capacity\n"
    row = f"one-more,{lender[0]},{borrower[0]},{lender[1]},{rate!r},100\n"
    files = dict(model.files)
    if "lanes.csv" not in files:
        files["lanes.csv"] = header + row
    else:
        cells = dict(zip(header.strip().split(","), row.strip().split(","), strict=True))
        empty = dict.fromkeys(files["lanes.csv"].splitlines()[0].split(","), "")
        files = edited(files, "lanes", lambda rows: rows.append(empty | cells))
    other = model_of_files(files)
    assert_solved(other)
    assert other.optimum >= model.optimum - slack(model, other)


WIDER = {
    "max_balance": 10.0, "max_new": 10.0, "max_renewal": 0.5,
    "min_balance": -10.0, "min_new": -10.0, "min_renewal": -0.5,
}  # fmt: skip


@few
@given(case=st.sampled_from(CASES), bound=st.sampled_from(sorted(WIDER)))
def test_wider_bounds_never_lower_the_optimum(case, bound):
    """A floor goes no lower than 0, which is where it starts."""
    model = solved(*case)

    def widen(rows: list[Row]) -> None:
        for row in rows:
            if row.get(bound, "") != "":
                row[bound] = repr(max(0.0, float(row[bound]) + WIDER[bound]))

    files = dict(model.files)
    for table in ("positions", "bounds"):
        files = edited(files, table, widen)
    other = model_of_files(files)
    assert_solved(other)
    assert other.optimum >= model.optimum - slack(model, other)


@pytest.mark.parametrize("case", CASES[:2])
def test_keeping_nothing_is_no_different_from_not_keeping(case):
    """`[earnings]` with retained = 0: the same plan to the last digit."""
    model = solved(*case)
    toml = model.files["case.toml"] + "[earnings]\nretained = 0\n"
    other = model_of_files(dict(model.files) | {"case.toml": toml})
    assert_same_plan(model, other)


@pytest.mark.parametrize("case", CASES)
def test_every_plan_is_verified(case, tmp_path):
    """From the optimum to whole quanta: the written plan, read by formulas of its own, confirms what it claims."""
    model = solved(*case)
    ledger = written(model)
    write_inputs(model.case, tmp_path / "inputs")
    store.write_tables(tmp_path, ledger.tables)
    bound = -model.solution.bound
    answer = {"status": "optimal", "objective": ledger.objective, "income": ledger.income}
    gap = max(0.0, (bound - ledger.objective) / max(abs(ledger.objective), 1e-9))
    store.write_manifest(tmp_path, answer | {"bound": bound, "gap": gap})
    verification = verify(tmp_path)
    assert verification.ok, verification.failures


AMOUNT_COLUMNS = {
    "positions": ["opening", "matured", "new", "sold", "balance"],
    "lanes": ["transfer", "repaid", "outstanding"],
}


@few
@given(case=st.sampled_from(EXACT))
def test_twice_the_amounts_give_twice_the_plan(case):
    """Half a quantum may fall to the other side, and a plug then takes what is left of its node."""
    model = solved(*case)
    other = in_other_units(model, 2.0)
    one, two = written(model).tables, written(other).tables
    quantum = model.case.settings.quantum
    for table, columns in AMOUNT_COLUMNS.items():
        twice = 2 * one[table][columns]
        allowed = 2 * quantum * max(1, len(model.case.table("positions")))
        assert np.abs((two[table][columns] - twice).to_numpy()).max(initial=0.0) <= allowed


def assert_same_plan(model: Model, other: Model) -> None:
    """Every amount of both written plans is the same number."""
    one, two = written(model).tables, written(other).tables
    for table, columns in AMOUNT_COLUMNS.items():
        pd.testing.assert_frame_equal(one[table][columns], two[table][columns], rtol=0, atol=0)


@few
@given(case=st.sampled_from(CASES), dice=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_nothing(case, dice):
    """To the last digit: every table, and every file, is sorted before anything is done with it."""
    model = solved(*case)
    files = dict(model.files)

    def shuffle(rows: list[Row]) -> None:
        dice.shuffle(rows)
        columns = list(rows[0])
        dice.shuffle(columns)
        rows[:] = [{column: row[column] for column in columns} for row in rows]

    for name in files:
        if name.endswith(".csv"):
            files = edited(files, name.removesuffix(".csv"), shuffle)
    assert_same_plan(model, model_of_files(files))
