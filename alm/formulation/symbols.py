"""Symbols: sums of weighted columns in the cells of a block, written flat and handed to linopy as sparse rows.

linopy keeps the columns, the names and the matrices. Its own expressions cost some 14 ms each whatever their size, so the sums
are written here as lists of terms (docs/decisions/009).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

if TYPE_CHECKING:
    import linopy

Labels = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]
# Labels of rows: what an index takes.
Rows = Any


@dataclass(frozen=True, eq=False)
class Symbols:
    """One sum of weighted columns in each cell of a block: (row, ...), by its coordinates.

    Attributes
    ----------
    coords : tuple of Index
        Named labels of each dimension; the first is that of the rows, the last of most blocks is `period`.
    cell, column : array of int (term)
        Flat number of the cell, and label of the column in the model.
    weight : array (term)
    """

    coords: tuple[pd.Index, ...]
    cell: Labels
    column: Labels
    weight: Weights

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each dimension."""
        return tuple(len(index) for index in self.coords)

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """Labels of the rows."""
        return self.coords[0].to_numpy()

    @property
    def _width(self) -> int:
        """Cells of one row."""
        return int(np.prod(self.shape[1:], dtype=int))

    def __add__(self, other: Symbols) -> Symbols:
        """Add cell by cell; both have the same rows."""
        if not self.coords[0].equals(other.coords[0]) or self.shape != other.shape:
            raise ValueError(f"cells {self.shape} and {other.shape} do not stand for the same")
        parts = ((mine, its) for mine, its in zip(self._terms, other._terms, strict=True))
        return Symbols(self.coords, *(np.concatenate(each) for each in parts))

    def __sub__(self, other: Symbols) -> Symbols:
        """Subtract cell by cell; both have the same rows."""
        return self + other * -1.0

    def __mul__(self, factor: npt.ArrayLike) -> Symbols:
        """Weigh each cell: a number, or an array of the block's shape or one that stretches to it."""
        cells = np.broadcast_to(np.asarray(factor, float), self.shape).ravel()
        weight = self.weight * cells[self.cell]
        kept = weight != 0
        return Symbols(self.coords, self.cell[kept], self.column[kept], weight[kept])

    @property
    def _terms(self) -> tuple[Labels, Labels, Weights]:
        return self.cell, self.column, self.weight

    def after(self, lag: int) -> Symbols:
        """Give each period what stands `lag` periods before it; nothing before the first."""
        periods = self.shape[-1]
        kept = self.cell % periods + lag < periods
        return Symbols(self.coords, self.cell[kept] + lag, self.column[kept], self.weight[kept])

    def without_first(self) -> Symbols:
        """Leave out the first period."""
        periods = self.shape[-1]
        row, when = np.divmod(self.cell, periods)
        kept = when > 0
        cell = (row * (periods - 1) + when - 1)[kept]
        coords = (*self.coords[:-1], self.coords[-1][1:])
        return Symbols(coords, cell, self.column[kept], self.weight[kept])

    def at(self, rows: Rows) -> Symbols:
        """Take rows by their labels, each as often as it is named."""
        index = pd.Index(rows, name=self.coords[0].name)
        return self._taken(_places(self.coords[0], index), index)

    def named(self, index: pd.Index) -> Symbols:
        """Give the rows other labels, in their order."""
        return replace(self, coords=(index, *self.coords[1:]))

    def _taken(self, places: Labels, index: pd.Index) -> Symbols:
        row = self.cell // self._width
        order = np.argsort(row, kind="stable")
        first = np.searchsorted(row[order], places)
        count = np.searchsorted(row[order], places, side="right") - first
        into = np.repeat(np.arange(len(places)), count)
        # Number of each term within its row.
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        term = order[np.repeat(first, count) + within]
        cell = into * self._width + self.cell[term] % self._width
        return Symbols((index, *self.coords[1:]), cell, self.column[term], self.weight[term])

    def onto(self, rows: Rows) -> Symbols:
        """Spread over more rows; those that are new hold nothing."""
        index = pd.Index(rows, name=self.coords[0].name)
        return self.into(self.coords[0], index)

    def into(self, target: Rows, index: pd.Index) -> Symbols:
        """Sum rows by target.

        Parameters
        ----------
        target : array (row)
            Label in `index` of each row.
        index : Index
            Rows of the result; those without any are empty.
        """
        place = _places(index, pd.Index(target))
        row, rest = np.divmod(self.cell, self._width)
        cell = place[row] * self._width + rest
        return Symbols((index, *self.coords[1:]), cell, self.column, self.weight)

    def summed(self, dim: int = 0) -> Symbols:
        """Sum over a dimension: the cells that are left are those of the others."""
        where = list(np.unravel_index(self.cell, self.shape))
        del where[dim]
        coords = (*self.coords[:dim], *self.coords[dim + 1 :])
        cell = np.ravel_multi_index(where, tuple(len(index) for index in coords))
        return Symbols(coords, cell, self.column, self.weight)


