"""Second-order cones: a column that is at least the length of a vector of others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Vector = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
LEAST_UNIT = 1e-6  # of the unit that was stated first: a square that is almost 0 needs none smaller


def _indices() -> Indices:
    return np.zeros(0, dtype=np.intp)


def _numbers() -> Vector:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class Cones:
    """Cones ``x[head] + head_offset >= norm of (weight x[tail] + offset)``, entry by entry.

    Parameters
    ----------
    head : (cone)
        Column on the larger side.
    head_offset : (cone)
    cone : (entry)
        The cone to which each entry of a vector belongs, ascending.
    tail : (entry)
        Column of the entry.
    weight, offset : (entry)

    Examples
    --------
    Columns 0 and 1 with ``x1 >= x0^2``, as ``x1 + 1/4 >= |(x0, x1 - 1/4)|``:

    >>> square = Cones.squares(np.array([1]), np.array([0]), np.array([1.0]), 0.25)
    >>> square.missed(np.array([3.0, 8.0])) > 0, square.missed(np.array([3.0, 9.0])) <= 0
    (array([ True]), array([ True]))
    """

    head: Indices = field(default_factory=_indices)
    head_offset: Vector = field(default_factory=_numbers)
    cone: Indices = field(default_factory=_indices)
    tail: Indices = field(default_factory=_indices)
    weight: Vector = field(default_factory=_numbers)
    offset: Vector = field(default_factory=_numbers)

    def __len__(self) -> int:
        return int(self.head.size)

    @classmethod
    def norms(cls, head: Indices, cone: Indices, tail: Indices) -> Cones:
        """State ``x[head] >= norm of x[tail]``."""
        nothing, ones = np.zeros(tail.size), np.ones(tail.size)
        return cls(head, np.zeros(head.size), cone, tail, ones, nothing)

    @classmethod
    def squares(cls, head: Indices, tail: Indices, factor: Vector, unit: float) -> Cones:
        """State ``x[head] >= factor x[tail]^2``, one square a cone.

        ``z >= f v^2`` is ``z + k >= norm of (2 sqrt(f k) v, z - k)`` for every k > 0; `unit` is that k, best
        of the size of z.
        """
        number = np.arange(head.size)
        size = np.full(head.size, unit)
        return cls(
            head=head,
            head_offset=size,
            cone=np.repeat(number, 2),
            tail=np.stack([tail, head], axis=1).ravel(),
            weight=np.stack([2 * np.sqrt(factor * unit), np.ones(head.size)], axis=1).ravel(),
            offset=np.stack([np.zeros(head.size), -size], axis=1).ravel(),
        )

    def recentred(self, x: Vector) -> Cones:
        """State squares anew so that their unit is what the square is at x; other cones stay.

        The set is the same for every unit, but a violation is relative to it: with a unit of 1000 a square of 1 is known to
        a thousandth only.
        """
        second = np.flatnonzero(np.diff(self.cone, prepend=-1) == 0)
        unit = self.head_offset[self.cone[second]]
        pairs = np.bincount(self.cone, minlength=len(self)) == 2
        is_square = pairs[self.cone[second]] & (unit > 0) & (self.offset[second] == -unit)
        is_square &= (self.tail[second] == self.head[self.cone[second]]) & (
            self.weight[second] == 1
        )
        second, unit = second[is_square], unit[is_square]
        first, number = second - 1, self.cone[second]
        factor = self.weight[first] ** 2 / (4 * unit)
        wanted = np.clip(factor * x[self.tail[first]] ** 2, LEAST_UNIT * unit, unit / LEAST_UNIT)
        head_offset, offset = self.head_offset.copy(), self.offset.copy()
        weight = self.weight.copy()
        head_offset[number], offset[second] = wanted, -wanted
        weight[first] = 2 * np.sqrt(factor * wanted)
        return self.replace(head_offset=head_offset, offset=offset, weight=weight)

    def plus(self, other: Cones) -> Cones:
        """Put two lists of cones together."""
        if not len(self) or not len(other):
            return self if len(self) else other
        joined = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in self.__dataclass_fields__
            if name != "cone"
        }
        return Cones(**joined, cone=np.concatenate([self.cone, other.cone + len(self)]))

    def replace(self, **changes: Any) -> Cones:
        """Return the same cones with some fields changed."""
        return replace(self, **changes)

    @property
    def columns(self) -> Indices:
        """Columns that any cone reads."""
        return np.union1d(self.head, self.tail)

    def touch(self, some: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """(cone) Whether each cone reads any of some columns."""
        entries = np.bincount(self.cone, some[self.tail], minlength=len(self)) > 0
        return np.asarray(some[self.head] | entries)

    def entries(self, x: Vector) -> Vector:
        """(entry) The vectors at x."""
        return self.weight * x[self.tail] + self.offset

    def length(self, x: Vector) -> Vector:
        """(cone) Length of each vector at x."""
        squares = np.bincount(self.cone, self.entries(x) ** 2, minlength=len(self))
        return np.asarray(np.sqrt(squares))

    def missed(self, x: Vector) -> Vector:
        """(cone) How far x is outside each cone; negative inside."""
        return np.asarray(self.length(x) - x[self.head] - self.head_offset)

    def magnitude(self, x: Vector) -> Vector:
        """(cone) What a violation is relative to: the length of the vector, and one unit of a scaled problem."""
        return 1.0 + self.length(x) + np.abs(x[self.head] + self.head_offset)

    def tangents(self, x: Vector, columns: int) -> tuple[sparse.csr_array, Vector]:
        """Give the half-spaces that touch each cone where its vector points at x.

        ``head + head_offset >= direction'(weight tail + offset)`` holds in all of the cone, since no
        direction of length 1 gives more than the length itself: every tangent is a valid row.

        Returns
        -------
        A : (cone, column)
        lower : (cone)
            The rows are ``A x >= lower``.
        """
        length = self.length(x)[self.cone]
        direction = np.divide(self.entries(x), length, out=np.zeros(length.size), where=length > 0)
        number = np.arange(len(self))
        A = sparse.csr_array(
            (
                np.concatenate([np.ones(len(self)), -direction * self.weight]),
                (np.concatenate([number, self.cone]), np.concatenate([self.head, self.tail])),
            ),
            shape=(len(self), columns),
        )
        along = np.bincount(self.cone, direction * self.offset, minlength=len(self))
        return A, np.asarray(along - self.head_offset)

    def slopes(self, x: Vector) -> Vector:
        """(cone) Coefficient of each head in its tangent at x; entries that are the head itself count."""
        length = self.length(x)[self.cone]
        direction = np.divide(self.entries(x), length, out=np.zeros(length.size), where=length > 0)
        own = self.tail == self.head[self.cone]
        taken = np.bincount(self.cone, own * direction * self.weight, minlength=len(self))
        return np.asarray(1.0 - taken)

    def scaled(self, column: Vector) -> Cones:
        """Give the same cones for ``x = column * x_scaled``; the factors of one cone's columns may differ."""
        unit = column[self.head]
        return self.replace(
            head_offset=self.head_offset / unit,
            weight=self.weight * column[self.tail] / unit[self.cone],
            offset=self.offset / unit[self.cone],
        )

    def renumbered(self, number: Indices) -> Cones:
        """Give the same cones where column j has become column ``number[j]``."""
        return self.replace(head=number[self.head], tail=number[self.tail])

    def with_fixed(self, fixed: npt.NDArray[np.bool_], x: Vector) -> Cones:
        """Give the same cones with fixed columns in vectors replaced by their values in x."""
        known = fixed[self.tail]
        return self.replace(
            tail=np.where(known, self.head[self.cone], self.tail),
            weight=np.where(known, 0.0, self.weight),
            offset=np.where(known, self.entries(x), self.offset),
        )

    def rays(self, x: Vector, columns: int) -> sparse.csr_array:
        """Give the rows ``weight tail - direction head``: constant on the ray of each cone through x.

        Returns
        -------
        (entry, column)
        """
        length = self.length(x)[self.cone]
        direction = np.divide(self.entries(x), length, out=np.zeros(length.size), where=length > 0)
        number = np.tile(np.arange(length.size), 2)
        values = np.concatenate([self.weight, -direction])
        column = np.concatenate([self.tail, self.head[self.cone]])
        return sparse.csr_array((values, (number, column)), shape=(length.size, columns))

    def moved(self, x: Vector) -> Cones:
        """Give the same cones for steps from x."""
        return self.replace(
            head_offset=self.head_offset + x[self.head],
            offset=self.offset + self.weight * x[self.tail],
        )

    def where(self, kept: npt.NDArray[np.bool_]) -> Cones:
        """Keep some cones only: (cone)."""
        number = np.cumsum(kept) - 1
        entry = kept[self.cone]
        return Cones(
            self.head[kept],
            self.head_offset[kept],
            number[self.cone[entry]],
            self.tail[entry],
            self.weight[entry],
            self.offset[entry],
        )
