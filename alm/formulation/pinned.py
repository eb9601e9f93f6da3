"""Derived measures held on both sides: a minimum or maximum that a limit would rather have smaller or larger than it is.

A limit needs its measure exactly. On the right side the rows of all pieces do that (reference: a min of linear functions is
at least a bound if and only if each of them is); on the wrong side one piece must be reached, and a column says which.
"""

from __future__ import annotations

from collections.abc import Iterator

import linopy
import numpy as np
import pandas as pd

from alm.case import Case
from alm.case.measures import BUILT_IN, Curvature, elementary
from alm.formulation.alternatives import Alternative, Terms
from alm.formulation.amounts import Amounts
from alm.formulation.measures.piecewise import piece_terms
from alm.formulation.measures.registry import PIECEWISE
from alm.formulation.measures.usable_hqla import USABLE, USABLE_PARTS, shared_liquidity
from alm.formulation.measures.weights import addons
from alm.formulation.scopes import Scope
from alm.formulation.symbols import columns, hold

# Measures that may stand on either side (contract, section 7).
EITHER_SIDE = (*(each.name for each in PIECEWISE), USABLE)


def wrong_side(case: Case, table: pd.DataFrame) -> set[tuple[Scope, str]]:
    """Find the measures that stand on their wrong side in any limit, or decide over a step.

    Parameters
    ----------
    table : DataFrame
        `limits_by_period`.
    """
    found: set[tuple[Scope, str]] = set()
    steps, given = case.table("steps"), case.table("measures")
    terms, _ = elementary(
        {str(name): _pairs(rows, "term", "weight") for name, rows in given.groupby("measure")}
    )
    for row in table.drop_duplicates("limit").to_dict("records"):
        scope = Scope(row["region"], row["scope"], row["currency"])
        own = steps[steps["limit"] == row["limit"]]
        turn = 1.0 if row["sense"] == "min" else -1.0
        weighed = [(row["measure"], turn)]
        if row["denominator"]:
            weighed += [(row["denominator"], -turn * b) for b in (row["bound"], *own["bound"])]
        for measure, factor in weighed:
            for term, weight in terms.get(measure, [(measure, 1.0)]):
                bend = BUILT_IN.get(term, Curvature.LINEAR).times(factor * weight)
                if term in EITHER_SIDE and bend is Curvature.CONVEX:
                    found.add((scope, term))
        for measure in own["measure"]:
            decides = [term for term, _ in terms.get(measure, [(measure, 1.0)])]
            found |= {(scope, term) for term in decides if term in EITHER_SIDE}
    return found


def _pairs(rows: pd.DataFrame, *columns: str) -> list[tuple[str, float]]:
    return list(rows[list(columns)].itertuples(index=False, name=None))


def with_parts(amounts: Amounts, pairs: set[tuple[Scope, str]]) -> frozenset[int]:
    """Give the places of measures held on both sides: those named, and the parts of usable liquid assets."""
    every = set(pairs)
    for scope, measure in pairs:
        if measure == USABLE:
            solos = [solo for solo, _ in shared_liquidity(amounts.book, scope)]
            every |= {(solo, part) for solo in solos for part in USABLE_PARTS}
    return frozenset(amounts.place[pair] for pair in every)


def add_pieces(model: linopy.Model, amounts: Amounts) -> None:
    """Add a column for each piece of a measure held on both sides: 1 where it is that piece, at least one is."""
    periods = pd.RangeIndex(1, amounts.book.periods + 1, name="period")
    for derived in PIECEWISE:
        rows = _pinned(amounts, derived.name)
        if not len(rows):
            continue
        pieces = pd.RangeIndex(len(derived.pieces), name="piece")
        coords = [pd.Index(rows, name="amount"), pieces, periods]
        model.add_variables(binary=True, coords=coords, name=f"{derived.name} is")
        chosen = columns(model, f"{derived.name} is").summed(1)
        hold(model, f"{derived.name} is some piece", chosen, ">=", 1.0)


def piece_alternatives(amounts: Amounts, columns: dict[str, np.ndarray]) -> Iterator[Alternative]:
    """Hold each measure to the piece that was chosen.

    Parameters
    ----------
    columns : dict of str to array
        Numbers of the columns of each block, in its shape.
    """
    for derived in PIECEWISE:
        turn = 1.0 if derived.curvature == "concave" else -1.0
        fixed = addons(amounts.book, derived.addon)
        for place, row in enumerate(_pinned(amounts, derived.name)):
            scope, _ = amounts.order[row]
            constant = turn * (amounts.holds[amounts.scopes.index(scope)] @ fixed)
            for t in range(amounts.book.periods):
                pieces = piece_terms(amounts.place, derived, scope, columns["amount"][:, t], -turn)
                measured = (int(columns["amount"][row, t]), turn)
                for k, piece in enumerate(pieces):
                    yield Alternative(
                        (measured, *piece),
                        float(constant[t]),
                        ((int(columns[f"{derived.name} is"][place, k, t]), -1.0),),
                        1.0,
                        f"{derived.name} of {scope.region}",
                        # While it is another piece, it is that one.
                        tuple((*piece, *_times(other, -1.0)) for other in pieces),
                    )


def _times(terms: Terms, factor: float) -> Terms:
    return tuple((column, factor * weight) for column, weight in terms)


def _pinned(amounts: Amounts, measure: str) -> np.ndarray:
    return np.array(
        [row for row in amounts.rows.get(measure, ()) if row in amounts.pinned], dtype=int
    )
