"""The contract, section 2: what a limit sees."""

from __future__ import annotations

from .brute import Brute

LOW, HIGH = "low", "high"  # the side on which an approximation may lie


class Scope:
    """The nodes that a limit sees: of a subtree or one region, of one currency or all."""

    def __init__(self, brute: Brute, region: str, scope: str, currency: str) -> None:
        self.name = (region, scope, currency)
        self.currency = currency
        self.regions = {region} if scope == "solo" else brute.facts.subtree(region)
        everywhere = brute.facts.nodes()
        self.nodes = {
            (r, c) for r, c in everywhere if r in self.regions and (not currency or c == currency)
        }
