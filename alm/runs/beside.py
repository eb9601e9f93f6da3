"""What explains a plan without needing it: made while the plan is solved, where a second processor is free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from alm.explain.assumptions import assumptions
from alm.formulation.book import Book
from alm.formulation.formulate import Formulation
from alm.plan.ledger import Ledger
from alm.runs.compare import best_with_frozen_lanes, held_as_it_is
from solvers.meanwhile import meanwhile


@dataclass(frozen=True)
class Beside:
    """Two baselines and the table of assumptions: each is given, waited for or made when it is asked for."""

    frozen_lanes: Callable[[], Ledger | None]
    hold: Callable[[], Ledger]
    assumptions: Callable[[], pd.DataFrame]


def beside(book: Book, formulation: Formulation, *, at_once: bool) -> Beside:
    """Give what does not need the plan.

    Parameters
    ----------
    at_once
        Begin now, in a thread of its own; else each is made when it is asked for.
    """

    def frozen_lanes() -> Ledger | None:
        return best_with_frozen_lanes(book, formulation)

    def hold() -> Ledger:
        return held_as_it_is(book, formulation)

    def assumed() -> pd.DataFrame:
        return assumptions(book.case)

    steps = (frozen_lanes, hold, assumed)
    if not at_once:
        return Beside(*steps)
    # The long one first: the solver's time is where a second processor has nothing else to do.
    return Beside(*(answer.result for answer in meanwhile(*steps)))
