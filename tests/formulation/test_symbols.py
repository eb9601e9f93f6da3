"""Symbols: what each operation does to the sums of a small block, by hand."""

import linopy
import numpy as np
import pandas as pd
import pytest

from alm.formulation.symbols import columns, gathered, hold, picked

ROWS = pd.Index([3, 5], name="position")
PERIODS = pd.RangeIndex(1, 4, name="period")


@pytest.fixture
def model():
    """A block of two rows and three periods, whose columns are 0 to 5, and a second one, 6 to 8."""
    with linopy.options as options:
        options["semantics"] = "v1"
        model = linopy.Model(sparse=True)
        model.add_variables(coords=[ROWS, PERIODS], name="new")
        model.add_variables(coords=[ROWS[:1], PERIODS], name="sold")
        yield model


def table(symbols):
    """Weights of columns in each cell: {cell: {column: weight}}."""
    read = {}
    for cell, column, weight in zip(symbols.cell, symbols.column, symbols.weight, strict=True):
        cells = read.setdefault(tuple(map(int, np.unravel_index(cell, symbols.shape))), {})
        cells[int(column)] = cells.get(int(column), 0.0) + float(weight)
    return read


def test_a_cell_of_a_block_is_its_own_column(model):
    assert table(columns(model, "new")) == {
        (row, period): {3 * row + period: 1.0} for row in range(2) for period in range(3)
    }


def test_what_stood_before_moves_to_later_periods_and_nothing_stands_before_the_first(model):
    change = columns(model, "new", [5]) - columns(model, "new", [5]).after(1) * 0.5
    assert table(change) == {(0, 0): {3: 1}, (0, 1): {4: 1, 3: -0.5}, (0, 2): {5: 1, 4: -0.5}}
    assert table(columns(model, "new", [5]).after(1).without_first()) == {
        (0, 0): {3: 1},
        (0, 1): {4: 1},
    }


def test_rows_are_taken_as_often_as_they_are_named_and_weigh_by_cell(model):
    twice = columns(model, "new").at([5, 3, 5]) * np.array([[1.0], [2.0], [3.0]])
    assert twice.rows.tolist() == [5, 3, 5]
    assert table(twice)[0, 1] == {4: 1}
    assert table(twice)[1, 1] == {1: 2}
    assert table(twice)[2, 1] == {4: 3}


def test_sums_over_edges_land_in_their_targets(model):
    nodes = pd.Index([7, 8, 9], name="node")
    unit = np.array([[1.0, 1, 1], [10, 10, 10], [100, 100, 100]])
    summed = gathered(columns(model, "new"), [3, 5, 3], [9, 9, 7], nodes, unit)
    assert table(summed)[2, 0] == {0: 1, 3: 10}
    assert table(summed)[0, 2] == {2: 100}
    assert not [cell for cell in table(summed) if cell[0] == 1]


def test_a_dimension_is_summed_away(model):
    assert table(columns(model, "new").summed()) == {
        (period,): {period: 1, 3 + period: 1} for period in range(3)
    }
    assert table(columns(model, "new").summed(1))[1,] == {3: 1, 4: 1, 5: 1}


def test_a_label_that_is_not_there_is_never_an_empty_cell(model):
    new = columns(model, "new")
    with pytest.raises(KeyError, match="position"):
        new.at([4])
    with pytest.raises(KeyError, match="node"):
        new.into([1, 2], pd.Index([1], name="node"))
    with pytest.raises(ValueError, match="not stand for the same"):
        new + columns(model, "sold")
    with pytest.raises(ValueError, match="not stand for the same"):
        new + columns(model, "new").at([5, 3])


def test_rows_hold_what_they_say_those_without_a_column_too(model):
    """Row 1: new[3, 2] + 2 sold[3, 2] <= 4; row 2 has no column and asks 0 >= 1: it must stay."""
    index = pd.RangeIndex(1, name="limit")
    left = picked(model, "new", [3], [2], index) + picked(model, "sold", [3], [2], index) * 2.0
    hold(model, "limits", left, "<=", 4.0)
    hold(model, "nothing", left * 0.0, ">=", [1.0])
    matrices = model.matrices
    assert matrices.A.toarray().tolist() == [[0, 1, 0, 0, 0, 0, 0, 2, 0], [0] * 9]
    assert matrices.sense.tolist() == ["<", ">"]
    assert matrices.b.tolist() == [4, 1]
