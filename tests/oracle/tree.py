"""Scenarios together, by brute force: the whole model of each, equations between what they share, and the criterion.

Contract, sections 1 and 8. A deterministic equivalent in straight loops, apart from the program's.
"""

from __future__ import annotations

from alm.case import Case

from .algebra import Model, Outcome, Sum, total
from .best import Best


class Tree:
    """Every scenario of a case; `mode` as the contract names it."""

    def __init__(self, case: Case, mode: str) -> None:
        rows = case.table("scenarios").to_dict("records")
        self.rows = {row["scenario"]: row for row in rows}
        self.best = {name: Best(case, name) for name in self.rows}
        self.mode, self.risk = mode, case.settings.risk
        self.model = Model()
        self.first: dict[str, int] = {}
        for name, best in self.best.items():
            self.first[name] = self.take_over(best.model)
        self.share()
        self.model.objective = self.criterion()

    def take_over(self, other: Model) -> int:
        """Put the variables and rows of a model below those that are there; the number of its first variable."""
        mine, first = self.model, len(self.model.names)
        mine.names += other.names
        mine.lower += other.lower
        mine.upper += other.upper
        mine.rows += [(n, moved(row, first), low, high) for n, row, low, high in other.rows]
        mine.norms += [(v + first, [moved(each, first) for each in s]) for v, s in other.norms]
        mine.whole += [v + first for v in other.whole]
        mine.alternatives += [
            (name, [[moved(each, first) for each in rows] for rows in sets])
            for name, sets in other.alternatives
        ]
        mine.pins += [(v + first, [moved(each, first) for each in s]) for v, s in other.pins]
        return first

    def decider(self, name: str, t: int) -> str:
        """Who decides in a period: itself from `start` on, before it its parent, or all together."""
        if self.mode == "robust":
            return ""
        row = self.rows[name]
        if t >= row["start"]:
            return name
        return self.decider(row["parent"], t) if row["parent"] else ""

    def share(self) -> None:
        """Equate new business, shares sold and transfers of those who have the same decider."""
        names = list(self.rows)
        for number, one in enumerate(names):
            for other in names[number + 1 :]:
                for t in self.best[one].brute.periods:
                    if self.decider(one, t) == self.decider(other, t):
                        self.equate(one, other, t)

    def equate(self, one: str, other: str, t: int) -> None:
        mine, its = self.best[one].brute, self.best[other].brute
        pairs = [(mine.new[p, t], its.new[p, t]) for p, u in mine.new if u == t]
        pairs += [(mine.transfer[l, t], its.transfer[l, t]) for l, u in mine.transfer if u == t]
        for p, u in mine.sold:
            # Of a book that is no longer there, there is no share to decide.
            if u == t and min(mine.legacy_unsold(p, t), its.legacy_unsold(p, t)) > 0:
                pairs.append((mine.sold[p, t], its.sold[p, t]))
        for left, right in pairs:
            gap = moved(left, self.first[one]) - moved(right, self.first[other])
            self.model.require(("shared", one, other, t), gap, 0.0, 0.0)

    def criterion(self) -> Sum:
        """(1 - w) x expected + w x CVaR, the largest over eta of eta - mean shortfall / (1 - level)."""
        weight, level = self.risk.cvar_weight, self.risk.cvar_level
        worth = {
            name: moved(best.model.objective, self.first[name]) for name, best in self.best.items()
        }
        mean = total(self.rows[name]["probability"] * each for name, each in worth.items())
        if not weight:
            return mean
        eta = self.model.variable(("eta",))
        tail = eta
        for name, each in worth.items():
            short = self.model.variable(("short", name), 0.0)
            self.model.require(("short", name), short - eta + each, lower=0.0)
            tail = tail - self.rows[name]["probability"] / (1 - level) * short
        return (1 - weight) * mean + weight * tail

    def solve(self) -> Outcome:
        """Find the best plans."""
        return self.model.solve()

    def is_tight(self, outcome: Outcome) -> bool:
        """Whether all income is posted in every scenario."""
        return all(
            best.is_tight(self.of(name, outcome))
            for name, best in self.best.items()
            if best.brute.kept
        )

    def of(self, name: str, outcome: Outcome) -> Outcome:
        """What was found for one scenario."""
        first, size = self.first[name], len(self.best[name].model.names)
        x = {v: outcome.x[first + v] for v in range(size)}
        return Outcome(outcome.status, self.best[name].model.objective.value(x), x)


def moved(each: Sum, by: int) -> Sum:
    """Give a sum of variables that are numbered from elsewhere on."""
    linear = {v + by: c for v, c in each.linear.items()}
    return Sum(each.constant, linear, {v + by: c for v, c in each.squares.items()})
