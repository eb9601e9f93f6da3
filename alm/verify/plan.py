"""The plan as arrays, once its tables are known to be complete."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alm.verify.terms import POSITION, Terms


@dataclass(frozen=True, eq=False)
class Plan:
    """Plan tables on the axes of `Terms`.

    Parameters
    ----------
    tables
        Plan tables by name, as saved; rows in any order.
    """

    terms: Terms
    tables: dict[str, pd.DataFrame]

    def position(self, column: str) -> np.ndarray:
        """Return a column of `positions`: (position, period); without column `posted` nothing is."""
        if column == "posted" and column not in self.tables["positions"]:
            return np.zeros((len(self.terms.positions), self.terms.periods))
        return self._grid("positions", self._position_rows, len(self.terms.positions), column)

    def lane(self, column: str) -> np.ndarray:
        """Return a column of `lanes`: (lane, period)."""
        return self._grid("lanes", self._lane_rows, len(self.terms.lanes), column)

    def region(self, column: str) -> np.ndarray:
        """Return a column of `regions`: (region, period)."""
        return self._grid("regions", self._region_rows, len(self.terms.regions), column)

    def position_quanta(self, column: str) -> np.ndarray:
        """Return a column of `positions` in whole quanta, int64."""
        return self.whole_quanta(self.position(column))

    def lane_quanta(self, column: str) -> np.ndarray:
        """Return a column of `lanes` in whole quanta, int64."""
        return self.whole_quanta(self.lane(column))

    def whole_quanta(self, amounts: np.ndarray) -> np.ndarray:
        """Count quanta; that amounts are multiples is another check's business."""
        return np.rint(amounts / self.terms.quantum).astype(np.int64)

    @cached_property
    def _position_rows(self) -> np.ndarray:
        return self.terms.position_index(self.tables["positions"][POSITION])

    @cached_property
    def _lane_rows(self) -> np.ndarray:
        return pd.Index(self.terms.lanes["lane"]).get_indexer(
            pd.Index(self.tables["lanes"]["lane"])
        )

    @cached_property
    def _region_rows(self) -> np.ndarray:
        return self.terms.region_index(self.tables["regions"]["region"])

    def _grid(self, table: str, rows: np.ndarray, count: int, column: str) -> np.ndarray:
        given = self.tables[table]
        grid = np.full((count, self.terms.periods), np.nan)
        grid[rows, given["period"].to_numpy(int) - 1] = given[column].to_numpy(float)
        return grid
