"""Make a table of text from the cells of a sheet: find the header, drop what is blank, name what is wrong."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from alm.case.faults import Fault, nearest
from alm.case.files import Grid
from alm.case.spec.column import Table

_HEADER_WITHIN = 5


def to_rows(table: Table, grid: Grid) -> tuple[pd.DataFrame, list[Fault]]:
    """Make the rows of a table from a grid of text.

    Parameters
    ----------
    table
        The spec, with the custom measures of the case.
    grid
        Cells as typed, row by row. Titles above the header are passed over.

    Returns
    -------
    Rows and faults
        Known columns in the order of the spec, then those that start with `note`. Text, "" for blank; the index
        is the row as the person sees it. Wholly blank rows are dropped.
    """
    width = max(map(len, grid), default=0)
    if not width:
        return pd.DataFrame(dtype="str"), []
    top = _header_row(table, grid)
    header = grid[top] + [""] * (width - len(grid[top]))
    cells = np.full((len(grid) - top - 1, width), "", dtype=object)
    for i, row in enumerate(grid[top + 1 :]):
        cells[i, : len(row)] = row
    rows = pd.DataFrame(cells, index=np.arange(top + 2, len(grid) + 1))
    rows = rows[(cells != "").any(axis=1)]
    faults = _header_faults(table, header, rows, top + 1)
    return _known(table, header, rows), faults


def is_note(name: str) -> bool:
    """Tell whether the column is a remark, which is kept but never read."""
    return name.casefold().startswith("note")


def _header_row(table: Table, grid: Grid) -> int:
    """Find the row with the most known names among the first; the first that is not blank, if none has any."""
    known = set(table.names)
    scores = [len(known & set(row)) for row in grid[:_HEADER_WITHIN]]
    if max(scores):
        return int(np.argmax(scores))
    return next(i for i, row in enumerate(grid) if any(row)) if any(map(any, grid)) else 0


def _header_faults(table: Table, header: list[str], rows: pd.DataFrame, row: int) -> list[Fault]:
    faults = []
    times = Counter(name for name in header if name)
    for place, name in enumerate(header):
        if not name:
            if (rows[place] != "").any():
                first = int(rows.index[(rows[place] != "").to_numpy()][0])
                found = rows.at[first, place]
                faults.append(
                    Fault(
                        table.name, first, None, found, "a name above every column that is filled"
                    )
                )
        elif name not in table.names and not is_note(name):
            hint = _separator_hint(name) or nearest(name, table.names)
            faults.append(
                Fault(table.name, row, name, name, "a column of the contract, or note...", hint)
            )
    faults += [
        Fault(table.name, row, name, f"{count} times", "each column once")
        for name, count in times.items()
        if count > 1
    ]
    return faults


def _separator_hint(name: str) -> str:
    return "save the file with commas between the columns" if ";" in name or "\t" in name else ""


def _known(table: Table, header: list[str], rows: pd.DataFrame) -> pd.DataFrame:
    first = {name: header.index(name) for name in dict.fromkeys(header) if name}
    names = [name for name in table.names if name in first]
    names += [name for name in first if is_note(name) and name not in table.names]
    known = rows[[first[name] for name in names]]
    return known.set_axis(names, axis=1).astype("str")
