"""What verifies or explains a plan without needing it: made while the plan is solved, where a second processor is free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from alm.case import load
from alm.explain.assumptions import assumptions
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.plan.ledger import Ledger
from alm.runs.compare import best_with_frozen_lanes, held_as_it_is
from alm.verify import Terms
from solvers.meanwhile import meanwhile


@dataclass(frozen=True)
class Beside:
    """The frozen inputs as they are read again, two baselines, the table of assumptions: each is waited for or made when asked for."""

    terms: Callable[[], Terms]
    frozen_lanes: Callable[[], Ledger | None]
    hold: Callable[[], Ledger]
    assumptions: Callable[[], pd.DataFrame]


def beside(
    book: Book,
    formulation: Formulation,
    inputs: Path,
    scenario: str,
    *,
    at_once: bool,
    compared: bool,
) -> Beside:
    """Give what does not need the plan.

    Parameters
    ----------
    inputs
        The frozen inputs: verification reads what was written, not what is in memory.
    at_once
        Begin now, in a thread of its own; else each is made when it is asked for.
    compared
        The baselines and the assumptions will be asked for.
    """

    def terms() -> Terms:
        return Terms(load(inputs), scenario)

    def frozen_lanes() -> Ledger | None:
        return best_with_frozen_lanes(book, formulation)

    def hold() -> Ledger:
        return held_as_it_is(book, formulation)

    def assumed() -> pd.DataFrame:
        return assumptions(book.case)

    steps = (terms, frozen_lanes, hold, assumed)
    if not at_once:
        return Beside(*steps)
    # Of the rest the long one first: the solver's time is where a second processor has nothing else to do.
    begun = meanwhile(*(steps if compared else steps[:1]))
    return Beside(*(answer.result for answer in begun), *steps[len(begun) :])
