"""Faults of a case: values that are collected and shown together, never raised one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

HINTED = 20
"""Faults of one column that get a near name: to look for one in thousands takes its time."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a case, and how to put it right.

    Parameters
    ----------
    table
        Table, `case.toml`, or `changes` for a change made for this run only.
    row
        Row as the person sees it: the header is row 1. None where no single row is to blame.
    column
        Column or key. None where no single one is to blame.
    found
        What stands there.
    allowed
        What may stand there.
    hint
        A way out, where one is near.
    warning
        Whether the case can be run all the same.
    """

    table: str
    row: int | None
    column: str | None
    found: object
    allowed: str
    hint: str = ""
    warning: bool = False

    def __str__(self) -> str:
        """Say it in one line, place first."""
        place = self.table
        place += f" row {self.row}" if self.row is not None else ""
        place += f" {self.column}" if self.column else ""
        found = "blank" if self.found in ("", None) else f"{self.found}"
        return f"{place}: {found}; allowed: {self.allowed}" + (
            f" ({self.hint})" if self.hint else ""
        )


class CaseError(Exception):
    """A case that cannot be run.

    Parameters
    ----------
    faults
        Everything that is wrong with it, without mere warnings.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the known name that is most like `name`; empty if none is.

    >>> nearest("positons", ["positions", "products"])
    'did you mean positions?'
    """
    folded: dict[str, str] = {}
    for candidate in sorted(known):
        folded.setdefault(candidate.casefold(), candidate)
    match: Sequence[str] = get_close_matches(name.casefold(), folded, n=1)
    return f"did you mean {folded[match[0]]}?" if match else ""
