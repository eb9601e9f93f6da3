"""Derived measures: the smallest or the largest of several linear pieces of other measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from alm.formulation.alternatives import Terms
from alm.formulation.scopes import Scope


@dataclass(frozen=True)
class Piecewise:
    """A measure that is the minimum (concave) or the maximum (convex) of linear pieces.

    One definition serves numbers and symbols: numbers take the minimum or maximum; the model writes one row
    a piece, which is exact on the measure's right side whatever the objective (Basel rules as
    constraints: a min of linear functions is at least a bound if and only if each of them is).

    Attributes
    ----------
    parts : tuple of str
        Measures that the pieces weigh.
    pieces : tuple of tuple of float
        One weight per part.
    addon : str
        Measure of the table `addons` that is added on top; blank for none.
    """

    name: str
    curvature: Literal["concave", "convex"]
    parts: tuple[str, ...]
    pieces: tuple[tuple[float, ...], ...]
    addon: str = ""

    def exact(self, parts: list[np.ndarray]) -> np.ndarray:
        """Evaluate the measure on numbers, without its constants.

        Parameters
        ----------
        parts : list of array
            One array per part, all of one shape.

        Examples
        --------
        >>> from alm.formulation.measures.hqla import HQLA
        >>> float(HQLA.exact([np.array(60.0), np.array(85.0), np.array(0.0)]))
        100.0
        """
        values = np.stack(
            [sum(w * p for w, p in zip(piece, parts, strict=True)) for piece in self.pieces]
        )
        return np.asarray(values.min(axis=0) if self.curvature == "concave" else values.max(axis=0))


def piece_terms(
    place: Mapping[tuple[Scope, str], int],
    derived: Piecewise,
    scope: Scope,
    number: np.ndarray,
    factor: float,
) -> list[Terms]:
    """State the pieces of a derived measure in its parts, times a factor.

    Parameters
    ----------
    place : mapping of (scope, measure) to int
    number : array of int (amount)
        Columns of the amounts at one close.
    """
    parts = [int(number[place[scope, part]]) for part in derived.parts]
    return [
        tuple((part, factor * weight) for part, weight in zip(parts, piece, strict=True) if weight)
        for piece in derived.pieces
    ]
