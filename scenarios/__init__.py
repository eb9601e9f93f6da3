"""Scenarios: named lists of shocks, each a change of a book's arrays. Contract, section 8."""

from scenarios.apply import BASE, shocked

__all__ = ["BASE", "shocked"]
