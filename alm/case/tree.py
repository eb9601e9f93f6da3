"""The tree of regions: who stands above whom."""

from __future__ import annotations

import pandas as pd


def ancestry(regions: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """List each region with those above it, the region itself first, the root last.

    Parameters
    ----------
    regions
        Table `regions`: region, parent ("" for a root). A cycle is cut where it closes; a parent that does
        not exist ends the line.

    Examples
    --------
    >>> ancestry(pd.DataFrame({"region": ["group", "west"], "parent": ["", "group"]}))
    {'group': ('group',), 'west': ('west', 'group')}
    """
    parent = dict(zip(regions["region"], regions["parent"], strict=True))
    lines: dict[str, tuple[str, ...]] = {}
    for region in parent:
        line = [region]
        above = parent[region]
        while above in parent and above not in line:
            line.append(above)
            above = parent[above]
        lines[region] = tuple(line)
    return lines
