"""Scenarios: named lists of shocks, each a change of a book's arrays. Contract, section 8."""

from scenarios.apply import BASE, shocked
from scenarios.risk import criterion, cvar, expected, weights
from scenarios.sharing import Mode, Tree, tree_of

__all__ = ["BASE", "Mode", "Tree", "criterion", "cvar", "expected", "shocked", "tree_of", "weights"]
