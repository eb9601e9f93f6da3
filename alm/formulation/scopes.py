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
    place = subtree.columns.get_indexer(pd.Index(nodes["region"]))
    wanted = np.array([scope.currency for scope in scopes], dtype=object)[:, None]
    seen = (wanted == "") | (wanted == nodes["currency"].to_numpy(object)[None, :])
    return np.asarray(region_mask(scopes, subtree)[:, place] & seen)


def region_mask(scopes: list[Scope], subtree: pd.DataFrame) -> np.ndarray:
    """Tell which regions each scope holds: itself alone, or its subtree.

    Returns
    -------
    array of bool (scope, region)
    """
    own = subtree.index.get_indexer(pd.Index([scope.region for scope in scopes], dtype=object))
    solo = np.array([scope.scope == "solo" for scope in scopes], dtype=bool)[:, None]
    return np.where(solo, np.eye(len(subtree), dtype=bool)[own], subtree.to_numpy()[own])
