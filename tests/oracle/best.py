"""The objective of the contract, section 5, and the best plan by brute force."""

from __future__ import annotations

from alm.case import Case

from .algebra import Name, Outcome, Sum, total
from .brute import Brute
from .horizon import Horizon
from .limits import Limits

POSTED = 1e-4  # an amount that a conic solver cannot tell from 0


class Best:
    """The whole model of a case in one scenario: its sums, its limits, its objective part by part."""

    def __init__(self, case: Case, scenario: str = "base") -> None:
        self.brute = Brute(case, scenario)
        self.limits = Limits(self.brute)
        self.facts, self.model = self.brute.facts, self.brute.model
        self.brute.require_everything()
        self.limits.require_collateral()
        self.parts: dict[tuple[str, int], Sum] = {}
        for t in self.brute.periods:
            self.earn(t)
        self.parts["horizon_value", 0] = Horizon(self.brute).value()
        self.model.objective = total(self.parts.values())

    def earn(self, t: int) -> None:
        """Section 5: discount x (income after tax - capital charge - penalties - target charges)."""
        capital, when = self.facts.settings.capital, self.facts.discount(t)
        y = self.facts.year_fraction(t)
        charge = capital.charge_rate * capital.ratio * y * self.limits.group_rwa(t)
        income = total(self.brute.income(region, t) for region in self.facts.regions)
        self.parts["income", t] = when * income
        self.parts["capital_charge", t] = -when * charge
        self.parts["penalty", t] = -when * y * self.limits.require(t)
        self.parts["target_charge", t] = -when * self.brute.target_charge(t)

    def solve(self) -> Outcome:
        """Find the best plan."""
        return self.model.solve()

    def is_tight(self, outcome: Outcome) -> bool:
        """Whether all income is posted, where the model only says that no more may be: with slopes or adjustment costs."""
        names = self.model.names
        decisions = {names[v]: value for v, value in outcome.x.items()}
        earned = self.model.completed(decisions)
        posted = [v for each in self.brute.kept.values() for v in each.linear]
        return all(abs(earned[v] - outcome.x[v]) < POSTED for v in posted)

    def worth(self, decisions: dict[Name, float]) -> float:
        """The objective of given decisions, by exact min and max."""
        return self.model.objective.value(self.model.completed(decisions))
