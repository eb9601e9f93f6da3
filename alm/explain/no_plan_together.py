"""Why no decisions suit several scenarios at once: the limits that cannot hold in all of them, or bounds that cross."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from alm.explain.elastic import Allowance, UnfinishedError, least_misses
from alm.explain.no_plan import LISTED, limit_rows, ranks, told, unnamed, with_misses
from alm.explain.reason import Kind, Reason
from alm.formulation.book import Book
from alm.formulation.stacked import Stacked

WHAT = {"new": "new business of", "transfer": "transfers on lane"}
UNEXPLAINED = "the bounds of positions and lanes that hold in each contradict each other, even with all limits off"


def why_infeasible_together(books: Sequence[Book], stacked: Stacked) -> Reason:
    """Name the limits that must give way so that shared decisions suit all scenarios, and in which of them.

    As for one scenario: by tier, and within a tier as little as possible in reporting currency, over all scenarios. Where no
    limit helps, bounds of shared decisions that hold in different scenarios contradict each other. All that may take as
    long as one solve (`solve.time_limit`).
    """
    found = [limit_rows(part) for part in stacked.parts]
    rows = [numbers + first for (numbers, _), first in zip(found, stacked.row, strict=True)]
    table = pd.concat([rows_of for _, rows_of in found], ignore_index=True)
    every = np.concatenate(rows).astype(int)
    allowance = Allowance(books[0].case.settings.solve.time_limit)
    try:
        misses = least_misses(stacked.problem, every, np.ones(len(every)), ranks(table), allowance)
    except UnfinishedError as error:
        return Reason(unnamed(str(error)))
    if misses is None:
        return Reason("; ".join(_crossing(books, stacked)) or UNEXPLAINED, kind=Kind.BOUNDS)
    ends = np.cumsum([len(numbers) for numbers in rows])
    tables = []
    for number, (begin, end) in enumerate(zip((0, *ends[:-1]), ends, strict=True)):
        own = replace(
            misses,
            x=stacked.vector(number, misses.x),
            short=misses.short[begin:end],
            excess=misses.excess[begin:end],
        )
        missed = with_misses(stacked.parts[number], found[number][1], own)
        tables.append(missed.assign(whose=books[number].scenario))
    return told(books[0], pd.concat(tables, ignore_index=True))


def _crossing(books: Sequence[Book], stacked: Stacked) -> Iterator[str]:
    """Name shared decisions of which one scenario asks for more than another allows, the first few."""
    crossed = np.flatnonzero(stacked.problem.lower > stacked.problem.upper)
    for column in crossed[:LISTED]:
        bounds = pd.DataFrame(_bounds_of(int(column), books, stacked))
        if bounds.empty:
            continue
        most = bounds.sort_values("lower", kind="stable").iloc[-1]
        least = bounds.sort_values("upper", kind="stable").iloc[0]
        where = f"{least['upper']:,.6g} in scenario {least['scenario']}"
        if (
            stacked.problem.upper[column] < least["upper"]
        ):  # some scenario has no such decision at all
            where = f"{stacked.problem.upper[column]:,.6g} in another"
        yield (
            f"{most['what']} in period {most['period']}: at least {most['lower']:,.6g} in scenario {most['scenario']},"
            f" at most {where}"
        )
    if len(crossed) > LISTED:
        yield f"and {len(crossed) - LISTED} more"


def _bounds_of(column: int, books: Sequence[Book], stacked: Stacked) -> Iterator[dict[str, object]]:
    """Give the bounds of a shared decision in each scenario that has it."""
    for book, part, numbers in zip(books, stacked.parts, stacked.column, strict=True):
        for own in np.flatnonzero(numbers == column):
            for name, words in WHAT.items():
                block = part.columns.get(name)
                if block is None or own not in block.numbers:
                    continue
                at, when = (int(each[0]) for each in np.nonzero(block.numbers == own))
                row = int(block.coords[0].to_numpy()[at])
                yield {
                    "scenario": book.scenario,
                    "what": f"{words} {_thing(book, name, row)}",
                    "period": int(block.coords[1].to_numpy()[when]),
                    "lower": float(part.problem.lower[own]),
                    "upper": float(part.problem.upper[own]),
                }


def _thing(book: Book, name: str, row: int) -> str:
    if name == "transfer":
        return str(book.lanes.table["lane"].iloc[row])
    return " ".join(book.positions[["region", "currency", "product"]].iloc[row])
