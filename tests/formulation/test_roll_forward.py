"""The recursions of the model against the cohorts that they stand for, expanded one by one."""

import math

import numpy as np
import pytest

from alm.formulation.formulate import formulate
from scenarios import shocked
from tests.oracle.hand import EQUITY, HOME, NO_NEW, plug, position, write_case
from tests.properties.pool import model_of

PERIODS = 9
# Shape and tenor in periods; only bullets must be whole. A blank tenor never matures.
BEHAVIOURS = [
    ("bullet", 1), ("bullet", 3), ("bullet", 20), ("bullet", None), ("linear", 1), ("linear", 4), ("linear", 2.5),
    ("linear", 7.75), ("linear", 30), ("decay", 1), ("decay", 1.5), ("decay", 4), ("decay", 2.25),
]  # fmt: skip
MONTHS = {"month": 1, "quarter": 3}


def still_there(shape: str, n: float | None, k: int) -> float:
    """Contract, section 3, word by word."""
    if n is None:
        return 1.0
    if shape == "bullet":
        return 1.0 if k < n else 0.0
    if shape == "linear":
        return max(0.0, 1 - k / n)
    return max(0.0, 1 - 1 / n) ** k


# Shares that run off once, at the start of a period; after the total loss all begins anew.
RUN_OFF = {3: 0.25, 5: 1.0, 7: 0.5}


def left(since: int, t: int) -> float:
    """Contract, section 8: what run-off shocks after the close of `since` leave at the close of t."""
    return math.prod(1 - value for start, value in RUN_OFF.items() if since < start <= t)


@pytest.fixture(scope="module", params=["month", "quarter"])
def model(request):
    """One position of 100 for each behaviour; its legacy book of 9 periods may be sold by half."""
    products = [{"product": "cash", "side": "asset"}, EQUITY]
    positions = [plug(0)]
    for number, (shape, tenor) in enumerate(BEHAVIOURS):
        months = tenor and tenor * MONTHS[request.param]
        terms = {"amortisation": shape, "tenor_months": months, "max_disposal": 0.5}
        products.append({"product": f"p{number:02}", "side": "asset"} | terms)
        legacy = {"residual_months": 9 * MONTHS[request.param], "residual_shape": "linear"}
        positions.append(position(f"p{number:02}", 100, 0.01, max_new=10, **legacy))
    positions.append(position("equity", 100 * len(BEHAVIOURS), 0, **NO_NEW))
    settings = {"periods": PERIODS, "step": request.param}
    tables = {"regions": HOME, "products": products, "positions": positions}
    tables["scenarios"] = [{"scenario": "run"}]
    tables["shocks"] = [
        {"scenario": "run", "shock": "runoff", "start": start, "value": value}
        for start, value in RUN_OFF.items()
    ]
    return model_of(lambda folder: write_case(folder, settings, tables))


@pytest.mark.parametrize("scenario", ["base", "run"])
def test_the_rows_leave_one_balance_and_it_is_the_sum_of_the_cohorts(model, scenario):
    """Fix volumes and disposals, solve the rows for the balances: 100 L (1 - sold) + sum of survival x new."""
    formulation = formulate(shocked(model.book, scenario))
    problem, rng = formulation.problem, np.random.default_rng(11)
    columns, x = formulation.columns, np.zeros(formulation.problem.columns)
    new = rng.uniform(0, 10, (len(BEHAVIOURS), PERIODS))
    sold = np.sort(rng.uniform(0, 0.5, (len(BEHAVIOURS), PERIODS)), axis=1)
    x[columns["new"].numbers] = new
    x[columns["gone"].numbers] = 100 * sold
    rows = [b.numbers.ravel() for n, b in formulation.rows.items() if n.startswith("roll_fo")]
    rows = np.concatenate(rows)
    dealt = columns["balance"].coords[0].isin(columns["new"].coords[0])
    balances = columns["balance"].numbers[dealt]
    square = problem.A[rows][:, balances.ravel()].toarray()
    right = problem.row_lower[rows] - problem.A[rows] @ x
    assert (problem.row_lower[rows] == problem.row_upper[rows]).all()
    found = np.linalg.solve(square, right).reshape(balances.shape)
    periods = range(1, PERIODS + 1)
    stays = left if scenario == "run" else lambda since, t: 1.0
    expected = [
        [
            100 * max(0.0, 1 - t / 9) * stays(0, t) * (1 - sold[p, t - 1])
            + sum(
                still_there(shape, tenor, t - u) * stays(u, t) * new[p, u - 1]
                for u in range(1, t + 1)
            )
            for t in periods
        ]
        for p, (shape, tenor) in enumerate(BEHAVIOURS)
    ]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_recursions_stay_short(model):
    """A row of a bullet, decay or whole linear tenor has a handful of terms, however long the horizon."""
    short = [shape != "linear" for shape, _ in BEHAVIOURS]
    rows = model.formulation.rows["roll_forward"].numbers[short, -1]
    terms = np.diff(model.formulation.problem.A.indptr)[rows]
    # Balance of two closes, what is gone at both, volume written and volume repaid.
    assert terms.max() <= 6
