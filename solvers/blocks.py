"""Parts of a problem that only few rows join: what a price on these rows decides apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from solvers.problem import Problem

Labels = npt.NDArray[np.intp]

NONE, SEVERAL = -1, -2
ROUNDS = 20  # of handing labels on: from a book to its sums, to their sums
FEWEST = 3  # blocks with whole columns: with fewer, prices decide little
WHOLE_SHARE = 0.8  # of the whole columns that must be in blocks


@dataclass(frozen=True, eq=False)
class Blocks:
    """Which block each column and row belongs to; -1 for what joins the blocks.

    Parameters
    ----------
    column, row : (column), (row)
        Rows of a block hold columns of that block only.
    count : int
        Blocks are 0..count-1; each has whole columns.
    """

    column: Labels
    row: Labels
    count: int

    def columns_of(self, block: int) -> Labels:
        """Numbers of the columns of a block; of what joins them for -1."""
        return np.flatnonzero(self.column == block)

    def rows_of(self, block: int) -> Labels:
        """Numbers of the rows of a block; of what joins them for -1."""
        return np.flatnonzero(self.row == block)


def find_blocks(problem: Problem, groups: Labels) -> Blocks | None:
    """Complete a hint to blocks; None where whole columns do not fall apart.

    Columns without a label take the one that their rows agree on. What touches several groups and is tied to whole
    columns (a lane and its ends) goes to one of them: not to the group that most of these touch, which is the centre
    of a star and joins the blocks.

    Parameters
    ----------
    groups : (column)
        Columns of one number hang together; -1 where nothing is known. Columns beyond it are not known.
    """
    A = problem.A.tocoo()
    label = _handed_on(problem, A, groups)
    tied = _tied(problem, A, label)
    touching = _touching(A, label, tied)
    if not touching.size:
        return None
    centre = int(np.argmax(np.bincount(touching[:, 1])))
    whole = np.zeros(tied.max() + 1, dtype=bool)
    whole[tied[problem.integer]] = True
    chosen = np.full(whole.size, NONE)
    for part, group in touching[whole[touching[:, 0]]]:
        if group != centre:
            chosen[part] = group
    column = np.where(label >= 0, label, chosen[tied])
    column[column == centre] = NONE
    return _numbered(problem, A, column)


def _span(at: Labels, label: Labels, size: int) -> tuple[Labels, Labels]:
    """Least and largest label of what is at each place; NONE where there is none."""
    known = label >= 0
    low, high = np.full(size, np.iinfo(np.intp).max), np.full(size, NONE)
    np.minimum.at(low, at[known], label[known])
    np.maximum.at(high, at[known], label[known])
    return np.where(high == NONE, NONE, low), high


def _of_rows(A: Any, label: Labels) -> Labels:
    low, high = _span(A.row, label[A.col], A.shape[0])
    return np.where(low == high, low, SEVERAL)


def _handed_on(problem: Problem, A: Any, groups: Labels) -> Labels:
    """Label columns whose rows agree, again and again."""
    label = np.full(problem.columns, NONE)
    label[: groups.size] = groups
    for _ in range(ROUNDS):
        row = _of_rows(A, label)
        low, high = _span(A.col, row[A.row], problem.columns)
        new = (label == NONE) & (low >= 0) & (low == high)
        if not new.any():
            break
        label[new] = low[new]
    return label


def _tied(problem: Problem, A: Any, label: Labels) -> Labels:
    """(column) Number the parts that columns without a label form through rows of such columns alone."""
    bare = (_of_rows(A, label) == NONE)[A.row]
    shape = (problem.rows, problem.columns)
    tie = sparse.csr_array((np.ones(int(bare.sum())), (A.row[bare], A.col[bare])), shape=shape)
    _, part = csgraph.connected_components(
        sparse.block_array([[None, tie], [tie.T, None]], format="csr"), directed=False
    )
    return np.asarray(part[problem.rows :], dtype=np.intp)


def _touching(A: Any, label: Labels, tied: Labels) -> Labels:
    """Pairs (part, group): columns of the part are in a row of the group."""
    row = _of_rows(A, label)[A.row]
    met = (label[A.col] == NONE) & (row >= 0)
    return np.unique(np.stack([tied[A.col[met]], row[met]], axis=1), axis=0)


def _numbered(problem: Problem, A: Any, column: Labels) -> Blocks | None:
    """Keep the blocks that hold whole columns, and number them."""
    with_whole = np.unique(column[problem.integer & (column >= 0)])
    inside = np.isin(column, with_whole)
    if with_whole.size < FEWEST or inside[problem.integer].mean() < WHOLE_SHARE:
        return None
    number = np.where(inside, np.searchsorted(with_whole, column), NONE)
    # A row of one block alone: nothing else in it, not even what joins the blocks.
    low, high = _span(A.row, number[A.col] + 1, problem.rows)
    return Blocks(number, np.where((low == high) & (low > 0), low - 1, NONE), with_whole.size)
