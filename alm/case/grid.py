"""Make a table of text from the cells of a sheet: find the header, drop what is blank, name what is wrong."""

from __future__ import annotations

import unicodedata
from collections import Counter
from itertools import zip_longest

import numpy as np
import pandas as pd

from alm.case.faults import HINTED, Fault, nearest
from alm.case.files import MOST_CELLS, Grid
from alm.case.spec.column import Table

_HEADER_WITHIN = 5
MOST_COLUMNS = 16_384
"""As many as a spreadsheet has."""


def to_rows(table: Table, grid: Grid) -> tuple[pd.DataFrame, list[Fault]]:
    """Make the rows of a table from a grid of text.

    Parameters
    ----------
    table
        The spec, with the custom measures of the case.
    grid
        Cells as typed, row by row. Titles above the header are passed over; a header may take two rows where
        cells are merged, and use the Chinese labels.

    Returns
    -------
    Rows and faults
        Known columns in the order of the spec, then those that start with `note`. Text, "" for blank; the index
        is the row as the person sees it. Wholly blank rows are dropped.
    """
    filled = [number for number, row in enumerate(grid, start=1) if any(row)]
    if not filled:
        return pd.DataFrame(dtype="str"), []
    bottom, header = find_header(table, grid)
    numbers = [number for number in filled if number > bottom]
    width = max([len(header), *(len(grid[number - 1]) for number in numbers)])
    if width > MOST_COLUMNS or width * len(numbers) > 4 * MOST_CELLS:
        found, allowed = f"{width:,} columns", f"at most {MOST_COLUMNS:,} columns"
        if width <= MOST_COLUMNS:
            found, allowed = (
                f"{len(numbers):,} rows of {found}",
                f"at most {4 * MOST_CELLS:,} cells",
            )
        return pd.DataFrame(dtype="str"), [Fault(table.name, None, None, found, allowed)]
    header += [""] * (width - len(header))
    cells = np.full((len(numbers), width), "", dtype=object)
    for i, number in enumerate(numbers):
        row = grid[number - 1]
        cells[i, : len(row)] = row
    rows = pd.DataFrame(cells, index=np.array(numbers, dtype=np.int64))
    faults = _header_faults(table, header, rows, bottom)
    return _known(table, header, rows), faults


def find_header(table: Table, grid: Grid) -> tuple[int, list[str]]:
    """Find the header: its last row, from 1, and its names, Chinese labels read as the names they stand for.

    It is the row with the most known names among the first few, or the first that is not blank; joined with
    the row below or above it if that holds nothing but names of columns which it leaves open, as merged cells make it.
    """
    top = [[_name(table, cell) for cell in row] for row in grid[:_HEADER_WITHIN]]
    known = set(table.names)
    scores = [len(known & set(row)) for row in top]
    if not max(scores):
        first = next(i for i, row in enumerate(grid) if any(row))
        return first + 1, [_name(table, cell) for cell in grid[first]]
    best = scores.index(max(scores))
    for other in (best + 1, best - 1):
        if 0 <= other < len(top) and _completes(top[other], top[best], known):
            return max(best, other) + 1, _joined(top[other], top[best], known)
    return best + 1, top[best]


def _name(table: Table, cell: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", cell).split())
    labels = table.labels
    return labels.get(cell) or labels.get(plain) or cell


def _completes(row: list[str], header: list[str], known: set[str]) -> bool:
    """Tell whether a row names columns, and only such as the header leaves open or heads with a group's title."""
    named = [(place, name) for place, name in enumerate(row) if name in known]
    taken = known & set(header)
    is_open = all(
        name not in taken and (place >= len(header) or header[place] not in known)
        for place, name in named
    )
    stray = any(
        name and name not in known and (place >= len(header) or header[place] not in known)
        for place, name in enumerate(row)
    )
    return bool(named) and is_open and not stray


def _joined(row: list[str], header: list[str], known: set[str]) -> list[str]:
    both = zip_longest(header, row, fillvalue="")
    return [here if here in known or other not in known else other for here, other in both]


def is_note(name: str) -> bool:
    """Tell whether the column is a remark, which is kept but never read."""
    return name.casefold().startswith("note")


def _header_faults(table: Table, header: list[str], rows: pd.DataFrame, row: int) -> list[Fault]:
    faults = []
    times = Counter(name for name in header if name)
    filled = (rows != "").to_numpy()
    for place in np.flatnonzero(filled.any(axis=0)).tolist():
        if not header[place]:
            first = int(filled[:, place].argmax())
            row_seen, found = int(rows.index[first]), rows.iat[first, place]
            allowed = "a name above every column that is filled"
            faults.append(Fault(table.name, row_seen, None, found, allowed))
    for name in filter(None, header):
        if name not in table.names and not is_note(name):
            near = nearest(name, table.names) if len(faults) < HINTED else ""
            hint = _separator_hint(name) or near
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