def _places(index: pd.Index, labels: pd.Index) -> Labels:
    """Find labels in an index; one that is not there is a defect, never an empty cell."""
    places = index.get_indexer(labels)
    if (places < 0).any():
        raise KeyError(f"no {index.name} {labels[places < 0].tolist()[:3]}")
    return places


def columns(model: linopy.Model, name: str, rows: Rows | None = None) -> Symbols:
    """Give a block of columns, or some of its rows by their labels, each cell its own column."""
    labels = model.variables[name].labels
    coords = tuple(labels.indexes[dim] for dim in labels.dims)
    flat = labels.to_numpy().ravel().astype(np.int64)
    every = Symbols(coords, np.arange(flat.size), flat, np.ones(flat.size))
    return every if rows is None else every.at(rows)


def picked(model: linopy.Model, name: str, rows: Rows, periods: Rows, index: pd.Index) -> Symbols:
    """Give single cells of a block of columns (row, period), one for each label of `index`."""
    labels = model.variables[name].labels
    at, when = (
        _places(labels.indexes[dim], pd.Index(each))
        for dim, each in zip(labels.dims, (rows, periods), strict=True)
    )
    flat = labels.to_numpy()[at, when].astype(np.int64)
    return Symbols((index,), np.arange(flat.size), flat, np.ones(flat.size))


def gathered(
    block: Symbols,
    source: Rows,
    target: Rows,
    index: pd.Index,
    unit: npt.ArrayLike = 1.0,
) -> Symbols:
    """Sum over edges from rows of a block to rows of `index`.

    Parameters
    ----------
    source, target : array (edge)
        Labels of rows of the block, and in `index`.
    unit : array (edge, period), optional
        Weight of each edge.
    """
    return (block.at(source) * unit).into(target, index)


def hold(
    model: linopy.Model,
    name: str,
    left: Symbols,
    sense: Literal["==", ">=", "<="],
    right: npt.ArrayLike = 0.0,
) -> None:
    """Add one row a cell: its sum is at least, at most or exactly the right side, a number or an array of the cells."""
    from linopy.constraints import CSRConstraint
    from linopy.csr import Grid

    cells = int(np.prod(left.shape, dtype=int))
    # linopy drops rows without terms, which may be the one that nothing can keep.
    empty = np.setdiff1d(np.arange(cells), left.cell)
    cell, column = np.append(left.cell, empty), np.append(left.column, np.zeros_like(empty))
    weight = np.append(left.weight, np.zeros(len(empty)))
    shape = (cells, int(column.max(initial=0)) + 1)
    A = sparse.coo_array((weight, (cell, column)), shape=shape).tocsr()
    side = np.broadcast_to(np.asarray(right, float), left.shape).ravel()
    grid, every = Grid.from_coords(left.coords), np.arange(cells)
    sign = "=" if sense == "==" else sense
    model.add_constraints(CSRConstraint(A, every, side, sign, grid, model), name=name)
