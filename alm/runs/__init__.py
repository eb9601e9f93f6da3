"""Runs: the pipeline of one solve, and the folder in which everything about it stands."""

from alm.runs.allocate import allocate
from alm.runs.run import Run

__all__ = ["Run", "allocate"]
