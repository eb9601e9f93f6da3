"""Tables on a terminal: a line for each row, whatever the width."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

GAP = 2  # blanks between columns
LEAST = 5  # a column of words is never narrower than this


def listing(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    room: int,
    *,
    numbers: Collection[int] = (),
    names: Collection[int] = (),
    rule: bool = True,
) -> Table:
    """Make a table of one line a row; what does not fit ends in dots.

    Parameters
    ----------
    head
        Names of the columns.
    rows
        Cells, plain text.
    room
        Columns of the terminal that the table may take.
    numbers
        Places of the columns of figures: they stand to the right and are never cut.
    names
        Places of the columns of names: where they do not fit they are cut in the middle, since long names often
        differ at the end.
    rule
        Draw a line under the head.
    """
    table = Table(
        box=box.SIMPLE_HEAD if rule else None,
        pad_edge=False,
        show_edge=False,
        padding=(0, GAP - 1 if rule else GAP, 0, 0),  # the box draws one blank itself
        header_style="bold",
        collapse_padding=True,
    )
    widths = fit(natural(head, rows), room, numbers)
    for place, (name, width) in enumerate(zip(head, widths, strict=True)):
        table.add_column(name, no_wrap=True, overflow="ellipsis", width=width)
        table.columns[-1].justify = "right" if place in numbers else "left"
    for row in rows:
        cells = (
            shorten(cell, widths[place]) if place in names else cell
            for place, cell in enumerate(row)
        )
        table.add_row(*map(Text, cells))
    return table


def natural(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Give the width of each column that cuts nothing; Chinese characters take two."""
    return [max(cell_len(cell) for cell in column) for column in zip(head, *rows, strict=True)]


def fit(widths: Sequence[int], room: int, numbers: Collection[int] = ()) -> list[int]:
    """Narrow the widest columns of words until all columns and the gaps between them fit.

    >>> fit([30, 10, 12], 40, numbers=[2])
    [14, 10, 12]
    """
    widths = list(widths)
    words = [place for place in range(len(widths)) if place not in numbers]
    while words and sum(widths) + GAP * (len(widths) - 1) > room:
        widest = max(words, key=lambda place: widths[place])
        if widths[widest] <= LEAST:
            break
        widths[widest] -= 1
    return widths


def shorten(name: str, width: int) -> str:
    """Cut a name in the middle.

    >>> shorten("Statutory reserves, Central China", 21)
    'Statutory …tral China'
    """
    head, tail = name[: (len(name) + 1) // 2], name[(len(name) + 1) // 2 :]
    if cell_len(name) <= width:
        return name
    while cell_len(head) + cell_len(tail) + 1 > width and (head or tail):
        if cell_len(head) >= cell_len(tail):
            head = head[:-1]
        else:
            tail = tail[1:]
    return f"{head}…{tail}"
