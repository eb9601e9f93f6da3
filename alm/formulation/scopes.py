"""Scopes: the nodes that a limit looks at, and the lanes that cross their border."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd


class Scope(NamedTuple):
    """A region solo or with its subtree, in all currencies or one.

    `currency` is blank for all. Contract, sections 2 and 7.
    """

    region: str
    scope: str
    currency: str


def subtree_matrix(regions: pd.DataFrame) -> pd.DataFrame:
    """Tell which regions belong to the subtree of which.

    Returns
    -------
    DataFrame of bool (ancestor, region)
        A region belongs to its own subtree.
    """
    names = regions["region"].tolist()
    place = {name: i for i, name in enumerate(names)}
    inside = np.eye(len(names), dtype=bool)
    parent = regions["parent"].tolist()
    for i, name in enumerate(parent):
        while name != "":
            inside[place[name], i] = True
            name = parent[place[name]]
    return pd.DataFrame(inside, index=names, columns=names)


def node_mask(scopes: list[Scope], nodes: pd.DataFrame, subtree: pd.DataFrame) -> np.ndarray:
    """Tell which nodes each scope holds.

    Parameters
    ----------
    nodes : DataFrame
        `region, currency` of each node.
    subtree : DataFrame of bool (ancestor, region)

    Returns
    -------
    array of bool (scope, node)
    """
    region, currency = nodes["region"].to_numpy(object), nodes["currency"].to_numpy(object)
    below = np.take(subtree.to_numpy(), subtree.columns.get_indexer(pd.Index(region)), axis=1)
    mask = np.zeros((len(scopes), len(nodes)), dtype=bool)
    for i, scope in enumerate(scopes):
        held = (
            region == scope.region
            if scope.scope == "solo"
            else below[subtree.index.get_loc(scope.region)]
        )
        mask[i] = held & ((currency == scope.currency) if scope.currency else True)
    return mask
