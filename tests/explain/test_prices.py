"""Prices against the truth: the optimum with one unit more and one unit less, solved again.

The best profit is concave in every bound, so one unit more earns at most the price and one unit less costs at least it.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alm.case import load
from alm.explain.prices import limit_prices, price_table
from solvers import solve
from tests.properties.pool import SEEDS, Model, drawn

THREE_REGIONS = Path(__file__).resolve().parents[2] / "examples" / "three-regions"
# Re-solved for each kind and case; the dearest first.
TRIED = 5


@pytest.fixture(scope="module", params=["three-regions", *SEEDS[:5]])
def model(request) -> Model:
    if request.param == "three-regions":
        return Model(load(THREE_REGIONS))
    return drawn(request.param)


@pytest.fixture(scope="module")
def prices(model) -> pd.DataFrame:
    return price_table(model.book, model.formulation, model.solution)


def dearest(prices: pd.DataFrame, kind: str) -> pd.DataFrame:
    rows = prices[prices["kind"] == kind]
    return rows.loc[rows["price"].abs().sort_values(ascending=False).index[:TRIED]]


def assert_between(model: Model, price: float, moved, unit: float) -> None:
    """Compare a price with what moving a bound by `unit` (in its own terms) for one of reporting currency earns and costs."""
    base = model.solution.objective
    size = 1e-6 * (1 + abs(base))
    more, less = (solve(moved(sign * unit)) for sign in (1.0, -1.0))
    assert more.has_point
    gain = base - more.objective
    assert gain <= price + size
    if less.has_point:
        cost = less.objective - base
        assert cost >= price - size
    else:
        # One unit less than this and there is no plan: the bound is worth more than any price.
        assert less.status == "infeasible"


def test_limits_cost_what_one_unit_of_headroom_earns(model, prices):
    problem, table = model.formulation.problem, model.formulation.limits.table
    for row in dearest(prices, "limit").itertuples():
        at = table.index[(table["limit"] == row.name) & (table["period"] == row.period)].item()
        floor = table.loc[at, "sense"] == "min"
        (number,) = [
            block.numbers[block.coords[0].get_loc(at)]
            for name, block in model.formulation.rows.items()
            if name.startswith("limit ") and at in block.coords[0]
        ]

        def moved(by: float, number: int = number, floor: bool = floor):
            lower, upper = problem.row_lower.copy(), problem.row_upper.copy()
            lower[number] -= by if floor else 0.0
            upper[number] += 0.0 if floor else by
            return problem.replace(row_lower=lower, row_upper=upper)

        assert row.price > 0
        assert_between(model, row.price, moved, 1.0)


def test_lanes_cost_what_one_unit_of_capacity_earns(model, prices):
    problem, lanes = model.formulation.problem, model.book.lanes
    for row in dearest(prices, "lane").itertuples():
        lane = lanes.table.index[lanes.table["lane"] == row.name].item()
        column = model.formulation.columns["outstanding"].numbers[lane, row.period - 1]

        def moved(by: float, column: int = column):
            upper = problem.upper.copy()
            upper[column] += by
            return problem.replace(upper=upper)

        assert row.price > 0
        assert_between(model, row.price, moved, 1.0 / lanes.fx[lane, row.period - 1])


def test_funds_cost_what_one_unit_more_in_the_node_earns(model, prices):
    problem, nodes = model.formulation.problem, model.book.nodes
    for row in dearest(prices, "funds").itertuples():
        node = nodes.index[(nodes["region"] == row.region) & (nodes["currency"] == row.currency)]
        number = model.formulation.rows["funding"].numbers[node.item(), row.period - 1]

        def moved(by: float, number: int = number):
            # Funds that nobody pays for: assets + lent = liabilities + equity + borrowed + by.
            lower, upper = problem.row_lower.copy(), problem.row_upper.copy()
            lower[number] += by
            upper[number] += by
            return problem.replace(row_lower=lower, row_upper=upper)

        assert_between(
            model, row.price, moved, 1.0 / model.book.node_fx[node.item(), row.period - 1]
        )


def test_bounds_cost_what_one_unit_of_room_earns(model, prices):
    """A price > 0 is a ceiling's, < 0 a floor's: that floor one unit higher earns the (negative) price."""
    problem, positions = model.formulation.problem, model.book.positions
    for row in dearest(prices, "bound").itertuples():
        product, block = row.name[:-1].split(" (")
        same = (positions["product"] == product) & (positions["region"] == row.region)
        at = positions.index[same & (positions["currency"] == row.currency)].item()
        columns = model.formulation.columns[block]
        column = columns.numbers[columns.coords[0].get_loc(at), row.period - 1]

        def moved(by: float, column: int = column, floor: bool = row.price < 0):
            lower, upper = problem.lower.copy(), problem.upper.copy()
            (lower if floor else upper)[column] += by
            if lower[column] > upper[column]:
                lower[column] = upper[column] = problem.lower[column] + by
            return problem.replace(lower=lower, upper=upper)

        assert_between(model, row.price, moved, 1.0 / model.book.fx[at, row.period - 1])


def test_funds_are_priced_in_every_node_and_period(model, prices):
    """Whatever else there is to price: periods stay whole numbers, prices numbers."""
    funds = prices[prices["kind"] == "funds"]
    assert prices["period"].dtype == "int64"
    assert prices["price_per_year"].dtype == "float64"
    assert len(funds) == len(model.book.nodes) * model.book.periods
    when = (model.book.year_fraction * model.book.discount)[funds["period"]]
    np.testing.assert_allclose(funds["price_per_year"] * when, funds["price"])


def test_only_limits_without_headroom_have_a_price(model):
    """Complementary slackness, on the row itself: a price asks for a row at its bound."""
    problem, solution = model.formulation.problem, model.solution
    price, value = limit_prices(model.formulation, solution), problem.A @ solution.x
    priced = 0
    for name, block in model.formulation.rows.items():
        if name.startswith("limit "):
            rows = block.numbers
            room = np.minimum(value - problem.row_lower, problem.row_upper - value)[rows]
            size = 1e-6 * (1 + np.abs(value[rows]))
            assert (room[price[block.coords[0]] > 0] <= size[price[block.coords[0]] > 0]).all()
            priced += int((price[block.coords[0]] > 0).sum())
    assert priced > 0
